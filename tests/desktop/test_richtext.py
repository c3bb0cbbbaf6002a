"""Hostile answers do nothing: no image is asked for, no link but a web address exists, markup is shown as text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextCharFormat, QTextDocument, QTextTable
from pytestqt.qtbot import QtBot

from jarvis.desktop import texts
from jarvis.desktop.addresses import web_address
from jarvis.desktop.colours import DARK, LIGHT
from jarvis.desktop.markdown import MarkdownStream, Settled
from jarvis.desktop.richtext import RichWriter
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until, started
from tests.fakes.desktop import FakeDesktop

HOSTILE = [
    ("<script>alert(1)</script>", "<script>alert(1)</script>", []),
    ('<img src="http://x.org/a.png">', '<img src="http://x.org/a.png">', []),
    ("<a href='http://x.org'>press</a>", "<a href='http://x.org'>press</a>", []),
    ("![cat](http://x.org/cat.png)", "cat", ["http://x.org/cat.png"]),
    ("![cat](file:///etc/passwd)", "cat", []),
    ("[press](javascript:alert(1))", "[press](javascript:alert(1))", []),
    ("[press](JaVaScRiPt:alert(1))", "[press](JaVaScRiPt:alert(1))", []),
    ("[press](data:text/html,hi)", "[press](data:text/html,hi)", []),
    ("[press](file:///etc/passwd)", "[press](file:///etc/passwd)", []),
    ("[press](ftp://x.org)", "press", []),
    ("[press](smb://x/y)", "press", []),
    ("[ok](https://x.org/a?b=c)", "ok", ["https://x.org/a?b=c"]),
    (
        "See https://x.org/a, or (www.x.org).",
        "See https://x.org/a, or (www.x.org).",
        ["https://x.org/a", "https://www.x.org"],
    ),
    ("`https://x.org` and ``www.x.org``", "https://x.org and www.x.org", []),
    ("javascript:https://x.org/%0aalert(1)", "javascript:https://x.org", []),
    ("data:text/html,https://x.org file:///www.x.org", "data:text/html,", ["https://x.org"]),
    ("[https://x.org](javascript:alert(1))", "[https://x.org](javascript:alert(1))", ["https://x.org"]),
    ("[https://bank.org](https://x.org)", "https://bank.org", ["https://x.org"]),
    ("[https://bank.org](ftp://x.org)", "https://bank.org", []),
    ("https://x.org/\u202egpj.exe", "https://x.org/\ufffdgpj.exe", []),
    ("https://bank.org\u2044x.org/ www.bank.org\u200b.x.org", "https://bank.org", []),
    ("- a\n\n      https://x.org\n", "https://x.org", []),
    ("[ann](mailto:ann@x.org?subject=Hi)", "ann", ["mailto:ann@x.org?subject=Hi"]),
    ("<ann@x.org>", "ann@x.org", ["mailto:ann@x.org"]),
    ("[ann](mailto:ann@x.org?attach=/etc/passwd)", "ann", []),
    ("[ann](mailto:ann@x.org?subject=a%0d%0aBcc:eve@x.org)", "ann", []),
    ("<style>*{color:red}</style>", "<style>*{color:red}</style>", []),
    ("a\ufdd0b\ufffcc", "a\ufffdb\ufffdc", []),
    ("&lt;b&gt; &amp;", "<b> &", []),
    ("| <b>a</b> | b |\n|-|-|\n| <img src=x onerror=y> | [z](javascript:1) |", "<img src=x onerror=y>", []),
]


def rendered(desktop: Desktop, text: str) -> RichText:
    rich = RichText(desktop.theme, desktop.words, texts.ANSWER)
    stream = MarkdownStream()
    for piece in [*stream.feed(text), *stream.finish()]:
        if isinstance(piece, Settled):
            rich.append_tokens(piece.tokens)
    return rich


def links(document: QTextDocument) -> list[str]:
    found: list[str] = []
    block = document.begin()
    while block.isValid():
        for piece in block:
            form = piece.fragment().charFormat()
            assert not form.isImageFormat()
            if form.isAnchor():
                found.append(form.anchorHref())
        block = block.next()
    return found


@pytest.mark.parametrize(("text", "shown", "allowed"), HOSTILE)
def test_hostile_content_is_text(desktop: Desktop, text: str, shown: str, allowed: list[str]) -> None:
    rich = rendered(desktop, text)
    assert shown in rich.document().toPlainText()
    assert links(rich.document()) == allowed
    rich.deleteLater()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ms-calculator:",
        "http://",
        "",
        "mailto:",
        "mailto:a@x.org?attach=/etc/passwd",
    ],
)
def test_a_click_on_anything_but_a_web_address_is_refused(
    desktop: Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    rich = rendered(desktop, "x")
    with qtbot.waitSignal(rich.refused, timeout=60_000):
        rich.anchorClicked.emit(QUrl(address))
    assert opened == []
    rich.deleteLater()


def test_nothing_is_ever_loaded(desktop: Desktop) -> None:
    rich = rendered(desktop, "x")
    assert rich.loadResource(2, QUrl("http://x.org/a.png")) is None
    rich.deleteLater()


def test_tables_lists_and_code_keep_their_shape(desktop: Desktop) -> None:
    rich = rendered(desktop, "| a | b |\n|:-|-:|\n| 1 | 2 |\n\nafter\n\n3. x\n4. y\n   - z")
    plain = rich.document().toPlainText().split("\n")
    assert [line for line in plain if line] == ["a", "b", "1", "2", "after", "x", "y", "z"]
    block = rich.document().begin()
    found = {}
    while block.isValid():
        if block.textList() is not None:
            found[block.text()] = (block.textList().itemText(block), block.textList().format().indent())
        block = block.next()
    assert found["x"] == ("3.", 1)
    assert found["y"] == ("4.", 1)
    assert found["z"][1] == 2
    rich.deleteLater()


def test_tasks_are_boxes(desktop: Desktop) -> None:
    rich = rendered(
        desktop, "- [ ] open **now**\n- [x] done\n  - [X] inner\n- [y] neither\n- [link](https://x.org)\n\n1. [ ] one"
    )
    found = {}
    block = rich.document().begin()
    while block.isValid():
        found[block.text()] = (block.textList() is not None, block.blockFormat().indent())
        block = block.next()
    assert list(found) == ["☐\u00a0open now", "☑\u00a0done", "☑\u00a0inner", "[y] neither", "link", "☐\u00a0one"]
    assert found["☐\u00a0open now"] == (False, 1) and found["☑\u00a0inner"] == (False, 2)
    assert found["[y] neither"][0]
    rich.deleteLater()


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1", "2,500", "-3.5"], True),
        (["12 %", "", "7%"], True),
        (["$1,200.50", "€3", "n/a"], True),
        (["1 GB", "512 MiB", "—"], True),
        (["3,5 €", "1.200"], True),
        (["1", "two"], False),
        (["2026-11-21", "2026-11-22"], False),
        (["v1.2", "v1.3"], False),
        (["", ""], False),
        (["192.168.0.1 is it"], False),
    ],
)
def test_numbers_stand_right(desktop: Desktop, cells: list[str], right: bool) -> None:
    body = "".join(f"| n | {cell} | {cell} |\n" for cell in cells)
    rich = rendered(desktop, f"| a | b | c |\n|---|---|:--|\n{body}")
    table = next(frame for frame in rich.document().rootFrame().childFrames() if isinstance(frame, QTextTable))
    shown = [
        bool(table.cellAt(1, column).firstCursorPosition().blockFormat().alignment() & Qt.AlignmentFlag.AlignRight)
        for column in range(3)
    ]
    assert shown == [False, right, False]
    rich.deleteLater()


def test_a_table_beyond_all_measure_is_shown_as_plain_lines(desktop: Desktop) -> None:
    row = "|" + "|".join("x" * 3 for _ in range(60)) + "|"
    rich = rendered(desktop, f"{row}\n|{'-|' * 60}\n{row}")
    assert "xxx | xxx" in rich.document().toPlainText()
    rich.deleteLater()


@pytest.mark.parametrize("text", ["http://[::1", "https://", "HTTPS://x.org", " https://x.org ", "httpsx://x.org"])
def test_web_address(text: str) -> None:
    assert web_address(text) == (text.strip() if "x.org" in text and "httpsx" not in text else None)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_text_can_be_read(look: object) -> None:
    grounds = {
        "text": (
            "ground",
            "side",
            "raised",
            "field",
            "bubble",
            "hover",
            "accent_soft",
            "warn_soft",
            "bad_soft",
            "code",
        ),
        "muted": ("ground", "side", "raised", "field", "hover", "warn_soft", "accent_soft"),
        "accent": ("ground", "raised", "accent_soft"),
        "on_accent": ("accent",),
        "good": ("field", "ground"),
        "bad": ("field", "ground"),
        "syntax_keyword": ("code",),
        "syntax_string": ("code",),
        "syntax_number": ("code",),
        "syntax_comment": ("code",),
        "syntax_name": ("code",),
    }
    for front, backs in grounds.items():
        for back in backs:
            assert contrast(getattr(look, front), getattr(look, back)) >= 4.5, (front, back)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_wide_table_scrolls_sideways_and_the_text_around_it_does_not(desktop: Desktop, qtbot: QtBot) -> None:
    heads = " | ".join(f"column {number}" for number in range(14))
    text = "many words " * 40
    rich = rendered(desktop, f"{text}\n\n| {heads} |\n|{'---|' * 14}\n| {heads} |\n\n{text}")
    qtbot.addWidget(rich)
    rich.resize(500, 10)
    rich.show()
    rich.fit()
    bar = rich.horizontalScrollBar()
    assert bar.maximum() > 300
    assert rich.height() >= rich.document().size().height() + bar.sizeHint().height()
    for block in (rich.document().begin(), rich.document().lastBlock()):
        layout = block.layout()
        assert layout.lineCount() > 3
        assert all(layout.lineAt(at).naturalTextWidth() <= rich.viewport().width() for at in range(layout.lineCount()))
    qtbot.keyClick(rich, Qt.Key.Key_Right)
    assert bar.value() > 0
    narrow = rendered(desktop, "| a | b |\n|-|-|\n| 1 | 2 |")
    qtbot.addWidget(narrow)
    narrow.resize(500, 10)
    narrow.show()
    narrow.fit()
    assert narrow.horizontalScrollBar().maximum() == 0
    assert narrow.height() == narrow.minimumHeight() <= narrow.document().size().height() + 1


def test_code_is_written_once_after_the_first_picture_so_that_no_answer_pays_for_the_first(
    qtbot: QtBot, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats, written = RichWriter._code_format, []

    def noted(writer: RichWriter, top: QTextCharFormat) -> QTextCharFormat:
        written.append(writer._document)
        return formats(writer, top)

    monkeypatch.setattr(RichWriter, "_code_format", noted)
    with started(fake.services) as desktop:
        assert not written, "not before the window is there"
        until(lambda: bool(written))
        documents = [text.document() for text in desktop.window.findChildren(RichText)]
        assert all(document is not one for document in written for one in documents), "where nobody sees it"
        assert [document.toPlainText() for document in written] == ["code"]
