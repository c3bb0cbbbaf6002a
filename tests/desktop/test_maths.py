"""Formulas in answers: what is one, how it comes while it is written, how it stands in its line, how it is copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QImage, QTextCursor

from jarvis.contracts.errors import EngineError
from jarvis.contracts.events import TextDelta
from jarvis.desktop import message_texts as texts
from jarvis.desktop.markdown import MarkdownStream, Settled, Tail
from jarvis.desktop.markdown_maths import LONGEST_FORMULA, MATHS, source_of
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from jarvis.documents.formulas import FormulaDrawer
from jarvis.processes.registry import ChildRegistry
from tests.desktop.conftest import Until, answers, shown, started
from tests.fakes.desktop import FakeDesktop
from tests.fakes.formulas import Squares


def read(text: str, step: int = 0) -> list[str]:
    """The settled text, formulas in guillemets, doubled where they have lines of their own."""
    stream = MarkdownStream()
    parts = [text[at : at + step] for at in range(0, len(text), step)] if step else [text]
    pieces = [piece for part in parts for piece in stream.feed(part)] + stream.finish()
    found = []
    for piece in pieces:
        for token in piece.tokens if isinstance(piece, Settled) else ():
            if token.children:
                found.append("".join(_told(child.type, child.content, child.block) for child in token.children))
    return found


def _told(kind: str, content: str, block: bool) -> str:
    if kind != MATHS:
        return content or ("\n" if kind == "softbreak" else "")
    return f"««{content}»»" if block else f"«{content}»"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("costs $5 and $7", ["costs $5 and $7"]),
        ("cuesta $1 000 y $2 000", ["cuesta $1 000 y $2 000"]),
        ("$5, and 7$ x", ["$5, and 7$ x"]),
        ("US$5-US$7", ["US$5-US$7"]),
        ("$10 per item / $20 for two", ["$10 per item / $20 for two"]),
        ("$HOME/$USER and $PATH", ["$HOME/$USER and $PATH"]),
        ("$x$ and $y^2$.", ["«x» and «y^2»."]),
        ("$ABC$, $5$, $3x + 5 = 20$", ["«ABC», «5», «3x + 5 = 20»"]),
        (r"a \(x+1\) b \[y\] c", ["a «x+1» b «y» c"]),
        ("`$x$` $x$", ["$x$ «x»"]),
        (r"\$x\$ \\(x\\)", [r"$x$ \(x\)"]),
        ("**$a_1*b_2$** _c_", ["«a_1*b_2» c"]),
        ("$a\nb$", ["«a\nb»"]),
        ("$$\na\n= b\n\n- c\n$$\nafter", ["««a\n= b\n\n- c»»", "after"]),
        ("so\n\\[\nx = 1\n\\]\nand", ["so", "««x = 1»»", "and"]),
        ("- item\n  $$\n  x\n  $$\n- two", ["item", "««x»»", "two"]),
        ("> $$\n> q\n> $$\n", ["««q»»"]),
        ("| a | b |\n|---|---|\n| $x$ | \\(y\\) |\n", ["a", "b", "«x»", "«y»"]),
        ("$$a$$ and $$b$$", ["«a» and «b»"]),
        ("$$ never closed\n\nnext\n", ["$$ never closed", "next"]),
        ("$$\n\n$$", ["$$", "$$"]),
        (f"${'x' * LONGEST_FORMULA}$", [f"${'x' * LONGEST_FORMULA}$"]),
    ],
)
def test_what_is_a_formula_whatever_the_pieces_it_comes_in(text: str, found: list[str]) -> None:
    assert read(text) == found
    if len(text) < 200:
        assert read(text, 1) == found
        assert read(text, 3) == found


def test_half_a_formula_is_text_until_it_is_closed() -> None:
    stream = MarkdownStream()
    tails = []
    for part in ("so $x", "^2", "$ is"):
        tails += [piece for piece in stream.feed(part) if isinstance(piece, Tail)]
    assert [[child.type for child in tail.tokens[1].children or []] for tail in tails] == [
        ["text"],
        ["text"],
        ["text", MATHS, "text"],
    ]
    stream = MarkdownStream()
    pieces = stream.feed("$$\na\n\nb\n")
    assert not any(isinstance(piece, Settled) for piece in pieces)
    (tail,) = (piece for piece in pieces if isinstance(piece, Tail))
    assert [child.content for child in tail.tokens[1].children or []] == ["$$\na\n\nb"]


def test_formulas_are_given_back_as_they_were_written() -> None:
    for source in ("$x$", "$$x$$", r"\(x\)", r"\[x\]"):
        stream = MarkdownStream()
        (settled,) = (
            piece for piece in [*stream.feed(f"a {source} b"), *stream.finish()] if isinstance(piece, Settled)
        )
        (token,) = (child for child in settled.tokens[1].children or [] if child.type == MATHS)
        assert source_of(token.content, token.markup) == source


def ask(desktop: Desktop, fake: FakeDesktop, text: str, until: Until) -> RichText:
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text=text)])
    desktop.session.ask("maths")
    until(lambda: len(answers(desktop)) == 1 and answers(desktop)[0].answer.ended and not answers(desktop)[0].body.busy)
    return next(rich for rich in answers(desktop)[0].body.findChildren(RichText) if rich.isVisible())


def objects(rich: RichText) -> list[int]:
    """Where formulas are drawn, as places in the text."""
    return [at for at, letter in enumerate(rich.document().toPlainText()) if letter == "\ufffc"]


def copied(rich: RichText) -> str:
    rich.selectAll()
    rich.copy()
    text = QGuiApplication.clipboard().text()
    # What Python made for the clipboard must not outlive Python, as the offscreen clipboard does.
    QGuiApplication.clipboard().clear()
    return text


def test_latex_is_code_until_its_formula_is_there_and_copies_as_latex(
    qtbot: object, fake: FakeDesktop, until: Until
) -> None:
    squares = Squares()
    squares.gate.clear()
    with started(replace(fake.services, formulas=squares)) as desktop:
        rich = ask(desktop, fake, "so $x^2$ and $bad$ end\n\n$$y$$\n\nlast $x^2$", until)
        source = "so $x^2$ and $bad$ end\n$$y$$\nlast $x^2$"
        assert rich.document().toPlainText() == source
        assert objects(rich) == []
        squares.gate.set()
        until(lambda: len(objects(rich)) == 3 and len(squares.asked) == 3)
        assert rich.document().toPlainText() == "so \ufffc and $bad$ end\n\ufffc\nlast \ufffc"
        assert sorted(squares.asked) == [("bad", False), ("x^2", False), ("y", True)]
        assert copied(rich) == source
        assert rich.accessibleDescription() == source
        rich.selectAll()
        assert answers(desktop)[0].body.selected_text() == source
        answers(desktop)[0].acts.copy.click()
        assert QGuiApplication.clipboard().text() == "so $x^2$ and $bad$ end\n\n$$y$$\n\nlast $x^2$"
        part = rich.textCursor()
        part.setPosition(objects(rich)[2])
        part.setPosition(objects(rich)[2] + 1, QTextCursor.MoveMode.KeepAnchor)
        rich.setTextCursor(part)
        assert rich.selected_text() == "$x^2$"


def inked(image: QImage, area: QRect, colour: int) -> QRect:
    """The smallest area within `area` that has all pixels of exactly this colour."""
    rows = [
        y for y in range(area.top(), area.bottom()) if any(image.pixel(x, y) == colour for x in range(image.width()))
    ]
    columns = [x for x in range(image.width()) if any(image.pixel(x, y) == colour for y in rows)]
    return QRect(min(columns), min(rows), max(columns) - min(columns) + 1, max(rows) - min(rows) + 1)


def test_a_formula_stands_on_the_line_of_its_letters_in_the_colour_of_the_look(
    qtbot: object, fake: FakeDesktop, until: Until
) -> None:
    with started(replace(fake.services, formulas=Squares())) as desktop:
        rich = ask(desktop, fake, "$x^2$ EEE", until)
        until(lambda: len(objects(rich)) == 1)
        em = rich.document().defaultFont().pixelSize()
        if em < 0:
            em = round(rich.document().defaultFont().pointSizeF() * rich.logicalDpiY() / 72)
        line = rich.document().begin().layout().lineAt(0)
        baseline = line.y() + line.ascent()
        for theme in ("light", "dark"):
            fake.settings.set("appearance.theme", theme)
            desktop.apply_settings()
            until(lambda: any(len(objects(one)) == 1 for one in answers(desktop)[0].body.findChildren(RichText)))
            rich = next(one for one in answers(desktop)[0].body.findChildren(RichText) if one.isVisible())
            image = rich.grab().toImage()
            colour = int(desktop.theme.colours.text.removeprefix("#"), 16) | 0xFF000000
            box = inked(image.copy(0, 0, em + 2, image.height()), image.rect(), colour)
            assert abs(box.width() - em) <= 2
            assert abs(box.height() - 1.5 * em) <= 3
            assert abs(box.top() - (baseline - em)) <= 2
            assert box.bottom() < rich.height()


def test_where_nothing_can_draw_the_latex_stays_and_no_one_is_asked_again(
    qtbot: object, fake: FakeDesktop, until: Until
) -> None:
    squares = Squares()
    squares.trouble = EngineError("child.spawn", en="No memory.", es="Sin memoria.")
    with started(replace(fake.services, formulas=squares)) as desktop:
        rich = ask(desktop, fake, "so $x$ and $y$", until)
        until(lambda: len(squares.asked) == 1)
        desktop.session.ask("again")
        until(lambda: len(answers(desktop)) == 2 and answers(desktop)[1].answer.ended)
        assert len(squares.asked) == 1
        assert shown(answers(desktop)[0]) == "so $x$ and $y$"
        assert objects(rich) == []


def test_a_table_is_copied_as_spreadsheets_take_it(qtbot: object, fake: FakeDesktop, until: Until) -> None:
    with started(replace(fake.services, formulas=Squares())) as desktop:
        rich = ask(desktop, fake, "Look:\n\n| name | area |\n|---|---|\n| a **b** | $x^2$ |\n| c |  |", until)
        until(lambda: len(objects(rich)) == 1)
        block = rich.document().begin()
        labels = []
        while block.isValid():
            cursor = QTextCursor(block)
            menu = rich.menu_at(rich.cursorRect(cursor).center())
            labels.append([action for action in menu.actions() if action.text() == texts.COPY_TABLE.en])
            block = block.next()
        assert labels[0] == []
        (act,) = labels[1]
        act.trigger()
        assert QGuiApplication.clipboard().text() == "name\tarea\na b\t$x^2$\nc\t"


def test_a_real_formula_in_a_real_answer(qtbot: object, fake: FakeDesktop, until: Until, tmp_path: Path) -> None:
    drawer = FormulaDrawer(logs=tmp_path / "logs", registry=ChildRegistry(tmp_path / "run"), seconds=60.0)
    with started(replace(fake.services, formulas=drawer)) as desktop:
        rich = ask(desktop, fake, r"so \(\frac{a}{b}\) and $\frac{a$ and costs $5 and $7", until)
        until(lambda: len(objects(rich)) == 1)
        assert copied(rich) == r"so \(\frac{a}{b}\) and $\frac{a$ and costs $5 and $7"
        assert rich.height() > rich.fontMetrics().height() * 1.3
    drawer.close()
