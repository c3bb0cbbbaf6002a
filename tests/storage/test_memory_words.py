"""The lexical search: plain BM25 where it can be, honest to its filter always, and never lost for frequent words."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.contracts.memory import MemoryFilter, NewMemory, TimeRange
from jarvis.storage import memory_words
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import K1, NARROW, B, SqliteMemoryWords
from jarvis.storage.words import query_stems
from tests.fakes.clock import FakeClock

DAY = datetime(2024, 3, 1, tzinfo=UTC)
VOCABULARY = [f"w{number}q" for number in range(300)]


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def memories(database) -> SqliteMemories:
    return SqliteMemories(database, FakeClock(), lambda _text: "en")


@pytest.fixture
def words(database) -> SqliteMemoryWords:
    return SqliteMemoryWords(database)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """6000 rows whose words are as unevenly frequent as those of a language; every third one may leave."""
    database = Database(tmp_path_factory.mktemp("many") / "jarvis.sqlite3")
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    chance = random.Random(5)
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
    memories.add(
        [
            NewMemory(
                id=str(n),
                text=" ".join(chance.choices(VOCABULARY, weights, k=chance.randint(4, 14))),
                source="conversation",
                privacy="local" if n % 3 else "cloud",
                conversation_id=f"c{n // 50}",
                previous=str(n - 1) if n % 50 else None,
                said_at=DAY + timedelta(hours=n),
            )
            for n in range(6000)
        ]
    )
    yield database
    database.close()


def plain_bm25(database: Database, stems: list[str], before_weight: float) -> dict[int, float]:
    """BM25 over all rows, the slow way."""
    with database.read() as connection:
        rows = [
            (row["rowid"], row["own"].split(), row["before"].split())
            for row in connection.execute("SELECT rowid, own, before FROM memory_words")
        ]
    lengths = {seq: len(own) + before_weight * len(before) for seq, own, before in rows}
    average = sum(lengths.values()) / len(rows)
    scores: Counter[int] = Counter()
    for stem in stems:
        having = sum(stem in own or stem in before for _, own, before in rows)
        weight = math.log(1 + (len(rows) - having + 0.5) / (having + 0.5))
        for seq, own, before in rows:
            times = own.count(stem) + before_weight * before.count(stem)
            if times:
                scores[seq] += weight * times * (K1 + 1) / (times + K1 * (1 - B + B * lengths[seq] / average))
    return dict(scores)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("where are my keys", "the key is in the blue drawer"),
        ("¿dónde está la llave?", "las llaves están en el cajón"),
        ("birthdays", "my sister's birthday is on May 4th"),
        ("file under foo_bar", "the file is called foo_bar"),
        ("FOO", "the file is called foo_bar"),
    ],
)
def test_found_first(memories, words, question, best):
    rows = memories.add(
        [
            NewMemory(text="the key is in the blue drawer", language="en"),
            NewMemory(text="las llaves están en el cajón", language="es"),
            NewMemory(text="my sister's birthday is on May 4th", language="en"),
            NewMemory(text="the file is called foo_bar", language="en"),
            NewMemory(text="nothing of this", language="en"),
        ]
    )
    found = words.search(query_stems(question))
    assert memories.by_seq([found[0][0]])[found[0][0]].text == best
    assert len(found) < len(rows)


def test_nothing_to_find(words, memories):
    assert words.search(["cat"]) == []
    memories.add([NewMemory(text="a cat")])
    assert words.search([]) == words.search(["dog"]) == words.search(["_", '"', ""]) == []
    assert words.search(["cat"], limit=0) == []
    assert words.count() == 1
    assert words.frequencies(["cat", "dog", "_"]) == {"cat": 1, "dog": 0, "_": 0}


def test_what_was_said_before_counts_for_less(memories, words):
    memories.add(
        [
            NewMemory(id="a", text="a dog", said_at=DAY),
            NewMemory(id="b", text="it barks", previous="a", said_at=DAY),
        ]
    )
    found = words.search(["dog"])
    assert [seq for seq, _ in found] == [1, 2]
    assert [seq for seq, _ in words.search(["dog"], before_weight=0.0)] == [1]


@pytest.mark.parametrize("before_weight", [0.5, 0.0, 1.0])
def test_the_best_are_those_of_plain_bm25(many, before_weight):
    words = SqliteMemoryWords(many)
    chance = random.Random(9)
    for _ in range(10):
        stems = [VOCABULARY[int(300 * chance.random() ** 2)] for _ in range(4)]
        expected = plain_bm25(many, list(dict.fromkeys(stems)), before_weight)
        found = words.search(stems, limit=10, before_weight=before_weight)
        best = sorted(expected.values(), reverse=True)[:10]
        assert [score for _, score in found] == pytest.approx(best, rel=0.02)
        assert all(score == pytest.approx(expected[seq]) for seq, score in found)


FILTERS = st.builds(
    MemoryFilter,
    privacy=st.sampled_from([None, "cloud", "local"]),
    conversation_id=st.sampled_from([None, None, "c3", "c119"]),
    sources=st.sampled_from([(), ("conversation",), ("told",), ("told", "conversation")]),
    said=st.none()
    | st.builds(
        lambda start, hours: TimeRange(start=DAY + timedelta(hours=start), end=DAY + timedelta(hours=start + hours)),
        st.integers(-10, 6000),
        st.sampled_from([5, 500, 5000]),
    ),
    text=st.sampled_from(["", "", "w1q"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=FILTERS,
    stems=st.lists(st.sampled_from(VOCABULARY[:30] + VOCABULARY[-5:]), min_size=1, max_size=5),
    budget=st.sampled_from([1, 50, 1000, 20000]),
)
def test_whatever_is_found_fits_the_filter_and_holds_a_word(many, where, stems, budget):
    memories = SqliteMemories(many, FakeClock(), lambda _text: "en")
    allowed = set(memories.seqs(where))
    holding = {seq for seq in plain_bm25(many, stems, 0.5) if seq in allowed}
    found = SqliteMemoryWords(many).search(stems, limit=20, within=where, budget_rows=budget)
    assert {seq for seq, _ in found} <= holding
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(score > 0 for _, score in found)
    if len(allowed) <= NARROW or budget == 20000:
        assert len(found) == min(20, len(holding))


def test_only_frequent_words_find_the_newest_rows(many):
    words = SqliteMemoryWords(many)
    stems = VOCABULARY[:3]
    found = words.search(stems, limit=50, budget_rows=300)
    assert len(found) == 50
    assert min(seq for seq, _ in found) > 4000
    assert len(words.search(stems[:1], limit=50, budget_rows=300)) == 50


def test_a_rare_word_is_found_among_any_number_of_frequent_ones(many):
    memories = SqliteMemories(many, FakeClock(), lambda _text: "en")
    (row,) = memories.add([NewMemory(id="rare", text=f"zebra {VOCABULARY[0]}", language="en")])
    stems = [*VOCABULARY[:8], "zebra"]
    try:
        assert SqliteMemoryWords(many).search(stems, budget_rows=100)[0][0] == row.seq
    finally:
        memories.delete([row.seq])


def test_frequencies_follow_what_is_added_and_forgotten(memories, words):
    memories.add([NewMemory(text="cat dog") for _ in range(30)])
    assert words.frequencies(["cat"]) == {"cat": 30}
    memories.delete(memories.all_seqs()[:10])
    assert words.frequencies(["cat"]) == {"cat": 20}
    assert words.count() == 20


def test_the_number_of_a_frequent_word_is_counted_again_after_growth(memories, words, monkeypatch):
    monkeypatch.setattr(memory_words, "REMEMBERED_FROM", 10)
    memories.add([NewMemory(text="cat") for _ in range(100)])
    assert words.frequencies(["cat"]) == {"cat": 100}
    memories.add([NewMemory(text="cat") for _ in range(5)])
    assert words.frequencies(["cat"]) == {"cat": 100}
    memories.add([NewMemory(text="cat") for _ in range(20)])
    assert words.frequencies(["cat"]) == {"cat": 125}
    memories.delete(memories.all_seqs()[50:])
    assert words.frequencies(["cat"]) == {"cat": 50}
