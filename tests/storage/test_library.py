"""Shelves, folders and search of conversations, over a real database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import InputError
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.library import SNIPPET_CHARACTERS, SqliteLibrary, fold, snippet_of, wanted_words
from jarvis.storage.ratings import SqliteRatings
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def log(database: Database, clock: FakeClock) -> SqliteConversationLog:
    return SqliteConversationLog(database, clock)


@pytest.fixture
def library(database: Database) -> SqliteLibrary:
    return SqliteLibrary(database)


@pytest.fixture
def three(log: SqliteConversationLog, clock: FakeClock) -> list[str]:
    made = []
    for title in ("Tea", "Cumpleaños", "Boat"):
        made.append(log.start_conversation(title).id)
        clock.advance(60)
    return made


def titles(found: list) -> list[str]:
    return [one.title for one in found]


def test_pinned_ones_come_first_and_archived_ones_are_out_of_the_way(library: SqliteLibrary, three: list[str]) -> None:
    assert titles(library.conversations()) == ["Boat", "Cumpleaños", "Tea"]
    library.pin(three[0], True)
    assert titles(library.conversations()) == ["Tea", "Boat", "Cumpleaños"]
    library.archive(three[2], True)
    assert titles(library.conversations()) == ["Tea", "Cumpleaños"]
    assert titles(library.conversations(shelf="archived")) == ["Boat"]
    library.archive(three[2], False)
    library.pin(three[0], False)
    assert titles(library.conversations(limit=2)) == ["Boat", "Cumpleaños"]


def test_folders_are_made_by_moving_and_vanish_when_empty(library: SqliteLibrary, three: list[str]) -> None:
    library.move(three[0], "  At   home ")
    library.move(three[1], "At home")
    library.move(three[2], "work")
    library.archive(three[1], True)
    assert library.folders() == [("At home", 1), ("work", 1)]
    assert titles(library.conversations(folder="At home")) == ["Tea"]
    assert titles(library.conversations(folder="")) == []
    library.rename_folder("At home", "Home")
    library.rename_folder("work", "")
    assert library.folders() == [("Home", 1)]
    assert titles(library.conversations(folder="")) == ["Boat"]
    with pytest.raises(InputError, match="60 characters"):
        library.move(three[0], "x" * 61)
    assert titles(library.conversations(folder="Home")) == ["Tea"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cumpleanos", ["Cumpleaños"]),
        ("DÍA ana", ["Cumpleaños"]),
        ("el dia tres", ["Cumpleaños"]),
        ('"dia tres"', ["Cumpleaños"]),
        ('"tres dia"', []),
        ("«el DÍA»", ["Cumpleaños"]),
        ("100%", ["Tea"]),
        ("a_b", ["Boat"]),
        ("sail tea", []),
        ("a", ["Boat", "Cumpleaños", "Tea"]),
        ("", []),
        ('""', []),
    ],
)
def test_words_are_found_whatever_their_accents(
    library: SqliteLibrary, log: SqliteConversationLog, three: list[str], words: str, found: list[str]
) -> None:
    log.add_message(three[0], "user", "is it 100% tea?")
    log.add_message(three[1], "user", "Es el día tres, el de Ana")
    log.add_message(three[1], "assistant", "Ana: el día tres.")
    log.add_message(three[2], "user", "sail a_b and axb")
    assert sorted(titles([hit.conversation for hit in library.search(words)])) == found


def test_a_hit_tells_the_newest_message_and_how_many_there_are(
    library: SqliteLibrary, log: SqliteConversationLog, three: list[str]
) -> None:
    for number in range(3):
        last = log.add_message(three[0], "user", f"the {'long ' * 60}kettle number {number} whistles {'on ' * 60}")
    log.add_message(three[1], "user", "no")
    (hit,) = library.search("kéttle")
    assert (hit.message_id, hit.count, hit.conversation.id) == (last.id, 3, three[0])
    assert hit.snippet.startswith("…long") and hit.snippet.endswith("…")
    assert [hit.snippet[a:b] for a, b in hit.matches] == ["kettle"]
    (titled,) = library.search("boat")
    assert (titled.message_id, titled.count, titled.snippet) == (None, 0, "Boat")
    assert len(library.search("t", limit=1)) == 1


def test_what_was_forgotten_is_not_found(library: SqliteLibrary, log: SqliteConversationLog, three: list[str]) -> None:
    log.add_message(three[0], "user", "the kettle whistles")
    log.delete(three[0])
    assert library.search("kettle") == []


def test_ratings_are_told_by_message(library: SqliteLibrary, log: SqliteConversationLog, three: list[str]) -> None:
    log.add_message(three[0], "user", "tea?")
    answer = log.add_message(three[0], "assistant", "green", source="model")
    other = log.add_message(three[1], "assistant", "x", source="model")
    ratings = SqliteRatings(library._database, FakeClock())
    ratings.keep(answer.id, 2, "I asked for black")
    ratings.keep(other.id, 5, "")
    found = library.ratings(three[0])
    assert {key: (one.stars, one.reason) for key, one in found.items()} == {answer.id: (2, "I asked for black")}


@given(st.text(max_size=200), st.text(max_size=20))
def test_matches_lie_in_the_snippet_one_after_the_other(text: str, words: str) -> None:
    assert len(fold(text)) == len(text)
    wanted = wanted_words(words)
    snippet, matches = snippet_of(text, wanted)
    assert len(snippet) <= SNIPPET_CHARACTERS + 2
    end = 0
    for start, stop in matches:
        assert end <= start < stop <= len(snippet)
        assert fold(snippet[start:stop]) in wanted
        end = stop
