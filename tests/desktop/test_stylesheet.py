"""The style sheet as it is seen: what has the keyboard shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop.theme import Theme


@pytest.fixture
def theme(qapp: object) -> Iterator[Theme]:
    yield Theme("light")


def test_a_field_of_several_lines_shows_the_keyboard_as_one_of_a_single_line_does(theme: Theme, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = QVBoxLayout(holder)
    single, several, composer = QLineEdit(), QPlainTextEdit(), QPlainTextEdit()
    composer.setObjectName("input")
    for field in (single, several, composer):
        layout.addWidget(field)
    holder.show()
    with qtbot.waitActive(holder):
        holder.activateWindow()
    for field, framed in ((single, True), (several, True), (composer, False)):
        field.setFocus()
        qtbot.waitUntil(field.hasFocus)
        assert (edge(field) == theme.colours.accent) == framed
        others = [other for other in (single, several, composer) if other is not field]
        assert all(edge(other) != theme.colours.accent for other in others)


def edge(field: QWidget) -> str:
    """The colour in the middle of the left edge."""
    return QColor(field.grab().toImage().pixel(0, field.height() // 2)).name()
