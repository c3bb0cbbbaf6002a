"""A models' window over a desk of many models, and how a test looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import InputError
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_card import ModelCard
from jarvis.desktop.models_list import ListPage
from jarvis.desktop.models_window import ModelsWindow
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until
from tests.fakes.desk_models import FakeModelDesk
from tests.fakes.desktop import FakeDesktop

REFUSED = InputError("models.refused", en="That cannot be done now.", es="Eso no se puede hacer ahora.")


@dataclass(kw_only=True)
class Shown:
    """A window and what stands behind it."""

    window: ModelsWindow
    desk: Desk
    models: FakeModelDesk
    until: Until

    def page(self, at: int) -> QWidget:
        self.window.pages.setCurrentRow(at)
        late = (
            self.window.here,
            self.window.download,
            self.window.recommended,
            self.window.cloud,
            self.window.importing,
        )[at]
        return late.page

    def list(self, at: int) -> ListPage:
        page = self.page(at)
        assert isinstance(page, ListPage)
        self.until(lambda: page.filled)
        return page

    def card(self, at: int, key: str) -> ModelCard:
        page = self.list(at)
        self.until(lambda: key in page.cards)
        return page.cards[key]

    def said(self) -> str:
        page = self.window.here.page
        assert isinstance(page, ListPage)
        return page.news.message.text()


@contextmanager
def models_shown(qtbot: QtBot, fake: FakeDesktop, until: Until) -> Iterator[Shown]:
    """Yield an open window in English over a `FakeModelDesk`."""
    models, words = FakeModelDesk(), Words("en")
    bridge = Bridge(fake.assistant, lambda: words.language)
    services = replace(fake.services, models=lambda: models)
    desk = Desk(services=services, words=words, theme=Theme("light"), bridge=bridge)
    window = ModelsWindow(desk)
    qtbot.addWidget(window)
    window.show()
    made = Shown(window=window, desk=desk, models=models, until=until)
    made.list(0)
    yield made
    models.let_on.set()
    models.held_trial.set()
    window.transfers.close()
    bridge.close()


def answer(box_parent: QWidget, text: str, until: Until) -> QMessageBox:
    """Press the button named `text` in the question that is asked."""
    until(lambda: bool(box_parent.findChildren(QMessageBox)))
    box = box_parent.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if button.text() == text).click()
    return box


def menu(card: ModelCard) -> list[QAction]:
    """Open the card's menu and return what it offers."""
    opened = card.more.menu()
    opened.aboutToShow.emit()
    return list(opened.actions())


def chosen(card: ModelCard, text: str) -> QAction:
    """Return the entry of the card's menu that says `text`."""
    return next(action for action in menu(card) if action.text() == text)
