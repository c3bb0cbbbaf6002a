from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.documents.decoding import in_charset, text_of
from jarvis.documents.reasons import Unreadable

_SPANISH = "El niño comió jamón en España, ¿verdad? Sí, señor: cigüeña y café."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp850", "mac_roman"]
)
def test_spanish_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert text_of(_SPANISH.encode(encoding)) == _SPANISH


def test_other_scripts_in_their_old_code_pages_are_told_by_statistics() -> None:
    text = "Это довольно длинный русский текст, в котором говорится о погоде, о доме и о том, что мы делали вчера. " * 5
    assert text_of(text.encode("cp1251")) == text


def test_lines_of_an_old_code_page_within_unicode_are_read_too() -> None:
    data = "año\n".encode() * 5 + "España\n".encode("cp1252")
    assert text_of(data) == "año\n" * 5 + "España\n"


def test_a_stray_nul_or_control_character_is_dropped() -> None:
    assert text_of(b"one\x00two" + b" word" * 60 + b"\x07") == "onetwo" + " word" * 60


def test_line_ends_of_all_systems_are_the_same() -> None:
    assert text_of(b"a\r\nb\rc\x0cd") == "a\nb\nc\n\nd"


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 40, b"\x7fELF" + bytes(3000), b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not text"):
        text_of(data)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"), exclude_characters="\ufeff")))
def test_unicode_comes_through_unchanged(text: str) -> None:
    assert text_of(text.encode()) == text


def test_a_wrong_name_of_the_encoding_does_not_matter() -> None:
    assert in_charset("mañana".encode(), "iso-8859-1") == "mañana"
    assert in_charset("mañana".encode("cp1252"), "utf-8") == "mañana"
    assert in_charset("mañana".encode(), "no-such-thing") == "mañana"
    assert in_charset("mañana".encode("iso-8859-1"), "iso-8859-1") == "mañana"
    assert in_charset("日本".encode("iso-2022-jp"), "iso-2022-jp") == "日本"
