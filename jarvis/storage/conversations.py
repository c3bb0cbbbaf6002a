"""Conversations, messages and pending confirmations as rows.

A returned write survives `kill -9`; a power cut may cost the last moments.
"""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import psutil

from jarvis.contracts.errors import StorageError
from jarvis.contracts.messages import Attachment, Conversation, Door, MessageState, Privacy, Source, StoredMessage
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import SkillMatch
from jarvis.storage.attachments import attachments_among, attachments_called, give_to
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

CONFIRMATION_SECONDS = 120
"""How long a question asked back waits for its yes or no."""

_BRANCH = """
WITH RECURSIVE branch (seq, parent_seq, back) AS (
  SELECT seq, parent_seq, 1 FROM messages WHERE seq = CASE WHEN ?2 IS NULL
    THEN (SELECT leaf_seq FROM conversations WHERE id = ?1)
    ELSE (SELECT seq FROM messages WHERE id = ?2 AND conversation_id = ?1) END AND ?3 <> 0
  UNION ALL SELECT above.seq, above.parent_seq, back + 1 FROM branch JOIN messages AS above
    ON above.seq = branch.parent_seq WHERE ?3 < 0 OR back < ?3),
forks (parent_seq) AS MATERIALIZED (
  SELECT parent_seq FROM messages WHERE conversation_id = ?1 GROUP BY parent_seq HAVING count(*) > 1)
SELECT messages.*, CASE WHEN messages.parent_seq IN forks THEN (SELECT json_group_array(id) FROM (
  SELECT other.id FROM messages AS other WHERE other.conversation_id = ?1 AND other.parent_seq = messages.parent_seq
  ORDER BY other.seq)) ELSE '[]' END AS versions
FROM branch JOIN messages USING (seq) ORDER BY back
"""
_NEWEST_BELOW = """
WITH RECURSIVE below (seq, conversation_id) AS (
  SELECT seq, conversation_id FROM messages WHERE id = ?
  UNION ALL SELECT messages.seq, messages.conversation_id FROM below JOIN messages
    ON messages.conversation_id = below.conversation_id AND messages.parent_seq = below.seq)
SELECT seq, conversation_id FROM below ORDER BY seq DESC LIMIT 1
"""


