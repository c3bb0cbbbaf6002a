"""BM25 and how much of a question a talk covers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.memory import Memory
from jarvis.memory.talks import Talks
from jarvis.memory.word_scores import Evidence, Stems, Wanted, bm25, evidence, holdings, wanted_words
from jarvis.memory.word_scores import coverage as covered_by

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)


def row(seq: int, previous: int | None = None, *, hours: float = 0) -> Memory:
    at = NOON + timedelta(hours=hours)
    return Memory(seq=seq, id=str(seq), text="", source="imported", speaker="A", said_at=at, previous_seq=previous)


def want(**weights: float) -> list[Wanted]:
    return [Wanted(stems=(stem,), weight=weight) for stem, weight in weights.items()]


def coverage(wanted: list[Wanted], rows: Mapping[int, list[str]], talks: Talks) -> dict[int, float]:
    return covered_by(wanted, holdings(wanted, rows, talks))


def test_rare_words_weigh_more_and_unknown_ones_most() -> None:
    words = wanted_words([("the",), ("zebra",), ("unicorn",)], {"the": 900, "zebra": 3}, 1000)
    assert words[0].weight < words[1].weight < words[2].weight


def test_a_word_of_no_row_is_as_rare_as_one_of_two_and_an_empty_one_not_at_all() -> None:
    words = wanted_words(
        [("the",), ("zebra",), ("unicorn",), ("question",)], {"the": 900, "zebra": 2}, 1000, empty=[("question",)]
    )
    assert [word.rarity for word in words[1:]] == [1.0, 1.0, 0.0]
    assert 0 < words[0].rarity < 0.05
    assert words[3].weight > 0


def test_what_a_row_holds_itself_is_told_from_what_stands_around() -> None:
    wanted = [*want(race=1.0, time=1.0), Wanted(stems=("question",), weight=1.0, rarity=0.0)]
    held = holdings(wanted, {1: ["race"], 2: ["time"]}, Talks({1: row(1), 2: row(2, 1)}))
    around, own = evidence(wanted, held)[2]
    assert own == Evidence(share=0.5, rare=1.0)
    assert around == Evidence(share=0.95, rare=1.9)
    assert evidence([], {1: {}}) == {}


def test_a_word_counts_once_whichever_language_stems_it() -> None:
    (word,) = wanted_words([("playa", "play")], {"play": 4}, 100)
    rows = {1: Stems(own=["play"], before=[]), 2: Stems(own=["playa"], before=[]), 3: Stems(own=["mar"], before=[])}
    scores = bm25([word], rows)
    assert scores[1] == scores[2] > scores[3] == 0


def test_own_words_count_more_than_those_before_and_short_rows_more_than_long() -> None:
    rows = {
        1: Stems(own=["zebra", "a"], before=["b", "c"]),
        2: Stems(own=["b", "c"], before=["zebra", "a"]),
        3: Stems(own=["zebra", *"abcdefghijkl"], before=["b", "c"]),
        4: Stems(own=["zebra", "zebra"], before=["b", "c"]),
    }
    scores = bm25(want(zebra=2.0), rows)
    assert scores[4] > scores[1] > scores[2] > 0
    assert scores[1] > scores[3]
    assert bm25(want(zebra=2.0), {}) == {}


def test_a_turn_covers_what_the_turns_around_it_say() -> None:
    talks = Talks({1: row(1), 2: row(2, 1), 3: row(3, 2), 9: row(9)})
    stems = {1: ["race"], 2: ["time"], 3: ["two"], 9: ["time"]}
    covered = coverage(want(race=1.0, time=1.0), stems, talks)
    assert covered[2] > covered[3] > covered[9] == 0.5
    assert 0.5 < covered[1] < covered[2] < 1


def test_another_talk_covers_nothing() -> None:
    talks = Talks({1: row(1), 2: row(2, 1, hours=20)})
    assert talks.before(2) is None
    assert coverage(want(race=1.0), {1: ["race"], 2: []}, talks) == {1: 1.0, 2: 0.0}


def test_no_question_covers_nothing() -> None:
    assert coverage([], {1: ["race"]}, Talks({1: row(1)})) == {1: 0.0}


@given(st.dictionaries(st.integers(1, 9), st.lists(st.sampled_from("abcde"), max_size=6), max_size=9))
def test_coverage_is_a_share_and_all_is_all(stems: dict[int, list[str]]) -> None:
    talks = Talks({seq: row(seq, seq - 1) for seq in stems})
    covered = coverage(want(a=1.0, b=2.0, c=0.5), stems, talks)
    for seq, share in covered.items():
        assert 0 <= share <= 1
        assert share == 1 or not {"a", "b", "c"} <= set(stems[seq])
