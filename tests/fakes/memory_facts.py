"""A person who talks to the memory: real rows, words, search, facts, profile and recall; only the clock is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, NewMemory, QuotedAnswer, RecallQuestion, Recollection
from jarvis.memory.fact_model import FactsByModel
from jarvis.memory.facts import FactFinder
from jarvis.memory.recall import MemoryRecall
from jarvis.memory.search import MemorySearch
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import SqliteMemoryWords
from jarvis.storage.profile import SqliteProfile
from tests.fakes.clock import FakeClock
from tests.fakes.memory_meaning import NoMeaning

TABLES = Path(__file__).parent.parent / "memory"


def table(name: str) -> list[str]:
    """Return the lines of a table beside the memory's tests."""
    return [line for line in (TABLES / name).read_text(encoding="utf-8").splitlines() if line]


def told(language: Language) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return turns with the facts that they tell: subject, relation (with a minus where it ends), value."""
    rows = []
    for line in table(f"told_{language}.txt"):
        text, _, facts = line.partition(" | ")
        rows.append((text, [tuple(fact.split(", ", 2)) for fact in facts.split(" ; ")]))
    return rows  # type: ignore[return-value]


class TalkingWorld:
    """Everything between a turn and an answer that is remembered."""

    def __init__(self, folder: Path, clock: FakeClock | None = None, model: FactsByModel | None = None) -> None:
        self.clock = clock or FakeClock()
        self.database = Database(folder / "jarvis.sqlite3")
        self.log = SqliteConversationLog(self.database, self.clock)
        self.memories = SqliteMemories(self.database, self.clock, lambda text: "en")
        self.profile = SqliteProfile(self.database)
        self.wanted = "auto"
        self.finder = FactFinder(self.memories, self.profile, self.clock, model=model, wanted=lambda: self.wanted)
        self.search = MemorySearch(
            self.memories, SqliteMemoryWords(self.database), NoMeaning(), self.clock, lambda: None
        )
        self.recalling = MemoryRecall(self.search, self.memories, self.profile, self.clock)

    def hear(self, text: str, language: Language = "en", **more: Any) -> Memory:
        """Store a turn, a minute later than the last, without looking for facts."""
        self.clock.advance(60)
        values: dict[str, Any] = {"source": "conversation", "said_at": self.clock.now(), "language": language} | more
        return self.memories.add([NewMemory(text=text, **values)])[0]

    def say(self, text: str, language: Language = "en", **more: Any) -> Memory:
        """Store a turn and learn its facts."""
        turn = self.hear(text, language, **more)
        while self.finder.catch_up():
            pass
        return turn

    def quote(self, text: str, language: Language = "en") -> QuotedAnswer | None:
        """Return the answer that quotes."""
        return self.recalling.quote(RecallQuestion(text=text, language=language))

    def recall(self, text: str, language: Language = "en", **more: Any) -> Recollection:
        """Return what goes with a question."""
        return self.recalling.recall(RecallQuestion(text=text, language=language, **more))

    def facts(self, subject: str, relation: str) -> list[tuple[str, bool]]:
        """Return the facts of a pair, oldest first, each with whether it holds."""
        found = self.memories.facts_about(subject, relation, current=False)
        return [(fact.text, fact.valid_until is None) for fact in found]

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.clock.advance(days * 86400)


@contextmanager
def talking(folder: Path, now: datetime | None = None, model: FactsByModel | None = None) -> Iterator[TalkingWorld]:
    """Yield a world and close its database afterwards."""
    world = TalkingWorld(folder, FakeClock(now), model)
    try:
        yield world
    finally:
        world.database.close()