class SqliteConversationLog:
    """The conversation log over `Database`.

    A streaming message carries the process that writes it, so that `recover` can tell an answer that is being
    written from one whose writer is gone. `forgot` is called once a conversation's rows are gone, to wipe what the
    memory's indexes hold of them.
    """

    def __init__(self, database: Database, clock: Clock, forgot: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._clock = clock
        self._forgot = forgot
        self._pid = os.getpid()
        self._started = psutil.Process().create_time()

    def start_conversation(self, title: str) -> Conversation:
        """Create an empty conversation."""
        now = self._now()
        identity = uuid.uuid4().hex
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)",
                (identity, title, now, now),
            )
        return Conversation(
            id=identity, title=title, created_at=from_milliseconds(now), updated_at=from_milliseconds(now)
        )

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Return one conversation, or None."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
        return conversation_of(row) if row else None

    def conversations(self, limit: int = 200) -> list[Conversation]:
        """Return the conversations, last used first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM conversations ORDER BY updated_at DESC LIMIT ?", (limit,))
            return [conversation_of(row) for row in rows]

    def rename(self, conversation_id: str, title: str) -> None:
        """Change a title."""
        with self._database.write() as connection:
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))

    def set_privacy(self, conversation_id: str, privacy: Privacy | None) -> None:
        """Say what this conversation allows; None follows the settings again."""
        with self._database.write() as connection:
            connection.execute("UPDATE conversations SET privacy = ? WHERE id = ?", (privacy, conversation_id))

    def delete(self, conversation_id: str) -> None:
        """Remove a conversation with its messages, usage rows and decisions, bytes included.

        Raises what `forgot` raises where an index still holds bytes of it; the rows and the log's bytes are gone then.
        """
        with self._database.write() as connection:
            mine = "SELECT id FROM messages WHERE conversation_id = ?"
            connection.execute(f"DELETE FROM usage WHERE message_id IN ({mine})", (conversation_id,))
            connection.execute(f"DELETE FROM decisions WHERE message_id IN ({mine})", (conversation_id,))
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
        trouble = None
        try:
            self._forgot()
        except StorageError as error:
            trouble = error
        finally:
            self._database.scrub()
        if trouble is not None and self._waits_to_be_wiped():
            raise trouble

    def add_message(
        self,
        conversation_id: str,
        role: Literal["user", "assistant"],
        text: str,
        state: MessageState = "complete",
        source: Source | None = None,
        model: str | None = None,
        door: Door | None = None,
        follows: str | None = None,
        attachments: Sequence[str] = (),
    ) -> StoredMessage:
        """Append a message, after the newest in view or after `follows`, "" for the beginning; it takes the files
        `attachments` out of their drafts.

        `StorageError` (code `conversation.unknown`) when there is no such conversation, or no such message in it,
        `InputError` (code `attachment.gone`) when there is no such file.
        """
        now = self._now()
        identity = uuid.uuid4().hex
        # Read before: others wait for what is done within the transaction.
        files = self._called(attachments)
        with self._database.write() as connection:
            touched = connection.execute(
                "UPDATE conversations SET updated_at = ? WHERE id = ?", (now, conversation_id)
            ).rowcount
            if not touched:
                raise _unknown()
            parent = None if follows is None else _seq_of(connection, conversation_id, follows)
            seq = connection.execute(
                "INSERT INTO messages (id, conversation_id, role, text, state, created_at, source, model,"
                " door, owner_pid, owner_started, parent_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    identity,
                    conversation_id,
                    role,
                    text,
                    state,
                    now,
                    source,
                    model,
                    door,
                    self._pid,
                    self._started,
                    parent,
                ),
            ).lastrowid
            assert seq is not None
            give_to(connection, seq, attachments)
        return StoredMessage(
            id=identity,
            conversation_id=conversation_id,
            role=role,
            text=text,
            state=state,
            created_at=from_milliseconds(now),
            source=source,
            model=model,
            door=door,
            attachments=files,
        )

    def append_text(self, message_id: str, text: str) -> None:
        """Add streamed text to a message."""
        with self._database.write() as connection:
            connection.execute("UPDATE messages SET text = text || ? WHERE id = ?", (text, message_id))

    def close_message(
        self,
        message_id: str,
        state: MessageState,
        *,
        text: str | None = None,
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
        codes: Sequence[str] = (),
    ) -> None:
        """End a streaming message; None keeps text, source and model as they are."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET state = ?, text = coalesce(?, text), source = coalesce(?, source),"
                " model = coalesce(?, model), detail = ?, codes = ? WHERE id = ?",
                (state, text, source, model, detail, json.dumps(list(codes)), message_id),
            )

    def message(self, message_id: str) -> StoredMessage | None:
        """Return one message, or None."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
            files = attachments_among(connection, row["conversation_id"]) if row else {}
        return _message(row, files) if row else None

    def messages(self, conversation_id: str, limit: int | None = None, until: str | None = None) -> list[StoredMessage]:
        """Return the branch in view, or the one up to the message `until`, oldest first; with `limit` its newest."""
        most = -1 if limit is None else limit
        with self._database.read() as connection:
            rows = connection.execute(_BRANCH, (conversation_id, until, most)).fetchall()
            files = attachments_among(connection, conversation_id)
        return [_message(row, files) for row in reversed(rows)]

    def show_version(self, message_id: str) -> None:
        """Bring the branch into view in which `message_id` stands, down to what was said last in it; nothing where
        there is no such message."""
        with self._database.write() as connection:
            leaf = connection.execute(_NEWEST_BELOW, (message_id,)).fetchone()
            if leaf is not None:
                connection.execute(
                    "UPDATE conversations SET leaf_seq = ? WHERE id = ?", (leaf["seq"], leaf["conversation_id"])
                )

    def recover(self) -> int:
        """Mark answers whose writer is gone as `interrupted`, keeping their text; returns how many."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, owner_pid, owner_started FROM messages WHERE state = 'streaming'"
            ).fetchall()
        gone = [row["id"] for row in rows if not is_alive(row["owner_pid"], row["owner_started"])]
        if gone:
            with self._database.write() as connection:
                connection.executemany(
                    "UPDATE messages SET state = 'interrupted' WHERE id = ? AND state = 'streaming'",
                    [(identity,) for identity in gone],
                )
        return len(gone)

    def _called(self, attachments: Sequence[str]) -> tuple[Attachment, ...]:
        if not attachments:
            return ()
        with self._database.read() as connection:
            return attachments_called(connection, attachments)

    def _waits_to_be_wiped(self) -> bool:
        with self._database.read() as connection:
            return connection.execute("SELECT 1 FROM memory_forgotten LIMIT 1").fetchone() is not None

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


