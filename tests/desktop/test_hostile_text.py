"""Texts that are meant to do harm: escapes, turned-round writing, a megabyte on one line, tables without end.

What may take long is counted in characters parsed and pieces shown, so that no machine's speed decides.
"""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from jarvis.desktop import answer_texts
from jarvis.desktop.answer_body import SHOWN_CHARACTERS, AnswerBody
from jarvis.desktop.code_block import LONGEST_LINE, CodeBlock
from jarvis.desktop.markdown import LONGEST_OPEN, CodeText, MarkdownStream, Settled, inert
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until, answers, questions
from tests.fakes.desktop import FakeDesktop

ESCAPES = [
    ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
    ("\x1b]8;;http://evil.org\x07press\x1b]8;;\x07", "␛]8;;http://evil.org␇press␛]8;;␇"),
    ("bell\x07 back\x08 form\x0c end", "bell␇ back␈ form␌ end"),
    ("delete\x7f and \x9b31m", "delete␡ and �31m"),
    ("photo\u202egpj.exe", "photo�gpj.exe"),
    ("if \u2066admin\u2069", "if �admin�"),
    ("10%\r20%\r\n30%", "10%\n20%\n30%"),
    ("مرحبا \u200fעולם", "مرحبا \u200fעולם"),
    ("tab\tand nul\x00", "tab\tand nul�"),
]
LINES = {
    "letters": "x" * 1_000_000,
    "words": "word " * 200_000,
    "after a line": "Here:\n" + "y" * 1_000_000,
    "table row": "| a | b |\n|---|---|\n| " + "z" * 1_000_000,
    "table": "| a | b |\n|---|---|\n" + "| one | two |\n" * 60_000,
    "list": "- " + "item " * 200_000,
    "quote": "> " * 300_000,
    "brackets": "[" * 1_000_000,
    "stars": "*a **" * 200_000,
    "lines": "l\n" * 400_000,
    "one fence": "```" + "i" * 500_000,
    "code line": "```js\n" + "c" * 1_000_000,
    "links": "[a](b" * 150_000,
}


@pytest.mark.parametrize(("text", "seen"), ESCAPES)
def test_nothing_in_a_text_acts(desktop: Desktop, fake: FakeDesktop, until: Until, text: str, seen: str) -> None:
    assert inert(text) == seen
    body = AnswerBody(desktop.desk)
    body.show_text(f"{text}\n\n```sh\n{text}\n```\n")
    body.finish()
    until(lambda: not body.busy)
    shown = body.findChildren(RichText)[0].document().toPlainText()
    assert shown.replace("\u2028", "\n").split() == seen.split()
    assert body.findChildren(CodeBlock)[0].code == seen
    body.deleteLater()
    fake.assistant.script = lambda ask_id, request: iter(())
    desktop.session.ask(text)
    until(lambda: bool(answers(desktop)) and bool(questions(desktop)))
    words = desktop.window.view.findChildren(RichText)[0].document().toPlainText()
    assert words.strip() == seen.strip()


def test_a_line_end_cut_in_two_is_one() -> None:
    stream = MarkdownStream()
    pieces = [*stream.feed("```\na\r"), *stream.feed("\nb\r"), *stream.feed("c\n```\n"), *stream.finish()]
    assert "".join(piece.text for piece in pieces if isinstance(piece, CodeText)) == "a\nb\nc\n"


