"""The memory's desk over real rows, words, vectors and documents; what compares meanings is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from jarvis.cli.memory_commands import memory
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, NewMemory
from jarvis.documents.reading import DocumentReader
from jarvis.memory.backup_trust import DefaultLevel, asks
from jarvis.memory.desk import RememberingDesk
from jarvis.memory.ingest import DocumentKeeper
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.search import MemorySearch
from jarvis.memory.time_range import happened_in
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.documents import SqliteDocuments
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import SqliteMemoryWords
from jarvis.storage.profile import SqliteProfile
from tests.fakes.clock import FakeClock
from tests.fakes.memory import HashedEmbedder

SPANISH = ("el ", "la ", "mi ", "¿", "ñ", "á", "é", "í", "ó", "ú")


def language_of(text: str) -> Language:
    return "es" if any(part in text.lower() for part in SPANISH) else "en"


class DeskWorld:
    """Everything below one folder; also the `Services` of the memory's commands."""

    def __init__(
        self,
        home: Path,
        *,
        embedder: HashedEmbedder | None = None,
        index_from: int = 10_000,
        default_level: DefaultLevel = asks,
    ) -> None:
        self._index_from = index_from
        self._default_level = default_level
        self.folders = Folders(home=home)
        self.folders.create()
        self.clock = FakeClock()
        self.language: Language = "en"
        self.embedder = embedder or HashedEmbedder()
        self.learned: list[str] = []
        self.open()

    def open(self) -> None:
        """Open everything (again), as a new process would."""
        self.database = Database(self.folders.database)
        self.log = SqliteConversationLog(self.database, self.clock)
        self.memories = SqliteMemories(self.database, self.clock, language_of)
        self.keeper = IndexKeeper(
            self.folders.home / "memory",
            self.memories,
            lambda: self.embedder,
            ChildRegistry(self.folders.run),
            self.folders.logs,
            index_from=lambda: self._index_from,
            chroma_url=lambda: "",
            scrub=self.database.scrub,
        )
        self.reader = DocumentReader(logs=self.folders.logs, registry=ChildRegistry(self.folders.run))
        self.documents = DocumentKeeper(
            documents=SqliteDocuments(self.database, self.memories, self.clock),
            reader=self.reader,
            clock=self.clock,
            own=self.folders.home,
            run_folder=self.folders.run,
            added=lambda: None,
        )
        self.desk = RememberingDesk(
            database=self.database,
            memories=self.memories,
            search=MemorySearch(self.memories, SqliteMemoryWords(self.database), self.keeper, self.clock, lambda: None),
            index=self.keeper,
            documents=self.documents,
            profile=SqliteProfile(self.database),
            places=self.folders,
            clock=self.clock,
            language=lambda: self.language,
            language_of=language_of,
            happened=happened_in,
            learn=self._learn,
            default_level=self._default_level,
        )

    def close(self) -> None:
        self.documents.stop()
        self.reader.close()
        self.keeper.stop()
        self.database.close()

    def memory(self) -> RememberingDesk:
        return self.desk

    def run(self, *arguments: str, language: Language = "en", answer: str | None = None) -> Result:
        self.language = language
        return CliRunner().invoke(memory, arguments, obj=self, input=answer)

    def said(self, *arguments: str, **options: Any) -> str:
        result = self.run(*arguments, **options)
        assert result.exit_code == 0, result.output
        return result.stdout

    def add(self, *texts: str, **fields: Any) -> list[Memory]:
        return list(self.desk.add(NewMemory(text=text, **fields) for text in texts))

    def turn(self, conversation: str, text: str, role: str = "user") -> tuple[str, Memory]:
        """Add a message with its memory; return its id and the memory."""
        message = self.log.add_message(conversation, role, text)  # type: ignore[arg-type]
        (memory,) = self.add(
            text, source="conversation", speaker=role, conversation_id=conversation, message_id=message.id
        )
        return message.id, memory

    def texts(self) -> list[str]:
        return [memory.text for memory in self.memories.after(0, 100_000)]

    def _learn(self, turns: Sequence[Memory]) -> None:
        self.learned += [turn.text for turn in turns]
