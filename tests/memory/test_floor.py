"""Which rows bear on a question: the floors themselves, and short questions on single remarks, with words alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, MemoryQuery, NewMemory
from jarvis.memory.floor import bears
from jarvis.memory.query_words import asked_words, says_nothing
from jarvis.memory.search import MemorySearch
from jarvis.memory.word_scores import Evidence
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock
from tests.fakes.memory_facts import table
from tests.fakes.memory_meaning import NoMeaning

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENGLISH_ONLY = EmbedderInfo(tag="mini", model="mini", dimensions=8, languages=("en",))
NOTHING = Evidence()
HALF = Evidence(share=0.5, rare=1.0)
"""One of two rare words."""
COMMON = Evidence(share=0.5, rare=0.3)


@pytest.mark.parametrize(
    ("cosine", "around", "own", "language", "reached"),
    [
        (0.7, NOTHING, NOTHING, "en", True),
        (0.7, NOTHING, NOTHING, "es", False),
        (0.6, HALF, NOTHING, "en", True),
        (0.6, COMMON, NOTHING, "en", False),
        (0.4, HALF, NOTHING, "en", False),
        (0.35, HALF, HALF, "en", True),
        (0.35, COMMON, COMMON, "en", False),
        (0.2, HALF, HALF, "en", False),
        (0.35, HALF, HALF, "es", False),
        (0.6, HALF, NOTHING, "es", True),
        (0.6, COMMON, NOTHING, "es", False),
        (None, HALF, NOTHING, "en", True),
        (None, COMMON, COMMON, "en", False),
    ],
)
def test_the_floors(cosine: float | None, around: Evidence, own: Evidence, language: Language, reached: bool) -> None:
    assert bears(cosine, around, own, ENGLISH_ONLY, language) is reached


def test_without_an_embedder_only_words_count() -> None:
    assert bears(None, HALF, NOTHING, None, "es")
    assert not bears(0.99, COMMON, COMMON, None, "es")


def test_the_time_that_was_asked_for_lowers_the_floor() -> None:
    assert not bears(0.55, COMMON, NOTHING, ENGLISH_ONLY, "en")
    assert bears(0.55, COMMON, NOTHING, ENGLISH_ONLY, "en", in_time=True)
    assert not bears(0.1, COMMON, NOTHING, ENGLISH_ONLY, "en", in_time=True)


@pytest.mark.parametrize(("one", "other"), [("wi-fi", "wifi"), ("wi fi", "wifi"), ("e-mail", "email")])
def test_a_word_in_two_parts_is_the_word_in_one(one: str, other: str) -> None:
    assert set(asked_words(f"{one} of Ana")[0]) == set(asked_words(f"{other} of Ana")[0])
    assert len(asked_words(f"my half-marathon and {one}")) == 3


def test_what_only_asks_is_known_by_any_of_its_forms() -> None:
    assert [says_nothing(word) for word in asked_words("Who is coming to the barbecue?")] == [True, False]
    assert [says_nothing(word) for word in asked_words("¿Quién viene a la barbacoa?")] == [True, False]


def remembering(folder: Path, turns: list[str], language: Language) -> tuple[Database, MemorySearch, list[Memory]]:
    """A memory to which the turns were told, one a day."""
    clock, database = FakeClock(NOW), Database(folder / "jarvis.sqlite3")
    memories = SqliteMemories(database, clock, lambda _: language)
    begin = NOW - timedelta(days=len(turns))
    rows = memories.add([
        NewMemory(text=turn, source="conversation", said_at=begin + timedelta(days=day), language=language)
        for day, turn in enumerate(turns)
    ])  # fmt: skip
    return database, MemorySearch(memories, SqliteMemoryWords(database), NoMeaning(), clock, lambda: None), rows


@pytest.mark.parametrize(("language", "most_missed", "most_wrong"), [("en", 2, 1), ("es", 5, 1)])
def test_short_questions_on_single_remarks(
    tmp_path: Path, language: Language, most_missed: int, most_wrong: int
) -> None:
    told = [line.split(" | ") for line in table(f"asked_{language}.txt")]
    beside = table(f"unasked_{language}.txt")
    assert min(len(told), len(beside)) >= 40
    database, search, rows = remembering(tmp_path, [turn for turn, _ in told], language)

    def found(question: str) -> list[str]:
        result = search.search(MemoryQuery(text=question, limit=5, weak=False), language)
        return [item.memory.id for item in result.found]

    missed = [asked for (_, asked), row in zip(told, rows, strict=True) if row.id not in found(asked)]
    wrong = [asked for asked in beside if found(asked)]
    database.close()
    assert len(missed) <= most_missed, missed
    assert len(wrong) <= most_wrong, wrong
