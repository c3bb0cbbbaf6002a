"""A database with conversations and memories, written as plainly as possible, for forgetting them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from jarvis.contracts.memory import ForgetTarget
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database, to_milliseconds
from jarvis.storage.forgetting import SqliteForgetting
from tests.fakes.clock import FakeClock

SECRET = "My locker code at the gym is 4471 Quokka."


class World:
    """Real tables, and rows written as plainly as possible."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "jarvis.sqlite3")
        self.log = SqliteConversationLog(self.database, self.clock)
        self.forgetting = SqliteForgetting(self.database)
        self._names = itertools.count(1)

    def remember(self, text: str, source: str = "told", **columns: Any) -> str:
        name = f"m{next(self._names)}"
        row = {
            "id": name,
            "position": 0,
            "text": text,
            "source": source,
            "speaker": "user",
            "said_at": to_milliseconds(self.clock.now()),
            "privacy": "local",
            "language": "en",
            "worded": 1,
            "added_at": 0,
            **columns,
        }
        with self.database.write() as connection:
            seq = connection.execute(
                f"INSERT INTO memories ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
            ).lastrowid
            connection.execute("INSERT INTO memory_words (rowid, own, before) VALUES (?, ?, '')", (seq, text))
        return name

    def seq(self, name: str) -> int:
        return int(self.one("SELECT seq FROM memories WHERE id = ?", name))

    def turn(self, conversation: str, text: str, role: str = "user") -> tuple[str, str]:
        """Add a message with its memory; return both ids."""
        message = self.log.add_message(conversation, role, text)  # type: ignore[arg-type]
        return message.id, self.remember(
            text, "conversation", conversation_id=conversation, message_id=message.id, speaker=role
        )

    def one(self, sql: str, *values: object) -> Any:
        with self.database.read() as connection:
            row = connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def run(self, sql: str, *values: object) -> None:
        with self.database.write() as connection:
            connection.execute(sql, values)

    def texts(self) -> set[str]:
        with self.database.read() as connection:
            return {row[0] for row in connection.execute("SELECT text FROM memories")}

    def forget(self, target: ForgetTarget) -> tuple[int, int, int]:
        """Forget, having checked that the preview says just that and changes nothing."""
        with self.database.read() as connection:
            before = "\n".join(connection.iterdump())
            preview = self.forgetting.preview(target)
            assert "\n".join(connection.iterdump()) == before
        gone = self.forgetting.carry_out(target)
        assert (gone.memories, gone.by_source, gone.messages, gone.answers, gone.conversations, gone.examples) == (
            preview.memories,
            preview.by_source,
            preview.messages,
            preview.answers,
            preview.conversations,
            preview.examples,
        )
        return gone.memories, gone.messages, gone.answers
