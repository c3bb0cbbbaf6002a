"""Takes the turns of conversations into the memory, word for word and once each, in the order in which they were said.

What is kept: what the person said, but for commands that a skill carried out and a lone yes or no, and what a model
answered. Where a message is still being written, only its own conversation waits. How far it has come moves in the
transaction that stores the turns, so a crash neither loses nor doubles one.
Knows no vectors and finds no facts.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from jarvis.contracts.memory import ASSISTANT, USER, Memory, MemoryPrivacy, NewMemory
from jarvis.contracts.messages import DETAIL_ASKED_BACK, DETAIL_CACHED, STAYING_DETAILS
from jarvis.contracts.ports import Clock
from jarvis.storage.conversations import is_alive
from jarvis.storage.database import Database, to_milliseconds
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_rows import listed, moment

PART_CHARACTERS = 900
"""Longer texts become several memories, cut between paragraphs, lines, sentences or words."""

ANSWER_SECONDS = 600
"""A question without any answer is waited for so long; after that it has none."""

_ENDS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])[\"'”»)]*\s+"), re.compile(r"\s+"))
_MESSAGES = (
    "SELECT messages.*, conversations.privacy AS allowed, EXISTS (SELECT 1 FROM messages later"
    " WHERE later.conversation_id = messages.conversation_id AND later.seq > messages.seq) AS followed"
    " FROM messages JOIN conversations ON conversations.id = messages.conversation_id"
)
_BLANK = " \t\r\n.…"


class TurnKeeper:
    """Brings conversations into `memories`, a bounded number of messages at a time; safe from several processes.

    `enabled` tells whether turns are remembered at all: what is said while they are not, never is. `privacy` is the
    option `memory.privacy`. `is_confirmation` tells a lone yes or no from words that say something.
    """

    def __init__(
        self,
        database: Database,
        memories: SqliteMemories,
        clock: Clock,
        *,
        enabled: Callable[[], bool],
        privacy: Callable[[], str],
        is_confirmation: Callable[[str], bool],
    ) -> None:
        self._database = database
        self._memories = memories
        self._clock = clock
        self._enabled = enabled
        self._privacy = privacy
        self._is_confirmation = is_confirmation

    def waiting(self) -> int:
        """Return how many messages are still to be looked at."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM messages WHERE seq > (SELECT last_message_seq FROM memory_progress))"
                " + (SELECT count(*) FROM memory_waiting)"
            ).fetchone()
        return int(row[0])

    def keep(self, limit: int = 200) -> list[Memory]:
        """Look at the next `limit` messages and return what became a memory.

        A message that a living process is still writing, or whose answer one may still be writing, is left for later,
        and so is what comes after it in its conversation.
        """
        if not self.waiting():
            return []
        with self._database.write() as connection:
            if not self._enabled():
                _leave_out(connection)
                return []
            open_ones, rows = self._next(connection, limit)
            turns: list[tuple[NewMemory, int]] = []
            latest: dict[str, str | None] = {}
            left: list[int] = []
            for row in rows:
                answer = _answer_to(connection, row) if row["role"] == "user" else None
                if row["conversation_id"] in open_ones or self._is_open(row, answer):
                    open_ones.add(row["conversation_id"])
                    left.append(row["seq"])
                elif self._is_kept(row, answer):
                    turns += self._parts(connection, row, answer, latest)
            added = self._memories.add_within(connection, turns)
            _move_on(connection, rows, left)
        return added

    def _next(self, connection: sqlite3.Connection, limit: int) -> tuple[set[str], list[sqlite3.Row]]:
        """Return the conversations that still wait, and at most `limit` messages to look at: those that need wait no
        longer, and only where there are no more of them, those that are new."""
        heads = connection.execute(
            f"{_MESSAGES} WHERE messages.seq IN (SELECT min(w.seq) FROM memory_waiting"
            " JOIN messages w ON w.seq = message_seq GROUP BY w.conversation_id)"
        ).fetchall()
        still = {
            row["conversation_id"]
            for row in heads
            if self._is_open(row, _answer_to(connection, row) if row["role"] == "user" else None)
        }
        waited = connection.execute(
            f"{_MESSAGES} WHERE messages.seq IN (SELECT message_seq FROM memory_waiting)"
            " AND messages.conversation_id NOT IN (SELECT value FROM json_each(?)) ORDER BY messages.seq LIMIT ?",
            (listed(still), limit),
        ).fetchall()
        new = connection.execute(
            f"{_MESSAGES} WHERE messages.seq > (SELECT last_message_seq FROM memory_progress)"
            " ORDER BY messages.seq LIMIT ?",
            (limit - len(waited),),
        ).fetchall()
        return still, [*waited, *new]

    def _is_open(self, row: sqlite3.Row, answer: sqlite3.Row | None) -> bool:
        for message in (row, answer):
            if message is not None and message["state"] == "streaming":
                return is_alive(message["owner_pid"], message["owner_started"])
        if row["role"] != "user" or answer is not None or row["followed"]:
            return False
        age = abs(to_milliseconds(self._clock.now()) - row["created_at"])
        return age < ANSWER_SECONDS * 1000 and is_alive(row["owner_pid"], row["owner_started"])

    def _is_kept(self, row: sqlite3.Row, answer: sqlite3.Row | None) -> bool:
        if row["state"] != "complete" or not row["text"].strip(_BLANK):
            return False
        if row["role"] == "assistant":
            return row["source"] == "model" and row["detail"] not in (DETAIL_CACHED, DETAIL_ASKED_BACK)
        by_skill = answer is not None and answer["source"] == "skill"
        return not by_skill and not self._is_confirmation(row["text"])

    def _parts(
        self,
        connection: sqlite3.Connection,
        row: sqlite3.Row,
        answer: sqlite3.Row | None,
        latest: dict[str, str | None],
    ) -> Iterator[tuple[NewMemory, int]]:
        """Yield the memories that a message becomes; `latest` is the newest turn of each conversation."""
        conversation = row["conversation_id"]
        if conversation not in latest:
            latest[conversation] = _latest_turn(connection, conversation)
        privacy = self._may_leave(connection, row, answer)
        for part, text in enumerate(parts_of(row["text"])):
            identity = f"{row['id']}-{part}" if part else row["id"]
            yield (
                NewMemory(
                    id=identity,
                    text=text,
                    source="conversation",
                    speaker=USER if row["role"] == "user" else ASSISTANT,
                    said_at=moment(row["created_at"]),
                    conversation_id=conversation,
                    message_id=row["id"],
                    previous=latest[conversation],
                    privacy=privacy,
                ),
                part,
            )
            latest[conversation] = identity

    def _may_leave(self, connection: sqlite3.Connection, row: sqlite3.Row, answer: sqlite3.Row | None) -> MemoryPrivacy:
        """Return "cloud" only for what had gone to a model in the cloud anyway, or came from one."""
        if self._privacy() != "as_told" or row["allowed"] == "local":
            return "local"
        if any(each is not None and each["detail"] in STAYING_DETAILS for each in (row, answer)):
            return "local"
        question = row["id"] if row["role"] == "user" else self._question_of(connection, row)
        places = connection.execute("SELECT place FROM usage WHERE message_id = ? ORDER BY seq", (question,)).fetchall()
        if row["role"] == "assistant":
            # Several models may have worked on it; the last one wrote what is shown.
            places = places[-1:]
        return "cloud" if any(place["place"] == "cloud" for place in places) else "local"

    def _question_of(self, connection: sqlite3.Connection, row: sqlite3.Row) -> str | None:
        """Return the message that this one answers: behind a yes to what was asked back stands the question itself."""
        earlier = connection.execute(
            "WITH RECURSIVE above (seq) AS (VALUES (?) UNION ALL"
            " SELECT parent_seq FROM above JOIN messages USING (seq) WHERE parent_seq > 0)"
            " SELECT id, role, text, detail FROM above JOIN messages USING (seq)",
            (row["parent_seq"],),
        )
        agreed = False
        for message in earlier:
            if message["role"] == "user":
                if not self._is_confirmation(message["text"]):
                    return str(message["id"])
                agreed = True
            elif agreed and message["detail"] != DETAIL_ASKED_BACK:
                return None
        return None


