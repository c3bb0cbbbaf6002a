"""What a conversation is called before a person names it: the beginning of its first question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.titles import title_of

LONG = "Plan a trip through the north of Spain with stops in Santander, Bilbao and Oviedo"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("what is 2 plus 2", "what is 2 plus 2"),
        ("  two\nlines ", "two lines"),
        (LONG, "Plan a trip through the north of Spain with stops in…"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("see " + "x" * 61, "see " + "x" * 55 + "…"),
        ("a" * 59 + " b", "a" * 59 + "…"),
    ],
)
def test_a_title_ends_between_two_words(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text(min_size=1))
def test_a_title_is_a_beginning_of_one_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= 60
    assert "\n" not in title
    if title != " ".join(text.split()):
        assert " ".join(text.split()).startswith(title.removesuffix("…"))
        assert title.endswith("…")
