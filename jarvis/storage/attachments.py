"""Files that go with questions, as rows: bytes in parts, text in passages, and the message or draft that has them.

A returned write survives `kill -9`; what was begun and not returned left nothing. Knows no format and no limit.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from jarvis.contracts.attachments import Passage
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import Attachment
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, to_milliseconds

PART_BYTES = 1 << 20
"""Bytes of one row."""

UNSENT_FOR = timedelta(hours=6)
"""What belongs to no draft and was not sent by then is what a program left that ended while it asked."""

_UNUSED = "draft IS NULL AND NOT EXISTS (SELECT 1 FROM message_attachments WHERE attachment_seq = attachments.seq)"


class SqliteAttachments:
    """The files over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def keep(
        self,
        attachment: Attachment,
        parts: Iterable[bytes],
        passages: Iterable[Passage] = (),
        *,
        draft: str | None = None,
    ) -> Attachment:
        """Store a file and return it with its id, its size and how many passages it has; one transaction."""
        identity = uuid.uuid4().hex
        with self._database.write() as connection:
            seq = connection.execute(
                "INSERT INTO attachments (id, name, kind, media_type, bytes, pages, note_en, note_es, draft, added_at)"
                " VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
                (
                    identity,
                    attachment.name,
                    attachment.kind,
                    attachment.media_type,
                    attachment.pages,
                    attachment.note_en,
                    attachment.note_es,
                    draft,
                    to_milliseconds(self._clock.now()),
                ),
            ).lastrowid
            size = 0
            for number, part in enumerate(parts):
                connection.execute("INSERT INTO attachment_parts VALUES (?, ?, ?)", (seq, number, part))
                size += len(part)
            count = 0
            for passage in passages:
                connection.execute(
                    "INSERT INTO attachment_passages VALUES (?, ?, ?, ?)", (seq, count, passage.text, passage.place)
                )
                count += 1
            connection.execute("UPDATE attachments SET bytes = ?, passages = ? WHERE seq = ?", (size, count, seq))
        return replace(attachment, id=identity, bytes=size, passages=count)

    def data(self, attachment_id: str) -> bytes:
        """Return its bytes; empty where it is gone."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT attachment_parts.bytes FROM attachment_parts JOIN attachments ON seq = attachment_seq"
                " WHERE id = ? ORDER BY part",
                (attachment_id,),
            )
            return b"".join(row["bytes"] for row in rows)

    def passages(self, attachment_id: str) -> list[Passage]:
        """Return its text in reading order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT text, place FROM attachment_passages JOIN attachments ON seq = attachment_seq"
                " WHERE id = ? ORDER BY passage",
                (attachment_id,),
            )
            return [Passage(text=row["text"], place=row["place"]) for row in rows]

    def keep_here(self, attachment_ids: Sequence[str]) -> None:
        """Mark them as attached while nothing might leave."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE attachments SET stays = 1 WHERE id = ?", ((identity,) for identity in attachment_ids)
            )

    def drafts(self, conversation_id: str) -> list[Attachment]:
        """Return what waits in a conversation's unsent message."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM attachments WHERE draft = ? ORDER BY seq", (conversation_id,))
            return [attachment_of(row) for row in rows]

    def drop(self, attachment_id: str) -> None:
        """Delete a file that no message has, bytes included."""
        with self._database.write() as connection:
            gone = connection.execute(
                "DELETE FROM attachments WHERE id = ?"
                " AND NOT EXISTS (SELECT 1 FROM message_attachments WHERE attachment_seq = attachments.seq)",
                (attachment_id,),
            ).rowcount
        if gone:
            self._database.scrub()

    def recover(self) -> int:
        """Delete what a program that ended left behind, of no message and no draft; returns how many files."""
        latest = to_milliseconds(self._clock.now() - UNSENT_FOR)
        left = f"{_UNUSED} AND added_at < ?"
        with self._database.read() as connection:
            if connection.execute(f"SELECT 1 FROM attachments WHERE {left} LIMIT 1", (latest,)).fetchone() is None:
                return 0
        with self._database.write() as connection:
            gone = connection.execute(f"DELETE FROM attachments WHERE {left}", (latest,)).rowcount
        self._database.scrub()
        return int(gone)


def give_to(connection: sqlite3.Connection, message_seq: int, attachment_ids: Sequence[str]) -> None:
    """Have a new message take these files out of their drafts, within its transaction; `InputError` (code
    `attachment.gone`) where one is not here any more."""
    for place, identity in enumerate(attachment_ids):
        row = connection.execute("SELECT seq FROM attachments WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise InputError(
                "attachment.gone",
                en="An attached file is no longer here, so nothing was asked. Attach it again.",
                es="Un fichero adjunto ya no está aquí y no se preguntó nada. Adjúntalo de nuevo.",
            )
        connection.execute("INSERT INTO message_attachments VALUES (?, ?, ?)", (message_seq, place, row["seq"]))
        connection.execute("UPDATE attachments SET draft = NULL WHERE seq = ?", (row["seq"],))


def attachments_called(connection: sqlite3.Connection, attachment_ids: Sequence[str]) -> tuple[Attachment, ...]:
    """Return the files with these ids in this order, without those that are not here."""
    read = "SELECT * FROM attachments WHERE id = ?"
    rows = (connection.execute(read, (identity,)).fetchone() for identity in attachment_ids)
    return tuple(attachment_of(row) for row in rows if row is not None)


def attachments_among(connection: sqlite3.Connection, conversation_id: str) -> dict[str, tuple[Attachment, ...]]:
    """Return the files of a conversation's messages by message id."""
    rows = connection.execute(
        "SELECT messages.id AS message, attachments.* FROM messages"
        " JOIN message_attachments ON message_attachments.message_seq = messages.seq"
        " JOIN attachments ON attachments.seq = message_attachments.attachment_seq"
        " WHERE messages.conversation_id = ? ORDER BY messages.seq, message_attachments.place",
        (conversation_id,),
    )
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        found[row["message"]] = (*found.get(row["message"], ()), attachment_of(row))
    return found


def attachment_of(row: sqlite3.Row) -> Attachment:
    """Return a row of `attachments` as the value."""
    return Attachment(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        media_type=row["media_type"],
        bytes=row["bytes"],
        pages=row["pages"],
        passages=row["passages"],
        stays=bool(row["stays"]),
        note_en=row["note_en"],
        note_es=row["note_es"],
    )
