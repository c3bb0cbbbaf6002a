"""Every window in both languages and looks, at 100, 150 and 200 %, with the largest text too: no text is cut, nothing
stands on something else, and all can be reached and named.

The pictures are kept to be seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language
from tests.desktop.fitting import cut_texts
from tests.desktop.pictures import ASKED, own_title
from tests.desktop.reaching import nameless, unreached

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "pictures"
"""Out of git; whoever wants to see what the windows look like looks here."""

LIMIT_SECONDS = 240.0


WALKS = [
    ("en", "light", "1", "normal"),
    ("en", "dark", "1", "normal"),
    ("es", "light", "1", "normal"),
    ("es", "dark", "1", "normal"),
    ("en", "light", "1.5", "normal"),
    ("es", "dark", "1.5", "normal"),
    ("en", "dark", "2", "normal"),
    ("es", "light", "2", "normal"),
    ("en", "light", "1.5", "very_large"),
    ("es", "dark", "1.5", "very_large"),
    ("en", "light", "2", "very_large"),
    ("es", "dark", "2", "very_large"),
]
"""Language, theme, scale and size of text: at every scale each language and each theme; a walk takes 15 to 25 s."""


def test_every_scale_and_size_is_walked_in_each_language_and_each_theme() -> None:
    scales = {("1", "normal"), *((scale, text) for scale in ("1.5", "2") for text in ("normal", "very_large"))}
    for index, wanted in ((0, {"en", "es"}), (1, {"light", "dark"})):
        seen = {at: {walk[index] for walk in WALKS if walk[2:] == at} for at in scales}
        assert seen == dict.fromkeys(scales, wanted)


@pytest.mark.parametrize(("language", "theme", "scale", "text"), WALKS)
def test_no_text_is_cut_and_the_keyboard_reaches_everything(language: str, theme: str, scale: str, text: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.desktop.pictures", str(PICTURES), language, theme, text],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 20
    wrong = {name: {kind: some for kind, some in kinds.items() if some} for name, kinds in found.items()}
    assert {name: kinds for name, kinds in wrong.items() if kinds} == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_title_in_the_pictures_ends_between_two_words(language: Language) -> None:
    title = own_title(language)
    assert title.endswith("…") and ASKED[language].startswith(f"{title[:-1]} ")


def test_what_is_cut_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    wrapped = QLabel("one two three four five six seven eight nine ten")
    wrapped.setWordWrap(True)
    wrapped.setFixedSize(60, 20)
    line, button, box, field = QLabel("a whole line of words"), QPushButton("Press it"), QCheckBox("Tick"), QLineEdit()
    field.setPlaceholderText("a name that is rather long")
    for widget in (line, button, box, field):
        widget.setFixedWidth(30)
    roomy = QLabel("fine")
    for widget in (wrapped, line, button, box, field, roomy):
        layout.addWidget(widget)
    window.show()
    assert cut_texts(window) == [
        "QCheckBox: Tick",
        "QLabel: a whole line of words",
        "QLabel: one two three four five six seven eight nine ten",
        "QLineEdit: a name that is rather long",
        "QPushButton: Press it",
    ]


def test_a_word_without_room_and_what_stands_on_something_are_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    word, under, above, beside = (
        QLabel(text, window) for text in ("a/very_long_word, yes", "under", "above", "beside")
    )
    word.setTextFormat(Qt.TextFormat.PlainText)
    word.setWordWrap(True)
    word.setGeometry(0, 0, 60, 300)
    under.setGeometry(100, 0, 90, 20)
    above.setGeometry(150, 10, 90, 20)
    beside.setGeometry(240, 10, 90, 20)
    window.show()
    assert cut_texts(window) == ["QLabel: a/very_long_word, yes", "QLabel: under on above"]


def test_what_has_no_name_or_is_out_of_reach_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    named, bare, skipped = QPushButton("Named"), QPushButton("Bare"), QPushButton("Skipped")
    named.setAccessibleName("Named")
    skipped.setAccessibleName("Skipped")
    skipped.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    for widget in (named, bare, skipped):
        layout.addWidget(widget)
    window.show()
    qtbot.waitExposed(window)
    assert nameless(window) == ["QPushButton: "]
    assert unreached(window) == ["QPushButton: Skipped"]
