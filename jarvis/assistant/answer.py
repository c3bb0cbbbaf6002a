"""The answer while it is being written: the stored draft, and the run through the candidate models.

Text reaches the log before it reaches anybody's eyes. Knows only ports.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from jarvis.assistant.prompt import prompt_for, turns_worth_telling
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, Language
from jarvis.contracts.events import (
    AskEvent,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    MemoryRecalled,
    RouteChosen,
    TextDelta,
    ThoughtDelta,
)
from jarvis.contracts.messages import Door, Source, StoredMessage, Usage
from jarvis.contracts.ports import (
    Clock,
    ConversationLog,
    EngineDone,
    EngineItem,
    EngineNotice,
    EngineText,
    EngineThought,
    GenerationOptions,
    TextEngine,
)
from jarvis.contracts.skills import ControlAct

if TYPE_CHECKING:
    from jarvis.assistant.ask import Abilities, AskOptions

DELTA_SECONDS = 0.025
"""Text that arrives faster than this is joined, so that one write and one repaint serve many tokens."""

_CANNOT: dict[Language, str] = {
    "en": "I cannot answer that yet: it needs a language model, and none can run here now.",
    "es": "Aún no puedo responder a eso: hace falta un modelo de lenguaje y ahora no hay ninguno disponible.",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, on its way into the final event."""

    text: str
    source: Source
    model: str | None = None
    skill: str | None = None
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    expects_reply: bool = False
    spoken: str | None = None
    control: ControlAct | None = None


