"""Scores of several arms on one scale: nothing that an arm finds is lost, and no order of rows matters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.memory import Memory
from jarvis.memory.fusion import ArmWeights, fused, meant_around, stretched, weights_for, with_surroundings
from jarvis.memory.talks import Talks

ENGLISH_ONLY = EmbedderInfo(tag="a", model="a", dimensions=4, languages=("en",))
BOTH = EmbedderInfo(tag="b", model="b", dimensions=4, languages=("en", "es"), sparse=True)
EVEN = ArmWeights(words=0.5, dense=0.5)
SCORES = st.dictionaries(st.integers(1, 40), st.floats(-1, 30), max_size=20)


def chain(*seqs: int) -> Talks:
    """A talk of these rows in order."""
    at = datetime(2026, 5, 8, tzinfo=UTC)
    previous: list[int | None] = [None, *seqs]
    return Talks(
        {
            seq: Memory(seq=seq, id=str(seq), text="x", source="imported", speaker="A", said_at=at, previous_seq=before)
            for seq, before in zip(seqs, previous, strict=False)
        }
    )


def test_words_alone_where_there_is_no_embedder() -> None:
    assert weights_for(None, "en").dense == 0


def test_words_lead_in_a_language_that_the_embedder_does_not_know() -> None:
    known, unknown = weights_for(ENGLISH_ONLY, "en"), weights_for(ENGLISH_ONLY, "es")
    assert unknown.words > unknown.dense
    assert known.words <= known.dense
    assert weights_for(BOTH, "es") == weights_for(BOTH, "en")
    assert weights_for(BOTH, "es").sparse > 0


def test_stretching() -> None:
    assert stretched({1: 3.0, 2: 5.0, 3: 4.0}) == {1: 0.0, 2: 1.0, 3: 0.5}
    assert stretched({1: 3.0, 2: 3.0}) == {1: 0.0, 2: 0.0}
    assert stretched({}) == {}


def test_both_arms_together_beat_either_alone() -> None:
    scores = fused(EVEN, {1: 9.0, 2: 8.0, 3: 0.0}, {1: 0.1, 2: 0.8, 3: 0.9}, {})
    assert max(scores, key=scores.__getitem__) == 2


@given(SCORES, SCORES)
def test_the_union_keeps_the_best_of_either_arm(words: dict[int, float], dense: dict[int, float]) -> None:
    scores = fused(EVEN, words, dense, {})
    assert scores.keys() == words.keys() | dense.keys()
    assert all(0 <= score <= 1 + 1e-9 for score in scores.values())
    for arm in (words, dense):
        if len(set(arm.values())) > 1 and max(arm.values()) - min(arm.values()) > 1e-6:
            assert scores[max(arm, key=arm.__getitem__)] >= 0.5 - 1e-9


@given(SCORES, SCORES, st.randoms())
def test_the_order_of_rows_decides_nothing(words: dict[int, float], dense: dict[int, float], random: object) -> None:
    items = list(words.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert fused(EVEN, words, dense, {}) == fused(EVEN, dict(items), dense, {})


@given(SCORES, st.floats(0.5, 20), st.floats(-5, 5))
def test_the_unit_of_an_arm_decides_nothing(words: dict[int, float], factor: float, offset: float) -> None:
    dense = {seq: float(seq % 7) for seq in words}
    scaled = {seq: factor * score + offset for seq, score in words.items()}
    spread = max(words.values(), default=0) - min(words.values(), default=0)
    if spread > 1e-3:
        one, other = fused(EVEN, words, dense, {}), fused(EVEN, scaled, dense, {})
        assert one == pytest.approx(other, abs=1e-6)


def test_a_row_gains_by_what_is_said_around_it() -> None:
    talk = chain(1, 2, 3)
    even = dict.fromkeys((1, 2, 3, 9), 0.5)
    scores = with_surroundings(even, {2: 1.0, 3: 0.9}, {}, talk)
    assert scores[2] > scores[3] > scores[1] > scores[9]


def test_meaning_fades_with_distance_and_goes_forward_rather_than_back() -> None:
    talk = chain(1, 2, 3, 4, 5, 6, 7)
    around = meant_around(EVEN, {seq: 1.0 if seq == 3 else 0.0 for seq in range(1, 8)}, talk)
    assert around[3] > around[4] > around[5] > around[6]
    assert around[4] > around[2] > around[1]
    assert 7 not in around
    assert meant_around(weights_for(None, "en"), {3: 1.0, 4: 0.0}, talk) == {}


@given(SCORES, st.dictionaries(st.integers(1, 40), st.floats(0, 1), max_size=20))
def test_scores_stay_between_none_and_all(dense: dict[int, float], covered: dict[int, float]) -> None:
    talk = chain(*range(1, 41))
    base = fused(EVEN, {}, dense, {})
    for score in with_surroundings(base, covered, meant_around(EVEN, dense, talk), talk).values():
        assert -1e-9 <= score <= 1 + 1e-9
