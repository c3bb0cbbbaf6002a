"""No sentence reaches a person that stands in one language in the code, and no book of texts is left unlooked at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.desktop import models_texts, texts
from tests.desktop.test_texts import BOOKS

FOLDER = Path(texts.__file__).parent
SHOWN = frozenset(
    "addAction addItem addItems addMenu addRow addTab addButton drawText say setAccessibleDescription "
    "setAccessibleName "
    "setButtonText setCancelButtonText setDetailedText setHtml setInformativeText setLabelText setMarkdown "
    "setNameFilter setOkButtonText setPlaceholderText setPlainText setPrefix setStatusTip setSuffix setText setTitle "
    "setToolTip setWhatsThis setWindowTitle showMessage show_status show_trouble QAction QCheckBox QGroupBox QLabel "
    "QMenu QPushButton QRadioButton".split()
)
"""Calls whose words a person sees or hears."""
NO_SENTENCES = frozenset({"FILE", "export"})
"""What is typed into a terminal is the same in every language."""
MARKUP = re.compile(r"<[^>]*>?|[^<]*>|&\w+;|color:|\(\*\.\w+\)")


def words_shown(code: str) -> Iterator[str]:
    """Yield every text of two letters and more that stands in the arguments of a call that shows it."""
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in SHOWN:
            for given in call.args:
                yield from _said(given)


def _said(given: ast.expr) -> Iterator[str]:
    """Yield the texts that make up an argument; those handed on to another call are that call's."""
    parts = [given]
    if isinstance(given, ast.JoinedStr):
        parts = list(given.values)
    elif isinstance(given, ast.BinOp):
        parts = [given.left, given.right]
    elif isinstance(given, ast.IfExp):
        parts = [given.body, given.orelse]
    elif isinstance(given, ast.List | ast.Tuple):
        parts = list(given.elts)
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            told = MARKUP.sub("", part.value).strip(" =")
            if re.search(r"[^\W\d_]{2}", told) and told not in NO_SENTENCES:
                yield told
        elif part is not given:
            yield from _said(part)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_every_word_that_is_shown_comes_from_a_book(file: Path) -> None:
    assert list(words_shown(file.read_text(encoding="utf-8"))) == []


def test_a_sentence_in_the_code_is_found() -> None:
    code = 'label.setText("Hello")\nQLabel(f"{count} files")\nbox.addItem("" if no else "All", "here")'
    code += '\nsay(words(x, "y"))'
    assert list(words_shown(code)) == ["Hello", "files", "All", "here"]
    assert list(words_shown('label.setText("·")\nlog.warning("Hello")\nlabel.setText(f"<b>{x}</b>")')) == []


def test_every_book_of_texts_is_looked_at() -> None:
    known = {Path(str(book.__file__)).name for book in (*BOOKS, models_texts)}
    assert {file.name for file in FOLDER.glob("*texts.py")} == known
