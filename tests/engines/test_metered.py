"""Every engine behind its meter: set aside before, settled once after, recorded once, and liars are noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jarvis.catalog.entries import PriceTier
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import BudgetError, Cancelled, EngineError, NotAllowed
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineItem,
    EngineNotice,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.metered import MeteredEngine
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.metering import PRICE, Bench, ScriptedEngine
from tests.fakes.openai_server import chunk as event
from tests.fakes.openai_server import scripted, streamed
from tests.fakes.processes import program

QUESTION = [ChatMessage(role="user", text="Explain how the tides come about, please, in two sentences.")]
OPTIONS = GenerationOptions(max_tokens=500, message_id="q1", stage="maths")
WORDS = EngineText(text="The moon pulls at the sea. The sea follows it, and so it rises twice a day.")
USAGE = Usage(prompt_tokens=24, completion_tokens=20, cached_tokens=8)
DONE = EngineDone(usage=USAGE, finish_reason="stop")
COST = (16 * 2.0 + 8 * 0.5 + 20 * 8.0) / 1e6


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, day=1.0)
    yield bench
    bench.database.close()


def _answer(engine: MeteredEngine, options: GenerationOptions = OPTIONS) -> list[EngineItem]:
    return list(engine.stream(QUESTION, options, CancelToken()))


def test_a_paid_call_is_set_aside_settled_and_recorded(bench: Bench) -> None:
    def later(seconds: float) -> None:
        bench.clock.advance(seconds)

    open_meanwhile: list[float] = []
    inner = ScriptedEngine(
        EngineNotice(code="engine.queue", en="Wait.", es="Espera."),
        lambda: later(1.5),
        WORDS,
        lambda: open_meanwhile.append(bench.open),
        lambda: later(2.0),
        DONE,
    )
    *_, words, done = _answer(bench.metered(inner))
    assert words == WORDS
    assert isinstance(done, EngineDone) and (done.usage, done.cost_usd) == (USAGE, pytest.approx(COST))
    assert open_meanwhile[0] > 500 * 8.0 / 1e6 > COST, "the whole answer that it may write was set aside"
    assert (bench.spent, bench.open) == (pytest.approx(COST), 0.0)
    (call,) = bench.calls
    assert (call.message_id, call.stage, call.engine, call.model, call.where) == (
        "q1",
        "maths",
        "openai/gpt",
        "gpt",
        "cloud",
    )
    assert (call.usage, call.cost_usd, call.suspect, call.estimated) == (USAGE, pytest.approx(COST), "", False)
    assert (call.first_seconds, call.seconds, call.joules) == (1.5, 3.5, None)
    assert call.cloud_usd == pytest.approx((24 * 20.0 + 20 * 80.0) / 1e6)
    assert call.reference == "gpt-4o (2026-11-02)"


def test_a_local_call_is_free_and_recorded_with_its_energy(bench: Bench) -> None:
    class Devices:
        def begin(self) -> int:
            return 7

        def end(self, measurement: int) -> float | None:
            return {7: 90.0}[measurement]

    inner = ScriptedEngine(WORDS, DONE, where="local")
    done = _answer(bench.metered(inner, Devices(), where="local", price=None))[-1]
    assert isinstance(done, EngineDone) and done.cost_usd == 0.0
    (call,) = bench.calls
    assert (call.cost_usd, call.joules, call.usage, call.where) == (0.0, 90.0, USAGE, "local")
    assert call.cloud_usd is not None and call.cloud_usd > 0
    assert bench.spent == 0.0


def test_a_local_model_is_believed_whatever_it_counts(bench: Bench) -> None:
    done = EngineDone(usage=Usage(prompt_tokens=1, completion_tokens=400))
    assert _answer(bench.metered(ScriptedEngine(WORDS, done, where="local"), where="local")) == [
        WORDS,
        EngineDone(usage=done.usage, cost_usd=0.0),
    ]


def test_a_refused_call_is_never_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path, day=0.001)
    inner = ScriptedEngine(WORDS, DONE)
    with pytest.raises(BudgetError) as caught:
        _answer(bench.metered(inner))
    assert caught.value.code == "budget.day"
    assert (inner.asked, bench.calls, bench.spent) == ([], [], 0.0)
    bench.database.close()


@pytest.mark.parametrize("limits", [{"day": 1.0}, {"month": 1.0}])
def test_an_unknown_price_is_refused_where_there_is_a_limit(tmp_path: Path, limits: dict[str, float]) -> None:
    bench = Bench(tmp_path, **limits)
    inner = ScriptedEngine(WORDS, DONE)
    with pytest.raises(BudgetError) as caught:
        _answer(bench.metered(inner, price=None))
    assert caught.value.code == "budget.no_price" and inner.asked == []
    assert "price is not known" in caught.value.sentence("en") and "no se conoce su precio" in caught.value.sentence(
        "es"
    )
    bench.database.close()


def test_an_unknown_price_without_a_limit_stays_unknown(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    done = _answer(bench.metered(ScriptedEngine(WORDS, DONE), price=None, reference=None))[-1]
    assert isinstance(done, EngineDone) and done.cost_usd is None
    assert (bench.calls[0].cost_usd, bench.calls[0].cloud_usd, bench.calls[0].reference) == (None, None, "")
    bench.database.close()


LONG = [ChatMessage(role="user", text="a word or two " * 3000)]


def test_a_long_prompt_is_set_aside_at_the_price_of_its_length(bench: Bench) -> None:
    tier = PriceTier(above_tokens=5_000, input_usd=10.0, output_usd=40.0)
    price = PRICE.model_copy(update={"tiers": (tier,)})
    seen: list[float] = []
    inner = ScriptedEngine(lambda: seen.append(bench.open), WORDS, DONE)
    list(bench.metered(inner, price=price).stream(LONG, OPTIONS, CancelToken()))
    assert seen[0] > (12_000 * 10.0 + 500 * 40.0) / 1e6


def test_a_prompt_in_a_tier_of_unknown_price_is_refused_and_one_near_it_is_not(bench: Bench) -> None:
    far = PRICE.model_copy(update={"tiers": (PriceTier(above_tokens=5_000),)})
    with pytest.raises(BudgetError) as caught:
        list(bench.metered(ScriptedEngine(WORDS, DONE), price=far).stream(LONG, OPTIONS, CancelToken()))
    assert caught.value.code == "budget.long_prompt"
    near = PRICE.model_copy(update={"tiers": (PriceTier(above_tokens=20_000),)})
    seen: list[float] = []
    dear = EngineDone(usage=Usage(prompt_tokens=20_001, completion_tokens=20))
    inner = ScriptedEngine(lambda: seen.append(bench.open), WORDS, dear)
    done = list(bench.metered(inner, price=near).stream(LONG, OPTIONS, CancelToken()))[-1]
    assert isinstance(done, EngineDone) and done.cost_usd is None
    assert bench.spent == seen[0] > 0, "what was set aside is charged where the real sum stays unknown"


def test_what_may_be_put_into_a_cache_is_set_aside_at_that_price(bench: Bench) -> None:
    plain, written = [], []
    for price, seen in ((PRICE.model_copy(update={"cache_write_usd": None}), plain), (PRICE, written)):
        inner = ScriptedEngine(lambda seen=seen: seen.append(bench.open), WORDS, DONE)  # type: ignore[misc]
        list(bench.metered(inner, price=price).stream(LONG, OPTIONS, CancelToken()))
    assert written[0] > 1.2 * plain[0]


def test_pictures_tools_and_a_schema_are_set_aside_too(bench: Bench) -> None:
    def most(messages: list[ChatMessage], options: GenerationOptions) -> float:
        seen: list[float] = []
        inner = ScriptedEngine(lambda: seen.append(bench.open), WORDS, DONE)
        list(bench.metered(inner).stream(messages, options, CancelToken()))
        return seen[0]

    picture = ChatMessage(role="user", text=QUESTION[0].text, images=(Image(data=b"x", media_type="image/png"),))
    tool = ToolSpec(name="look", description="Looks. " * 50, parameters={"type": "object"})
    bare = most(QUESTION, OPTIONS)
    assert most([picture], OPTIONS) - bare > 5_000 * 2.0 / 1e6
    assert most(QUESTION, GenerationOptions(max_tokens=500, tools=(tool,))) - bare > 700 * 2.0 / 1e6
    assert most(QUESTION, GenerationOptions(max_tokens=500, json_schema={"a": "b" * 500})) - bare > 300 * 2.0 / 1e6
    assert most(QUESTION, GenerationOptions(max_tokens=5_000)) - bare == pytest.approx(4_500 * 8.0 / 1e6)


def test_an_answer_that_is_stopped_is_charged_by_what_had_come(bench: Bench) -> None:
    inner = ScriptedEngine(WORDS, Cancelled("enough"))
    with pytest.raises(Cancelled):
        _answer(bench.metered(inner))
    (call,) = bench.calls
    assert call.estimated and 10 < call.usage.prompt_tokens < 40 and 10 < call.usage.completion_tokens < 40
    assert (bench.spent, bench.open) == (pytest.approx(call.cost_usd, abs=1e-9), 0.0)


def test_a_reader_who_goes_away_lets_the_engine_go_and_pays_for_what_came(bench: Bench) -> None:
    inner = ScriptedEngine(WORDS, WORDS, DONE)
    answer = bench.metered(inner).stream(QUESTION, OPTIONS, CancelToken())
    assert next(answer) == WORDS
    answer.close()  # type: ignore[attr-defined]
    assert inner.left == 1
    assert (len(bench.calls), bench.open) == (1, 0.0)
    assert bench.spent > 0
    del answer


def test_an_answer_that_nobody_began_to_read_costs_nothing(bench: Bench) -> None:
    inner = ScriptedEngine(WORDS, DONE)
    bench.metered(inner).stream(QUESTION, OPTIONS, CancelToken())
    stopped = CancelToken()
    stopped.cancel()
    with pytest.raises(Cancelled):
        list(bench.metered(inner).stream(QUESTION, OPTIONS, stopped))
    assert (inner.asked, bench.calls, bench.spent) == ([], [], 0.0)


@pytest.mark.parametrize(
    ("trouble", "charged"),
    [
        (EngineError("engine.auth", en="Key.", es="Clave."), False),
        (EngineError("engine.unreachable", en="Gone.", es="Fuera."), False),
        (NotAllowed("guard.local", en="No.", es="No."), False),
        (EngineError("engine.timeout", en="Late.", es="Tarde."), True),
        (Cancelled("enough"), True),
        (None, True),
    ],
)
def test_a_failure_before_the_first_word_is_charged_where_the_provider_may_have_worked(
    bench: Bench, trouble: BaseException | None, charged: bool
) -> None:
    inner = ScriptedEngine(*([trouble] if trouble is not None else []))
    if trouble is None:
        assert _answer(bench.metered(inner)) == []
    else:
        with pytest.raises(type(trouble)) as caught:
            _answer(bench.metered(inner))
        assert caught.value is trouble
    assert (len(bench.calls), bench.spent > 0, bench.open) == (int(charged), charged, 0.0)


def test_a_local_model_that_never_came_to_a_word_leaves_no_row(bench: Bench) -> None:
    inner = ScriptedEngine(EngineError("engine.out_of_memory", en="Full.", es="Llena."), where="local")
    with pytest.raises(EngineError):
        _answer(bench.metered(inner, where="local"))
    assert bench.calls == []


def test_the_rest_is_the_engine_s_own(bench: Bench) -> None:
    inner = ScriptedEngine(DONE)
    engine = bench.metered(inner)
    assert (engine.id, engine.status("es").sentence) == ("openai/gpt", "listo")
    engine.close()
    assert inner.closed


# Liars, over the wire.

HONEST = {"prompt_tokens": 24, "completion_tokens": 20}


def _told(
    bench: Bench, usage: dict[str, object] | None, *, reasoning: bool = False, **message: str
) -> list[EngineItem]:
    """Return the answer of a real client to a server that reports `usage`."""
    from jarvis.engines.openai_compatible import OpenAICompatibleEngine

    end = event(usage=usage) if usage is not None else b""
    data = event(**(message or {"content": WORDS.text})) + event(finish="stop") + end + b"data: [DONE]\n\n"
    with scripted(streamed(data)) as server:
        inner = OpenAICompatibleEngine(
            base_url=lambda: f"{server.url}/v1",
            model=lambda: "m",
            key=lambda: None,
            enabled=lambda: True,
            abilities=frozenset({"reasoning"} if reasoning else ()),
        )
        try:
            return _answer(bench.metered(inner))
        finally:
            inner.close()


@pytest.mark.parametrize(
    ("usage", "english", "spanish"),
    [
        ({"prompt_tokens": 900_000, "completion_tokens": 20}, "900000 tokens read", "900000 tokens leídos"),
        ({"prompt_tokens": 1, "completion_tokens": 20}, "1 tokens read where at least", "cuando se enviaron al menos"),
        ({"prompt_tokens": 24, "completion_tokens": 450}, "450 tokens written where at most", "450 tokens escritos"),
        ({"prompt_tokens": 24, "completion_tokens": 1}, "1 tokens written where at least", "llegaron al menos"),
        (
            {**HONEST, "prompt_tokens_details": {"cached_tokens": 9_000}},
            "9000 of 24 tokens read from a cache",
            "9000 de 24 tokens leídos de una caché",
        ),
        ({"prompt_tokens": 10**30, "completion_tokens": 10**30}, "tokens read", "tokens leídos"),
    ],
)
def test_a_provider_that_lies_is_noticed_and_the_larger_count_is_charged(
    bench: Bench, usage: dict[str, object], english: str, spanish: str
) -> None:
    words, notice, done = _told(bench, usage)
    assert words == WORDS
    assert isinstance(notice, EngineNotice) and notice.code == "usage.suspect"
    assert english in notice.en and spanish in notice.es
    (call,) = bench.calls
    assert call.suspect == notice.en
    assert isinstance(done, EngineDone) and done.usage == call.usage
    told_read, told_written = usage["prompt_tokens"], usage["completion_tokens"]
    assert isinstance(told_read, int) and isinstance(told_written, int)
    assert call.usage.prompt_tokens >= max(told_read, 10)
    assert call.usage.completion_tokens >= max(told_written, 10)
    assert call.usage.cached_tokens == 0
    assert bench.spent == pytest.approx(min(call.cost_usd or 0.0, 1e6), abs=1e-9)


@pytest.mark.parametrize("usage", [HONEST, {"prompt_tokens": 60, "completion_tokens": 30}])
def test_an_honest_provider_is_believed(bench: Bench, usage: dict[str, object]) -> None:
    done = _told(bench, usage)[-1]
    assert isinstance(done, EngineDone) and done.usage.prompt_tokens == usage["prompt_tokens"]
    assert (bench.calls[0].suspect, bench.calls[0].estimated) == ("", False)


def test_thinking_explains_more_writing_but_not_more_than_was_allowed(bench: Bench) -> None:
    for told, suspicious in ((450, False), (5_000, True)):
        usage: dict[str, object] = {"prompt_tokens": 24, "completion_tokens": told}
        items = _told(bench, usage, reasoning=True)
        assert any(isinstance(item, EngineNotice) for item in items) is suspicious
    shown = _told(bench, {"prompt_tokens": 24, "completion_tokens": 450}, content="<think>hm</think>Yes, twice a day.")
    assert EngineThought(text="hm") in shown
    assert not any(isinstance(item, EngineNotice) for item in shown)


def test_no_report_at_all_is_estimated_and_marked_without_a_warning(bench: Bench) -> None:
    _, done = _told(bench, None)
    (call,) = bench.calls
    assert isinstance(done, EngineDone) and done.usage == call.usage
    assert call.estimated and call.suspect == ""
    assert 10 < call.usage.prompt_tokens < 40 and 10 < call.usage.completion_tokens < 40
    assert bench.spent == pytest.approx(call.cost_usd, abs=1e-9)


def test_a_tool_call_counts_as_writing(bench: Bench) -> None:
    call = EngineToolCall(call=ToolCall(id="1", name="search", arguments={"words": "the tides of the sea " * 40}))
    items = _answer(
        bench.metered(ScriptedEngine(call, EngineDone(usage=Usage(prompt_tokens=24, completion_tokens=190))))
    )
    assert len(items) == 2
    items = _answer(bench.metered(ScriptedEngine(call, EngineDone(usage=Usage(prompt_tokens=24, completion_tokens=9)))))
    assert isinstance(items[1], EngineNotice)


# Many at once, and killed.


def test_sixty_four_questions_at_once_never_pass_the_limit(tmp_path: Path) -> None:
    bench = Bench(tmp_path, day=0.05)
    start = threading.Barrier(64)
    highest: list[float] = []
    usage = Usage(prompt_tokens=24, completion_tokens=500)
    text = EngineText(text="tide " * 250)

    def ask() -> bool:
        engine = bench.metered(ScriptedEngine(lambda: highest.append(bench.spent), text, EngineDone(usage=usage)))
        start.wait()
        try:
            _answer(engine)
        except BudgetError:
            return False
        return True

    with ThreadPoolExecutor(64) as pool:
        answered = [future.result() for future in [pool.submit(ask) for _ in range(64)]]
    cost = (24 * 2.0 + 500 * 8.0) / 1e6
    assert max(highest) <= 0.05
    assert 10 <= sum(answered) <= 0.05 / cost
    assert bench.spent == pytest.approx(sum(answered) * cost, abs=1e-7)
    assert all(call.suspect == "" for call in bench.calls)
    bench.database.close()


def test_a_call_whose_process_is_killed_counts_at_its_highest_price(bench: Bench) -> None:
    ledger = SqliteLedger(bench.database, bench.clock)
    with (
        scripted(streamed(event(content="hello "), hold=True)) as server,
        program("tests.programs.metered_call", str(bench.database.path), f"{server.url}/v1") as caller,
    ):
        assert caller.stdout is not None and caller.stdout.readline() == "streaming\n"
        set_aside = bench.open
        assert set_aside > 50_000 * 8.0 / 1e6
        caller.kill()
        caller.wait()
    state = bench.budget.state()
    assert (state.spent_day_usd, state.lost_usd, state.open_usd) == (set_aside, set_aside, 0.0)
    assert ledger.calls_of("q1") == [], "what it came to nobody knows"
    with pytest.raises(BudgetError):
        _answer(bench.metered(ScriptedEngine(DONE)), GenerationOptions(max_tokens=100_000))