@pytest.mark.parametrize("name", LINES)
def test_no_text_is_parsed_more_than_a_few_times(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = LINES[name]
    parsed: list[int] = []
    parse = MarkdownStream._parse

    def counted(self: MarkdownStream, part: str, *, keep: bool, grows: bool = False) -> object:
        parsed.append(len(part))
        return []

    monkeypatch.setattr(MarkdownStream, "_parse", counted)
    stream = MarkdownStream()
    for at in range(0, len(text), 600):
        stream.feed(text[at : at + 600])
    stream.finish()
    del parse
    assert max(parsed, default=0) <= LONGEST_OPEN + 600
    assert sum(parsed) <= 14 * len(text)


@pytest.mark.parametrize("name", ["letters", "table row", "table", "lines", "code line", "brackets"])
def test_all_of_a_hostile_text_arrives(name: str) -> None:
    text = LINES[name][:30_000]
    stream, seen = MarkdownStream(), 0
    pieces = [piece for at in range(0, len(text), 600) for piece in stream.feed(text[at : at + 600])]
    pieces += stream.finish()
    letter = {"letters": "x", "table row": "z", "table": "w", "lines": "l", "code line": "c", "brackets": "["}[name]
    for piece in pieces:
        if isinstance(piece, Settled):
            seen += sum(token.content.count(letter) for token in piece.tokens if token.type == "inline")
        elif isinstance(piece, CodeText):
            seen += piece.text.count(letter)
    assert seen == text.count(letter)


def test_a_long_table_goes_on_under_the_same_head() -> None:
    stream = MarkdownStream()
    text = "| name | size |\n|:-----|-----:|\n" + "".join(f"| row{n} | {n} |\n" for n in range(600))
    pieces = [piece for at in range(0, len(text), 600) for piece in stream.feed(text[at : at + 600])]
    pieces += stream.finish()
    tables = [piece for piece in pieces if isinstance(piece, Settled)]
    assert len(tables) > 2
    heads = [[token.content for token in piece.tokens if token.type == "inline"][:2] for piece in tables]
    assert all(head == ["name", "size"] for head in heads)
    cells = [token.content for piece in tables for token in piece.tokens if token.type == "inline"]
    assert [cell for cell in cells if cell.startswith("row")] == [f"row{n}" for n in range(600)]


@pytest.mark.parametrize("name", ["letters", "code line", "table"])
def test_a_megabyte_is_shown_in_bounded_pieces(desktop: Desktop, qtbot: QtBot, until: Until, name: str) -> None:
    text = LINES[name]
    body = AnswerBody(desktop.desk)
    around = QScrollArea()
    around.setWidgetResizable(True)
    around.setWidget(body)
    qtbot.addWidget(around)
    around.show()
    body.show_text(text)
    body.finish()
    until(lambda: not body.busy)
    assert body._taken == SHOWN_CHARACTERS
    assert all(one.document().characterCount() < 20_000 for one in body.findChildren(RichText))
    note = body._rest
    assert note is not None and note.isVisible()
    assert "60,000 of " in note.told.text()
    assert note.more.accessibleName() == answer_texts.SHOW_MORE_NAME.en
    note.more.click()
    until(lambda: not body.busy)
    assert body._taken == 2 * SHOWN_CHARACTERS
    assert note.isVisible() and body.text == text


def test_a_text_of_the_usual_length_has_no_such_note(desktop: Desktop, until: Until) -> None:
    body = AnswerBody(desktop.desk)
    body.show_text("word " * 4_000)
    body.finish()
    until(lambda: not body.busy)
    assert body._rest is None
    body.deleteLater()


def test_each_turn_shows_a_little(desktop: Desktop, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast the machine: with no time left, a turn does one step, and the rest follows."""
    monkeypatch.setattr(desktop.desk.slices, "_turn_seconds", -1.0)
    body = AnswerBody(desktop.desk)
    steps: list[int] = []
    step = body._step

    def counted() -> bool:
        steps[-1] += 1
        return step()

    monkeypatch.setattr(body, "_step", counted)
    turn = body._slice

    def turned() -> None:
        steps.append(0)
        turn()

    monkeypatch.setattr(body._more, "_step", turned)
    body.show_text("Some words, and more of them. " * 300)
    body.finish()
    until(lambda: not body.busy)
    assert len(steps) > 20 and set(steps) == {1}
    body.deleteLater()


def test_a_long_line_of_code_is_broken_to_be_seen_and_whole_when_copied(desktop: Desktop) -> None:
    block = CodeBlock(desktop.theme, desktop.words, desktop.bridge, "js")
    line = "".join(f"{n:06d}" for n in range(700))
    for at in range(0, len(line), 600):
        block.add(line[at : at + 600])
    block.add("\nshort\n")
    block.close_code()
    document = block._text.document()
    lengths = []
    one = document.begin()
    while one.isValid():
        lengths.append(one.length() - 1)
        one = one.next()
    assert max(lengths) == LONGEST_LINE and sum(lengths) == len(line) + 5
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    block._text.setTextCursor(cursor)
    block._text.copy()
    assert QGuiApplication.clipboard().text() == f"{line}\nshort"
    block._copy.click()
    assert QGuiApplication.clipboard().text() == f"{line}\nshort"
    block.deleteLater()
