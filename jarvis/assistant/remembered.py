"""What is remembered, as one question uses it: recalled once per destination, told to the person, kept with the answer.

Knows only the Recall port. Which memories bear on a question is decided behind it; that nothing marked local leaves is
checked again where the prompt is built.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from jarvis.assistant.draft import Draft
from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskEvent, EngineNoticed, MemoryRecalled
from jarvis.contracts.guard import Redactor
from jarvis.contracts.memory import Recalled, RecallQuestion, Recollection
from jarvis.contracts.messages import Request, StoredMessage
from jarvis.contracts.ports import Recall

BEFORE_CHARACTERS = 600
"""How much of what was said just before helps to understand a question."""

_BUT: dict[Language, str] = {
    "en": "There is no model to answer this, but the memory has something on it:",
    "es": "No hay ningún modelo que responda a esto, pero la memoria tiene algo:",
}
_KEPT: dict[Language, str] = {
    "en": "What you said is remembered all the same.",
    "es": "Lo que has dicho queda recordado de todos modos.",
}
_NOTED: dict[Language, str] = {"en": "I will remember: {facts}.", "es": "Lo recordaré: {facts}."}
_WORD = re.compile(r"\d+|[^\W\d_]{3,}")


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


def may_leave(recollection: Recollection, goes: Callable[[Recalled], bool] = lambda _: True) -> Recollection:
    """Return what of it may be part of a prompt that leaves this computer."""
    shared = tuple(line for line in recollection.profile if line.privacy == "cloud")
    return replace(_those(recollection, lambda item: item.memory.privacy == "cloud" and goes(item)), profile=shared)


def told_only(recollection: Recollection) -> Recollection:
    """Return it without what the person only asked: an earlier question is no answer."""
    return _those(recollection, lambda item: not item.memory.text.rstrip().endswith("?"))


def going(redactor: Redactor | None, shown: frozenset[str] | None) -> Callable[[Recalled], bool]:
    """Return what tells whether a memory goes to a server, beyond its own mark: not when `redactor` finds personal data
    in it, nor when it is not among those that the person was `shown` (None: nothing was asked)."""

    def goes(item: Recalled) -> bool:
        personal = redactor is not None and bool(redactor.findings(item.memory.text))
        return not personal and (shown is None or item.memory.id in shown)

    return goes


def _those(recollection: Recollection, wanted: Callable[[Recalled], bool]) -> Recollection:
    kept = [pair for pair in zip(recollection.items, recollection.lines, strict=True) if wanted(pair[0])]
    return replace(recollection, items=tuple(item for item, _ in kept), lines=tuple(line for _, line in kept))


def stays(recollection: Recollection, question: str, answer: str) -> bool:
    """Tell whether an answer may hold what must not leave this computer.

    A local memory that was recalled for the question always counts. The profile is in every prompt, so of that only
    what the answer took up does: a number, or the beginning of a word, that the question did not have.
    """
    if any(item.memory.privacy == "local" for item in recollection.items):
        return True
    private = {word for line in recollection.profile if line.privacy == "local" for word in _words(line.text)}
    return bool((private - _words(question)) & _words(answer))


def kept_all_the_same(text: str, sentence: str, language: Language) -> str:
    """Return the `sentence` that says why nobody answers, and for what was no question that it is remembered."""
    asks = text.rstrip().endswith("?") or text.lstrip().startswith("¿")
    return sentence if asks else f"{sentence}\n\n{_KEPT[language]}"


def without_model(noted: Sequence[str], known: Recollection, sentence: str, language: Language) -> str:
    """Return what is answered where no model can: the facts that were `noted` in what was said, else what is `known`,
    with the `sentence` that says why there is no more."""
    if noted:
        opening, closing = ("“", "”") if language == "en" else ("«", "»")
        return _NOTED[language].format(facts=", ".join(f"{opening}{fact.rstrip('.')}{closing}" for fact in noted))
    return "\n".join([_BUT[language], *(f"- {line}" for line in known.lines), "", sentence])


def _words(text: str) -> set[str]:
    """Return the numbers of `text` and the first four letters of its words, which most forms of a word share."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return {word[:4] for word in _WORD.findall(plain)}


@dataclass(kw_only=True)
class Remembered:
    """The memories of one question; asked of the memory at most once for each destination. `goes` tells which of those
    that may leave do."""

    recall: Recall
    question: RecallQuestion
    goes: Callable[[Recalled], bool] = lambda _: True
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
            self._found[leaving] = may_leave(found, self.goes) if leaving else found
        return self._found[leaving]

    def used(self, draft: Draft, recollection: Recollection) -> None:
        """Keep that the answer in `draft` drew on `recollection`."""
        if recollection.items and draft.message_id:
            self.recall.used(draft.message_id, recollection.items)


def steps_of(ask_id: str, recollection: Recollection) -> Iterator[AskEvent]:
    """Yield what is to be shown of what was recalled: the memories, and what kept them from being better."""
    if recollection.items:
        yield recalled(ask_id, recollection)
    if recollection.notice:
        yield EngineNoticed(ask_id=ask_id, code="memory.notice", sentence=recollection.notice)


def recalled(ask_id: str, recollection: Recollection) -> MemoryRecalled:
    """Return the step that shows what was recalled."""
    return MemoryRecalled(
        ask_id=ask_id,
        texts=recollection.lines,
        items=tuple(item.row() for item in recollection.items),
    )
