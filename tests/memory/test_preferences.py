"""What is preferred among rows that fit alike, whom a question names, what reaches the floor, what is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.memory import Memory, TimeRange
from jarvis.memory.diversity import SAME_WHOLE, chosen
from jarvis.memory.preferences import Preferences, in_time, only_asks
from jarvis.memory.query_words import Leaning, leaning, words_before

NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)
ROW = Memory(seq=1, id="1", text="We sold the boat.", source="conversation", speaker="user", said_at=NOW)
PLAIN = Preferences(leaning=Leaning(speakers=frozenset(), present=False), reading=None, newest=NOW)
ENGLISH_ONLY = EmbedderInfo(tag="a", model="a", dimensions=4, languages=("en",))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"pinned": True}, {}),
        ({"importance": 0.9}, {"importance": 0.1}),
        ({}, {"said_at": NOW - timedelta(days=400)}),
        ({}, {"speaker": "assistant"}),
        ({}, {"text": "What did you sell?"}),
        ({}, {"superseded_by": "2"}),
        ({}, {"valid_until": NOW}),
    ],
)
def test_one_is_preferred(better: dict[str, object], worse: dict[str, object]) -> None:
    assert PLAIN.of(replace(ROW, **better)) > PLAIN.of(replace(ROW, **worse))  # type: ignore[arg-type]


def test_all_mild_preferences_together_weigh_less_than_what_no_longer_holds() -> None:
    least = replace(ROW, importance=0.0, said_at=NOW - timedelta(days=4000), speaker="assistant", text="Why?")
    most = replace(ROW, importance=1.0, pinned=True)
    assert PLAIN.of(most) - PLAIN.of(least) < PLAIN.of(ROW) - PLAIN.of(replace(ROW, superseded_by="2"))


def test_the_turn_of_a_fact_that_no_longer_holds_falls_too() -> None:
    assert replace(PLAIN, outdated=frozenset({1})).of(ROW) < PLAIN.of(ROW) - 0.1


def test_a_question_about_the_present_prefers_the_recent_more() -> None:
    asking = replace(PLAIN, leaning=Leaning(speakers=frozenset(), present=True))
    old = replace(ROW, said_at=NOW - timedelta(days=300))
    assert asking.of(ROW) - asking.of(old) > PLAIN.of(ROW) - PLAIN.of(old)


@pytest.mark.parametrize(
    ("text", "speakers", "present"),
    [
        ("What did Ana buy?", {"Ana Ruiz"}, False),
        ("What does Pedro do now?", {"Pedro"}, True),
        ("¿Dónde vive Ana actualmente?", {"Ana Ruiz"}, True),
        ("Where did I put my keys?", {"user"}, False),
        ("¿Qué te dije de mi hermana?", {"user", "assistant"}, False),
        ("What did you recommend?", {"assistant"}, False),
        ("Anatomy lessons", set(), False),
    ],
)
def test_whom_a_question_names(text: str, speakers: set[str], present: bool) -> None:
    found = leaning(text, ["Ana Ruiz", "Pedro", "user", "assistant"])
    assert (set(found.speakers), found.present) == (speakers, present)


def test_a_named_speaker_is_a_nudge_and_no_filter() -> None:
    naming = replace(PLAIN, leaning=Leaning(speakers=frozenset({"user"}), present=False))
    assert 0 < naming.of(ROW) - PLAIN.of(ROW) < 0.1


@pytest.mark.parametrize(
    ("text", "before", "helps"),
    [
        ("and when?", "The race in Lisbon", True),
        ("When did Ana finish the long race?", "The race in Lisbon", False),
        ("and when?", "", False),
    ],
)
def test_only_a_short_question_leans_on_what_was_said_before(text: str, before: str, helps: bool) -> None:
    assert bool(words_before(text, before)) is helps


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where is it?", True),
        ("Wow! What did you make with all that clay?", True),
        ("¿Y qué hiciste después?", True),
        ("I sold the boat yesterday to a man from Cork. And you?", False),
        ("No.", False),
        ("", False),
    ],
)
def test_what_only_asks(text: str, asks: bool) -> None:
    assert only_asks(text) is asks


def test_in_time_by_what_happened_as_well() -> None:
    may = TimeRange(start=datetime(2026, 5, 1, tzinfo=UTC), end=datetime(2026, 6, 1, tzinfo=UTC))
    later = replace(ROW, said_at=NOW + timedelta(days=60))
    assert in_time(ROW, may)
    assert not in_time(later, may)
    assert in_time(replace(later, happened=TimeRange(start=NOW, end=NOW + timedelta(days=1))), may)
    assert not in_time(replace(later, happened=TimeRange(start=NOW - timedelta(days=30), end=may.start)), may)
    assert in_time(later, TimeRange(start=NOW))


def rows_of(*wholes: str | None) -> dict[int, Memory]:
    return {
        seq: replace(ROW, seq=seq, id=str(seq), text=f"piece {seq}", message_id=whole)
        for seq, whole in enumerate(wholes, start=1)
    }


def test_one_message_does_not_crowd_out_the_others() -> None:
    rows = rows_of("m", "m", "m", "m", None)
    scores = {1: 0.9, 2: 0.89, 3: 0.88, 4: 0.87, 5: 0.8}
    assert chosen(scores, rows, 3) == [1, 2, 5]
    assert chosen(scores, rows, 9) == [1, 2, 5, 3, 4]


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from((None, "m", "n")), st.sampled_from(("one", "Two", "two", "three"))),
        max_size=12,
    ),
    st.integers(0, 8),
)
def test_each_next_one_is_the_best_of_those_that_are_left(
    rows: list[tuple[float, str | None, str]], limit: int
) -> None:
    known = {
        seq: replace(ROW, seq=seq, id=str(seq), text=text, message_id=whole)
        for seq, (_, whole, text) in enumerate(rows, start=1)
    }
    scores = {seq: score for seq, (score, _, _) in enumerate(rows, start=1)}
    left = sorted(scores, key=lambda seq: (-scores[seq], -seq))
    texts = [known[seq].text.lower() for seq in left]
    left = [seq for at, seq in enumerate(left) if texts.index(texts[at]) == at]
    expected: list[int] = []
    while left and len(expected) < limit:

        def worth(seq: int) -> float:
            whole = known[seq].message_id
            return scores[seq] - SAME_WHOLE * sum(whole is not None and known[e].message_id == whole for e in expected)

        expected.append(max(left, key=lambda seq: (worth(seq), -left.index(seq))))
        left.remove(expected[-1])
    assert chosen(scores, known, limit) == expected


def test_turns_without_a_message_are_each_their_own() -> None:
    rows = rows_of(None, None, None)
    assert chosen({1: 0.9, 2: 0.89, 3: 0.88}, rows, 2) == [1, 2]


def test_equal_texts_are_chosen_once_and_the_newest_of_them() -> None:
    rows = rows_of(None, None)
    rows = {seq: replace(row, text=" Oat MILK!", said_at=NOW + seq * timedelta(days=1)) for seq, row in rows.items()}
    rows[2] = replace(rows[2], text="oat milk")
    assert chosen({1: 0.5, 2: 0.5}, rows, 5) == [2]
    assert chosen({1: 0.6, 2: 0.5}, rows, 5) == [1]


@given(
    st.dictionaries(st.integers(1, 30), st.tuples(st.floats(-1, 2), st.sampled_from([None, "m", "n"])), max_size=30),
    st.integers(0, 12),
)
def test_choosing_keeps_the_best_and_never_too_many(rows: dict[int, tuple[float, str | None]], limit: int) -> None:
    memories = {seq: replace(ROW, seq=seq, text=str(seq), message_id=whole) for seq, (_, whole) in rows.items()}
    scores = {seq: score for seq, (score, _) in rows.items()}
    taken = chosen(scores, memories, limit)
    assert len(taken) == len(set(taken)) == min(limit, len(rows))
    if taken:
        assert scores[taken[0]] == max(scores.values())
