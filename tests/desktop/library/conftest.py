"""A sidebar over stored conversations, and what a person sees of its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QMenu,
)
from pytestqt.qtbot import QtBot

from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.sidebar import Sidebar
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until
from tests.fakes.desk_conversations import HeldSearches, StoredConversations
from tests.fakes.desktop import FakeDesktop
from tests.fakes.formulas import Squares


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[StoredConversations]:
    made = StoredConversations(tmp_path)
    yield made
    made.close()


@pytest.fixture
def held(stored: StoredConversations) -> HeldSearches:
    return HeldSearches(stored.desk)


@pytest.fixture
def squares() -> Squares:
    return Squares()


@pytest.fixture
def desk(
    qapp: object, fake: FakeDesktop, stored: StoredConversations, held: HeldSearches, squares: Squares
) -> Iterator[Desk]:
    services = replace(fake.services, log=stored.log, clock=stored.clock, conversations=lambda: held, formulas=squares)
    made = Desk(services=services, words=Words("en"), theme=Theme("light"), bridge=Bridge(fake.assistant, lambda: "en"))
    yield made
    held.gate.set()
    made.bridge.close()


@pytest.fixture
def sidebar(qtbot: QtBot, desk: Desk) -> Sidebar:
    made = Sidebar(desk)
    qtbot.addWidget(made)
    made.resize(272, 760)
    made.show()
    made.activateWindow()
    return made


def listed(sidebar: Sidebar) -> list[str]:
    return [row.text for row in sidebar.model.rows]


def read(sidebar: Sidebar, until: Until, first: str) -> None:
    """Read the list and wait until its first row is there."""
    sidebar.show_conversations([], None)
    until(lambda: listed(sidebar)[:1] == [first])


def choose(sidebar: Sidebar, text: str) -> None:
    """Put the keyboard's mark on a row."""
    sidebar.list.setFocus()
    sidebar.list.setCurrentIndex(sidebar.model.index(listed(sidebar).index(text)))


def actions(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions() if action.text()}
