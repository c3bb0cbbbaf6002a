"""How an answer came about, as it is shown: for live answers and stored ones, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language, StorageError
from jarvis.contracts.spending import LoggedDecision
from jarvis.desktop import decision_texts
from jarvis.desktop.answer import Answer
from jarvis.desktop.decision_facts import Record, figures_of, record_between
from jarvis.desktop.decision_rows import page_of
from jarvis.desktop.decision_table import DecisionTable
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers, started
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, call, wired

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    made = RoutedDesktop(tmp_path)
    made.bench.engines = [ScriptedEngine("small", ["small says so"])]
    return made


@pytest.fixture
def chat(qtbot: QtBot, routed: RoutedDesktop) -> Iterator[Desktop]:
    with started(routed.services) as made:
        wired(made)
        yield made


def stored(routed: RoutedDesktop, model: str = "small", hops: tuple[str, ...] = ()) -> str:
    """Put a question and its answer with their books into the log; returns the conversation."""
    log = routed.bench.log
    kept = log.start_conversation("kept")
    question = log.add_message(kept.id, "user", "hard?")
    log.add_message(kept.id, "assistant", "Yes.", source="model", model=f"{model.rpartition('/')[2]}-model")
    routed.keep_run(question.id, model=model, hops=hops)
    return kept.id


def read(window: DecisionWindow) -> list[str]:
    """Every line in the window, cells of a row joined."""
    lines = [label.text() for label in window.findChildren(QLabel)]
    for table in window.findChildren(DecisionTable):
        lines += [" | ".join(cells) for cells in table.cells()]
    return lines


def why(chat: Desktop, until: Until) -> DecisionWindow:
    answers(chat)[-1].acts.why.click()
    window = chat.window.findChildren(DecisionWindow)[-1]
    until(lambda: window._record is not None)
    return window


SHOWN: dict[Language, list[str]] = {
    "en": [
        "small-model is quick and able enough.",
        "72% · hard",
        "a small model with 31%, a large one with 88%",
        "mathematics",
        "English",
        "Jarvis' classifier",
        "tools",
        "about 1,200\u00a0tokens",
        "small-model | this computer | 0.61 | 66% | nothing | 0.40\u00a0s | 3.2\u00a0s | answered",
        "big-model | cloud | 0.58 | 91% | $0.0042 | 1.5\u00a0s | 12\u00a0s | asks you first",
        "blind: cannot see pictures",
        "a model failed (engine.died)",
        "small-model | answer | 1,234 | 1,000 | 40 | 20 | nothing | 2.5\u00a0s",
    ],
    "es": [
        "72\u00a0% · difícil",
        "un modelo pequeño con 31\u00a0%, uno grande con 88\u00a0%",
        "matemáticas",
        "inglés",
        "el clasificador de Jarvis",
        "herramientas",
        "unos 1.200\u00a0tokens",
        "small-model | este equipo | 0,61 | 66\u00a0% | nada | 0,40\u00a0s | 3,2\u00a0s | respondió",
        "big-model | nube | 0,58 | 91\u00a0% | 0,0042\u00a0$ | 1,5\u00a0s | 12\u00a0s | te pregunta antes",
        "blind: no puede ver imágenes",
        "un modelo falló (engine.died)",
        "small-model | respuesta | 1.234 | 1.000 | 40 | 20 | nada | 2,5\u00a0s",
    ],
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_stored_answer_tells_its_whole_story_after_a_restart(
    chat: Desktop, routed: RoutedDesktop, until: Until, language: Language
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    chat.session.open(stored(routed, hops=("engine.died",)))
    until(lambda: len(answers(chat)) == 1)
    window = why(chat, until)
    lines = read(window)
    assert [line for line in SHOWN[language] if line not in lines] == []
    assert window.windowTitle() == decision_texts.TITLE.to(language)
    assert all(table.accessibleName() for table in window.findChildren(QTableWidget))
    assert all(table.focusPolicy() & Qt.FocusPolicy.TabFocus for table in window.findChildren(QTableWidget))


@pytest.mark.parametrize("width", [360, 493, 760, 1000])
def test_no_table_is_wider_than_the_window(chat: Desktop, routed: RoutedDesktop, until: Until, width: int) -> None:
    routed.settings.set("language", "es")
    chat.apply_settings()
    chat.session.open(stored(routed))
    until(lambda: len(answers(chat)) == 1)
    window = why(chat, until)
    window.resize(width, 600)
    inner = window.page.widget()
    until(lambda: inner.width() == window.page.viewport().width())
    tables = window.findChildren(DecisionTable)
    assert len(tables) == 2
    until(lambda: all(table.horizontalHeader().length() == table.viewport().width() for table in tables))
    assert all(table.geometry().right() <= inner.width() for table in tables)


def test_escape_closes_it_and_the_chat_goes_on(
    chat: Desktop, routed: RoutedDesktop, qtbot: QtBot, until: Until
) -> None:
    chat.session.open(stored(routed))
    until(lambda: len(answers(chat)) == 1)
    window = why(chat, until)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    until(lambda: not chat.window.findChildren(DecisionWindow))


def test_a_live_answer_tells_what_its_events_told_and_the_books_have(
    chat: Desktop, routed: RoutedDesktop, until: Until
) -> None:
    chat.session.ask("hello")
    until(lambda: bool(answers(chat)) and answers(chat)[0].answer.ended and not chat.session.busy)
    lines = read(why(chat, until))
    assert "small-model comes first." in lines and "general knowledge" in lines
    assert any(line.startswith("small-model | this computer") and "answered" in line for line in lines)


def test_a_skill_s_answer_says_that_no_model_was_chosen(chat: Desktop, until: Until) -> None:
    chat.session.ask("set a timer for ten minutes")
    until(lambda: bool(answers(chat)) and answers(chat)[0].answer.ended and not chat.session.busy)
    assert decision_texts.NOT_ROUTED.en in read(why(chat, until))


def test_books_that_cannot_be_read_are_told(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    chat.session.open(stored(routed))
    until(lambda: len(answers(chat)) == 1 and answers(chat)[0]._figures_read)
    trouble = StorageError("x", en="The disk is gone.", es="No hay disco.")

    def broken() -> None:
        raise trouble

    object.__setattr__(chat.desk.services, "spending", broken)
    assert any("The disk is gone." in line for line in read(why(chat, until)))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Model: big-model  ·  20\u00a0tokens/s  ·  $0.0042  ·  2 failed before"),
        ("es", "Modelo: big-model  ·  20\u00a0tokens/s  ·  0,0042\u00a0$  ·  2 fallos antes"),
    ],
)
def test_the_line_under_a_stored_answer_says_what_it_took(
    chat: Desktop, routed: RoutedDesktop, until: Until, language: Language, line: str
) -> None:
    routed.settings.set("language", language)
    chat.apply_settings()
    chat.session.open(stored(routed, model="acme/big", hops=("a.b", "c.d", "stopped")))
    until(lambda: len(answers(chat)) == 1 and answers(chat)[0].footer.by.text() == line)


def test_only_answers_on_the_screen_are_looked_up(chat: Desktop, routed: RoutedDesktop, until: Until) -> None:
    log = routed.bench.log
    kept = log.start_conversation("long")
    for number in range(6):
        asked = log.add_message(kept.id, "user", f"q{number}")
        log.add_message(kept.id, "assistant", "line\n\n" * 3, source="model", model="m")
        routed.keep_run(asked.id)
    chat.session.open(kept.id)
    until(lambda: bool(answers(chat)) and answers(chat)[0].answer.figures is not None)
    until(lambda: not chat.window.view.making)
    assert len(answers(chat)) > 1
    seen = [not one.visibleRegion().isEmpty() for one in answers(chat)]
    assert [one._figures_read for one in answers(chat)] == seen and not all(seen)


def decision(seconds: float, chosen: str) -> LoggedDecision:
    return LoggedDecision(
        seq=1, message_id="q", at=NOON + timedelta(seconds=seconds), candidates=(), chosen=chosen, reason=chosen
    )


def test_every_version_has_its_own_decision_and_calls() -> None:
    moments = {"dead": 1, "a": 5, "b": 20, "late": 31}
    calls = [replace(call("q", name), at=NOON + timedelta(seconds=at)) for name, at in moments.items()]
    decisions = [decision(6, "a"), decision(21, "b")]
    first = record_between(decisions, calls, NOON + timedelta(seconds=2), NOON + timedelta(seconds=15))
    second = record_between(decisions, calls, NOON + timedelta(seconds=15), None)
    assert first.decision is decisions[0] and [one.engine for one in first.calls] == ["dead", "a"]
    assert second.decision is decisions[1] and [one.engine for one in second.calls] == ["b"]
    assert record_between(decisions, calls, NOON + timedelta(seconds=30), None) == Record()
    between = record_between(decisions, calls, NOON + timedelta(seconds=8), NOON + timedelta(seconds=10))
    assert between == Record()


def test_what_is_not_known_is_not_made_up(qapp: object) -> None:
    unpriced = replace(call("q", "acme/big"), cost_usd=None, estimated=True, suspect="odd count")
    figures = figures_of(Record(calls=(call("q"), unpriced)))
    assert figures is not None and figures.cost_usd is None and figures.cloud and figures.estimated
    old = LoggedDecision(seq=1, message_id="q", at=NOON, candidates=(), chosen=None, reason="Old.")
    page = page_of(Answer(ask_id="1"), Record(decision=old, calls=(unpriced,)), Words("en"))
    assert page.reason == "Old." and not page.question and not page.candidates
    assert page.calls[0][6] == "not known" and page.calls[0][8] == "tokens estimated · doubtful: odd count"
    assert figures_of(Record()) is None