class SqlitePendingConfirmations:
    """Questions that Jarvis asked back, one per conversation; they outlive the process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, conversation_id: str, match: SkillMatch) -> None:
        """Keep `match` until it is answered; a newer question replaces an older one."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pending_confirmations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    match.skill,
                    json.dumps(dict(match.slots), ensure_ascii=False),
                    match.confidence,
                    match.language,
                    match.text,
                    match.risk,
                    to_milliseconds(self._clock.now()),
                ),
            )

    def take(self, conversation_id: str) -> SkillMatch | None:
        """Return and remove the question; None when there is none or it is older than two minutes."""
        with self._database.read() as connection:
            asked = connection.execute(
                "SELECT 1 FROM pending_confirmations WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()
        if asked is None:
            return None
        with self._database.write() as connection:
            row = connection.execute(
                "DELETE FROM pending_confirmations WHERE conversation_id = ? RETURNING *", (conversation_id,)
            ).fetchone()
        age_ms = to_milliseconds(self._clock.now()) - row["asked_at"] if row else 0
        # A clock that was set back says nothing of how old it is.
        if row is None or abs(age_ms) > CONFIRMATION_SECONDS * 1000:
            return None
        return SkillMatch(
            skill=row["skill"],
            slots=json.loads(row["slots"]),
            confidence=row["confidence"],
            language=row["language"],
            text=row["text"],
            risk=row["risk"],
        )


def is_alive(pid: int | None, started: float | None) -> bool:
    """Tell whether the process that wrote a message still runs; another one may have its number by now."""
    if pid is None or started is None:
        return False
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1
    except psutil.Error:
        return False


def _seq_of(connection: sqlite3.Connection, conversation_id: str, message_id: str) -> int:
    if not message_id:
        return 0
    row = connection.execute(
        "SELECT seq FROM messages WHERE id = ? AND conversation_id = ?", (message_id, conversation_id)
    ).fetchone()
    if row is None:
        raise _unknown()
    return int(row["seq"])


def _unknown() -> StorageError:
    return StorageError(
        "conversation.unknown",
        en="That conversation no longer exists; the message was not stored. Start a new conversation.",
        es="Esa conversación ya no existe; el mensaje no se guardó. Empieza una conversación nueva.",
    )


def conversation_of(row: sqlite3.Row) -> Conversation:
    """Return a row of `conversations` as the value."""
    return Conversation(
        id=row["id"],
        title=row["title"],
        created_at=from_milliseconds(row["created_at"]),
        updated_at=from_milliseconds(row["updated_at"]),
        privacy=row["privacy"],
        pinned=bool(row["pinned"]),
        archived=bool(row["archived"]),
        folder=row["folder"],
    )


def _message(row: sqlite3.Row, files: Mapping[str, tuple[Attachment, ...]]) -> StoredMessage:
    return StoredMessage(
        id=row["id"],
        conversation_id=row["conversation_id"],
        role=row["role"],
        text=row["text"],
        state=row["state"],
        created_at=from_milliseconds(row["created_at"]),
        source=row["source"],
        model=row["model"],
        detail=row["detail"],
        heard_characters=row["heard_characters"],
        door=row["door"],
        versions=_versions(row),
        attachments=files.get(row["id"], ()),
        codes=tuple(json.loads(row["codes"])),
    )


def _versions(row: sqlite3.Row) -> tuple[str, ...]:
    return tuple(json.loads(row["versions"])) if "versions" in row.keys() else ()  # noqa: SIM118 - a Row is no dict
