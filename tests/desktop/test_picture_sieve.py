"""What finds the pictures in an answer's text as it comes: cut anywhere, in time that grows with the text alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.desktop import picture_sieve
from jarvis.desktop.picture_sieve import MOST_BASE64, MOST_PICTURES, EncodedPicture, PictureSieve


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
