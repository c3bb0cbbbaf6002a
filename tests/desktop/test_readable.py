"""What can only be seen can be seen: words in empty fields, and buttons under the pointer."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from jarvis.desktop.colours import ACCENTS, look_of
from jarvis.desktop.stylesheet import stylesheet
from jarvis.desktop.theme import Theme
from tests.desktop.test_richtext import contrast

LEAST = 4.5
"""WCAG 2.1, 1.4.3."""


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_an_empty_field_says_is_drawn_to_be_read(
    qtbot: QtBot, look: str, kind: type[QLineEdit | QPlainTextEdit]
) -> None:
    theme = Theme(look)
    field = kind()
    qtbot.addWidget(field)
    field.setPlaceholderText("HHHH")
    field.resize(160, 60)
    field.show()
    QApplication.processEvents()
    picture = field.grab().toImage()
    inside = range(6, picture.height() - 6)
    drawn = {picture.pixelColor(x, y).name() for x in range(6, picture.width() - 6) for y in inside}
    assert max(contrast(colour, theme.colours.field) for colour in drawn) >= LEAST


@pytest.mark.parametrize("accent", list(ACCENTS))
@pytest.mark.parametrize("dark", [False, True])
def test_a_filled_button_changes_under_the_pointer_and_its_words_stay_clear(accent: str, dark: bool) -> None:
    look = look_of(dark=dark, accent=accent)
    sheet = stylesheet(look)
    for name, filled, words in (("primary", look.accent, look.on_accent), ("danger", look.bad, look.ground)):
        found = re.search(rf'QPushButton\[look="{name}"\]:hover {{ background: (#[0-9a-f]{{6}});', sheet)
        assert found is not None
        assert found[1] != filled
        assert contrast(words, found[1]) >= max(LEAST, contrast(words, filled))


@pytest.mark.parametrize("look", ["", "primary", "danger", "card", "hit", "new"])
def test_a_button_has_as_much_room_for_its_words_with_the_keyboard_on_it(qtbot: QtBot, look: str) -> None:
    Theme("light")
    button = QPushButton("Siguiente")
    button.setProperty("look", look)
    qtbot.addWidget(button)
    button.resize(button.sizeHint())

    def room(state: QStyle.StateFlag) -> QRect:
        option = QStyleOptionButton()
        button.initStyleOption(option)
        option.state = QStyle.StateFlag.State_Enabled | state
        return button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)

    assert room(QStyle.StateFlag.State_HasFocus) == room(QStyle.StateFlag.State_None)
