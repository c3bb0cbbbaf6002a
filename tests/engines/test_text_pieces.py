"""Token bytes to text: whole characters, and nothing of a stop text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jarvis.engines.children.text_pieces import TextPieces


def _run(data: list[bytes], stops: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    pieces = TextPieces(stops)
    shown = []
    for part in data:
        shown.append(pieces.add(part))
        if pieces.stopped:
            break
    shown.append(pieces.finish())
    return shown, pieces.stopped


def test_half_a_character_is_held_back() -> None:
    assert _run(["ñ".encode()[:1], "ñ".encode()[1:]])[0] == ["", "ñ", ""]


def test_half_a_character_at_the_end_is_marked() -> None:
    assert _run([b"a\xc3"])[0] == ["a", "�"]


def test_the_beginning_of_a_stop_is_held_until_it_is_none() -> None:
    assert _run([b"one E", b"N", b"d"], ("END",))[0] == ["one ", "", "ENd", ""]


def test_the_earliest_stop_ends_the_text() -> None:
    assert _run([b"a STOP b END c"], ("END", "STOP")) == (["a ", ""], True)


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=4), max_size=3), st.integers(1, 5))
def test_however_it_is_cut_the_text_is_the_same(text: str, stops: list[str], size: int) -> None:
    data = text.encode()
    shown, stopped = _run([data[at : at + size] for at in range(0, len(data), size)], tuple(stops))
    found = [text.find(stop) for stop in stops if stop in text]
    result = "".join(shown)
    assert stopped == bool(found)
    assert text.startswith(result)
    assert result == text if not found else not any(stop in result for stop in stops)
