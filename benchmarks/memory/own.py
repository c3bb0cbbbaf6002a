"""Jarvis' own memory over the turns of a life: the real rows, full-text index, vectors, embedder and search, as the app
wires them, below one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.memory.lives import Life
from jarvis.assistant.language import language_of
from jarvis.contracts.embedding import Embedder
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import MemoryQuery, NewMemory, SearchResult
from jarvis.engines.embedding.minilm import MiniLmEmbedder
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.search import MemorySearch
from jarvis.memory.search_ports import Meaning
from jarvis.processes.registry import ChildRegistry
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_stems import SqliteMemoryStems
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMemory:
    """The opened parts. `search` compares words and meanings, `words_only` has no embedder."""

    database: Database
    memories: SqliteMemories
    words: SqliteMemoryWords
    keeper: IndexKeeper
    search: MemorySearch
    words_only: MemorySearch


class WithoutMeaning:
    """What stands for the keeper where no embedder can be had."""

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> Any:  # noqa: ARG002
        return None

    def reads_elsewhere(self) -> bool:
        return False

    def similarities(self, text: str, seqs: Sequence[int]) -> dict[int, float]:  # noqa: ARG002
        return {}

    def why_not(self, language: Language) -> str | None:  # noqa: ARG002
        return "Meanings are not compared here."


@contextmanager
def opened(
    folder: Path, clock: FakeClock, embedder: Embedder | None = None, *, index_from: int = 50_000
) -> Iterator[OwnMemory]:
    """Open (or make) the memory below `folder`; `embedder` None takes the bundled MiniLM in its child process."""
    folder.mkdir(parents=True, exist_ok=True)
    registry, logs = ChildRegistry(folder / "run"), folder / "logs"
    logs.mkdir(exist_ok=True)
    own = embedder or MiniLmEmbedder(folder / "cache", registry, logs)
    database = Database(folder / "jarvis.sqlite3")
    memories = SqliteMemories(database, clock, lambda text: language_of(text, "en"))
    words = SqliteMemoryWords(database)
    keeper = IndexKeeper(
        folder / "memory",
        memories,
        lambda: own,
        registry,
        logs,
        index_from=lambda: index_from,
        chroma_url=lambda: "",
        scrub=database.scrub,
    )
    try:
        yield OwnMemory(
            database=database,
            memories=memories,
            words=words,
            keeper=keeper,
            search=_search(database, memories, words, keeper, clock),
            words_only=_search(database, memories, words, WithoutMeaning(), clock),
        )
    finally:
        keeper.stop()
        own.close()
        database.close()


def _search(
    database: Database, memories: SqliteMemories, words: SqliteMemoryWords, meaning: Meaning, clock: FakeClock
) -> MemorySearch:
    return MemorySearch(memories, words, meaning, clock, lambda: None, stems=SqliteMemoryStems(database))


def after(life: Life) -> FakeClock:
    """Return a clock that stands two days after the last turn."""
    return FakeClock(life.turns[-1].when + timedelta(days=2))


def remember(own: OwnMemory, life: Life) -> None:
    """Store every turn, as an import of somebody's chat would, and make its vectors."""
    rows, before, session = [], None, 0
    for turn in life.turns:
        rows.append(
            NewMemory(
                id=turn.id,
                text=turn.text,
                source="imported",
                speaker=turn.speaker,
                said_at=turn.when,
                conversation_id=f"{life.name}:{turn.session}",
                previous=before if turn.session == session else None,
                language=life.language,
            )
        )
        before, session = turn.id, turn.session
    own.memories.add(rows)
    own.keeper.catch_up()


def asker(search: MemorySearch, language: Language) -> Callable[[str, int], SearchResult]:
    """Return a function that asks `search`."""
    return lambda question, count: search.search(MemoryQuery(text=question, limit=count), language)
