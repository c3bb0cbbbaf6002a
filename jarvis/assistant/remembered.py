"""What is remembered, as one question uses it: recalled once per destination, told to the person, kept with the answer.

Knows only the Recall port. Which memories bear on a question is decided behind it; that nothing marked local leaves is
checked again where the prompt is built.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from jarvis.assistant.draft import Draft
from jarvis.contracts.errors import Language
from jarvis.contracts.events import MemoryRecalled
from jarvis.contracts.memory import RecallQuestion, Recollection
from jarvis.contracts.messages import Request, StoredMessage
from jarvis.contracts.ports import Recall

BEFORE_CHARACTERS = 600
"""How much of what was said just before helps to understand a question."""

_BUT: dict[Language, str] = {
    "en": "There is no model to answer this, but the memory has something on it:",
    "es": "No hay ningún modelo que responda a esto, pero la memoria tiene algo:",
}
_WORD = re.compile(r"[^\W_]{3,}")


def recall_question(
    text: str,
    request: Request,
    history: Sequence[StoredMessage],
    language: Language,
    *,
    conversation_id: str,
    leaving: bool = False,
) -> RecallQuestion:
    """Return the question as the memory is asked it."""
    before = next((message.text for message in reversed(history) if message.text.strip()), "")
    return RecallQuestion(
        text=text,
        language=language,
        before=before[-BEFORE_CHARACTERS:],
        conversation_id=request.conversation_id or conversation_id,
        leaving=leaving,
    )


def may_leave(recollection: Recollection) -> Recollection:
    """Return what of it may be part of a prompt that leaves this computer."""
    kept = [
        (item, line)
        for item, line in zip(recollection.items, recollection.lines, strict=True)
        if item.memory.privacy == "cloud"
    ]
    return Recollection(
        profile=tuple(line for line in recollection.profile if line.privacy == "cloud"),
        items=tuple(item for item, _ in kept),
        lines=tuple(line for _, line in kept),
    )


def stays(recollection: Recollection, question: str, answer: str) -> bool:
    """Tell whether an answer may hold what must not leave this computer.

    A local memory that was recalled for the question always counts. The profile is in every prompt, so of that only
    what the answer took up does: a word of three letters or more that the question did not have.
    """
    if any(item.memory.privacy == "local" for item in recollection.items):
        return True
    private = {word for line in recollection.profile if line.privacy == "local" for word in _words(line.text)}
    return bool((private - _words(question)) & _words(answer))


def without_model(recollection: Recollection, sentence: str, language: Language) -> str:
    """Return what is remembered, as the answer to a question that no model can answer; `sentence` says why none can."""
    return "\n".join([_BUT[language], *(f"- {line}" for line in recollection.lines), "", sentence])


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


@dataclass(kw_only=True)
class Remembered:
    """The memories of one question; asked of the memory at most once for each destination."""

    recall: Recall
    question: RecallQuestion
    _found: dict[bool, Recollection] = field(init=False, default_factory=dict)

    def for_prompt(self, *, leaving: bool) -> Recollection:
        """Return what goes with the question, to a model here or elsewhere."""
        if leaving not in self._found:
            question = self.question
            asked = RecallQuestion(
                text=question.text,
                language=question.language,
                before=question.before,
                conversation_id=question.conversation_id,
                leaving=leaving,
                limit=question.limit,
            )
            found = self.recall.recall(asked)
            self._found[leaving] = may_leave(found) if leaving else found
        return self._found[leaving]

    def used(self, draft: Draft, recollection: Recollection) -> None:
        """Keep that the answer in `draft` drew on `recollection`."""
        if recollection.items and draft.message_id:
            self.recall.used(draft.message_id, recollection.items)


def recalled(ask_id: str, recollection: Recollection) -> MemoryRecalled:
    """Return the step that shows what was recalled."""
    return MemoryRecalled(
        ask_id=ask_id,
        texts=recollection.lines,
        items=tuple(item.row() for item in recollection.items),
    )
