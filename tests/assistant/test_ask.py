"""Questions in, events out, against a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.events import (
    FINAL_EVENTS,
    AskCancelled,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    MemoryRecalled,
    RouteChosen,
    SkillMatched,
    TextDelta,
    ThoughtDelta,
)
from jarvis.contracts.messages import Request, Usage
from jarvis.contracts.ports import EngineDone, EngineNotice, EngineThought
from tests.assistant.bench import Bench, kinds
from tests.fakes.assistant import ScriptedEngine

DIED = EngineError("engine.died", en="The model's process ended.", es="El proceso del modelo terminó.")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "jarvis.sqlite3")
    yield bench
    bench.database.close()


def test_a_skill_answers_without_any_engine(bench: Bench) -> None:
    events = bench.ask("Set a timer for ten minutes.")
    assert kinds(events) == [AskStarted, SkillMatched, TextDelta, AskFinished]
    final = events[-1]
    assert isinstance(final, AskFinished)
    assert (final.source, final.skill, final.text) == ("skill", "timer_start", "done timer_start")
    assert bench.stored() == [
        ("user", "Set a timer for ten minutes.", "complete"),
        ("assistant", "done timer_start", "complete"),
    ]


def test_a_skill_in_the_other_language_is_understood_and_answers_in_it(bench: Bench) -> None:
    bench.options = replace(bench.options, language="en")
    final = bench.ask("¿Qué hora es?".replace("¿", ""))[-1]
    assert isinstance(final, AskFinished) and final.language == "es"


def test_a_model_streams_and_the_decision_is_recorded(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["Hel", "lo"])]
    events = bench.ask("who are you to me")
    assert kinds(events)[:2] == [AskStarted, RouteChosen]
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Hello"
    final = events[-1]
    assert isinstance(final, AskFinished)
    assert (final.text, final.model, final.usage.completion_tokens) == ("Hello", "local-model", 2)
    user = bench.log.messages(bench.conversation or "")[0]
    assert bench.engines[0].asked[0].message_id == user.id, "so that its meter knows what the call was for"
    decision = bench.ledger.decision_of(user.id)
    assert decision and (decision.chosen, [one.engine for one in decision.candidates]) == ("local", ["local"])


def test_text_is_stored_before_it_is_shown(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["one ", lambda: bench.clock.advance(1), "two"])]
    shown = ""
    for event in bench.assistant.ask(Request(text="tell me"), CancelToken()):
        if isinstance(event, AskStarted):
            bench.conversation = event.conversation_id
        if isinstance(event, TextDelta):
            shown += event.text
            assert bench.stored()[-1] == ("assistant", shown, "streaming")
    assert shown == "one two"


def test_without_any_model_the_answer_says_what_is_missing(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", [], state="missing", sentence="Put a GGUF file into the folder.")]
    final = bench.ask("explain the sea to me")[-1]
    assert isinstance(final, AskFinished)
    assert final.source == "none" and final.text.endswith("Put a GGUF file into the folder.")
    assert bench.stored()[-1][2] == "complete"


def test_loading_is_announced(bench: Bench) -> None:
    engine = ScriptedEngine("local", ["x"], state="loadable")
    bench.engines = [engine]
    assert [event.large for event in bench.ask("tell me a story") if isinstance(event, EngineLoading)] == [False]
    engine._status = replace(engine._status, large=True)
    assert [event.large for event in bench.ask("and another") if isinstance(event, EngineLoading)] == [True]


def test_what_an_engine_says_while_it_works_is_passed_on_and_not_taken_for_the_answer(bench: Bench) -> None:
    notice = EngineNotice(code="pool.queued", en="Waiting.", es="Esperando.")
    bench.engines = [ScriptedEngine("local", [notice, EngineThought(text="hm"), "done"])]
    said = bench.ask("tell me a story")
    assert [e.sentence for e in said if isinstance(e, EngineNoticed)] == ["Waiting."]
    assert [e.text for e in said if isinstance(e, ThoughtDelta)] == ["hm"]
    assert bench.stored()[-1] == ("assistant", "done", "complete")
    bench.engines = [ScriptedEngine("local", [notice, "vale"])]
    assert [e.sentence for e in bench.ask("cuéntame una historia") if isinstance(e, EngineNoticed)] == ["Esperando."]


def test_an_answer_from_the_network_costs_what_its_engine_says(bench: Bench) -> None:
    paid = EngineDone(usage=Usage(prompt_tokens=7, completion_tokens=1), cost_usd=0.0125)
    bench.engines = [ScriptedEngine("far", ["x", paid], where="cloud")]
    final = bench.ask("tell me a story")[-1]
    assert isinstance(final, AskFinished) and final.cost_usd == 0.0125


def test_the_next_engine_takes_over_and_the_broken_text_is_kept(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("first", ["half an ", DIED]), ScriptedEngine("second", ["whole"], where="cloud")]
    events = bench.ask("tell me a story")
    failed = next(e for e in events if isinstance(e, EngineFailed))
    assert failed.restarts and failed.code == "engine.died"
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text == "whole"
    assert final.cost_usd is None, "nobody knows what that server costs"
    assert bench.stored()[1:] == [("assistant", "half an ", "failed"), ("assistant", "whole", "complete")]


def test_the_only_engine_dying_keeps_the_partial_text_and_the_next_question_works(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["half an ", DIED])]
    final = bench.ask("tell me a story")[-1]
    assert isinstance(final, AskFailed) and (final.text, final.code) == ("half an ", "engine.died")
    assert bench.log.messages(bench.conversation or "")[-1].codes == ("engine.died",)
    bench.engines = [ScriptedEngine("local", ["fine"])]
    assert isinstance(bench.ask("and now")[-1], AskFinished)
    assert [m[2] for m in bench.stored()] == ["complete", "failed", "complete", "complete"]


@pytest.mark.parametrize("shown", [["half an "], []])
def test_why_each_of_several_failed_is_kept_with_the_last(bench: Bench, shown: list[str]) -> None:
    key = EngineError("engine.auth", en="The key is wrong.", es="La clave no vale.")
    bench.engines = [ScriptedEngine("first", [*shown, key]), ScriptedEngine("second", [*shown, DIED], where="cloud")]
    assert isinstance(bench.ask("tell me a story")[-1], AskFailed)
    failed = [message.codes for message in bench.log.messages(bench.conversation or "") if message.state == "failed"]
    assert failed == [*([("engine.auth",)] if shown else []), ("engine.died", "engine.auth")]


def test_an_empty_answer_is_a_failure(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", [])]
    final = bench.ask("tell me")[-1]
    assert isinstance(final, AskFailed) and final.code == "engine.empty"
    assert bench.log.messages(bench.conversation or "")[-1].detail == final.sentence


def test_cancel_keeps_what_was_shown(bench: Bench) -> None:
    cancel = CancelToken()
    bench.engines = [ScriptedEngine("local", ["one ", lambda: bench.clock.advance(1), "two", cancel.cancel, "three"])]
    final = bench.ask("tell me", cancel)[-1]
    assert isinstance(final, AskCancelled) and final.text == "one two"
    assert bench.stored()[-1] == ("assistant", "one two", "cancelled")


def test_a_door_that_goes_away_leaves_a_cancelled_message(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["one", lambda: bench.clock.advance(1), "two"])]
    run = bench.assistant.ask(Request(text="tell me"), CancelToken())
    for event in run:
        if isinstance(event, AskStarted):
            bench.conversation = event.conversation_id
        if isinstance(event, TextDelta):
            break
    run.close()  # type: ignore[attr-defined]
    assert bench.stored()[-1] == ("assistant", "one", "cancelled")


@pytest.mark.parametrize(
    ("reply", "ran", "source_text"),
    [
        ("yes", ["list_clear"], "done list_clear"),
        ("Sí, por favor", ["list_clear"], "done list_clear"),
        ("no", [], "All right, I left it."),
    ],
)
def test_what_could_lose_something_asks_first(bench: Bench, reply: str, ran: list[str], source_text: str) -> None:
    asked = bench.ask("clear the shopping list")[-1]
    assert isinstance(asked, AskFinished) and asked.expects_reply and asked.text == "list_clear, right?"
    assert bench.skills.ran == []
    final = bench.ask(reply)[-1]
    assert bench.skills.ran == ran
    assert isinstance(final, AskFinished) and final.text == source_text


def test_another_question_drops_the_confirmation(bench: Bench) -> None:
    bench.ask("clear the shopping list")
    bench.ask("set a timer for ten minutes")
    bench.ask("yes")
    assert bench.skills.ran == ["timer_start"]


def test_a_yes_after_two_minutes_confirms_nothing(bench: Bench) -> None:
    bench.ask("clear the shopping list")
    bench.clock.advance(121)
    bench.ask("yes")
    assert bench.skills.ran == []


def test_basic_hearing_reads_values_back_before_acting(bench: Bench) -> None:
    asked = bench.ask("set a timer for ten minutes", hearing="basic")[-1]
    assert isinstance(asked, AskFinished) and asked.expects_reply
    bench.ask("yes", hearing="basic")
    assert bench.skills.ran == ["timer_start"]


@pytest.mark.parametrize(
    ("text", "hearing", "ran"),
    [
        ("cancel the timer", "basic", []),
        ("mute", "basic", ["volume.mute"]),
        ("cancel the timer", "typed", ["timers.cancel"]),
    ],
)
def test_basic_hearing_takes_nothing_away_unasked(bench: Bench, text: str, hearing: str, ran: list[str]) -> None:
    bench.ask(text, hearing=hearing)
    assert bench.skills.ran == ran
    if not ran:
        bench.ask("yes", hearing=hearing)
        assert bench.skills.ran == ["timers.cancel"]


def test_basic_hearing_answers_harmless_questions_at_once(bench: Bench) -> None:
    bench.ask("qué hora es", hearing="basic")
    assert bench.skills.ran == ["time"]


def test_the_previous_answer_reaches_the_skill(bench: Bench) -> None:
    bench.ask("set a timer for ten minutes")
    final = bench.ask("repeat that")[-1]
    assert isinstance(final, AskFinished)
    assert (final.text, final.control) == ("done timer_start", "repeat")


def test_facts_reach_the_prompt_and_are_shown(bench: Bench) -> None:
    bench.facts.facts = ("the bicycle lives in the shed",)
    bench.engines = [ScriptedEngine("local", ["shed"])]
    events = bench.ask("where does my bicycle sleep")
    assert MemoryRecalled in kinds(events)
    assert "the bicycle lives in the shed" in bench.engines[0].prompts[0][-1].text


def test_facts_and_what_skills_did_stay_on_this_computer(bench: Bench) -> None:
    bench.facts.facts = ("the wifi password is hunter2",)
    bench.ask("set a timer for ten minutes")
    bench.engines = [ScriptedEngine("server", ["no idea"], where="cloud")]
    events = bench.ask("what is the wifi password")
    assert MemoryRecalled not in kinds(events)
    (prompt,) = bench.engines[0].prompts
    sent = " ".join(message.text for message in prompt)
    assert "hunter2" not in sent and "timer for" not in sent and "wifi password" in sent


def test_text_that_waits_when_an_engine_dies_is_shown_and_kept(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["one ", "two ", "three", DIED])]
    events = bench.ask("tell me")
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "one two three"
    assert bench.stored()[-1][:2] == ("assistant", "one two three")


def test_the_last_failure_is_kept_too(bench: Bench) -> None:
    other = EngineError("engine.auth", en="The key is wrong.", es="La clave no vale.")
    bench.engines = [ScriptedEngine("first", ["half", DIED]), ScriptedEngine("second", [other], where="cloud")]
    bench.ask("tell me")
    details = [m.detail for m in bench.log.messages(bench.conversation or "") if m.role == "assistant"]
    assert details == ["The model's process ended.", "The key is wrong."]


@pytest.mark.parametrize("text", ["", "   \n", "\x00"])
def test_nothing_asked_is_nothing_stored(bench: Bench, text: str) -> None:
    (final,) = bench.ask(text)
    assert isinstance(final, AskFailed) and final.code == "ask.empty"
    assert bench.log.conversations() == []


def test_a_question_beyond_the_limit_is_refused_whole(bench: Bench) -> None:
    (final,) = bench.ask("a" * 2_000_001)
    assert isinstance(final, AskFailed) and final.code == "ask.too_long"
    assert bench.log.conversations() == []


@pytest.mark.parametrize("text", ["\ud800 broken", "🙂" * 10, "a\u202eb", "<script>alert(1)</script>", "é" * 100_000])
def test_odd_text_is_answered(bench: Bench, text: str) -> None:
    bench.engines = [ScriptedEngine("local", ["ok"])]
    assert isinstance(bench.ask(text)[-1], AskFinished)


def test_a_skill_that_cannot_says_so(bench: Bench) -> None:
    final = bench.ask("break")[-1]
    assert isinstance(final, AskFailed) and final.sentence == "The mixer is gone."


def test_a_bug_ends_the_run_without_leaking_words(bench: Bench) -> None:
    final = bench.ask("explode")[-1]
    assert isinstance(final, AskFailed) and final.code == "internal"
    assert "secret" not in final.sentence


def test_an_unknown_conversation_is_said(bench: Bench) -> None:
    bench.conversation = "gone"
    final = bench.ask("hello there")[-1]
    assert isinstance(final, AskFailed) and final.code == "conversation.unknown"


def test_every_run_ends_in_exactly_one_final_event(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("a", ["x", DIED]), ScriptedEngine("b", [DIED])]
    for text in ("set a timer for ten minutes", "tell me", "", "break", "explode", "clear the shopping list", "no"):
        events = bench.ask(text)
        assert [isinstance(e, FINAL_EVENTS) for e in events].count(True) == 1
        assert isinstance(events[-1], FINAL_EVENTS)


def test_a_full_disk_while_streaming_is_said_and_shown_text_kept(bench: Bench) -> None:
    def fill() -> None:
        bench.clock.advance(1)
        with bench.database.read() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

    bench.engines = [ScriptedEngine("local", ["shown ", fill, "x" * 200_000])]
    final = bench.ask("tell me")[-1]
    assert isinstance(final, AskFailed) and final.code == "storage.full" and final.text == "shown "
    with bench.database.read() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    assert bench.stored()[-1][1] == "shown "
