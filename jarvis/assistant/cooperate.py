"""Carries out a cooperation: specialists answer, a reviewer annotates, one model writes what the person gets.

Knows only ports. Every stage is told as it runs, can be stopped, and has its share of the seconds and the money; what a
stage wrote is never removed by another one, only annotated. A stage that fails is left out and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jarvis.assistant.candidate import Asked, aside, detail_of, sum_of
from jarvis.assistant.draft import Draft
from jarvis.assistant.pacing import Paced, closable
from jarvis.assistant.patience import patiently
from jarvis.assistant.remembered import stays
from jarvis.assistant.stage_prompts import Part, StagePrompts
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.cooperation import CooperationPlan, CooperationStage
from jarvis.contracts.errors import Cancelled, EngineError, JarvisError, Language
from jarvis.contracts.events import (
    AskEvent,
    EngineFailed,
    EngineNoticed,
    StageDelta,
    StageFinished,
    StageStarted,
    TextDelta,
)
from jarvis.contracts.memory import Recollection
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineText, EngineToolCall, GenerationOptions, TextEngine
from jarvis.contracts.routing import RouteCandidate

if TYPE_CHECKING:
    from jarvis.assistant.abilities import Abilities, AskOptions

_SOUND = frozenset({"sound", "sólida", "solida"})
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "late": "There was no time left for it.",
        "dear": "It would have passed the limit of money.",
        "empty": "It wrote nothing.",
        "cut": "It was stopped because its time was up; what it wrote is used.",
        "unmerged": "The specialists' answers could not be put together, so the first one is shown as it is.",
        "unsure": "The check was not sure of this answer, and the stronger model could not be asked.",
        "escalated": "The check was not sure of the first answer, so {model} is asked.",
    },
    "es": {
        "late": "Ya no quedaba tiempo.",
        "dear": "Habría superado el límite de gasto.",
        "empty": "No escribió nada.",
        "cut": "Se detuvo porque se acabó su tiempo; se usa lo que escribió.",
        "unmerged": "No se pudieron integrar las respuestas de los especialistas; se muestra la primera tal cual.",
        "unsure": "La comprobación dudó de esta respuesta y no se pudo preguntar al modelo más capaz.",
        "escalated": "La comprobación dudó de la primera respuesta; se pregunta a {model}.",
    },
}


class _StageFailed(Exception):
    """A stage gave nothing; carries the sentence of why."""


@dataclass(kw_only=True)
class CooperationRun:
    """One cooperation; the answer is in `draft` once `steps` is exhausted, written by `writer` with the help of
    `models`.

    `steps` raises `EngineError` when no stage gave anything, and `Cancelled`. Every stage is shown what is
    `remembered`: only what may leave when one of them is elsewhere.
    """

    plan: CooperationPlan
    asked: Asked
    engines: Mapping[str, TextEngine]
    context_tokens: Mapping[str, int]
    remembered: Recollection
    cancel: CancelToken
    draft: Draft
    abilities: Abilities
    options: AskOptions
    usage: Usage = field(init=False, default_factory=Usage)
    cost_usd: float | None = field(init=False, default=0.0)
    models: list[str] = field(init=False, default_factory=list)
    writer: str = field(init=False, default="")
    _began: float = field(init=False)
    _last_error: EngineError | None = field(init=False, default=None)

    @property
    def detail(self) -> str:
        """What the stored answer is marked with: whether it stays here, and whether it drew on attached files."""
        told = stays(self.remembered, self.asked.text, self.draft.text)
        return detail_of(stays=told or self.asked.attached.stays, foreign=bool(self.asked.attached))

    def steps(self) -> Iterator[AskEvent]:
        """Yield the plan's sentence, the stages, and the answer's text."""
        self._began = self.abilities.clock.monotonic()
        yield self._note("cooperation.plan", self.plan.sentence)
        if self.plan.stages[0].role.kind == "draft":
            yield from self._checked()
        else:
            yield from self._together()
        first = self.plan.stages[0]
        read = self._prompts.shown(first, self.asked.text).told(self.asked.language)
        yield from self._piece(f"\n\n{read}" if read else "", 0, shown=True)

    # Specialists together.

    def _together(self) -> Iterator[AskEvent]:
        drafts: list[Part] = []
        notes = ""
        last = len(self.plan.stages) - 1
        for number, stage in enumerate(self.plan.stages[:last]):
            written: list[str] = []
            reviews = stage.role.kind == "review"
            if reviews and not drafts:
                continue
            prompt = self._prompts.reviewing(stage, drafts) if reviews else self._prompts.answering(stage)
            yield from self._stage(number, prompt, written)
            if written and reviews:
                notes = written[0]
            elif written:
                drafts.append(Part(stage=stage, text=written[0]))
        if not drafts:
            raise self._last_error or _nothing()
        yield from self._integrated(last, drafts, notes)

    def _integrated(self, number: int, drafts: Sequence[Part], notes: str) -> Iterator[AskEvent]:
        stage = self.plan.stages[number]
        written: list[str] = []
        yield from self._stage(number, self._prompts.integrating(stage, drafts, notes), written, shown=True)
        if not written:
            yield from self._begun_anew(stage.candidate, "unmerged")
            yield from self._show(drafts[0].text, drafts[0].stage.candidate)

    # One answer, checked.

    def _checked(self) -> Iterator[AskEvent]:
        first, check = self.plan.stages[0], self.plan.stages[1]
        answer: list[str] = []
        yield from self._stage(0, self._prompts.answering(first), answer)
        if not answer:
            raise self._last_error or _nothing()
        verdict: list[str] = []
        yield from self._stage(1, self._prompts.verifying(check, answer[0]), verdict)
        if verdict and is_sound(verdict[0]):
            yield from self._show(answer[0], first.candidate)
            return
        strong = self.plan.escalation
        assert strong is not None
        yield self._note("cooperation.escalated", self._words("escalated").format(model=strong.model))
        better: list[str] = []
        stage = replace(first, candidate=strong, seconds=strong.seconds, cost_usd=strong.cost_usd or 0.0)
        yield from self._stage(2, self._prompts.answering(stage), better, shown=True, stage=stage)
        if not better:
            yield from self._begun_anew(strong, "unsure")
            yield from self._show(answer[0], first.candidate)

    def _begun_anew(self, candidate: RouteCandidate, why: str) -> Iterator[AskEvent]:
        """End what `candidate` began to write, so that another text can stand in for it."""
        restarts = self.draft.is_open
        sentence = self._words(why)
        self.draft.close("failed", model=candidate.model, detail=sentence, codes=(f"cooperation.{why}",))
        if restarts:
            yield EngineFailed(
                ask_id=self.asked.ask_id,
                model=candidate.model,
                code=f"cooperation.{why}",
                sentence=sentence,
                restarts=True,
            )
        else:
            yield self._note(f"cooperation.{why}", sentence)

    # One stage.

    def _stage(
        self,
        number: int,
        prompt: Sequence[ChatMessage],
        written: list[str],
        *,
        shown: bool = False,
        stage: CooperationStage | None = None,
    ) -> Iterator[AskEvent]:
        """Run one stage; its text, if it gave any, is put into `written`. `shown` writes the answer itself."""
        stage = stage or self.plan.stages[number]
        candidate, began, spent_before = stage.candidate, self.abilities.clock.monotonic(), self.cost_usd
        yield self._started(stage, number)
        self.abilities.health.asked(candidate.engine)
        text, sentence = [], ""
        try:
            for event in self._text_of(stage, number, prompt, shown=shown):
                if isinstance(event, TextDelta | StageDelta):
                    text.append(event.text)
                yield event
        except _StageFailed as failed:
            sentence = str(failed)
            self.abilities.health.stopped(candidate.engine)
        except EngineError as error:
            sentence = error.sentence(self.asked.language)
            yield from self._broke_off(error, stage, wrote=bool(text))
            # Its time was up, which is no fault of what it wrote.
            sentence = "" if error.code == "engine.timeout" and text else sentence
        except (Cancelled, GeneratorExit):
            self.abilities.health.stopped(candidate.engine)
            raise
        whole = "".join(text)
        sentence = sentence or ("" if whole.strip() else self._words("empty"))
        if not sentence:
            written.append(whole)
            self.models.append(candidate.model)
            self.writer = candidate.engine if shown else self.writer
        known = self.cost_usd is not None and spent_before is not None
        yield StageFinished(
            ask_id=self.asked.ask_id,
            stage=number + 1,
            role=stage.role.id,
            model=candidate.model,
            ok=not sentence,
            text=sentence or whole,
            seconds=round(self.abilities.clock.monotonic() - began, 3),
            cost_usd=(self.cost_usd or 0.0) - (spent_before or 0.0) if known else None,
        )

    def _started(self, stage: CooperationStage, number: int) -> StageStarted:
        return StageStarted(
            ask_id=self.asked.ask_id,
            stage=number + 1,
            stages=len(self.plan.stages) + (1 if self.plan.escalation else 0),
            role=stage.role.id,
            title=stage.role.title(self.asked.language),
            model=stage.candidate.model,
        )

    def _broke_off(self, error: EngineError, stage: CooperationStage, *, wrote: bool) -> Iterator[AskEvent]:
        """Count what a broken stage may have cost, and hold against its engine what is the engine's fault."""
        self._last_error = error
        late = error.code == "engine.timeout"
        if late:
            self.abilities.health.stopped(stage.candidate.engine)
        else:
            self.abilities.health.failed(stage.candidate.engine, error.code)
        if stage.candidate.where == "cloud" and (late or wrote) and self.cost_usd is not None:
            # Nothing tells what was charged; the plan's own figure is what there is.
            self.cost_usd += stage.cost_usd
        if late and wrote:
            yield self._note("cooperation.cut", self._words("cut"))

    def _text_of(
        self, stage: CooperationStage, number: int, prompt: Sequence[ChatMessage], *, shown: bool
    ) -> Iterator[AskEvent]:
        """Yield the stage's events, its text among them, within its share of seconds and money."""
        remaining = self._seconds_left(number)
        if remaining <= 0:
            raise _StageFailed(self._words("late"))
        if not self._affordable(stage):
            raise _StageFailed(self._words("dear"))
        options = GenerationOptions(
            max_tokens=self._prompts.answer_tokens(stage) + stage.candidate.thinking_tokens,
            temperature=0.3,
            message_id=self.asked.message_id,
            stage=stage.role.id,
        )
        engine, paced = self.engines[stage.candidate.engine], Paced(self.abilities.clock)
        items = patiently(
            lambda token: engine.stream(prompt, options, token),
            self.cancel,
            first_seconds=remaining,
            silence_seconds=remaining,
            whole_seconds=remaining,
        )
        with closing(closable(items)) as pieces:
            try:
                for piece in pieces:
                    if isinstance(piece, EngineText):
                        yield from self._piece(paced.add(piece.text), number, shown=shown)
                    elif isinstance(piece, EngineDone):
                        self._add(piece, stage.candidate)
                    elif not isinstance(piece, EngineToolCall):
                        yield aside(piece, self.asked, stage.candidate.model)
                    self.cancel.raise_if_cancelled()
            except (JarvisError, Cancelled):
                yield from self._piece(paced.rest(), number, shown=shown)
                raise
        yield from self._piece(paced.rest(), number, shown=shown)
        self.abilities.health.answered(stage.candidate.engine)

    def _seconds_left(self, number: int) -> float:
        """Return the stage's own seconds: what is left but for those of the stages after it."""
        later = sum(one.seconds for one in self.plan.stages[number + 1 :])
        if self.plan.escalation is not None and number < len(self.plan.stages):
            later += self.plan.escalation.seconds
        return self._began + self.plan.seconds_limit - later - self.abilities.clock.monotonic()

    def _affordable(self, stage: CooperationStage) -> bool:
        if stage.candidate.where == "local":
            return True
        return self.cost_usd is not None and self.cost_usd + stage.cost_usd <= self.plan.usd_limit

    def _piece(self, text: str, number: int, *, shown: bool) -> Iterator[AskEvent]:
        if text and shown:
            self.draft.append(text)
            yield TextDelta(ask_id=self.asked.ask_id, text=text)
        elif text:
            yield StageDelta(ask_id=self.asked.ask_id, stage=number + 1, text=text)

    def _add(self, done: EngineDone, candidate: RouteCandidate) -> None:
        self.usage = sum_of(self.usage, done.usage)
        if candidate.where == "cloud":
            known = self.cost_usd is not None and done.cost_usd is not None
            self.cost_usd = (self.cost_usd or 0.0) + (done.cost_usd or 0.0) if known else None

    def _show(self, text: str, candidate: RouteCandidate) -> Iterator[AskEvent]:
        self.writer = candidate.engine
        self.draft.append(text)
        yield TextDelta(ask_id=self.asked.ask_id, text=text)

    @cached_property
    def _prompts(self) -> StagePrompts:
        return StagePrompts(
            asked=self.asked,
            remembered=self.remembered,
            leaving=self.plan.leaves,
            today=self.abilities.clock.now(),
            context_tokens=self.context_tokens,
            usual_tokens=self.options.context_tokens,
            max_answer_tokens=self.options.max_answer_tokens,
        )

    def _words(self, name: str) -> str:
        return _WORDS[self.asked.language][name]

    def _note(self, code: str, sentence: str) -> EngineNoticed:
        return EngineNoticed(ask_id=self.asked.ask_id, code=code, sentence=sentence)


def is_sound(verdict: str) -> bool:
    """Tell whether a check's first word relies on the answer; whatever is not clearly that is a doubt."""
    words = verdict.strip().split(maxsplit=1)
    return bool(words) and words[0].strip("*_.:,;!“”\"'").casefold() in _SOUND


def _nothing() -> EngineError:
    return EngineError(
        "engine.empty",
        en="None of the specialists wrote anything; your question is kept. Ask again or choose one model.",
        es="Ninguno de los especialistas escribió nada; tu pregunta se conserva. Repite o elige un solo modelo.",
    )
