"""After everything was forgotten no window shows a word of it, no alert rings, nothing comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.app.build import Jarvis
from jarvis.app.data_desk import data_desk
from jarvis.app.window_alerts import WindowAlerts
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import NewMemory
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import AudioChunk
from jarvis.desktop import data_texts
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.memory_card import MemoryCard
from jarvis.desktop.run import Desktop
from jarvis.settings.folders import Folders
from jarvis.voice.announcements import Notice
from tests.desktop.conftest import Until, answers, started
from tests.fakes.desktop import FakeDesktop
from tests.fakes.host import FakeClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORDS = ("zebrafinch", "quokkanut", "okapipills", "lemurdraft", "heronquick")
"""One of each kind: a conversation, a memory, an alert, what was typed and not sent, a quick query."""


class Silent:
    """A voice whose announcements are over at once."""

    def announce(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None,
        still_wanted: Callable[[], bool],
        on_stopped: Callable[[], None],
    ) -> Notice:
        notice = Notice(((text, language),), sound, lambda _: None, still_wanted)
        notice.over.set()
        return notice


class World:
    """A whole Jarvis whose window shows a word of every kind."""

    def __init__(self, jarvis: Jarvis, alerts: WindowAlerts, fake: FakeDesktop) -> None:
        self.jarvis = jarvis
        self.alerts = alerts
        self.rung: list[Alert] = []
        log = jarvis.conversation_log
        self.conversation = log.start_conversation("About a zebrafinch").id
        log.add_message(self.conversation, "user", "Tell me of the zebrafinch")
        log.add_message(self.conversation, "assistant", "A **zebrafinch** sings.", source="model", model="small")
        list(jarvis.memory().add([NewMemory(text="My quokkanut is blue")]))
        self.later = jarvis.alert_book.add("reminder", "okapipills", jarvis.clock.now() + timedelta(hours=1))
        alerts.subscribe(self.rung.append)
        self.services = replace(
            fake.services,
            memory=jarvis.memory,
            log=log,
            alerts=alerts,
            conversations=jarvis.conversation_desk,
            spending=jarvis.spending,
            data=lambda: data_desk(jarvis),
            clock=jarvis.clock,
            home=jarvis.folders.home,
        )


@pytest.fixture
def world(tmp_path: Path, fake: FakeDesktop) -> Iterator[World]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.clock = FakeClock(NOON)
    alerts = WindowAlerts(jarvis, Silent())  # type: ignore[arg-type]
    alerts.start()
    yield World(jarvis, alerts, fake)
    alerts.stop()
    jarvis.close()


def seen() -> set[str]:
    """Which of the words stand anywhere in a window, shown or not: texts, titles, names, tooltips, lists."""
    told: list[str] = []
    for widget in QApplication.allWidgets():
        if not (widget.isVisible() or widget.parentWidget() is not None or widget.layout() is not None):
            continue
        told += [widget.windowTitle(), widget.accessibleName(), widget.toolTip(), _text(widget)]
        model = widget.model() if isinstance(widget, QAbstractItemView) else None
        for row in range(model.rowCount() if model is not None else 0):
            told.append(str(model.index(row, 0).data(Qt.ItemDataRole.DisplayRole)))  # type: ignore[union-attr]
    whole = "\n".join(told)
    return {word for word in WORDS if word in whole}


def _text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        return widget.text()
    return widget.toPlainText() if isinstance(widget, QPlainTextEdit | QTextEdit) else ""


def forget(desktop: Desktop, until: Until) -> None:
    """Type the word for it and press the button, as a person does."""
    desktop.open_settings()
    assert desktop.settings_dialog is not None
    desktop.settings_dialog.go_to("data")
    page = desktop.settings_dialog.page("data")
    assert isinstance(page, DataPage)
    page.word.setText(data_texts.FORGET_WORD.en)
    page.forget_now.click()
    until(lambda: page.message.text().startswith("Gone: "))


def test_no_window_shows_a_word_of_it_and_no_alert_rings(qtbot: QtBot, world: World, until: Until) -> None:
    with started(world.services) as desktop:
        desktop.session.open(world.conversation)
        until(lambda: bool(answers(desktop)))
        desktop.open_memory()
        memory = desktop.memory_window
        assert memory is not None
        until(lambda: bool(memory.findChildren(MemoryCard)))
        desktop.window.composer.input.setPlainText("lemurdraft")
        desktop.quick.input.setText("heronquick")
        desktop.poll()
        until(lambda: {"zebrafinch", "quokkanut", "lemurdraft", "heronquick"} <= seen())
        forget(desktop, until)
        desktop.poll()
        until(lambda: seen() == set())
        world.jarvis.clock.advance(2 * 3600)  # type: ignore[attr-defined]
        assert world.alerts.active() == [] and world.jarvis.alert_book.active() == []
    with started(world.services) as again:
        again.poll()
        assert seen() == set() and again.session.current is None
    assert world.rung == []
