"""Pictures that stand in an answer itself: shown as they are, and what only pretends to be one is its words."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QTextCursor
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from jarvis.desktop import picture_sieve
from jarvis.desktop.answer_body import SHOWN_CHARACTERS, AnswerBody
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.picture_sieve import MOST_BASE64, MOST_PICTURES, SHOWN_BASE64, EncodedPicture, PictureSieve
from jarvis.desktop.picture_text import KEPT_SIDE, decoded
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.conftest import Until
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
    until(lambda: not desktop.bridge._jobs._work_queue.qsize())
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


def test_only_so_many_pictures_are_kept() -> None:
    sieve = PictureSieve()
    out = "".join(sieve.feed(f"![{n}](data:image/png;base64,QUJD)") for n in range(MOST_PICTURES + 2))
    assert [sieve.picture(one) is not None for one in out.split("![")[1:]] == [True] * MOST_PICTURES + [False] * 2


def test_too_long_a_picture_is_not_held() -> None:
    sieve = PictureSieve()
    out = sieve.feed("![x](data:image/gif;base64,")
    for _ in range(2 * MOST_BASE64 // 100_000):
        out += sieve.feed("A" * 100_000)
    assert sieve._parts == []
    out += sieve.feed(") end")
    assert len(out) < 60 and out.endswith(") end") and sieve.picture(out) is None


def test_a_large_picture_is_kept_smaller() -> None:
    found = decoded(EncodedPicture(form="png", base64=coded(png(4_000, 1_000))))
    assert found is not None
    image, size = found
    assert size == QSize(4_000, 1_000) and image.size() == QSize(KEPT_SIDE, KEPT_SIDE // 4)


def sieved(pieces: Iterable[str]) -> tuple[str, list[EncodedPicture], str]:
    """What goes out of a text that comes in `pieces`, its pictures, and what is shown of it as words."""
    sieve = PictureSieve()
    out = "".join([*map(sieve.feed, pieces), sieve.finish()])
    found = [sieve.picture(each) for each in out if each >= "\U0010f000"]
    return out, [each for each in found if each is not None], sieve.restored(out)


PARTS = [
    *("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/", "data", "base64,", "AAA=", "x ", " "),
    *("\n", "\r\n", "`", "``", "```", "````", "~~~", "~~~~", "md", "> ", "- ", "1. "),
    *("![a](", "](", "](<", "<", ">", ")", "é", "\U0001f600", "\U0010f001", "w" * 118, "w" * 130),
]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.data())
def test_how_a_text_is_cut_into_pieces_changes_nothing(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=12).map(sorted))
    whole = sieved([text])
    assert sieved(text[at:end] for at, end in pairwise([0, *cuts, len(text)])) == whole
    assert sieved(text) == whole, "character by character, as every line is read on its own"


LINES = "abc\n" * 500
FENCED = "```\ndata:image/png;base64,QUJD\n```\n"


@pytest.mark.parametrize(
    ("text", "left", "pictures"),
    [
        (f"{LINES}![x](data:image/gif;base64,QUJD)\n", f"{LINES}![x](data:image/gif;base64,*)\n", 1),
        (f"{LINES}{FENCED}{LINES}", f"{LINES}{FENCED}{LINES}", 0),
        (f"{FENCED}{LINES}data:image/png;base64,QUJD ", f"{FENCED}{LINES}data:image/png;base64,* ", 1),
        (f"~~~\n{FENCED}", f"~~~\n{FENCED}", 0),
        ("a ```\ndata:image/png;base64,QUJD ", "a ```\ndata:image/png;base64,* ", 1),
    ],
)
def test_many_plain_lines_hide_neither_pictures_nor_code(text: str, left: str, pictures: int) -> None:
    out, found, shown = sieved([text])
    assert out == left.replace("*", "\U0010f001") and len(found) == pictures and shown == text


@pytest.mark.parametrize("mark", ["```", "~~~"])
def test_code_is_known_wherever_the_text_is_cut(mark: str) -> None:
    code = f"abc\n{mark}\n![x](data:image/png;base64,QUJD)\nabc\n{mark}\n"
    text = f"{code}abc\n![x](data:image/png;base64,QUJD)\n"
    for cut in range(len(text)):
        out, found, _ = sieved([text[:cut], text[cut:]])
        assert out == f"{code}abc\n![x](data:image/png;base64,\U0010f001)\n" and len(found) == 1


class CountedText(str):
    """Counts how often it is looked into, and how many characters are looked at or copied then."""

    __slots__ = ("characters", "looks")

    def note(self, characters: int) -> None:
        self.looks = getattr(self, "looks", 0) + 1
        self.characters = getattr(self, "characters", 0) + characters

    def find(self, what: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(what, start, end)
        self.note((len(self) if found < 0 else found) - start)
        return found

    def rfind(self, what: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().rfind(what, start, end)
        self.note((len(self) if end is None else end) - max(found, start))
        return found

    def __getitem__(self, part: slice) -> str:  # type: ignore[override]
        found = super().__getitem__(part)
        self.note(len(found))
        return found


class CountedPattern:
    """A pattern that tells the text how much of it was searched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self._pattern = getattr(picture_sieve, name)
        monkeypatch.setattr(picture_sieve, name, self)

    def search(self, text: str, at: int = 0, end: int | None = None) -> object:
        end = len(text) if end is None else end
        found = self._pattern.search(text, at, end)
        if isinstance(text, CountedText):
            text.note((found.end() if found else end) - at)
        return found


@pytest.mark.parametrize("entries", [500, 4_000])
def test_many_pictures_of_one_line_are_each_gone_through_once(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    CountedPattern(monkeypatch, "_BEGIN")
    text = CountedText("data:image/png;base64,x " * entries)
    assert len(PictureSieve().feed(text)) == len(text)
    assert 0 < text.characters < 10 * len(text)


@pytest.mark.parametrize("line", ["abc\n", "año\n", "data: an `image`\n", "\n"])
def test_plain_lines_are_let_through_without_a_step_for_each(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    CountedPattern(monkeypatch, "_BEGIN")
    text = CountedText(line * 20_000 + "the end")
    sieve = PictureSieve()
    assert sieve.feed(text) == text and not sieve.any
    assert text.looks < 20 and text.characters < 10 * len(text)
