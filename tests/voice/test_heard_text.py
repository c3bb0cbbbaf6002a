import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.heard_text import HeardText, heard_part


@pytest.mark.parametrize(
    ("text", "spoken", "share", "heard"),
    [
        ("One two three.", "One two three.", 0.0, ""),
        ("One two three.", "One two three.", 0.05, ""),
        ("One two three.", "One two three.", 0.2, "One"),
        ("One two three.", "One two three.", 0.5, "One two"),
        ("One two three.", "One two three.", 0.9, "One two three."),
        ("One two three.", "One two three.", 1.0, "One two three."),
        ("At 10:30 we go.", "At ten thirty we go.", 0.3, "At"),
        ("At 10:30 we go.", "At ten thirty we go.", 0.6, "At 10:30"),
        ("It costs **$1,200.50** now.", "It costs 1200 dollars and 50 cents now.", 0.5, "It costs"),
        ("It costs **$1,200.50** now.", "It costs 1200 dollars and 50 cents now.", 0.88, "It costs **$1,200.50**"),
        ("\n- **milk** (2 l)\n", "milk (2 liters).", 0.3, "\n- **milk**"),
        ("```py\nx = 1\n", "The code is on the screen.", 0.6, ""),
        ("```py\nx = 1\n", "The code is on the screen.", 1.0, "```py\nx = 1\n"),
        ("Son las **21** horas.", "Son las veintiuna horas.", 0.5, "Son las"),
        ("", "", 0.5, ""),
    ],
)
def test_the_heard_part_of_a_clause(text, spoken, share, heard):
    assert heard_part(text, spoken, share) == heard


WORDS = st.lists(st.sampled_from(["one", "**two**", "10:30", "$5", "three,", "🎉", "-", "four."]), max_size=12).map(
    " ".join
)
SAID = st.lists(st.sampled_from(["one", "two", "ten", "thirty", "5", "dollars", "three,", "four."]), max_size=12).map(
    " ".join
)


@given(WORDS, SAID, st.lists(st.floats(0, 1.2), min_size=2, max_size=5))
def test_more_time_never_means_less_heard(text, spoken, shares):
    parts = [heard_part(text, spoken, share) for share in sorted(shares)]
    for earlier, later in itertools.pairwise(parts):
        assert text.startswith(later) and later.startswith(earlier)
    assert heard_part(text, spoken, 1.0) == text


@given(
    st.lists(st.tuples(WORDS.filter(bool), st.floats(0.0, 0.5), st.floats(0.05, 3.0)), max_size=5),
    st.lists(st.floats(0, 20), min_size=2, max_size=6),
    st.booleans(),
)
def test_what_was_heard_grows_with_the_position_and_is_the_beginning_of_the_answer(clauses, positions, whole):
    heard, at = HeardText(), 0.0
    for number, (text, pause, length) in enumerate(clauses):
        heard.begin(text, text, at + pause)
        heard.reach(at + pause + length)
        if whole or number + 1 < len(clauses):
            heard.end()
        at += pause + length
    answer = "".join(text for text, _, _ in clauses)
    texts = [heard.heard(position) for position in sorted(positions)]
    for earlier, later in itertools.pairwise(texts):
        assert answer.startswith(later) and later.startswith(earlier)
    assert heard.heard(0.0) == ""
    if whole:
        assert heard.heard(at) == answer


def test_a_clause_still_being_made_is_not_taken_as_heard():
    heard = HeardText()
    heard.begin("One two three four five six seven eight.", "One two three four five six seven eight.", 0.0)
    heard.reach(0.5)
    assert heard.heard(0.3) == "One"
    heard.reach(2.0)
    heard.end()
    assert heard.heard(0.3) == "One two"
    assert [(span.begin, span.end, span.whole) for span in heard.spans] == [(0.0, 2.0, True)]
