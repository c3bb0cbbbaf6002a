"""What the two arms of the search read of a memory, and that the index gives its stems back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jarvis.contracts.memory import Memory, NewMemory
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_stems import SqliteMemoryStems
from jarvis.storage.memory_text import day_in_words, embedding_text, lexical_text
from jarvis.storage.words import index_stems
from tests.fakes.host import FakeClock

MAY = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
TURN = Memory(
    seq=2, id="2", text="I went to the support group yesterday", source="imported", speaker="Ana", said_at=MAY
)
PIECE = replace(
    TURN,
    source="document",
    text="Rent is due on the first.",
    path="/home/a/Flat 2024.pdf",
    place="p. 3",
    speaker="user",
)


def test_a_turn_is_read_with_its_day_and_speaker() -> None:
    assert embedding_text(TURN, None) == "[8 May 2023] Ana: I went to the support group yesterday"
    assert lexical_text(TURN) == "8 May 2023 Ana I went to the support group yesterday"


def test_days_are_named_in_the_language_of_the_memory() -> None:
    assert day_in_words(MAY, "es") == "8 de mayo de 2023"
    assert embedding_text(replace(TURN, language="es"), None).startswith("[8 de mayo de 2023] Ana:")


def test_the_two_of_a_conversation_with_jarvis_have_no_names() -> None:
    assert embedding_text(replace(TURN, speaker="user"), None).startswith("[8 May 2023] I went")
    assert "assistant" not in lexical_text(replace(TURN, speaker="assistant"))


def test_a_piece_of_a_document_is_read_with_its_file_and_place() -> None:
    assert embedding_text(PIECE, None) == "[Flat 2024.pdf, p. 3] Rent is due on the first."
    assert lexical_text(PIECE) == "Flat 2024.pdf p. 3 Rent is due on the first."
    assert embedding_text(replace(PIECE, path="", place=""), None) == PIECE.text


def test_only_a_few_words_are_read_with_what_came_before() -> None:
    asked = replace(TURN, seq=1, speaker="Leo", text="How long did you live there?")
    assert embedding_text(TURN, asked) == embedding_text(TURN, None)
    short = embedding_text(replace(TURN, text="Nine years."), asked)
    assert short == "[8 May 2023] Leo: How long did you live there?\nAna: Nine years."


def test_the_index_gives_back_the_stems_that_were_made(tmp_path: Path) -> None:
    database = Database(tmp_path / "jarvis.sqlite3")
    memories = SqliteMemories(database, FakeClock(), lambda _: "en")
    first, second = memories.add(
        [
            NewMemory(id="1", text="The dogs were barking", speaker="Ana", said_at=MAY, language="en"),
            NewMemory(id="2", text="Which dogs?", speaker="Leo", said_at=MAY, previous="1", language="en"),
        ]
    )
    stems = SqliteMemoryStems(database)([first.seq, second.seq, 999])
    database.close()
    assert stems.keys() == {first.seq, second.seq}
    assert stems[first.seq] == (index_stems(lexical_text(first), "en"), [])
    assert stems[second.seq] == (index_stems(lexical_text(second), "en"), index_stems(first.text, "en"))
