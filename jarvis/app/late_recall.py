"""Ports that build the memory when the first question needs it: recalling, and ranking the passages of documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jarvis.contracts.attachments import Passage, RankedPassages
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import QuotedAnswer, Recalled, RecallQuestion, Recollection

if TYPE_CHECKING:
    from jarvis.app.memory import MemoryRoom


class LateRecall:
    """The memory of `room`, once it is asked; what was said so far is remembered first."""

    def __init__(self, room: Callable[[], MemoryRoom]) -> None:
        self._room = room

    def recall(self, question: RecallQuestion) -> Recollection:
        """Return what bears on a question."""
        room = self._room()
        room.work.remember_before_question()
        return room.recall.recall(question)

    def quote(self, question: RecallQuestion) -> QuotedAnswer | None:
        """Return an answer that is in the memory word for word."""
        room = self._room()
        room.work.remember_before_question()
        return room.recall.quote(question)

    def keeps(self) -> bool:
        """Tell whether what is said now will be remembered."""
        return self._room().keeps

    def told(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the facts that are learned from what the person says now."""
        return self._room().told(text, language)

    def used(self, message_id: str, recollection: Sequence[Recalled]) -> None:
        """Keep what an answer drew on."""
        self._room().recall.used(message_id, recollection)

    def version(self) -> str:
        """Return a text that changes with what is remembered."""
        return self._room().recall.version()


class LatePassages:
    """The ranking of passages by the models of the memory of `room`, once one is asked for."""

    def __init__(self, room: Callable[[], MemoryRoom]) -> None:
        self._room = room

    def begin(self, attachment_id: str, passages: Sequence[Passage]) -> None:
        """Read a document for its meaning in the background."""
        self._room().passages.begin(attachment_id, passages)

    def ranked(
        self,
        attachment_id: str,
        passages: Sequence[Passage],
        question: str,
        language: Language,
        cancel: CancelToken | None = None,
    ) -> RankedPassages:
        """Return the ranks of passages for a question."""
        return self._room().passages.ranked(attachment_id, passages, question, language, cancel)
