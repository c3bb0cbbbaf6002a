"""Where messages are in the column: heights measured and estimated, found by place and by id."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.desktop.message_list import MessageList, Place


def place(name: str, characters: int = 100, breaks: int = 0) -> Place:
    return Place(id=name, role="assistant", characters=characters, breaks=breaks)


def test_what_was_measured_counts_and_the_rest_is_estimated() -> None:
    messages = MessageList()
    for number in range(5):
        messages.append(place(f"m{number}"))
    guess = messages.total() // 5
    messages.measured(2, 500)
    assert messages.top(3) == 2 * guess + 500
    assert messages.total() == 4 * guess + 500
    assert messages.at(messages.top(3) - 1) == 2
    assert messages.at(messages.top(3)) == 3
    assert (messages.at(-5), messages.at(10**9)) == (0, 4)


def test_a_longer_text_is_taken_for_taller_and_a_narrower_column_too() -> None:
    heights = [place("m", characters=n).height_at(700) for n in (0, 500, 5_000, 50_000)]
    assert heights == sorted(heights) and heights[0] < heights[-1]
    assert place("m", breaks=30).height_at(700) > place("m").height_at(700)
    assert place("m", characters=5_000).height_at(300) > place("m", characters=5_000).height_at(700)
    assert place("m", characters=10_000_000).height_at(700) < 100_000


def test_a_measured_height_holds_at_its_width_only() -> None:
    messages = MessageList()
    messages.append(place("m", characters=4_000))
    messages.measured(0, 900)
    messages.set_width(350)
    assert messages.total() > 1_500
    messages.set_width(700)
    assert messages.total() == 900


def test_older_ones_come_first_and_what_is_cut_is_gone() -> None:
    messages = MessageList()
    for name in "cd":
        messages.append(place(name))
    messages.prepend([place("a"), place("b")])
    assert [one.id for one in messages.places] == ["a", "b", "c", "d"]
    assert messages.find("c") == 2
    messages.cut(2)
    assert messages.find("c") is None and messages.find("") is None
    assert messages.total() == messages.top(2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 900)), max_size=40), st.integers(1, 41))
def test_tops_never_fall_and_every_height_is_found_again(measured: list[tuple[int, int]], count: int) -> None:
    messages = MessageList()
    for number in range(count):
        messages.append(place(f"m{number}", characters=number * 10))
    for at, height in measured:
        if at < count:
            messages.measured(at, height)
    tops = [messages.top(at) for at in range(count + 1)]
    assert all(one < other for one, other in pairwise(tops))
    for at in range(count):
        assert messages.at(tops[at]) == at
        assert messages.at(tops[at + 1] - 1) == at
