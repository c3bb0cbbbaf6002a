"""A question that is being put in other words: kept over the program's death, dropped when sent, left or deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from jarvis.desktop.keepsake import LONGEST_EDIT, MOST_EDITS, Keepsake
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.question_edit import QuestionEdit
from jarvis.desktop.run import Desktop
from jarvis.memory.leftovers import Leftovers
from jarvis.settings.folders import Folders
from jarvis.storage.quotes import Quotes
from tests.desktop.conftest import Until, started
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, wired


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


@pytest.fixture
def talk(chat: Desktop, until: Until) -> str:
    """A conversation of two questions, in view."""
    for text in ("first", "secnod"):
        chat.session.ask(text)
        until(lambda: not chat.session.busy and bool(chat.session.current))
        until(lambda text=text: shown(chat)[-1:] == [text])  # type: ignore[misc]
    assert chat.session.current is not None
    return chat.session.current


def asked(chat: Desktop) -> list[UserMessage]:
    return [one for one in chat.window.view.shown() if isinstance(one, UserMessage)]


def shown(chat: Desktop) -> list[str]:
    return [one.text for one in asked(chat)]


def edit_of(chat: Desktop, at: int) -> QuestionEdit:
    edit = asked(chat)[at].edit
    assert edit is not None
    return edit


def on_disk(routed: RoutedDesktop) -> str:
    """What the window keeps of itself; empty until it was first written."""
    file = routed.services.home / "desktop.json"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def write(chat: Desktop, qtbot: QtBot, at: int, more: str) -> None:
    """Begin to put a question in other words, by keys."""
    asked(chat)[at].edit_button.click()
    qtbot.keyClicks(edit_of(chat, at).field, more)


def reopen(chat: Desktop, until: Until, talk: str) -> None:
    """Go to a new conversation and back."""
    chat.session.open(None)
    until(lambda: not asked(chat))
    chat.session.open(talk)
    until(lambda: shown(chat) == ["first", "secnod"] and not chat.window.view.making)


def test_it_is_there_again_after_the_program_died(
    chat: Desktop, routed: RoutedDesktop, talk: str, qtbot: QtBot, until: Until
) -> None:
    write(chat, qtbot, 1, ", or the third")
    until(lambda: "secnod, or the third" in on_disk(routed))
    # No more of the first one reaches the disk: a second begins from what is there, as after a kill.
    with started(routed.services) as second:
        until(lambda: shown(second) == ["first", "secnod"] and not second.window.view.making)
        edit = edit_of(second, 1)
        assert edit.field.toPlainText() == "secnod, or the third" and edit.isVisible()
        assert asked(second)[1]._bubble.isHidden() and asked(second)[0].edit is None
        assert not edit.field.hasFocus(), "the keyboard stays in the input"


def test_it_comes_back_with_its_conversation(chat: Desktop, talk: str, qtbot: QtBot, until: Until) -> None:
    write(chat, qtbot, 0, " of all")
    write(chat, qtbot, 1, " too")
    reopen(chat, until, talk)
    assert [edit_of(chat, at).field.toPlainText() for at in (0, 1)] == ["first of all", "secnod too"]


@pytest.mark.parametrize("way", ["escape", "cancel", "same words"])
def test_what_is_left_does_not_come_back(
    chat: Desktop, routed: RoutedDesktop, talk: str, qtbot: QtBot, until: Until, way: str
) -> None:
    write(chat, qtbot, 1, "!")
    until(lambda: "secnod!" in on_disk(routed))
    edit = edit_of(chat, 1)
    if way == "escape":
        qtbot.keyClick(edit.field, Qt.Key.Key_Escape)
    elif way == "cancel":
        edit.cancel.click()
    else:
        qtbot.keyClick(edit.field, Qt.Key.Key_Backspace)
    until(lambda: "secnod" not in on_disk(routed))
    reopen(chat, until, talk)
    assert [one.edit for one in asked(chat)] == [None, None]


def test_what_is_sent_does_not_come_back(
    chat: Desktop, routed: RoutedDesktop, talk: str, qtbot: QtBot, until: Until
) -> None:
    write(chat, qtbot, 0, " of all")
    until(lambda: "first of all" in on_disk(routed))
    qtbot.keyClick(edit_of(chat, 0).field, Qt.Key.Key_Return)
    until(lambda: shown(chat) == ["first of all"] and not chat.session.busy)
    until(lambda: "first of all" not in on_disk(routed))
    until(lambda: asked(chat)[0].versions.label.text() == "2/2")
    asked(chat)[0].versions.previous.click()
    until(lambda: shown(chat) == ["first", "secnod"])
    assert [one.edit for one in asked(chat)] == [None, None]


def test_it_goes_with_its_conversation(
    chat: Desktop, routed: RoutedDesktop, talk: str, qtbot: QtBot, until: Until
) -> None:
    write(chat, qtbot, 1, ", or the third")
    until(lambda: "or the third" in on_disk(routed))
    chat.session.delete(talk)
    until(lambda: "or the third" not in on_disk(routed))


def test_it_goes_with_a_question_that_is_forgotten(
    chat: Desktop, routed: RoutedDesktop, talk: str, qtbot: QtBot, until: Until
) -> None:
    write(chat, qtbot, 1, ", or the third")
    until(lambda: "or the third" in on_disk(routed))
    chat.session.open(None)
    until(lambda: not asked(chat))
    question = routed.bench.log.messages(talk)[2]
    routed.bench.log.close_message(question.id, "complete", text="…")
    chat.session.open(talk)
    until(lambda: shown(chat) == ["first", "…"])
    assert asked(chat)[1].edit is None
    until(lambda: "or the third" not in on_disk(routed))


def test_forgotten_words_are_taken_out_of_it(chat: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "kept"
    home.mkdir()
    keepsake = Keepsake(home, chat.bridge)
    keepsake.keep_edit("c1", "m1", "my PIN is 4711 and")
    keepsake.keep_edit("c1", "m2", "what about the boiler")
    keepsake.save_now()
    Leftovers(Folders(home=home)).clean(Quotes(["my PIN is 4711 and"]))
    assert (keepsake.edit("c1", "m1"), keepsake.edit("c1", "m2")) == ("", "what about the boiler")
    assert keepsake.draft("c1") == ("", "")


def test_no_more_than_so_much_is_kept(chat: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "kept"
    home.mkdir()
    keepsake = Keepsake(home, chat.bridge)
    keepsake.keep_draft("c1", "typed", "")
    for number in range(MOST_EDITS + 3):
        keepsake.keep_edit("c1", f"m{number}", f"words {number}")
    keepsake.keep_edit("c1", "m9", "x" * (LONGEST_EDIT + 1))
    keepsake.save_now()
    drafts = json.loads((home / "desktop.json").read_text(encoding="utf-8"))["drafts"]
    assert len(drafts) == MOST_EDITS and drafts["c1"] == ["typed", ""]
    assert keepsake.edit("c1", "m2") == keepsake.edit("c1", "m9") == "" and keepsake.edit("c1", "m3") == "words 3"
    keepsake.keep_edit("c1", "m9", "y" * LONGEST_EDIT)
    assert keepsake.edit("c1", "m9") == "y" * LONGEST_EDIT
