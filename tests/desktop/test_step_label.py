"""What is to be copied never keeps the window wide: it is broken where its letters let a line end."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from jarvis.desktop.run import Desktop
from jarvis.desktop.services import Notice
from jarvis.desktop.step_label import StepLabel
from tests.desktop.conftest import Until

PATH = "/home/somebody/.local/share/jarvis/before-2026-11-22/and/some/more/folders/deep/below/others/and/others"


@pytest.mark.parametrize("text", [PATH, "jarvis models download qwen2.5-1.5b " * 3])
def test_it_can_be_a_third_as_wide_as_one_line_and_is_whole_then(qtbot: QtBot, text: str) -> None:
    label = StepLabel(text)
    qtbot.addWidget(label)
    narrow = label.minimumSizeHint().width()
    assert narrow < label.sizeHint().width() / 3
    assert label.heightForWidth(narrow) >= 3 * label.fontMetrics().height()
    assert label.text() == text, "what is selected by hand is what was meant"


def test_without_text_it_takes_no_room_for_one(qtbot: QtBot) -> None:
    label = StepLabel("")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() == 0


def test_a_path_in_a_notice_leaves_the_window_as_narrow_as_it_was(desktop: Desktop, until: Until) -> None:
    window, banners = desktop.window, desktop.window.banners
    window.show()

    def narrowest(step: str) -> int:
        banners.tell(Notice(id="kept", text="Kept.", step=step, kind="info"))
        until(lambda: any(label.isVisible() and label.text() == step for label in banners.findChildren(StepLabel)))
        return window.minimumSizeHint().width()

    assert narrowest(PATH) == narrowest("/home")