def parts_of(text: str) -> Iterator[str]:
    """Yield a text in pieces of at most `PART_CHARACTERS`, each of which stands in it as it is; no blank one."""
    rest = text.strip()
    while len(rest) > PART_CHARACTERS:
        end = _cut(rest[: PART_CHARACTERS + 1])
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _cut(text: str) -> int:
    """Return where a piece ends; it is at least a third full where it ends with more than a word."""
    for number, ends in enumerate(_ENDS):
        least = 0 if number == len(_ENDS) - 1 else PART_CHARACTERS // 3
        found = [match.end() for match in ends.finditer(text) if least < match.start() <= PART_CHARACTERS]
        if found:
            return found[-1]
    return PART_CHARACTERS


def _answer_to(connection: sqlite3.Connection, row: sqlite3.Row) -> sqlite3.Row | None:
    """Return the message right after this one of the person, where Jarvis wrote it."""
    following: sqlite3.Row | None = connection.execute(
        "SELECT * FROM messages WHERE conversation_id = ? AND seq > ? ORDER BY seq LIMIT 1",
        (row["conversation_id"], row["seq"]),
    ).fetchone()
    return following if following is not None and following["role"] == "assistant" else None


def _latest_turn(connection: sqlite3.Connection, conversation_id: str) -> str | None:
    row = connection.execute(
        "SELECT id FROM memories WHERE conversation_id = ? AND source = 'conversation' ORDER BY position DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return row["id"] if row else None


def _leave_out(connection: sqlite3.Connection) -> None:
    """Pass over everything that was said until now."""
    connection.execute("DELETE FROM memory_waiting")
    connection.execute(
        "UPDATE memory_progress SET last_message_seq ="
        " max(last_message_seq, (SELECT coalesce(max(seq), 0) FROM messages))"
    )


def _move_on(connection: sqlite3.Connection, looked_at: Sequence[sqlite3.Row], left: Sequence[int]) -> None:
    """Note what was looked at; `left` are those of them that wait."""
    if not looked_at:
        return
    seqs = [row["seq"] for row in looked_at]
    connection.execute("UPDATE memory_progress SET last_message_seq = max(last_message_seq, ?)", (max(seqs),))
    connection.execute(
        "DELETE FROM memory_waiting WHERE message_seq IN (SELECT value FROM json_each(?))", (listed(seqs),)
    )
    connection.execute("INSERT INTO memory_waiting (message_seq) SELECT value FROM json_each(?)", (listed(left),))
