"""The Recall port: what of the memory goes into a prompt, and what answers a question without one.

A memory in trouble costs an answer nothing but the memories: it is logged, what there is comes without them, and
`notice` says so. Decides neither what is found nor what a fact is. For a prompt that leaves this computer, nothing
marked local comes out of here, whatever the search gives.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.memory import (
    Memory,
    MemoryQuery,
    ProfileLine,
    QuotedAnswer,
    Recalled,
    RecallQuestion,
    Recollection,
    SearchResult,
)
from jarvis.contracts.ports import Clock
from jarvis.memory.quoting import QuotedRows, Quoting
from jarvis.memory.recall_changes import changes_of
from jarvis.memory.recall_lines import asks_for_questions, lines_within, only_asks, says_the_same

CHARACTERS: Final = 2400
"""Budget of all lines together, some 700 tokens: a quarter of the smallest context in use stays for the question."""

_FAILED: Final[dict[Language, str]] = {
    "en": "The memory could not be read for the last answer ({kind}); nothing in it was changed. The log "
    "has the details.",
    "es": "No se pudo leer la memoria para la última respuesta ({kind}); no cambió nada en ella. El registro tiene los "
    "detalles.",
}
_log = logging.getLogger(__name__)


class Search(Protocol):
    """The search over memories."""

    def search(self, query: MemoryQuery, language: Language) -> SearchResult:
        """Return what bears on a question, best first."""
        ...


class RecallRows(QuotedRows, Protocol):
    """The rows that recalling reads and writes."""

    def get(self, memory_id: str) -> Memory | None:
        """Return one row."""
        ...

    def facts_of(self, seqs: Iterable[int]) -> dict[int, list[Memory]]:
        """Return the facts found in rows, by the row's number."""
        ...

    def record_use(self, message_id: str, used: Sequence[tuple[int, float]]) -> None:
        """Keep what an answer drew on."""
        ...

    def lasting_version(self) -> str:
        """Return a text that changes with what is remembered, but not with every turn."""
        ...


class ProfileLines(Protocol):
    """The core profile."""

    def lines(self) -> list[ProfileLine]:
        """Return its lines, in order."""
        ...


class MemoryRecall:
    """The Recall port over a search, the rows and the profile; any thread may call anything.

    `items` says how many memories at most go with a question, in the place of what the question says; `quotes` whether
    questions may be answered by quoting. Both are read anew each time. `late` returns a sentence where a search was
    worse than it is set up to be, which goes with what was found. `characters` bounds the lines together.
    """

    def __init__(
        self,
        search: Search,
        memories: RecallRows,
        profile: ProfileLines,
        clock: Clock,
        *,
        items: Callable[[], int] | None = None,
        quotes: Callable[[], bool] = lambda: True,
        late: Callable[[Language], str | None] = lambda _: None,
        characters: int = CHARACTERS,
    ) -> None:
        self._search = search
        self._memories = memories
        self._profile = profile
        self._clock = clock
        self._items = items
        self._quotes = quotes
        self._late = late
        self._characters = characters
        self._quoting = Quoting(memories)
        self._notice: dict[Language, str] | None = None

    def recall(self, question: RecallQuestion) -> Recollection:
        """Return what bears on a question; for a prompt that is leaving, only what may leave. Never raises."""
        profile: tuple[ProfileLine, ...] = ()
        try:
            profile = tuple(line for line in self._profile.lines() if line.privacy == "cloud" or not question.leaving)
            items, lines, notice = self._found(question)
        except Exception as error:  # noqa: BLE001 - an answer without memories is better than none
            self._failed(error)
            return Recollection(profile=profile, notice=self.notice(question.language) or "")
        return Recollection(profile=profile, items=items, lines=lines, notice=notice)

    def quote(self, question: RecallQuestion) -> QuotedAnswer | None:
        """Return an answer that the memory has word for word; None where a model is needed. Never raises."""
        try:
            if not self._quotes():
                return None
            return self._quoting.answer(question.text, question.language, self._clock.now())
        except Exception as error:  # noqa: BLE001 - a model can still answer
            self._failed(error)
            return None

    def used(self, message_id: str, recollection: Sequence[Recalled]) -> None:
        """Keep what an answer drew on. Never raises."""
        try:
            self._memories.record_use(message_id, [(item.memory.seq, item.score) for item in recollection])
        except Exception as error:  # noqa: BLE001 - the answer itself is stored
            self._failed(error)

    def version(self) -> str:
        """Return a text that changes with everything that is remembered, changed or forgotten; turns of conversations
        that taught nothing do not count. Never raises: while it cannot be known, no two calls give the same."""
        try:
            return self._memories.lasting_version()
        except Exception as error:  # noqa: BLE001 - what was answered before is then not used again
            self._failed(error)
            return uuid.uuid4().hex

    def notice(self, language: Language) -> str | None:
        """Return what was the matter the last time; None where nothing was."""
        return self._notice[language] if self._notice else None

    def _found(self, question: RecallQuestion) -> tuple[tuple[Recalled, ...], tuple[str, ...], str]:
        limit = self._items() if self._items else question.limit
        query = MemoryQuery(
            text=question.text,
            limit=2 * limit,
            language=question.language,
            before=question.before,
            weak=False,
            leaving=question.leaving,
            without_conversation=question.conversation_id,
        )
        result = self._search.search(query, question.language)
        self._notice = {"en": result.notice, "es": result.notice} if result.notice else None
        late = (self._late(question.language) or "") if result.notice else ""
        found = [item for item in result.found if item.memory.privacy == "cloud" or not question.leaving]
        if not asks_for_questions(question.text):
            found = [item for item in found if not only_asks(item.memory)]
            found = [item for item in found if not says_the_same(item.memory, question.text)]
        found = found[:limit]
        if not result.matched or not found:
            return (), (), late
        zone = self._clock.now().tzinfo
        changes = changes_of(self._memories, [item.memory for item in found], zone, leaving=question.leaving)
        items, lines = lines_within(found, self._characters, question.language, zone, changes)
        if question.leaving:
            # By which fact a turn was found may tell of one that stays.
            items = tuple(Recalled(memory=item.memory, score=item.score) for item in items)
        return items, lines, late

    def _failed(self, error: Exception) -> None:
        _log.warning("the memory could not be used", exc_info=not isinstance(error, JarvisError))
        kind = type(error).__name__
        self._notice = {
            language: error.sentence(language) if isinstance(error, JarvisError) else sentence.format(kind=kind)
            for language, sentence in _FAILED.items()
        }
