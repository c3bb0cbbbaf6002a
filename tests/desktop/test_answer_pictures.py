"""Pictures that stand in an answer itself: shown as they are, and what only pretends to be one is its words."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QTextCursor
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from jarvis.desktop.answer_body import SHOWN_CHARACTERS, AnswerBody
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.picture_sieve import MOST_BASE64, SHOWN_BASE64, EncodedPicture, PictureSieve
from jarvis.desktop.picture_text import KEPT_SIDE, decoded
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until
from tests.desktop.fitting import rightmost
from tests.fakes.pictures import claimed_png, png

OBJECT = "\ufffc"
GIF = base64.b64decode("R0lGODlhAgABAIAAAMAgIP///yH5BAAAAAAALAAAAAACAAEAAAICBAoAOw==")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def saved(form: str, width: int = 40, height: int = 30) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#c02020"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form, 80)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def noisy_png() -> bytes:
    """A PNG of some 250 kB: more than an answer shows at once, were it text."""
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    state = 1
    for y in range(300):
        for x in range(300):
            state = state * 1_103_515_245 + 12_345 & 0x7FFFFFFF
            image.setPixel(x, y, state >> 4)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


@pytest.fixture
def around(qtbot: QtBot) -> QScrollArea:
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.resize(500, 400)
    qtbot.addWidget(made)
    return made


def body_of(desktop: Desktop, around: QScrollArea, until: Until, text: str, step: int = 0) -> AnswerBody:
    """Show an answer, all at once or `step` characters at a time."""
    body = AnswerBody(desktop.desk)
    around.setWidget(body)
    around.show()
    for at in range(0, len(text), step or len(text)):
        body.show_text(text[: at + (step or len(text))])
    body.finish()
    until(lambda: not body.busy)
    return body


def rich(body: AnswerBody) -> RichText:
    return next(one for one in body.findChildren(RichText) if one.isVisibleTo(body))


def plain(body: AnswerBody) -> str:
    return rich(body).document().toPlainText()


def colours(body: AnswerBody) -> set[str]:
    """What an answer is drawn in."""
    seen = rich(body).grab().toImage()
    return {seen.pixelColor(x, y).name() for x in range(0, seen.width(), 3) for y in range(0, seen.height(), 3)}


@pytest.mark.parametrize("form", ["png", "jpeg", "gif", "webp"])
@pytest.mark.parametrize("step", [0, 7])
def test_a_picture_in_an_answer_is_shown(
    desktop: Desktop, around: QScrollArea, until: Until, form: str, step: int
) -> None:
    data = GIF if form == "gif" else png(40, 30) if form == "png" else saved(form)
    text = f"Look:\n\n![a red field](data:image/{form};base64,{coded(data)})\n\nThat was it."
    body = body_of(desktop, around, until, text, step)
    until(lambda: OBJECT in plain(body))
    assert plain(body) == f"Look:\n{OBJECT}\nThat was it."
    if form == "png":
        assert "#c81e1e" in colours(body)
    whole = QTextCursor(rich(body).document())
    whole.select(QTextCursor.SelectionType.Document)
    rich(body).setTextCursor(whole)
    assert body.selected_text() == "Look:\na red field\nThat was it."
    assert rich(body).accessibleDescription() == "Look:\na red field\nThat was it."
    assert body.text == text, "what is copied and stored is the answer as it was written"


def test_its_words_are_told_where_the_mouse_stays(desktop: Desktop, around: QScrollArea, until: Until) -> None:
    picture = f"data:image/png;base64,{coded(png(40, 30))}"
    body = body_of(desktop, around, until, f"![a red field]({picture}) ![]({picture})![]({picture})")
    until(lambda: plain(body) == f"{OBJECT} {OBJECT}{OBJECT}")
    cursor = QTextCursor(rich(body).document())
    cursor.setPosition(1)
    assert cursor.charFormat().toolTip() == "a red field"
    cursor.setPosition(3)
    assert cursor.charFormat().toolTip() == "Picture"


def test_a_large_picture_is_as_wide_as_the_text_and_no_gap_is_below(
    desktop: Desktop, around: QScrollArea, until: Until
) -> None:
    body = body_of(desktop, around, until, f"![w](data:image/png;base64,{coded(png(2_000, 1_000))})")
    until(lambda: plain(body) == OBJECT)
    text = rich(body)
    width = text.document().textWidth()
    assert 300 < width < 520 and text.document().idealWidth() <= width + 1
    assert width / 2 <= text.height() < width / 2 + 40
    text.document().setTextWidth(200)
    assert 100 <= text.document().size().height() < 140, "and follows where the column becomes narrower"


NESTED = {
    "text": "*",
    "list": "- before\n- *",
    "numbers": "1. before\n\n   *",
    "task": "- [ ] *",
    "list in a list in a list": "- one\n  - two\n    - *",
    "below an item of the third list": "- one\n  - two\n    - three\n\n      *",
    "quotation": "> *",
    "quotation in a quotation": "> > > *",
    "list in a quotation": "> - one\n>   1. *",
    "quotation in a list": "- one\n\n  > *",
    "words on both sides": "- one\n  - before * after",
    "six lists": "\n".join(f"{'  ' * deep}- {deep}" for deep in range(5)) + "\n" + "  " * 5 + "- *",
    "table": "| a |\n|-|\n| * |",
    "head of a table": "| * | b |\n|-|-|\n| 1 | 2 |",
    "table with short words": "| name | look |\n|-|-|\n| a name of words | * |\n| `code` | c |",
    "table with sentences": f"| name | look |\n|-|-|\n| {'some words of a sentence ' * 8} | * |",
    "two columns of pictures": "| a | b | c |\n|-|-|-|\n| * | * | some words |\n| * | 2 | 3 |",
    "words and pictures on a line of a cell": "| a | b |\n|-|-|\n| one * two * | x |",
    "five columns": "| a | b | c | d | e |\n|-|-|-|-|-|\n| 1 | two | * | * | five |",
    "table in a quotation": "> | a | b |\n> |-|-|\n> | * | x |",
}


@pytest.mark.parametrize("where", NESTED)
def test_a_large_picture_fits_wherever_it_stands(
    desktop: Desktop, around: QScrollArea, until: Until, where: str
) -> None:
    picture = f"![w](data:image/png;base64,{coded(png(2_000, 1_000))})"
    body = body_of(desktop, around, until, NESTED[where].replace("*", picture))
    until(lambda: OBJECT in plain(body))
    text, document = rich(body), rich(body).document()
    for width in (480, 340):
        around.resize(width, 400)
        QApplication.processEvents()
        room = text.viewport().width()
        assert 200 < room <= width and document.textWidth() == room
        assert document.idealWidth() <= room and document.size().width() <= room
        assert text.horizontalScrollBar().maximum() == 0
        assert rightmost(document) <= room


def test_a_picture_longer_than_what_is_shown_at_once_takes_no_room_of_the_words(
    desktop: Desktop, around: QScrollArea, until: Until
) -> None:
    data = coded(noisy_png())
    assert len(data) > 2 * SHOWN_CHARACTERS
    body = body_of(desktop, around, until, f"![noise](data:image/png;base64,{data})\n\nThe end.")
    until(lambda: OBJECT in plain(body))
    assert plain(body) == f"{OBJECT}\nThe end." and body._rest is None


def test_a_picture_that_is_a_link_still_is_one(desktop: Desktop, around: QScrollArea, until: Until) -> None:
    picture = f"![red](data:image/png;base64,{coded(png())})"
    body = body_of(desktop, around, until, f"[{picture}](https://a.example/)")
    until(lambda: plain(body) == OBJECT)
    cursor = QTextCursor(rich(body).document())
    cursor.setPosition(1)
    assert cursor.charFormat().anchorHref() == "https://a.example/" == cursor.charFormat().toolTip()


def test_in_code_it_stays_as_it_was_written(desktop: Desktop, around: QScrollArea, until: Until) -> None:
    long = "A" * 40_000
    fenced = f"![x](data:image/png;base64,{long})"
    body = body_of(desktop, around, until, f"```md\n{fenced}\n```\n\nand `![y](data:image/png;base64,{long})`.", 700)
    assert body.findChildren(CodeBlock)[0].code == fenced
    assert plain(body) == f"and ![y](data:image/png;base64,{'A' * SHOWN_BASE64}…)."


BROKEN = {
    "decompression bomb": f"data:image/png;base64,{coded(claimed_png(60_000, 60_000))}",
    "one side too long": f"data:image/png;base64,{coded(png(4_097, 1))}",
    "broken": f"data:image/png;base64,{coded(png()[:40])}",
    "no base64": "data:image/png;base64,====A",
    "empty": "data:image/png;base64,",
    "svg as png": f"data:image/png;base64,{coded(SVG)}",
    "svg as webp": f"data:image/webp;base64,{coded(SVG)}",
    "png as gif": f"data:image/gif;base64,{coded(png(40, 30))}",
    "jpeg as png": f"data:image/png;base64,{coded(saved('jpeg'))}",
    "too long": f"data:image/png;base64,{'A' * (MOST_BASE64 + 4)}",
    "not base64": "data:image/png;charset=utf-8,PNG",
}


NEVER_ASKED = {"too long", "not base64"}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_shown_is_its_words(desktop: Desktop, around: QScrollArea, until: Until, name: str) -> None:
    body = body_of(desktop, around, until, f"a ![a red field]({BROKEN[name]}) b ![]({BROKEN[name]})")
    asked = body._pictures._decoded
    assert bool(asked) == (name not in NEVER_ASKED), "what can be tried is tried"
    assert [decoded(one) for one in asked] == [None] * len(asked)
    until(lambda: not desktop.bridge._jobs.waiting)
    assert plain(body) == "a a red field b Picture"
    assert all(found is None for found in asked.values())


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/pdf"])
def test_other_data_is_nothing_but_text(desktop: Desktop, around: QScrollArea, until: Until, kind: str) -> None:
    data = coded(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    body = body_of(desktop, around, until, f"![x](data:{kind};base64,{data}) [y](data:{kind};base64,{data})")
    assert OBJECT not in plain(body) and not body._pictures._decoded
    assert plain(body).startswith(f"![x](data:{kind};base64,")
    block = rich(body).document().begin()
    assert not any(form.format.isAnchor() for form in block.textFormats())


def test_a_remote_picture_is_a_link_with_its_words(desktop: Desktop, around: QScrollArea, until: Until) -> None:
    body = body_of(desktop, around, until, "![a field](https://pictures.example/a.png)")
    assert plain(body) == "a field"
    (form,) = rich(body).document().begin().textFormats()
    assert form.format.anchorHref() == "https://pictures.example/a.png"


def test_a_picture_that_was_cut_off_is_its_words(desktop: Desktop, around: QScrollArea, until: Until) -> None:
    body = body_of(desktop, around, until, f"![a field](data:image/png;base64,{coded(noisy_png())[:100_000]}")
    assert plain(body) == "a field"


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A data URL begins with data:image/png;base64,", "A data URL begins with data:image/png;base64,"),
        ("as in data:image/png;base64,iVBO", "as in data:image/png;base64,iVBO"),
        ("![a field](data:image/png;base64,", "a field"),
        ("![a field](<data:image/png;base64,iVBO", "a field"),
    ],
)
def test_a_beginning_as_the_last_words_is_closed_only_where_it_is_a_picture(
    desktop: Desktop, around: QScrollArea, until: Until, text: str, shown: str, step: int
) -> None:
    assert plain(body_of(desktop, around, until, text, step)) == shown


def test_words_are_gone_through_for_pictures_only_where_there_are_any(
    desktop: Desktop, around: QScrollArea, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored: list[str] = []
    before = PictureSieve.restored

    def noted(sieve: PictureSieve, text: str) -> str:
        restored.append(text)
        return before(sieve, text)

    monkeypatch.setattr(PictureSieve, "restored", noted)
    assert plain(body_of(desktop, around, until, "One *two*.\n\nThree.", 3)) == "One two.\nThree."
    assert not restored
    assert plain(body_of(desktop, around, until, "One `data:image/png;base64,QUJD` two.")) == (
        "One data:image/png;base64,QUJD two."
    )
    assert restored


def test_characters_that_stand_for_pictures_mean_nothing_in_an_answer(
    desktop: Desktop, around: QScrollArea, until: Until
) -> None:
    picture = f"![red](data:image/png;base64,{coded(png())})"
    body = body_of(desktop, around, until, f"{picture} \U0010f001 ![b](data:image/png;base64,\U0010f001)")
    until(lambda: OBJECT in plain(body))
    assert plain(body) == f"{OBJECT} \ufffd b"


def test_a_large_picture_is_kept_smaller() -> None:
    found = decoded(EncodedPicture(form="png", base64=coded(png(4_000, 1_000))))
    assert found is not None
    image, size = found
    assert size == QSize(4_000, 1_000) and image.size() == QSize(KEPT_SIDE, KEPT_SIDE // 4)
