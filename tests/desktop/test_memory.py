"""The memory's window and the memories under an answer, over a real memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QInputDialog, QLineEdit, QMessageBox, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from jarvis.app.build import Jarvis
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import USER, ForgetPreview, Memory, MemoryFilter, MemoryPage, NewMemory
from jarvis.desktop import memory_texts as texts
from jarvis.desktop.memory_acts import what_goes
from jarvis.desktop.memory_card import MemoryCard, parts_of
from jarvis.desktop.memory_window import MemoryWindow
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers, started
from tests.fakes.desktop import FakeDesktop

FACTS = ("The boiler hums at night", "Rex is afraid of thunder", "La contraseña del trastero es girasol")


@pytest.fixture
def stored(jarvis: Jarvis) -> list[Memory]:
    return list(jarvis.memory().add([NewMemory(text=text) for text in FACTS]))


@pytest.fixture
def desktop(qtbot: QtBot, fake: FakeDesktop, jarvis: Jarvis, stored: list[Memory]) -> Iterator[Desktop]:
    with started(replace(fake.services, memory=jarvis.memory, log=jarvis.conversation_log)) as made:
        yield made


@pytest.fixture
def window(desktop: Desktop, qtbot: QtBot, until: Until) -> MemoryWindow:
    qtbot.mouseClick(desktop.window.sidebar.memory_button, Qt.MouseButton.LeftButton)
    assert desktop.memory_window is not None
    made = desktop.memory_window
    until(lambda: len(cards(made)) == len(FACTS))
    return made


def cards(parent: QWidget) -> list[MemoryCard]:
    return [card for card in parent.findChildren(MemoryCard) if not card.isHidden()]


def words_of(parent: QWidget) -> list[str]:
    return [card.memory.text for card in cards(parent)]


def answer_box(parent: QWidget) -> QMessageBox:
    return parent.findChildren(QMessageBox)[-1]


def test_memories_are_listed_newest_first_and_counted(window: MemoryWindow, until: Until) -> None:
    assert words_of(window) == list(reversed(FACTS))
    until(lambda: window.browse.message.text() == texts.FOUND.en.format(shown=3, total=3))


def test_many_memories_are_counted_with_their_thousands(window: MemoryWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    browse = window.browse
    for language, told in (("en", "3 of 12,345"), ("es", "3 de 12.345")):
        monkeypatch.setattr(browse._desk.words, "_language", language)
        browse._show_page(browse._asked, MemoryPage(memories=(), next_before=None, total=12_345))
        assert browse.message.text() == told


def test_a_search_shows_the_best_first(window: MemoryWindow, until: Until) -> None:
    window.browse.search.setText("what does the boiler do")
    until(lambda: bool(words_of(window)) and words_of(window)[0] == FACTS[0])
    window.browse.search.clear()
    until(lambda: len(cards(window)) == len(FACTS))


def test_filters_narrow_the_list(window: MemoryWindow, jarvis: Jarvis, until: Until) -> None:
    window.browse.pinned.setChecked(True)
    until(lambda: window.browse.message.text() == texts.NOTHING_FOUND.en)
    window.browse.pinned.setChecked(False)
    until(lambda: len(cards(window)) == len(FACTS))
    window.browse.kind.setCurrentIndex(4)
    until(lambda: window.browse.message.text() == texts.NOTHING_FOUND.en)


def test_pin_and_privacy_are_kept(window: MemoryWindow, jarvis: Jarvis, until: Until) -> None:
    cards(window)[0].pin_action.trigger()
    until(lambda: jarvis.memories.page(MemoryFilter(pinned=True)).total == 1)
    until(lambda: len(cards(window)) == 3 and cards(window)[0].pin_action.text() == texts.UNPIN.en)
    cards(window)[0].privacy_action.trigger()
    until(lambda: jarvis.memories.page(MemoryFilter(privacy="cloud")).total == 1)
    until(lambda: len(cards(window)) == 3 and cards(window)[0].privacy_action.text() == texts.KEEP_HERE.en)


def test_a_correction_replaces_the_words(window: MemoryWindow, until: Until) -> None:
    (card,) = [card for card in cards(window) if card.memory.text == FACTS[1]]
    card.correct_button.click()
    dialog = window.findChildren(QInputDialog)[-1]
    dialog.setTextValue("Rex is afraid of fireworks")
    dialog.accept()
    until(lambda: "Rex is afraid of fireworks" in words_of(window) and FACTS[1] not in words_of(window))


def test_forgetting_is_asked_about_and_done(window: MemoryWindow, jarvis: Jarvis, until: Until) -> None:
    (card,) = [card for card in cards(window) if card.memory.text == FACTS[0]]
    card.forget_button.click()
    until(lambda: bool(window.findChildren(QMessageBox)))
    box = answer_box(window)
    assert box.informativeText().startswith("1 memory goes. ") and "restore" not in box.informativeText()
    next(button for button in box.buttons() if button.text() == texts.FORGET_DO.en).click()
    until(lambda: FACTS[0] not in words_of(window) and len(cards(window)) == 2)
    assert jarvis.memories.count() == 2


@pytest.mark.parametrize(
    ("memories", "messages", "answers", "language", "told"),
    [
        (1, 0, 0, "en", "1 memory goes."),
        (0, 0, 0, "es", "No se borra ningún recuerdo."),
        (2, 1, 1, "en", "2 memories go. 1 message becomes empty. 1 answer drawn from it becomes empty."),
        (1, 1, 1, "es", "Se borra 1 recuerdo. Queda vacío 1 mensaje. Queda vacía 1 respuesta que se basaba en ello."),
        (1200, 0, 3, "es", "Se borran 1.200 recuerdos. Quedan vacías 3 respuestas que se basaban en ello."),
        (0, 2, 0, "es", "Quedan vacíos 2 mensajes."),
    ],
)
def test_what_forgetting_takes_is_told_without_what_there_is_none_of(
    memories: int, messages: int, answers: int, language: Language, told: str
) -> None:
    preview = ForgetPreview(memories=memories, by_source={}, messages=messages, answers=answers, examples=())
    assert what_goes(preview, Words(language)) == f"{told} {texts.NO_WAY_BACK.to(language)}"


def test_a_memory_that_was_asked_for_says_so_and_not_who_beside_it(desktop: Desktop, stored: list[Memory]) -> None:
    desk = desktop.desk
    asked = replace(stored[0], speaker=USER, source="told")
    assert parts_of(asked, desk)[1:] == ["you asked to remember it"]
    assert parts_of(replace(asked, speaker="Maria"), desk)[1:] == ["Maria", "you asked to remember it"]
    assert parts_of(replace(asked, source="conversation"), desk)[1:] == ["you", "conversation"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_question_names_what_restores_kept_aside_since_it_goes_too(
    window: MemoryWindow, desktop: Desktop, fake: FakeDesktop, jarvis: Jarvis, until: Until, language: str
) -> None:
    names = [f"before-restore-2026010{day}-000000" for day in (1, 2)]
    for name in names:
        (jarvis.folders.home / name).mkdir()
    fake.settings.set("language", language)
    desktop.apply_settings()
    until(lambda: cards(window)[0].forget_button.text() == getattr(texts.FORGET, language))
    cards(window)[0].forget_button.click()
    until(lambda: bool(window.findChildren(QMessageBox)))
    box = answer_box(window)
    told = getattr(texts.FORGET_ASIDE, language).format(names=", ".join(names))
    assert told in box.informativeText()
    next(button for button in box.buttons() if button.text() == getattr(texts.FORGET_DO, language)).click()
    until(lambda: jarvis.memories.count() == 2)
    until(lambda: not any((jarvis.folders.home / name).exists() for name in names))


def test_what_a_person_leaves_is_kept(window: MemoryWindow, jarvis: Jarvis, until: Until) -> None:
    cards(window)[0].forget_button.click()
    until(lambda: bool(window.findChildren(QMessageBox)))
    answer_box(window).reject()
    assert jarvis.memories.count() == 3


def test_a_folder_is_read_and_its_files_are_told(
    window: MemoryWindow, jarvis: Jarvis, tmp_path: Path, until: Until
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "boiler.md").write_text("# Boiler\n\nThe boiler was serviced in May by Ortega.\n", encoding="utf-8")
    (papers / "empty.txt").write_text("", encoding="utf-8")
    window.pages.setCurrentRow(1)
    window.folders.ingest(papers, watch=False)
    until(lambda: window.folders.message.text() == texts.READ_DONE.en.format(done=2))
    reports = {report.path.name: report for report in jarvis.memory().files(papers)}
    assert reports["boiler.md"].state == "indexed"
    assert reports["empty.txt"].state == "skipped" and reports["empty.txt"].why_es
    until(lambda: any(button.text() == texts.FILES.en for button in window.folders.findChildren(QAbstractButton)))


def papers_of(folder: Path, count: int) -> Path:
    papers = folder / "papers"
    papers.mkdir()
    for number in range(count):
        (papers / f"{number:04}.txt").write_text(f"Receipt {number} of the boiler.", encoding="utf-8")
    return papers


def test_quitting_ends_the_reading_and_keeps_what_was_read(
    qtbot: QtBot, fake: FakeDesktop, jarvis: Jarvis, tmp_path: Path, until: Until
) -> None:
    papers = papers_of(tmp_path, 1500)
    with started(replace(fake.services, memory=jarvis.memory, log=jarvis.conversation_log)) as made:
        made.open_memory()
        assert made.memory_window is not None
        page = made.memory_window.folders
        page.ingest(papers)
        until(lambda: page.bar.maximum() == 1500 and page.bar.value() >= 1)
    read = len(jarvis.memory().files(papers))
    assert 0 < read < 1500
    assert [(one.path, one.watched) for one in jarvis.memory().folders()] == [(papers, True)]
    # What follows the folder at the next start goes on where it stopped.
    next(step for step in jarvis.memory().ingest(papers, watch=True, privacy="local") if step.done > read)


def test_the_reading_goes_on_behind_a_closed_window(
    desktop: Desktop, window: MemoryWindow, jarvis: Jarvis, tmp_path: Path, until: Until
) -> None:
    papers = papers_of(tmp_path, 30)
    window.folders.ingest(papers, watch=False)
    window.close()
    until(lambda: window.folders.message.text() == texts.READ_DONE.en.format(done=30))
    assert not window.isVisible() and {one.state for one in jarvis.memory().files(papers)} == {"indexed"}


def test_the_profile_is_edited(window: MemoryWindow, jarvis: Jarvis, until: Until) -> None:
    window.pages.setCurrentRow(2)
    page = window.profile
    page.lines.setPlainText("Called Aurelio\n\nVegetarian")
    page.save.click()
    until(lambda: page.message.text() == texts.PROFILE_SAVED.en)
    assert [line.text for line in jarvis.memory().profile()] == ["Called Aurelio", "Vegetarian"]
    page.lines.setPlainText("x" * 300)
    page.save.click()
    until(lambda: page.message.text() not in {"", texts.PROFILE_SAVED.en})
    assert [line.text for line in jarvis.memory().profile()] == ["Called Aurelio", "Vegetarian"]


def test_an_answer_shows_what_it_drew_on(
    desktop: Desktop, jarvis: Jarvis, stored: list[Memory], qtbot: QtBot, until: Until
) -> None:
    log = jarvis.conversation_log
    conversation = log.start_conversation("Noises")
    log.add_message(conversation.id, "user", "what does the boiler do")
    message = log.add_message(conversation.id, "assistant", "It hums.", source="model", model="m")
    plain = log.add_message(conversation.id, "assistant", "Nothing else.", source="model", model="m")
    jarvis.memories.record_use(message.id, [(stored[0].seq, 0.9)])
    desktop.session.open(conversation.id)
    until(lambda: len(answers(desktop)) == 2)
    shown = {one.answer.message_id: one for one in answers(desktop)}
    assert not shown[plain.id].acts.remembered.isVisibleTo(shown[plain.id])
    shown[message.id].acts.remembered.click()
    until(lambda: words_of(shown[message.id]) == [FACTS[0]])


def test_everything_has_a_name_for_those_who_do_not_see_it(window: MemoryWindow, until: Until) -> None:
    for page in range(3):
        window.pages.setCurrentRow(page)
        for widget in window.findChildren(QWidget):
            if isinstance(widget, QAbstractButton | QComboBox | QLineEdit | QPlainTextEdit) and widget.isVisible():
                assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), widget


def test_the_window_speaks_spanish(desktop: Desktop, fake: FakeDesktop, window: MemoryWindow, until: Until) -> None:
    fake.settings.set("language", "es")
    desktop.apply_settings()
    until(lambda: window.windowTitle() == texts.MEMORY.es)
    assert window.browse.kind.itemText(0) == texts.ANY_KIND.es
    until(lambda: cards(window)[0].forget_button.text() == texts.FORGET.es)