class Draft:
    """The assistant's message being written to the log; times count from its creation."""

    def __init__(self, log: ConversationLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._began = clock.monotonic()
        self._first: float | None = None
        self._open = False
        self.conversation_id = ""
        self.message_id: str | None = None
        self.text = ""

    def append(self, text: str) -> None:
        """Store more text; the first piece creates the message."""
        if not self._open:
            message = self._log.add_message(self.conversation_id, "assistant", text, "streaming")
            self.message_id, self._open, self.text = message.id, True, text
        else:
            assert self.message_id is not None
            self._log.append_text(self.message_id, text)
            self.text += text
        if self._first is None:
            self._first = self._clock.monotonic()

    def write(self, text: str, source: Source) -> None:
        """Store a whole answer at once."""
        message = self._log.add_message(self.conversation_id, "assistant", text, "complete", source=source)
        self.message_id, self.text = message.id, text
        self._first = self._clock.monotonic()

    def close(
        self,
        state: Literal["complete", "failed", "cancelled"],
        *,
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
    ) -> None:
        """End the message; a later `append` starts another one."""
        if self._open and self.message_id is not None:
            self._log.close_message(self.message_id, state, source=source, model=model, detail=detail)
            self._open = False

    def give_up(self, state: Literal["failed", "cancelled"], detail: str) -> None:
        """End it without an answer; what went wrong is kept even where no text was."""
        if self._open:
            self.close(state, detail=detail)
        elif self.conversation_id and detail:
            message = self._log.add_message(self.conversation_id, "assistant", "", "streaming")
            self.message_id = message.id
            self._log.close_message(message.id, state, detail=detail)

    def timings(self) -> dict[str, float]:
        """Return seconds since the question: `first_text` (if any text came) and `total`."""
        timings = {"total": round(self._clock.monotonic() - self._began, 4)}
        if self._first is not None:
            timings["first_text"] = round(self._first - self._began, 4)
        return timings


@dataclass(kw_only=True)
class ModelRun:
    """One question on its way through the candidate engines; `answer` is there once `steps` is exhausted."""

    ask_id: str
    message_id: str
    question: str
    history: Sequence[StoredMessage]
    language: Language
    door: Door
    cancel: CancelToken
    draft: Draft
    abilities: Abilities
    options: AskOptions
    answer: Answer = field(init=False)
    _usage: Usage = field(init=False, default_factory=Usage)
    _cost: float | None = field(init=False, default=None)

    def steps(self) -> Iterator[AskEvent]:
        """Yield recall, route, loading and text; raises the last engine's error when all candidates failed."""
        engines = {engine.id: engine for engine in self.abilities.engines()}
        statuses = {identity: engine.status(self.language) for identity, engine in engines.items()}
        route = self.abilities.router.route(self.question, self.door, self.language, list(statuses.values()))
        if not route.candidates:
            reasons = [status.sentence for status in statuses.values() if status.sentence]
            text = "\n\n".join([_CANNOT[self.language], *reasons])
            self.draft.write(text, "none")
            yield TextDelta(ask_id=self.ask_id, text=text)
            self.answer = Answer(text=text, source="none", reason=route.reason)
            return
        yield RouteChosen(ask_id=self.ask_id, candidates=route.candidates, reason=route.reason)
        for position, candidate in enumerate(route.candidates):
            status = statuses[candidate]
            # What Jarvis was told to remember never leaves this computer.
            facts = self.abilities.recall.recall(self.question) if status.where == "local" else ()
            if facts:
                yield MemoryRecalled(ask_id=self.ask_id, texts=facts)
            if status.state == "loadable":
                yield EngineLoading(
                    ask_id=self.ask_id, model=status.model, device=status.device, seconds=status.load_seconds
                )
            try:
                yield from self._stream(engines[candidate], facts, leaving=status.where == "cloud")
            except EngineError as error:
                if position + 1 == len(route.candidates):
                    self._decide(route.candidates, None, route.reason)
                    raise
                sentence = error.sentence(self.language)
                restarts = self.draft.message_id is not None
                self.draft.close("failed", model=status.model, detail=sentence)
                yield EngineFailed(
                    ask_id=self.ask_id, model=status.model, code=error.code, sentence=sentence, restarts=restarts
                )
                continue
            self.draft.close("complete", source="model", model=status.model)
            self._decide(route.candidates, candidate, route.reason)
            self.answer = Answer(
                text=self.draft.text,
                source="model",
                model=status.model,
                reason=route.reason,
                usage=self._usage,
                cost_usd=0.0 if status.where == "local" else self._cost,
            )
            self._account(candidate, status.model)
            return

    def _stream(self, engine: TextEngine, facts: Sequence[str], *, leaving: bool) -> Iterator[AskEvent]:
        prompt = prompt_for(
            self.question,
            history=turns_worth_telling(self.history, leaving=leaving),
            facts=facts,
            language=self.language,
            today=self.abilities.clock.now(),
            spoken=self.door == "voice",
            budget_tokens=max(self.options.context_tokens - self.options.max_answer_tokens, 256) // 2,
        )
        options = GenerationOptions(max_tokens=self.options.max_answer_tokens)
        clock = self.abilities.clock
        waiting, emitted_at = "", float("-inf")
        wrote = False
        broken: EngineError | Cancelled | None = None
        pieces = iter(engine.stream(prompt, options, self.cancel))
        while True:
            try:
                piece = next(pieces, None)
            except (EngineError, Cancelled) as error:
                broken, piece = error, None
            if isinstance(piece, EngineText):
                waiting += piece.text
                if clock.monotonic() - emitted_at < DELTA_SECONDS:
                    continue
            elif isinstance(piece, EngineDone):
                self._usage, self._cost = piece.usage, piece.cost_usd
            elif (aside := self._aside(piece)) is not None:
                yield aside
                continue
            if waiting:
                self.draft.append(waiting)
                wrote = True
                yield TextDelta(ask_id=self.ask_id, text=waiting)
                waiting, emitted_at = "", clock.monotonic()
            if piece is None:
                break
            self.cancel.raise_if_cancelled()
        if broken is not None:
            raise broken
        if not wrote:
            raise EngineError(
                "engine.empty",
                en="{model} sent an empty answer; your question is kept. Ask again or choose another model.",
                es="{model} envió una respuesta vacía; tu pregunta se conserva. Repite o elige otro modelo.",
                model=engine.id,
            )

    def _aside(self, piece: EngineItem | None) -> AskEvent | None:
        """Return the event for what is not part of the answer; None for everything else."""
        if isinstance(piece, EngineNotice):
            sentence = piece.es if self.language == "es" else piece.en
            return EngineNoticed(ask_id=self.ask_id, code=piece.code, sentence=sentence)
        if isinstance(piece, EngineThought):
            return ThoughtDelta(ask_id=self.ask_id, text=piece.text)
        return None

    def _decide(self, candidates: Sequence[str], chosen: str | None, reason: str) -> None:
        self.abilities.ledger.record_decision(
            message_id=self.message_id, candidates=candidates, chosen=chosen, reason=reason
        )

    def _account(self, engine: str, model: str) -> None:
        self.abilities.ledger.record_usage(
            message_id=self.message_id,
            engine=engine,
            model=model,
            usage=self._usage,
            cost_usd=self.answer.cost_usd,
            seconds=self.draft.timings()["total"],
        )
