"""What is wider than its line becomes as narrow as that, wherever the line stands, on the screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QGuiApplication, QPdfWriter, QTextDocument

from jarvis.contracts.desktop_ports import DrawnFormula
from jarvis.desktop.colours import LIGHT
from jarvis.desktop.export_maths import FormulasOnPaper
from jarvis.desktop.markdown import MarkdownStream, Settled
from jarvis.desktop.maths import FormulasInText
from jarvis.desktop.richtext import RichWriter
from jarvis.desktop.text_room import LEAST_ROOM, room_at
from tests.desktop.fitting import rightmost
from tests.fakes.formulas import SQUARE

WIDTH = 600.0


class Wide:
    """Draws every formula 300 em wide."""

    def draw(self, latex: str, *, block: bool) -> DrawnFormula | None:
        return DrawnFormula(svg=SQUARE, width=300.0, height=1.5, depth=0.5)

    def close(self) -> None:
        pass


@pytest.fixture(params=["screen", "paper"])
def document(request: pytest.FixtureRequest, qapp: object, tmp_path: Path) -> Iterator[QTextDocument]:
    made = QTextDocument()
    made.setDocumentMargin(0)
    if request.param == "paper":
        writer = QPdfWriter(str(tmp_path / "page.pdf"))
        writer.setResolution(300)
        made.documentLayout().setPaintDevice(writer)
        made.setPageSize(QSizeF(WIDTH * 3, WIDTH * 4))
        yield made
        made.documentLayout().setPaintDevice(None)  # type: ignore[arg-type]
    else:
        made.setTextWidth(WIDTH)
        yield made


@pytest.mark.parametrize(
    "text",
    [
        "$$\nx\n$$",
        "a $x$ b",
        "- a $x$ b",
        "1. one\n   - two\n     - three $x$",
        "- one\n\n  $$\n  x\n  $$",
        "> $$\n> x\n> $$",
        "> > a $x$",
        "> - one\n>   - $x$",
        "- [ ] $x$",
    ],
)
def test_a_formula_is_no_wider_than_its_line(document: QTextDocument, text: str) -> None:
    formulas = FormulasInText(document, FormulasOnPaper(Wide()))
    stream, font = MarkdownStream(), QGuiApplication.font()
    tokens = [
        token
        for piece in [*stream.feed(text), *stream.finish()]
        if isinstance(piece, Settled)
        for token in piece.tokens
    ]
    RichWriter(document, LIGHT, font, font, formulas).write(tokens)
    assert "\ufffc" in document.toPlainText()
    wide = document.textWidth()
    assert document.size().width() <= wide and wide * 0.7 < rightmost(document) <= wide + 0.5


def test_there_is_always_some_room(qapp: object) -> None:
    document = QTextDocument()
    assert room_at(document, 0) is None, "a text without a width is as wide as it needs"
    document.setTextWidth(10)
    assert room_at(document, 0) == LEAST_ROOM
