import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.events import (
    AskCancelled,
    AskFailed,
    AskFinished,
    ConsentAsked,
    EngineFailed,
    EngineLoading,
    RouteChosen,
    SkillMatched,
    StageStarted,
    TextDelta,
    ThoughtDelta,
    ToolCalled,
)
from jarvis.voice.fillers import LATE_SECONDS, PATIENCE_SECONDS, SECOND_SECONDS, SOONEST_SECONDS, Fillers


def route(first_seconds):
    return RouteChosen(
        ask_id="a", candidates=("m",), reason="", details=({"model": "m", "first_seconds": first_seconds},)
    )


def loading(seconds, *, large=False):
    return EngineLoading(ask_id="a", model="m", device="gpu", seconds=seconds, large=large)


TOOL = ToolCalled(ask_id="a", name="web_search", arguments={}, permission="allow")
TEXT = TextDelta(ask_id="a", text="Yes")
STAGE = StageStarted(ask_id="a", stage=1, stages=3, role="maths", title="", model="m")
CONSENT = ConsentAsked(ask_id="a", model="m", where="x", preview=())
FINISHED = AskFinished(ask_id="a", message_id="m", text="Yes", source="model")


def run(events, until, language="en", ask_id="a", step=0.1):
    """Play `(second, event)`; return `(second, words)` of what was said."""
    fillers = Fillers(ask_id, language, 100.0)
    waiting, said = list(events), []
    for tick in range(round(until / step) + 1):
        now = 100.0 + tick * step
        while waiting and 100.0 + waiting[0][0] <= now + 1e-9:
            fillers.heed(waiting.pop(0)[1], now)
        if words := fillers.due(now + 1e-9):
            said.append((pytest.approx(now - 100.0), words))
    return said


@pytest.mark.parametrize(
    ("events", "until", "expected"),
    [
        ([(0.1, route(0.4)), (0.5, TEXT)], 30, []),
        ([(0.1, route(0.4)), (1.9, TEXT)], 30, []),
        ([(0.1, route(0.4))], 5, [LATE_SECONDS]),
        ([], 5, [PATIENCE_SECONDS]),
        ([(0.1, route(None))], 5, [PATIENCE_SECONDS]),
        ([(0.1, route(4.0))], 5, [SOONEST_SECONDS]),
        ([(0.9, route(4.0))], 5, [0.9]),
        ([(0.1, route(0.4)), (0.2, loading(20.0))], 5, [SOONEST_SECONDS]),
        ([(0.1, route(0.4)), (0.2, loading(None))], 5, [SOONEST_SECONDS]),
        ([(0.1, route(0.4)), (0.2, loading(0.5))], 2, []),
        ([(0.1, route(0.4)), (1.0, TOOL)], 5, [1.0]),
        ([(0.1, route(4.0)), (0.3, TEXT)], 30, []),
        ([(0.1, SkillMatched(ask_id="a", skill="weather"))], 5, [PATIENCE_SECONDS]),
        ([(0.1, ThoughtDelta(ask_id="a", text="hm"))], 5, [PATIENCE_SECONDS]),
        ([(0.1, route(4.0))], 30, [SOONEST_SECONDS, SECOND_SECONDS]),
        ([(0.1, route(0.4)), (9.0, loading(30.0))], 60, [LATE_SECONDS, SECOND_SECONDS]),
        ([(0.1, route(4.0)), (8.0, TEXT)], 60, [SOONEST_SECONDS]),
        ([(0.2, CONSENT)], 60, []),
        ([(0.2, FINISHED)], 60, []),
        ([(0.2, AskFailed(ask_id="a", code="x", sentence="x"))], 60, []),
        ([(0.2, AskCancelled(ask_id="a"))], 60, []),
        ([(0.2, TEXT), (1.0, EngineFailed(ask_id="a", model="m", code="x", sentence="x", restarts=True))], 5, [1.0]),
        ([(0.2, TEXT), (1.0, EngineFailed(ask_id="a", model="m", code="x", sentence="x"))], 5, []),
    ],
)
def test_when_a_word_is_said(events, until, expected):
    assert [at for at, _ in run(events, until)] == expected


@pytest.mark.parametrize(
    ("event", "language", "word"),
    [
        (loading(20.0), "en", "model"),
        (loading(20.0), "es", "modelo"),
        (TOOL, "en", "look check"),
        (TOOL, "es", "mira consulta"),
        (STAGE, "en", "steps"),
        (STAGE, "es", "pasos"),
    ],
)
def test_the_word_tells_the_reason(event, language, word):
    for ask_id in "abcdefgh":
        [(_, words)] = run([(0.1, event)], 3, language, ask_id)
        assert any(part in words for part in word.split())


@pytest.mark.parametrize(("language", "word"), [("en", "large"), ("es", "grande")])
@pytest.mark.parametrize("large", [True, False])
def test_only_a_large_model_is_called_large(language, word, large):
    for ask_id in "abcdefgh":
        [(_, words)] = run([(0.1, loading(20.0, large=large))], 3, language, ask_id)
        assert "model" in words and (word in words) == large


def test_words_vary_from_ask_to_ask_but_not_for_one():
    said = [run([(0.1, route(9.0))], 3, "en", f"ask{number}")[0][1] for number in range(20)]
    assert len(set(said)) > 1
    assert said == [run([(0.1, route(9.0))], 3, "en", f"ask{number}")[0][1] for number in range(20)]


EVENTS = st.sampled_from([TEXT, TOOL, STAGE, CONSENT, FINISHED, route(0.1), route(5.0), loading(None), loading(9.0)])


@given(st.lists(st.tuples(st.floats(0, 40), EVENTS), max_size=12))
def test_never_after_the_answer_began_and_never_more_than_two(events):
    events = sorted(events, key=lambda item: item[0])
    said = run(events, 60)
    begun = next((at for at, event in events if event in (TEXT, CONSENT, FINISHED)), 1e9)
    assert len(said) <= 2
    assert all(at.expected <= begun + 0.11 for at, _ in said)
    assert all(at.expected >= SOONEST_SECONDS - 0.01 for at, _ in said)
    if len(said) == 2:
        assert said[1][0].expected >= SECOND_SECONDS - 0.01
