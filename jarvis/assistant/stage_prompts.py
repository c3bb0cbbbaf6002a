"""What each stage of a cooperation is sent: question, drafts and notes, within what its model can read. Pure.

What a stage wrote is never left out; where a window is too short for all of it, the ends of the drafts are cut and the
cut is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jarvis.assistant.attached import ROOM_SHARE, Shown, room_for_files
from jarvis.assistant.prompt import (
    CHARACTERS_PER_TOKEN,
    SYSTEM_TOKENS,
    prompt_for,
    tokens_asked,
    turns_budget,
    turns_worth_telling,
)
from jarvis.contracts.cooperation import CooperationStage
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Recollection
from jarvis.contracts.messages import ChatMessage

if TYPE_CHECKING:
    from jarvis.assistant.candidate import Asked

NOTE_TOKENS = {"review": 400, "verify": 120}
"""Most that a stage of that kind writes; all others write an answer."""

_SEES = frozenset({"specialist", "draft"})
"""Kinds of stages that are sent the pictures of a question."""

_FILES_SHARE = 0.4
"""Of what drafts and files share; the drafts take more where the files need less."""

_SHORTEST_DRAFT = 400
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "question": "Question:",
        "draft": "Draft {number}, by the {title}:",
        "notes": "Notes of the reviewer:",
        "answer": "Answer to check:",
        "cut": "[… the end of this draft did not fit]",
    },
    "es": {
        "question": "Pregunta:",
        "draft": "Borrador {number}, del {title}:",
        "notes": "Notas del revisor:",
        "answer": "Respuesta por comprobar:",
        "cut": "[… el final de este borrador no cabía]",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one stage wrote."""

    stage: CooperationStage
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StagePrompts:
    """The prompts of one cooperation. What is `remembered` is shown to every stage, `leaving` says that one of them is
    elsewhere;
    `context_tokens` is what each engine reads at most (0 or absent: `usual_tokens`)."""

    asked: Asked
    remembered: Recollection
    leaving: bool
    today: datetime
    context_tokens: Mapping[str, int]
    usual_tokens: int
    max_answer_tokens: int

    def answering(self, stage: CooperationStage) -> list[ChatMessage]:
        """Return the prompt of a specialist, or of whoever drafts: the question itself."""
        return self._prompt(stage, self.asked.text)

    def reviewing(self, stage: CooperationStage, drafts: Sequence[Part]) -> list[ChatMessage]:
        """Return the prompt of the reviewer."""
        return self._prompt(stage, self._with_drafts(stage, drafts, ""))

    def integrating(self, stage: CooperationStage, drafts: Sequence[Part], notes: str) -> list[ChatMessage]:
        """Return the prompt of whoever writes the answer."""
        return self._prompt(stage, self._with_drafts(stage, drafts, notes))

    def verifying(self, stage: CooperationStage, answer: str) -> list[ChatMessage]:
        """Return the prompt of the check."""
        return self._prompt(stage, f"{self._question()}\n\n{self._words('answer')}\n{answer}")

    def shown(self, stage: CooperationStage, question: str) -> Shown:
        """Return what `stage` is shown of the attached files beside `question`."""
        asked = self.asked
        context, answer_tokens = self._context(stage), self.answer_tokens(stage)
        room = room_for_files(context, answer_tokens, tokens_asked(question), CHARACTERS_PER_TOKEN)
        return asked.attached.shown(asked.text, asked.language, room, sees=stage.role.kind in _SEES)

    def answer_tokens(self, stage: CooperationStage) -> int:
        """Return the most that `stage` may write, its thoughts apart."""
        return NOTE_TOKENS.get(stage.role.kind, self.max_answer_tokens)

    def _question(self) -> str:
        return f"{self._words('question')} {self.asked.text}"

    def _with_drafts(self, stage: CooperationStage, drafts: Sequence[Part], notes: str) -> str:
        rest = [f"{self._words('notes')}\n{notes}"] if notes else []
        fixed = sum(len(text) for text in (self._question(), *rest))
        tokens = self._context(stage) - self.answer_tokens(stage) - SYSTEM_TOKENS
        free = round(tokens * CHARACTERS_PER_TOKEN) - fixed
        if self.asked.attached.documents:
            # Who judges what others read must see it too.
            free -= min(round(free * _FILES_SHARE), round(self.asked.attached.characters() / ROOM_SHARE))
        share = max(free // len(drafts) - 80, _SHORTEST_DRAFT)
        return "\n\n".join([self._question(), *(self._draft(n, d, share) for n, d in enumerate(drafts, 1)), *rest])

    def _draft(self, number: int, part: Part, most: int) -> str:
        title = part.stage.role.title(self.asked.language).lower()
        text = part.text if len(part.text) <= most else f"{part.text[:most].rstrip()} {self._words('cut')}"
        return f"{self._words('draft').format(number=number, title=title)}\n{text}"

    def _context(self, stage: CooperationStage) -> int:
        return min(self.context_tokens.get(stage.candidate.engine) or self.usual_tokens, self.usual_tokens)

    def _prompt(self, stage: CooperationStage, question: str) -> list[ChatMessage]:
        role, asked = stage.role, self.asked
        context, answer_tokens = self._context(stage), self.answer_tokens(stage)
        files = self.shown(stage, question)
        messages = prompt_for(
            question,
            history=turns_worth_telling(self.asked.history, leaving=self.leaving),
            remembered=self.remembered,
            leaving=self.leaving,
            language=self.asked.language,
            today=self.today,
            spoken=role.kind in {"integrate", "draft"} and self.asked.request.door == "voice",
            budget_tokens=turns_budget(context, answer_tokens, question + files.text),
            images=asked.images(recent=False) if role.kind in _SEES else (),
            files=files,
        )
        instruction = role.instruction(self.asked.language)
        if instruction:
            messages[0] = replace(messages[0], text=f"{messages[0].text}\n\n{instruction}")
        return messages

    def _words(self, name: str) -> str:
        return _WORDS[self.asked.language][name]
