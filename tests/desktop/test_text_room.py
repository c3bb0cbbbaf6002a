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
from jarvis.desktop.text_room import LEAST_ROOM, room_at, share_of
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


def write(document: QTextDocument, text: str) -> None:
    formulas = FormulasInText(document, FormulasOnPaper(Wide()))
    stream, font = MarkdownStream(), QGuiApplication.font()
    tokens = [
        token
        for piece in [*stream.feed(text), *stream.finish()]
        if isinstance(piece, Settled)
        for token in piece.tokens
    ]
    RichWriter(document, LIGHT, font, font, formulas).write(tokens)


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
        "| a |\n|-|\n| $x$ |",
        "| name | formula |\n|-|-|\n| a name | $x$ |\n| another | b |",
        "| a | b |\n|-|-|\n| $x$ | $x$ |",
        f"| name | formula |\n|-|-|\n| {'many words ' * 20} | a $x$ b |",
        "> | a | b |\n> |-|-|\n> | $x$ | c |",
    ],
)
def test_a_formula_is_no_wider_than_its_line(document: QTextDocument, text: str) -> None:
    write(document, text)
    assert "\ufffc" in document.toPlainText()
    wide = document.textWidth()
    assert document.size().width() <= wide and wide * 0.7 < rightmost(document) <= wide + 0.5


def test_there_is_always_some_room(qapp: object) -> None:
    document = QTextDocument()
    assert room_at(document, 0) is None, "a text without a width is as wide as it needs"
    document.setTextWidth(10)
    assert room_at(document, 0) == LEAST_ROOM


def test_a_column_beside_short_words_has_what_these_leave(document: QTextDocument) -> None:
    write(document, "| n | formula |\n|-|-|\n| a | $x$ |\n| b | short |")
    at, wide = document.toPlainText().index("\ufffc"), document.textWidth()
    assert wide * 0.8 < (room_at(document, at) or 0.0) < wide
    share = room_at(document, at, 1.0)
    assert share is not None and share < wide / 2, "what fits into its share of all columns needs no other's"


def test_what_the_columns_need_is_counted_again_when_the_text_changes(document: QTextDocument) -> None:
    write(document, "| n | formula |\n|-|-|\n| a | $x$ |")
    at = document.toPlainText().index("\ufffc")
    before = room_at(document, at)
    cursor = document.find("n")
    cursor.insertText("many words " * 20)
    after = room_at(document, document.toPlainText().index("\ufffc"))
    assert before is not None and after is not None and after < before * 0.7


@pytest.mark.parametrize(
    ("needs", "share"),
    [
        ([500.0], 300.0),
        ([500.0, 400.0], 150.0),
        ([500.0, 50.0], 250.0),
        ([20.0, 500.0, 120.0, 500.0], 280.0 / 3),
        ([20.0, 90.0, 500.0, 100.0], 95.0),
        ([100.0, 50.0], 250.0),
    ],
)
def test_columns_share_what_there_is(needs: list[float], share: float) -> None:
    found = share_of(needs, 300.0)
    assert found == pytest.approx(share)
    assert sum(min(need, found) for need in needs) <= 300.0
