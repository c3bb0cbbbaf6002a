"""Small dialogs that ask for words."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from jarvis.desktop import texts
from jarvis.desktop.dialogs import words_wanted
from jarvis.desktop.run import Desktop


@pytest.mark.parametrize("many_lines", [False, True])
def test_the_button_that_keeps_the_words_stands_out_and_the_other_does_not(desktop: Desktop, many_lines: bool) -> None:
    words = desktop.desk.words
    dialog = words_wanted(desktop.window, words, texts.SAVE, texts.SAVE, "before", many_lines=many_lines)
    dialog.show()
    buttons = {button.text(): button.grab().toImage() for button in dialog.findChildren(QPushButton)}
    shown = {name: picture.pixelColor(6, picture.height() // 2).name() for name, picture in buttons.items()}
    accent = desktop.theme.colours.accent
    assert shown[words(texts.SAVE)] == accent
    assert shown[words(texts.CANCEL)] != accent
    dialog.reject()
