"""The lines of the core profile, and how far facts were looked for.

A line that was learned points to its fact and goes with it; what the person wrote points to nothing. Once the person
has edited the profile, nothing is filled in any more. Chooses no facts itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import MemoryPrivacy, ProfileLine
from jarvis.storage.database import Database

MOST_LINES = 12
MOST_CHARACTERS = 200

_SELECT = (
    "SELECT p.id, p.text, p.privacy, p.memory_seq, m.id AS memory FROM memory_profile p"
    " LEFT JOIN memories m ON m.seq = p.memory_seq"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedLine:
    """A line for the profile with the number of the fact that it says."""

    text: str
    seq: int
    privacy: MemoryPrivacy


class SqliteProfile:
    """The core profile over `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self) -> list[ProfileLine]:
        """Return the lines, in order."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_SELECT} ORDER BY p.place, p.id").fetchall()
        return [
            ProfileLine(id=row["id"], text=row["text"], memory_id=row["memory"], privacy=row["privacy"]) for row in rows
        ]

    def learned(self) -> dict[int, int]:
        """Return the numbers of the facts that lines say, by the line's id."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, memory_seq FROM memory_profile WHERE memory_seq IS NOT NULL")
            return {row["id"]: row["memory_seq"] for row in rows}

    def edited(self) -> bool:
        """Tell whether the person has put lines of their own in the place of what was filled in."""
        with self._database.read() as connection:
            return _edited(connection)

    def replace(self, texts: Iterable[str]) -> list[ProfileLine]:
        """Put the person's lines in the place of what is there; a line that stays as it was stays what it was.

        Empty lines are left out. Raises `InputError` for more than 12 lines, or one of more than 200 characters.
        """
        wanted = list(dict.fromkeys(text for text in (" ".join(text.split()) for text in texts) if text))
        if len(wanted) > MOST_LINES or any(len(text) > MOST_CHARACTERS for text in wanted):
            raise InputError(
                "memory.profile_long",
                en="The profile takes at most {lines} lines of {characters} characters; nothing was changed. "
                "Shorten it and save it again.",
                es="El perfil admite como mucho {lines} líneas de {characters} caracteres; no se ha cambiado nada. "
                "Acórtalo y guárdalo otra vez.",
                lines=MOST_LINES,
                characters=MOST_CHARACTERS,
            )
        with self._database.write() as connection:
            old = {row["text"]: row for row in connection.execute("SELECT * FROM memory_profile")}
            connection.execute("DELETE FROM memory_profile")
            for place, text in enumerate(wanted):
                known = old.get(text)
                seq, privacy = (known["memory_seq"], known["privacy"]) if known else (None, "local")
                _insert(connection, place, text, seq, privacy)
            connection.execute("UPDATE memory_learning SET profile_edited = 1")
            _changed(connection)
        return self.lines()

    def fill(self, lines: Sequence[LearnedLine]) -> bool:
        """Put what was learned in the place of what is there; nothing happens once the person has edited it.

        Returns whether anything changed. Facts that are gone by now are left out.
        """
        with self._database.write() as connection:
            if _edited(connection):
                return False
            there = [
                (row["text"], row["memory_seq"], row["privacy"])
                for row in connection.execute("SELECT * FROM memory_profile ORDER BY place, id")
            ]
            living = [line for line in lines if _lives(connection, line.seq)][:MOST_LINES]
            if there == [(line.text, line.seq, line.privacy) for line in living]:
                return False
            connection.execute("DELETE FROM memory_profile")
            for place, line in enumerate(living):
                _insert(connection, place, line.text, line.seq, line.privacy)
            _changed(connection)
        return True

    def follow(self, line_id: int, line: LearnedLine | None) -> None:
        """Let a line say the fact that took the place of its own; None takes the line away."""
        with self._database.write() as connection:
            if line is None or not _lives(connection, line.seq):
                connection.execute("DELETE FROM memory_profile WHERE id = ?", (line_id,))
            else:
                connection.execute(
                    "UPDATE memory_profile SET text = ?, memory_seq = ?, privacy = ? WHERE id = ?",
                    (line.text, line.seq, line.privacy, line_id),
                )
            _changed(connection)

    def set_privacy(self, line_id: int, privacy: MemoryPrivacy) -> None:
        """Say whether a line may leave this computer, and the fact that it says with it: else what is learned next
        would undo it. Raises `InputError` for a line that is not there."""
        with self._database.write() as connection:
            line = connection.execute(
                "UPDATE memory_profile SET privacy = ? WHERE id = ? RETURNING memory_seq", (privacy, line_id)
            ).fetchone()
            if line is None:
                raise InputError(
                    "memory.unknown_line",
                    en="That line of the profile is no longer there; nothing was changed. Look at the profile again.",
                    es="Esa línea del perfil ya no está; no se ha cambiado nada. Mira otra vez el perfil.",
                )
            connection.execute("UPDATE memories SET privacy = ? WHERE seq = ?", (privacy, line["memory_seq"]))
            _changed(connection)

    def reached(self, by: Literal["rules", "model"]) -> int:
        """Return the number of the memory up to which facts were looked for."""
        with self._database.read() as connection:
            return int(connection.execute(f"SELECT {_COLUMNS[by]} FROM memory_learning").fetchone()[0])

    def reach(self, by: Literal["rules", "model"], seq: int) -> None:
        """Note that facts were looked for up to a memory; never goes back."""
        with self._database.write() as connection:
            connection.execute(f"UPDATE memory_learning SET {_COLUMNS[by]} = max({_COLUMNS[by]}, ?)", (seq,))


_COLUMNS = {"rules": "ruled_seq", "model": "modelled_seq"}


def _edited(connection: sqlite3.Connection) -> bool:
    # Lines that point to no fact are the person's, also where they were brought in from elsewhere.
    own = "SELECT profile_edited OR EXISTS (SELECT 1 FROM memory_profile WHERE memory_seq IS NULL) FROM memory_learning"
    return bool(connection.execute(own).fetchone()[0])


def _insert(connection: sqlite3.Connection, place: int, text: str, seq: int | None, privacy: str) -> None:
    connection.execute(
        "INSERT INTO memory_profile (place, text, memory_seq, privacy) VALUES (?, ?, ?, ?)", (place, text, seq, privacy)
    )


def _lives(connection: sqlite3.Connection, seq: int) -> bool:
    return connection.execute("SELECT 1 FROM memories WHERE seq = ?", (seq,)).fetchone() is not None


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE memory_progress SET revision = revision + 1, lasting = lasting + 1")
