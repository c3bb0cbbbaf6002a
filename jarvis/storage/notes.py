"""Dictated notes as rows."""

from __future__ import annotations

import sqlite3

from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import Note
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds
from jarvis.storage.words import content_stems


class SqliteNoteBook:
    """The note book over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, text: str) -> Note:
        """Store a note."""
        now = to_milliseconds(self._clock.now())
        with self._database.write() as connection:
            row = connection.execute("INSERT INTO notes (text, created_at) VALUES (?, ?) RETURNING *", (text, now))
            return _note(row.fetchone())

    def recent(self, limit: int = 10) -> list[Note]:
        """Return the newest notes first."""
        return self._all()[:limit]

    def search(self, words: str, limit: int = 10) -> list[Note]:
        """Return notes that hold every content word of `words` in some form, newest first; stop words don't count."""
        wanted = [(language, content_stems(words, language)) for language in LANGUAGES]
        found = [
            note
            for note in self._all()
            if any(stems and stems <= content_stems(note.text, language) for language, stems in wanted)
        ]
        return found[:limit]

    def delete(self, note_id: int) -> None:
        """Delete a note for good, bytes included."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM notes WHERE id = ?", (note_id,))
        self._database.scrub()

    def _all(self) -> list[Note]:
        with self._database.read() as connection:
            return [_note(row) for row in connection.execute("SELECT * FROM notes ORDER BY created_at DESC, id DESC")]


def _note(row: sqlite3.Row) -> Note:
    return Note(id=row["id"], text=row["text"], created_at=from_milliseconds(row["created_at"]))
