"""The rows of the conversation list: days, months, marks, what is read aloud, and snippets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.conversation_desk import ConversationHit
from jarvis.contracts.messages import Conversation
from jarvis.desktop import library_texts
from jarvis.desktop.library_delegate import units
from jarvis.desktop.library_rows import RowMaker, nearer, told
from jarvis.desktop.library_shelves import FolderShelf, Group, Shelves
from jarvis.desktop.texts import Text
from tests.fakes.clock import FakeClock

NOW = FakeClock().now()
"""A Friday in November."""


def chat(title: str = "Tea", *, days: float = 0, **about: object) -> Conversation:
    moment = (NOW - timedelta(days=days)).astimezone(UTC)
    made = Conversation(id=title, title=title, created_at=moment, updated_at=moment)
    return replace(made, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "english", "spanish"),
    [
        (0, "Today", "Hoy"),
        (1, "Yesterday", "Ayer"),
        (2, "This week", "Esta semana"),
        (4, "This week", "Esta semana"),
        (5, "November", "Noviembre"),
        (30, "October", "Octubre"),
        (340, "December 2025", "Diciembre de 2025"),
    ],
)
def test_days_are_told_in_groups(days: int, english: str, spanish: str) -> None:
    moment = NOW - timedelta(days=days)
    assert RowMaker("en", NOW).group_of(moment) == english
    assert RowMaker("es", NOW).group_of(moment) == spanish


@pytest.mark.parametrize(
    ("days", "english", "spanish"),
    [
        (0, "18:42", "18:42"),
        (1, "Yesterday", "Ayer"),
        (3, "Tue", "mar"),
        (5, "15 Nov", "15 nov"),
        (340, "Dec 2025", "dic 2025"),
    ],
)
def test_a_moment_takes_a_few_letters(days: int, english: str, spanish: str) -> None:
    moment = (NOW - timedelta(days=days)).astimezone(UTC)
    assert RowMaker("en", NOW).moment(moment) == english
    assert RowMaker("es", NOW).moment(moment) == spanish


def test_a_moment_of_the_last_minutes_of_a_day_belongs_to_the_day_of_the_clock() -> None:
    # 23:30 in Madrid, which is the day before in UTC's eyes half an hour on.
    moment = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert RowMaker("en", NOW).group_of(moment) == "Yesterday"


def test_the_list_goes_from_pinned_to_the_archive() -> None:
    shelves = Shelves(
        pinned=Group(conversations=(chat("Boat", days=9, pinned=True),)),
        folders=(
            FolderShelf(name="Home", count=2, group=Group(conversations=(chat("Oven", days=3),), more=True)),
            FolderShelf(name="Work", count=1),
        ),
        rest=Group(conversations=(chat("Tea"), chat("Cake"), chat("Rain", days=1)), more=True),
        archived=True,
    )
    rows = RowMaker("en", NOW).shelves(shelves)
    assert [(row.kind, row.text, row.detail) for row in rows] == [
        ("heading", "Pinned", ""),
        ("chat", "Boat", "11 Nov"),
        ("folder", "Home", "2"),
        ("chat", "Oven", "Tue"),
        ("more", "Show more", ""),
        ("folder", "Work", "1"),
        ("heading", "Today", ""),
        ("chat", "Tea", "18:42"),
        ("chat", "Cake", "18:42"),
        ("heading", "Yesterday", ""),
        ("chat", "Rain", "18:42"),
        ("more", "Show more", ""),
        ("archive", "Archive", ""),
    ]
    assert len({row.key for row in rows}) == len(rows)
    assert rows[1].spoken == "Boat, pinned, 11 Nov"
    assert rows[2].spoken == "Folder Home, 2 conversations, open"
    assert rows[5].spoken == "Folder Work, 1 conversation, closed"
    assert RowMaker("es", NOW).shelves(shelves)[5].spoken == "Carpeta Work, 1 conversación, cerrada"


def test_hits_are_counted_and_say_where_they_are() -> None:
    hit = ConversationHit(
        conversation=chat("Party", folder="Home", archived=True),
        message_id="m",
        snippet="the cake",
        matches=((4, 8),),
        count=2,
    )
    titled = replace(hit, conversation=chat("Cake"), message_id=None, snippet="Cake", matches=((0, 4),), count=0)
    rows = RowMaker("es", NOW).hits([hit, titled], 50)
    assert [row.text for row in rows] == ["2 conversaciones", "Party", "Cake"]
    assert rows[1].detail == "2 mensajes · 18:42 · en Home · archivada"
    assert (rows[2].detail, rows[2].snippet) == ("en el título · 18:42", "")
    assert RowMaker("en", NOW).hits([hit, titled], 2)[0].text == "The newest 2 conversations"
    assert RowMaker("en", NOW).hits([], 50) == []


def test_a_title_cannot_turn_or_break_its_row() -> None:
    assert told("a\u202eb\u2066 c\n\nd") == "a b c d"
    assert RowMaker("es", NOW).flat([chat(" \n ")])[0].text == "Nueva conversación"


@given(st.text(max_size=150), st.data())
def test_matches_stay_on_their_words_when_a_snippet_is_cut(snippet: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(snippet)))
    end = data.draw(st.integers(start, len(snippet)))
    cut, ((begin, stop),) = nearer(snippet, [(start, end)])
    assert told(cut[begin:stop]) == told(snippet[start:end])
    assert begin <= 18 or begin == start


def test_places_are_counted_as_qt_counts_them() -> None:
    assert [units("abc"), units("🎂 e"), units("")] == [3, 4, 0]


def test_every_sentence_is_there_in_both_languages() -> None:
    both = [text for text in vars(library_texts).values() if isinstance(text, Text)]
    assert len(both) > 40
    assert [text.en for text in both if not text.en.strip() or not text.es.strip()] == []
    # One word is the same in both.
    assert [text.en for text in both if text.en == text.es] == []
