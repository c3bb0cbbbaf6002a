"""Conversations in a real database behind the port that the window asks, with days and folders to choose."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from jarvis.app.conversation_desk import Conversations
from jarvis.contracts.conversation_desk import ConversationDesk, ConversationHit
from jarvis.contracts.errors import JarvisError
from jarvis.contracts.messages import Conversation
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.library import SqliteLibrary
from tests.fakes.clock import FakeClock


class StoredConversations:
    """A database below `folder`; `port` is what the window is handed, `clock` says when things are stored."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "conversations.db")
        self.log = SqliteConversationLog(self.database, self.clock)
        self.desk = Conversations(self.log, SqliteLibrary(self.database))

    def port(self) -> ConversationDesk:
        return self.desk

    def close(self) -> None:
        self.database.close()

    def add(self, title: str, *said: str, days: float = 0, hours: float = 0, folder: str = "") -> Conversation:
        """Store a conversation of so many days and hours ago: questions and answers in turn."""
        ago = timedelta(days=days, hours=hours).total_seconds()
        self.clock.advance(-ago)
        made = self.log.start_conversation(title)
        for number, text in enumerate(said):
            self.log.add_message(made.id, "assistant" if number % 2 else "user", text)
        self.clock.advance(ago)
        if folder:
            self.desk.move(made.id, folder)
        return made

    def add_many(self, count: int) -> None:
        """Store many conversations, one an hour, newest last."""
        now = int(self.clock.now().timestamp() * 1000)
        with self.database.write() as connection:
            connection.executemany(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)",
                (
                    (f"many{at:05}", f"Conversation {at}", now - at * 3_600_000, now - at * 3_600_000)
                    for at in range(count)
                ),
            )


class HeldSearches:
    """A `ConversationDesk` whose searches wait until they are let go, and which fails when it is told to."""

    def __init__(self, desk: ConversationDesk) -> None:
        self._desk = desk
        self.gate = threading.Event()
        self.gate.set()
        self.fail: JarvisError | None = None
        self.searched: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._desk, name)

    def conversations(self, **which: object) -> Sequence[Conversation]:
        if self.fail is not None:
            raise self.fail
        return self._desk.conversations(**which)  # type: ignore[arg-type]

    def search(self, words: str, *, limit: int = 50) -> list[ConversationHit]:
        self.searched.append(words)
        self.gate.wait(30)
        if self.fail is not None:
            raise self.fail
        return self._desk.search(words, limit=limit)
