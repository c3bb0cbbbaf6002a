"""Labels that take their height from their width: what stands under an answer, and commands to copy."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop.step_label import StepLabel
from jarvis.desktop.theme import SCALES, Theme
from jarvis.desktop.wrapped_label import WrappedLabel

COMMAND = "jarvis models download qwen2.5-1.5b"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_a_wrapped_label_is_as_high_as_its_words_when_wide_again_after_it_was_narrow(window: QWidget) -> None:
    label = WrappedLabel("small")
    column = QVBoxLayout(window)
    column.addWidget(label)
    column.addStretch()
    label.setText("Model: qwen2.5-7b:q4_k_m  ·  20 tokens/s  ·  1,000 tokens read from cache")
    heights = []
    for width in (900, 160, 900):
        window.resize(width, 400)
        window.show()
        QApplication.processEvents()
        heights.append(label.height())
    assert heights[1] > 2 * heights[0] and heights[2] == heights[0]
    label.setText("")
    assert label.height() <= heights[0]


def test_a_wrapped_label_follows_a_larger_text(window: QWidget) -> None:
    label = WrappedLabel("")
    QVBoxLayout(window).addWidget(label)
    label.setText("One line of words")
    window.resize(600, 100)
    window.show()
    before, font = label.height(), label.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    label.setFont(font)
    assert label.height() > 1.5 * before


@pytest.mark.parametrize("size", list(SCALES))
def test_a_command_stands_in_one_line_where_there_is_room_and_is_broken_between_words_where_not(
    window: QWidget, size: str
) -> None:
    theme = Theme("light")
    theme._size = size
    theme.use("light")
    step = StepLabel(COMMAND)
    step.setFont(theme.mono())
    beside = QHBoxLayout()
    beside.addWidget(step)
    beside.addStretch()
    column = QVBoxLayout(window)
    column.addLayout(beside)
    column.addStretch()
    line = step.fontMetrics().height()
    for width, lines in ((1200, 1), (step.minimumSizeHint().width() + 40, 3)):
        window.resize(width, 400)
        window.show()
        QApplication.processEvents()
        assert (step.height() - 10) // line == lines
        assert step.text() == COMMAND
    theme._size = "normal"
    theme.use("light")
