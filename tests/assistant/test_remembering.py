"""What is remembered goes with a question, stays where it must, is shown, quoted and noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.assistant.prompt import prompt_for
from jarvis.assistant.remembered import may_leave, stays
from jarvis.contracts.events import AskFinished, EngineNoticed, MemoryRecalled
from jarvis.contracts.memory import MemoryPrivacy, ProfileLine, Recalled, Recollection
from jarvis.guard.redaction import PatternRedactor
from tests.assistant.bench import Bench, kinds
from tests.fakes.assistant import ScriptedEngine, remembered_row

PRIVACY = st.sampled_from(["local", "cloud"])
SECRETS = st.lists(st.tuples(PRIVACY, st.booleans()), max_size=8)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "jarvis.sqlite3")


def recollection(rows: list[tuple[MemoryPrivacy, bool]]) -> Recollection:
    """Return profile lines and items in turn, each with a word of its own that tells where it may be."""
    profile, items, lines = [], [], []
    for number, (privacy, in_profile) in enumerate(rows):
        word = f"{privacy}word{number}x"
        if in_profile:
            profile.append(ProfileLine(id=number, text=f"Likes {word}", privacy=privacy))
        else:
            items.append(Recalled(memory=remembered_row(word, privacy, number), score=0.5))
            lines.append(f"[8 May 2026] you: {word}")
    return Recollection(profile=tuple(profile), items=tuple(items), lines=tuple(lines))


def prompt_text(rows: list[tuple[MemoryPrivacy, bool]], *, leaving: bool) -> str:
    messages = prompt_for(
        "what do I like",
        history=[],
        remembered=recollection(rows),
        leaving=leaving,
        language="en",
        today=datetime(2026, 11, 21, tzinfo=UTC),
        spoken=False,
        budget_tokens=1000,
    )
    return "\n".join(message.text for message in messages)


@given(SECRETS)
def test_a_prompt_that_leaves_never_has_what_must_stay(rows: list[tuple[MemoryPrivacy, bool]]) -> None:
    text = prompt_text(rows, leaving=True)
    assert "localword" not in text
    assert all(f"cloudword{n}x" in text for n, (privacy, _) in enumerate(rows) if privacy == "cloud")


@given(SECRETS)
def test_a_prompt_that_stays_has_everything(rows: list[tuple[MemoryPrivacy, bool]]) -> None:
    text = prompt_text(rows, leaving=False)
    assert all(f"{privacy}word{n}x" in text for n, (privacy, _) in enumerate(rows))


@given(SECRETS)
def test_what_may_leave_stays_in_order_and_paired(rows: list[tuple[MemoryPrivacy, bool]]) -> None:
    kept = may_leave(recollection(rows))
    assert [item.memory.text in line for item, line in zip(kept.items, kept.lines, strict=True)] == [True] * len(
        kept.items
    )
    assert may_leave(kept) == kept


def test_an_answer_that_took_up_a_private_line_of_the_profile_stays() -> None:
    told = Recollection(profile=(ProfileLine(id=1, text="Lives in Bilbao", privacy="local"),))
    assert stays(told, "where should I eat", "In Bilbao there is a good place.")
    assert not stays(told, "what is it like in Bilbao", "Bilbao is a city.")
    assert not stays(told, "what is two and two", "Four.")


def test_a_memory_that_may_leave_goes_along_and_the_rest_does_not(bench: Bench) -> None:
    bench.facts.facts = ("the bicycle costs hunter2",)
    bench.facts.shared = ("the bicycle is red",)
    bench.facts.profile = (ProfileLine(id=1, text="Called Aurelio", privacy="local"),)
    bench.engines = [ScriptedEngine("server", ["red"], where="cloud")]
    events = bench.ask("tell me about my bicycle")
    (prompt,) = bench.engines[0].prompts
    sent = " ".join(message.text for message in prompt)
    assert "the bicycle is red" in sent
    assert "hunter2" not in sent and "Aurelio" not in sent
    assert [question.leaving for question in bench.facts.asked] == [True]
    assert any(isinstance(event, MemoryRecalled) for event in events)


def test_recalled_memories_can_be_shown_and_opened(bench: Bench) -> None:
    bench.facts.facts = ("the bicycle lives in the shed",)
    bench.engines = [ScriptedEngine("local", ["shed"])]
    (recalled,) = [e for e in bench.ask("where is the bicycle") if isinstance(e, MemoryRecalled)]
    (row,) = recalled.items
    assert (row["id"], row["text"], row["when"]) == ("m1", "the bicycle lives in the shed", "2026-05-08T12:00:00+00:00")
    answer = bench.log.messages(bench.conversation or "")[-1]
    assert bench.facts.uses == [(answer.id, ("the bicycle lives in the shed",))]


@pytest.mark.parametrize("models", [[ScriptedEngine("local", ["shed"])], []])
def test_what_kept_the_memory_from_being_better_is_told(bench: Bench, models: list[ScriptedEngine]) -> None:
    bench.facts.notice, bench.engines = "Found by words for now.", list(models)
    (told,) = [e for e in bench.ask("where is the bicycle") if isinstance(e, EngineNoticed)]
    assert (told.code, told.sentence) == ("memory.notice", "Found by words for now.")


def test_the_profile_is_in_every_prompt_here(bench: Bench) -> None:
    bench.facts.profile = (ProfileLine(id=1, text="Called Aurelio", privacy="local"),)
    bench.engines = [ScriptedEngine("local", ["hi"])]
    bench.ask("tell me a joke")
    assert "Called Aurelio" in bench.engines[0].prompts[0][0].text


def test_what_was_said_before_helps_the_memory(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["It is red."])]
    bench.ask("what colour is the bicycle")
    bench.ask("and where does it live")
    assert bench.facts.asked[-1].before == "It is red."


def test_the_memory_answers_word_for_word_without_a_model(bench: Bench) -> None:
    bench.facts.facts = ("my sister's birthday is on 3 March",)
    bench.facts.quotes = {"when is my sister's birthday": "On 8 May you told me: “my sister's birthday is on 3 March”."}
    bench.engines = [ScriptedEngine("local", ["I do not know"])]
    events = bench.ask("when is my sister's birthday")
    final = events[-1]
    assert isinstance(final, AskFinished) and final.source == "memory"
    assert "3 March" in final.text and MemoryRecalled in kinds(events)
    assert not bench.engines[0].prompts
    stored = bench.log.messages(bench.conversation or "")[-1]
    assert (stored.source, stored.detail) == ("memory", "stays")
    assert bench.facts.uses == [(stored.id, ("my sister's birthday is on 3 March",))]


def test_who_asks_the_same_again_wants_a_model(bench: Bench) -> None:
    bench.facts.quotes = {"when is it": "On 8 May you told me."}
    bench.engines = [ScriptedEngine("local", ["In March."])]
    assert bench.ask("when is it")[-1].source == "memory"  # type: ignore[attr-defined]
    assert bench.ask("when is it")[-1].source == "model"  # type: ignore[attr-defined]


@pytest.mark.parametrize("wanted", [{"deep": True}, {"model": "local"}])
def test_who_wants_a_model_gets_one(bench: Bench, wanted: dict[str, object]) -> None:
    bench.facts.quotes = {"when is it": "On 8 May you told me."}
    bench.engines = [ScriptedEngine("local", ["In March."])]
    assert bench.ask("when is it", **wanted)[-1].source == "model"  # type: ignore[attr-defined]


def test_a_quotation_does_not_leave_with_the_next_question(bench: Bench) -> None:
    bench.facts.facts = ("the code is hunter2",)
    bench.facts.quotes = {"what is the code": "You told me: “the code is hunter2”."}
    bench.ask("what is the code")
    server = ScriptedEngine("server", ["blue"], where="cloud")
    bench.engines = [server]
    bench.ask("what colour is the sea")
    assert "hunter2" not in " ".join(message.text for message in server.prompts[0])


def test_without_a_model_the_memory_still_tells_what_it_has(bench: Bench) -> None:
    bench.facts.facts = ("the boiler was serviced by Ortega",)
    final = bench.ask("who looked after the boiler")[-1]
    assert isinstance(final, AskFinished) and final.source == "memory"
    assert "serviced by Ortega" in final.text
    assert bench.ask("who painted this")[-1].source == "none"  # type: ignore[attr-defined]


def test_what_a_skill_does_not_keep_is_looked_for_in_the_memory(bench: Bench) -> None:
    bench.skills.unknown.add("set a timer for ten minutes")
    assert bench.ask("set a timer for ten minutes")[-1].source == "skill"  # type: ignore[attr-defined]
    bench.facts.facts = ("the timer in the kitchen is broken",)
    bench.engines = [ScriptedEngine("local", ["It is broken."])]
    assert bench.ask("set a timer for ten minutes")[-1].source == "model"  # type: ignore[attr-defined]
    bench.facts.quotes = {"set a timer for ten minutes": "You told me that it is broken."}
    assert bench.ask("set a timer for ten minutes")[-1].source == "memory"  # type: ignore[attr-defined]


def test_a_statement_is_noted_when_no_model_can_talk_about_it(bench: Bench) -> None:
    bench.facts.learned = ("My sister is called Ana.",)
    final = bench.ask("my sister is called Ana")[-1]
    assert isinstance(final, AskFinished)
    assert (final.source, final.text) == ("memory", "I will remember: “My sister is called Ana”.")
    bench.engines = [ScriptedEngine("local", ["A lovely name."])]
    assert bench.ask("my sister is called Ana")[-1].source == "model"  # type: ignore[attr-defined]


def test_only_the_memories_that_were_shown_are_sent_after_a_yes(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="ask")
    bench.facts.shared = ("the bicycle is red",)
    bench.engines = [ScriptedEngine("server", ["It is red."], where="cloud")]
    bench.ask("tell me about my bicycle")
    bench.facts.shared = ("the bicycle is red", "the bicycle was stolen")
    bench.ask("yes")
    (prompt,) = bench.engines[0].prompts
    sent = " ".join(message.text for message in prompt)
    assert "the bicycle is red" in sent and "stolen" not in sent


def test_a_memory_with_personal_data_stays_where_the_settings_say_so(bench: Bench) -> None:
    bench.facts.shared = ("my bicycle shop is 612 345 678", "my bicycle is red")
    bench.able(redactor=PatternRedactor(lambda: ()))
    bench.options = replace(bench.options, personal_data="stay")
    bench.engines = [ScriptedEngine("server", ["Red."], where="cloud")]
    bench.ask("what colour is my bicycle")
    (prompt,) = bench.engines[0].prompts
    sent = " ".join(message.text for message in prompt)
    assert "my bicycle is red" in sent and "345" not in sent


def test_an_earlier_question_is_no_answer(bench: Bench) -> None:
    bench.facts.facts = ("who painted the garden gate?",)
    assert bench.ask("who painted the garden gate")[-1].source == "none"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "answer"),
    [("I am 41 years old.", "At 41, sleep matters."), ("I am diabetic.", "With diabetes, eat slowly.")],
)
def test_other_forms_of_a_private_line_count_too(line: str, answer: str) -> None:
    told = Recollection(profile=(ProfileLine(id=1, text=line, privacy="local"),))
    assert stays(told, "what should I do", answer)


def test_what_nobody_can_talk_about_is_said_to_be_kept(bench: Bench) -> None:
    bench.facts.kept = True
    told, asked = bench.ask("Lily lost a tooth")[-1], bench.ask("who lost a tooth?")[-1]
    assert isinstance(told, AskFinished) and told.text.endswith("What you said is remembered all the same.")
    assert isinstance(asked, AskFinished) and "all the same" not in asked.text
    spanish = bench.ask("he perdido las llaves", language="es")[-1]
    assert isinstance(spanish, AskFinished) and "queda recordado" in spanish.text
