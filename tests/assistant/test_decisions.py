"""The pure parts of answering: language, confirmation, prompt."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.assistant.confirmation import confirmation_of
from jarvis.assistant.language import language_of
from jarvis.assistant.prompt import prompt_for, turns_within, turns_worth_telling
from jarvis.contracts.memory import Recalled, Recollection
from jarvis.contracts.messages import ChatMessage, Role, StoredMessage
from tests.fakes.assistant import remembered_row


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France?", "en"),
        ("¿Cuál es la capital de Francia?", "es"),
        ("explica la fotosíntesis", "es"),
        ("write a poem about the sea", "en"),
        ("dime algo sobre los volcanes", "es"),
        ("niño", "es"),
        ("how do I say hola in German", "en"),
        ("cómo se dice thank you en alemán", "es"),
    ],
)
def test_language_is_told_from_small_words(text: str, language: str) -> None:
    assert language_of(text, "es" if language == "en" else "en") == language


@pytest.mark.parametrize("text", ["", "42", "🙂", "Beethoven", "ok"])
@pytest.mark.parametrize("usual", ["en", "es"])
def test_what_tells_nothing_stays_in_the_usual_language(text: str, usual: str) -> None:
    assert language_of(text, usual) == usual  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", True),
        ("Yes!", True),
        ("Sí.", True),
        ("vale", True),
        ("go ahead", True),
        ("hey jarvis, yes please", True),
        ("no", False),
        ("No, gracias", False),
        ("don't", False),
        ("never mind", False),
        ("yes, delete it", True),
        ("yeah go ahead", True),
        ("yes, please do it", True),
        ("y", True),
        ("sí, bórrala", True),
        ("sí, adelante", True),
        ("vale, hazlo", True),
        ("no, déjalo", False),
        ("no don't do it", False),
        ("no, no lo hagas", False),
        ("n", False),
        ("yes but tell me the time first", None),
        ("sí, pon un temporizador", None),
        ("no quiero que llueva", None),
        ("right now what time is it", None),
        ("yes or no", None),
        ("what time is it", None),
        ("no idea what you mean", None),
        ("", None),
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert confirmation_of(text) is answer


def message(role: Role, text: str) -> StoredMessage:
    return StoredMessage(
        id="m", conversation_id="c", role=role, text=text, state="complete", created_at=datetime.now(UTC)
    )


def prompt(
    question: str, history: list[StoredMessage], facts: tuple[str, ...] = (), hour: int = 9
) -> list[ChatMessage]:
    items = tuple(Recalled(memory=remembered_row(fact), score=1.0) for fact in facts)
    return prompt_for(
        question,
        history=history,
        remembered=Recollection(items=items, lines=tuple(item.memory.text for item in items)),
        leaving=False,
        language="en",
        today=datetime(2026, 11, 20, hour, tzinfo=UTC),
        spoken=False,
        budget_tokens=1000,
    )


def test_the_prompt_starts_the_same_all_day_and_whatever_is_recalled() -> None:
    history = [message("user", "a"), message("assistant", "b")]
    morning, evening = prompt("c", history), prompt("c", history, ("fact",), hour=21)
    assert morning[:-1] == evening[:-1]
    assert "fact" in evening[-1].text


def test_unanswered_turns_keep_roles_alternating() -> None:
    history = [message("assistant", "x"), message("user", "a"), message("user", "b"), message("assistant", "c")]
    roles = [m.role for m in prompt("d", [*history, message("user", "lost")])]
    assert roles == ["system", "user", "assistant", "user"]


def told(turns: list[tuple[str, str | None]], *, leaving: bool) -> list[str]:
    history = []
    for text, source in turns:
        history += [message("user", f"{text}?"), replace(message("assistant", text), source=source)]  # type: ignore[arg-type]
    return [m.text for m in turns_worth_telling(history, leaving=leaving)]


def test_a_model_does_not_see_what_nothing_could_answer() -> None:
    assert told([("a", "model"), ("b", "none"), ("c", "skill")], leaving=False) == ["a?", "a", "c?", "c"]


def test_what_skills_answered_does_not_leave_the_computer() -> None:
    assert told([("a", "model"), ("b", "none"), ("c", "skill"), ("d", "model")], leaving=True) == ["a?", "a", "d?", "d"]


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(100, 1000))
def test_history_fits_its_budget_and_keeps_the_newest(sizes: list[int], budget: int) -> None:
    turns = [ChatMessage(role="user", text="x" * size) for size in sizes]
    kept = turns_within(turns, budget)
    assert sum(len(turn.text) for turn in kept) <= budget
    assert kept == turns[len(turns) - len(kept) :]


@given(st.lists(st.integers(1, 100), min_size=2, max_size=200))
def test_the_start_of_the_history_moves_seldom(sizes: list[int]) -> None:
    turns = [ChatMessage(role="user", text="x" * size) for size in sizes]
    starts = [n - len(turns_within(turns[:n], 1000)) for n in range(1, len(turns) + 1)]
    moves = sum(a != b for a, b in itertools.pairwise(starts))
    # Each move frees at least half of the budget less one turn, so that many characters come between two moves.
    assert moves <= sum(sizes) // 400 + 1
