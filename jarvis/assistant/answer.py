"""An open question on its way to an answer: assessed, perhaps known, routed, tried candidate by candidate.

Knows only ports. What was shown of a candidate that failed is kept, marked, and the next one begins a message of its
own.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jarvis.assistant.asking_back import AskingBack
from jarvis.assistant.candidate import Asked, CandidateAnswer, engine_called
from jarvis.assistant.cooperate import CooperationRun
from jarvis.assistant.draft import Answer, Draft
from jarvis.assistant.going_along import must_stay, pictures_told, tokens_beyond, tokens_told, tools_offered
from jarvis.assistant.prompt import CHARACTERS_PER_TOKEN
from jarvis.assistant.remembered import (
    Remembered,
    going,
    kept_all_the_same,
    recall_question,
    steps_of,
    told_only,
    without_model,
)
from jarvis.assistant.reuse_run import Reuse
from jarvis.assistant.route_words import ALONE, NO_SUCH_MODEL, NOBODY_FITS, chosen, nobody_can, result_stays
from jarvis.assistant.tool_use import ToolNeedsYes, ToolTurn
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.cooperation import CooperationPlan
from jarvis.contracts.errors import Cancelled, EngineError, JarvisError
from jarvis.contracts.events import AskEvent, EngineFailed, EngineLoading, EngineNoticed, TextDelta
from jarvis.contracts.memory import Recollection
from jarvis.contracts.messages import DETAIL_STAYS, Privacy, Source, ToolCall
from jarvis.contracts.ports import EngineStatus, TextEngine
from jarvis.contracts.routing import PRIVACY_ORDER, Assessment, Decision, RouteCandidate, RouteQuestion

if TYPE_CHECKING:
    from jarvis.assistant.abilities import Abilities, AskOptions

VERY_HARD = 0.8
"""Difficulty from which a question gets several models where the settings allow it."""

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class ModelRun:
    """One question on its way through the candidate engines; `answer` is there once `steps` is exhausted.

    `allowed` is the strictest privacy that the conversation and the request ask for, None for what the settings say.
    `consented` is the engine that the person just agreed to.
    """

    asked: Asked
    cancel: CancelToken
    draft: Draft
    abilities: Abilities
    options: AskOptions
    allowed: Privacy | None = None
    consented: str | None = None
    answer: Answer = field(init=False)
    _hops: list[str] = field(init=False, default_factory=list)
    _turns: list[ToolTurn] = field(init=False)
    _waiting: list[ToolCall] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = list(self.asked.work.turns)
        self._waiting = list(self.asked.work.waiting)

    def steps(self) -> Iterator[AskEvent]:
        """Yield route, loading, recall and text; raises the last engine's error when all candidates failed."""
        again = None if self.consented or self._turns else self._reuse.find(self._assessment)
        if again is not None:
            yield from self._reuse.give(again)
            self.answer = self._reuse.answer
            return
        decision = self.abilities.router.decide(self._route_question, list(self._statuses.values()))
        if not decision.candidates:
            yield from self._nobody(decision)
            return
        yield chosen(self.asked, self._assessment, decision)
        if self._pinned and self._pinned not in self._engines:
            sentence = NO_SUCH_MODEL[self.asked.language].format(model=self._pinned)
            yield self._noticed("route.no_such_model", sentence)
        if self._together and (yield from self._cooperate(decision)):
            return
        yield from self._try_each(decision)

    def read_ahead(self) -> None:
        """Let the model on this computer that would be asked first read the prompt; writes and shows nothing."""
        if self._reuse.find(self._assessment) is not None:
            return
        decision = self.abilities.router.decide(self._route_question, list(self._statuses.values()))
        first = next(iter(decision.candidates), None)
        if first is None or first.where != "local" or first.asks or self._statuses[first.engine].state != "ready":
            return
        self._run_of(first).read_ahead()

    # What is asked.

    @cached_property
    def _engines(self) -> dict[str, TextEngine]:
        return {engine.id: engine for engine in self.abilities.engines()}

    @cached_property
    def _statuses(self) -> dict[str, EngineStatus]:
        return {identity: engine.status(self.asked.language) for identity, engine in self._engines.items()}

    @cached_property
    def _assessment(self) -> Assessment:
        asked, images = self.asked, pictures_told(self.asked, self._statuses.values())
        tokens = self._history_tokens
        return self.abilities.router.assess(asked.text, asked.language, images=images, context_tokens=tokens)

    @cached_property
    def _history_tokens(self) -> int:
        return tokens_told(self.asked, self.options.context_tokens, self.options.max_answer_tokens)

    @cached_property
    def privacy(self) -> Privacy:
        """The strictest of settings, conversation and request; a file attached to stay here leaves only after a yes."""
        stays: tuple[Privacy, ...] = ("ask",) if self.asked.attached.stays else ()
        rules = [self.options.privacy, *([self.allowed] if self.allowed else []), *stays]
        return min(rules, key=PRIVACY_ORDER.index)

    @cached_property
    def _pinned(self) -> str | None:
        """The engine that the person chose, by its id or by a name that only one has; a name that none has as it is."""
        name = self.asked.request.model or self.options.pinned_engine
        return None if name is None else engine_called(name, self._statuses)

    @cached_property
    def _route_question(self) -> RouteQuestion:
        budget = self.abilities.budget
        return RouteQuestion(
            text=self.asked.text,
            assessment=self._assessment,
            language=self.asked.language,
            door=self.asked.request.door,
            background=self.asked.request.background,
            prompt_tokens=self._history_tokens + round(len(self.asked.text) / CHARACTERS_PER_TOKEN) + 120,
            further_tokens=tokens_beyond(self.asked, self.options.context_tokens, self.options.max_answer_tokens),
            max_answer_tokens=self.options.max_answer_tokens,
            privacy=self.privacy,
            tools_offered=tools_offered(self.abilities.toolbox, self.asked),
            private=self.options.personal_data == "stay" and must_stay(self.abilities.redactor, self.asked),
            pinned=self.consented or self._pinned,
            weights=self.options.weights,
            unusable=self.abilities.health.resting(),
            budget_left_usd=budget.state().left_usd if budget is not None else None,
            draw=self.abilities.draw(),
        )

    # An answer from before.

    @cached_property
    def _reuse(self) -> Reuse:
        earlier = self.abilities.earlier if self.options.reuse_answers and not self.asked.attached else None
        return Reuse(
            earlier=earlier,
            asked=self.asked,
            draft=self.draft,
            profile=self.options.profile,
            privacy=self.privacy,
            pinned=self._pinned,
        )

    # Several together.

    @property
    def _together(self) -> bool:
        """Whether several are to work on this: it was asked for, or the settings want it for what is hard."""
        asked = self.asked.request
        hard = self._assessment.difficulty >= VERY_HARD and asked.door != "voice"
        wanted = asked.deep or (self.options.cooperate and hard and self._pinned is None)
        answered_for = self.consented is not None or self.asked.work.turns
        return wanted and self.abilities.planner is not None and not answered_for

    def _cooperate(self, decision: Decision) -> Generator[AskEvent, None, bool]:
        """Yield the cooperation's steps; True if it gave the answer."""
        planner, deep = self.abilities.planner, self.asked.request.deep
        assert planner is not None
        limits = self.options.cooperation if deep else replace(self.options.cooperation, variant="escalate")
        question = replace(self._route_question, further_tokens=0)
        if self._route_question.further_tokens:
            # Every stage would pay for them, so all are shown what fits everywhere.
            decision = self.abilities.router.decide(question, list(self._statuses.values()))
        plan = planner.plan(question, decision, self._statuses, limits)
        if plan is None:
            if deep and not decision.candidates[0].asks:
                yield self._noticed("cooperation.none", NOBODY_FITS[self.asked.language])
            return False
        run = self._cooperation_of(plan)
        yield from steps_of(self.asked.ask_id, run.remembered)
        try:
            yield from run.steps()
        except EngineError as error:
            self._hops.append(error.code)
            why = error.sentence(self.asked.language)
            yield self._noticed("cooperation.failed", ALONE[self.asked.language].format(why=why))
            return False
        except (Cancelled, GeneratorExit):
            self.draft.close("cancelled", detail=run.detail)
            self._hops.append("stopped")
            self._decided(decision, None)
            raise
        model = " + ".join(dict.fromkeys(run.models))
        self.draft.close("complete", source="model", model=model, detail=run.detail)
        self._remembered.used(self.draft, run.remembered)
        self._decided(decision, run.writer)
        self.answer = Answer(
            text=self.draft.text,
            source="model",
            model=model,
            reason=plan.sentence,
            usage=run.usage,
            cost_usd=run.cost_usd,
        )
        return True

    def _cooperation_of(self, plan: CooperationPlan) -> CooperationRun:
        return CooperationRun(
            plan=plan,
            asked=self.asked,
            engines=self._engines,
            context_tokens={identity: status.context_tokens for identity, status in self._statuses.items()},
            remembered=self._remembered.for_prompt(leaving=plan.leaves),
            cancel=self.cancel,
            draft=self.draft,
            abilities=self.abilities,
            options=self.options,
        )

    @cached_property
    def _remembered(self) -> Remembered:
        asked = self.asked
        question = recall_question(
            asked.text, asked.request, asked.history, asked.language, conversation_id=self.draft.conversation_id
        )
        redactor = self.abilities.redactor if self.options.personal_data == "stay" else None
        return Remembered(recall=self.abilities.recall, question=question, goes=going(redactor, asked.shown))

    def _noticed(self, code: str, sentence: str) -> EngineNoticed:
        return EngineNoticed(ask_id=self.asked.ask_id, code=code, sentence=sentence)

    # Candidates, one after the other.

    def _nobody(self, decision: Decision) -> Iterator[AskEvent]:
        noted = self.abilities.recall.told(self.asked.text, self.asked.language)
        known = Recollection() if noted else told_only(self._remembered.for_prompt(leaving=False))
        text = nobody_can(self._statuses.values(), decision, self.asked.language)
        if self.abilities.recall.keeps():
            text = kept_all_the_same(self.asked.text, text, self.asked.language)
        source: Source = "none"
        yield from steps_of(self.asked.ask_id, known)
        if noted or known.items:
            source, text = "memory", without_model(noted, known, text, self.asked.language)
        self.draft.write(text, source, detail=DETAIL_STAYS if source == "memory" else "")
        self._remembered.used(self.draft, known)
        self._decided(decision, None)
        yield TextDelta(ask_id=self.asked.ask_id, text=text)
        self.answer = Answer(text=text, source=source, reason=decision.reason)

    def _try_each(self, decision: Decision) -> Iterator[AskEvent]:
        left = self._allowed_to_see(decision.candidates)
        if not left:
            self._decided(decision, None)
            raise result_stays()
        further = False
        while left:
            candidate = left.pop(0)
            # Who failed may have read, and charged for, all that a question may cost.
            candidate = replace(candidate, further_tokens=0) if further else candidate
            further = further or candidate.further_tokens > 0
            run = self._run_of(candidate)
            if candidate.asks and self.consented != candidate.engine:
                yield from self._asked_back(self._asking.to_send(run, self._statuses[candidate.engine].device))
                return
            self.abilities.health.asked(candidate.engine)
            try:
                yield from self._announced(run)
                yield from run.steps()
            except ToolNeedsYes as needed:
                self.abilities.health.answered(candidate.engine)
                yield from self._asked_back(self._asking.for_tool(needed.call, run))
                return
            except (Cancelled, GeneratorExit):
                self._stopped(run, decision)
                raise
            except EngineError as error:
                self._hops.append(error.code)
                self.abilities.health.failed(candidate.engine, error.code)
                left = self._allowed_to_see(left)
                if not left:
                    self._decided(decision, None)
                    raise
                yield self._fallen_back(error, candidate)
                continue
            self.abilities.health.answered(candidate.engine)
            self._answered(run, decision)
            return

    def _allowed_to_see(self, candidates: Sequence[RouteCandidate]) -> list[RouteCandidate]:
        """Return those that may go on: what tools brought to a model on this computer stays on it."""
        here = any(turn.here for turn in self._turns)
        return [candidate for candidate in candidates if candidate.where == "local" or not here]

    @property
    def _asking(self) -> AskingBack:
        return AskingBack(asked=self.asked, draft=self.draft, abilities=self.abilities)

    def _asked_back(self, steps: Iterator[AskEvent]) -> Iterator[AskEvent]:
        """Yield the question to the person; it is this run's answer."""
        yield from steps
        self.answer = Answer(text=self.draft.text, source="none", expects_reply=True)

    def _run_of(self, candidate: RouteCandidate) -> CandidateAnswer:
        status = self._statuses[candidate.engine]
        return CandidateAnswer(
            asked=self.asked,
            candidate=candidate,
            engine=self._engines[candidate.engine],
            remembered=self._remembered.for_prompt(leaving=candidate.where == "cloud"),
            context_tokens=min(status.context_tokens or self.options.context_tokens, self.options.context_tokens),
            takes_tools="tools" in status.abilities,
            sees="vision" in status.abilities,
            cancel=self.cancel,
            draft=self.draft,
            abilities=self.abilities,
            options=self.options,
            turns=self._turns,
            waiting=self._waiting,
        )

    def _announced(self, run: CandidateAnswer) -> Iterator[AskEvent]:
        status = self._statuses[run.candidate.engine]
        yield from steps_of(self.asked.ask_id, run.remembered)
        if status.state == "loadable":
            yield EngineLoading(
                ask_id=self.asked.ask_id,
                model=status.model,
                device=status.device,
                seconds=status.load_seconds,
                large=status.large,
            )

    def _fallen_back(self, error: EngineError, candidate: RouteCandidate) -> EngineFailed:
        sentence = error.sentence(self.asked.language)
        restarts = self.draft.is_open
        self.draft.close("failed", model=candidate.model, detail=sentence, codes=(error.code,))
        return EngineFailed(
            ask_id=self.asked.ask_id, model=candidate.model, code=error.code, sentence=sentence, restarts=restarts
        )

    def _answered(self, run: CandidateAnswer, decision: Decision) -> None:
        candidate = run.candidate
        self.draft.close("complete", source="model", model=candidate.model, detail=run.detail)
        self._remembered.used(self.draft, run.remembered)
        self._decided(decision, candidate.engine)
        self.answer = Answer(
            text=self.draft.text,
            source="model",
            model=candidate.model,
            reason=candidate.why if self._hops else decision.reason,
            usage=run.usage,
            cost_usd=run.cost_usd,
        )
        try:
            self._reuse.keep(self._assessment, run, hops=len(self._hops))
        except JarvisError as error:
            # The answer is there and stored; only its copy is not.
            _log.warning("an answer was not kept for later", extra={"facts": {"code": error.code}})

    def _stopped(self, run: CandidateAnswer, decision: Decision) -> None:
        """Keep who was being listened to when the person stopped it."""
        candidate = run.candidate
        self.abilities.health.stopped(candidate.engine)
        message_id = self.draft.message_id if self.draft.is_open else None
        self.draft.close("cancelled", model=candidate.model, detail=run.detail)
        self._hops.append("stopped")
        self._decided(decision, candidate.engine if message_id else None)
        feedback = self.abilities.feedback
        answer = self.abilities.log.message(message_id) if message_id else None
        if feedback is not None and answer is not None:
            feedback.noticed(answer, self.asked.message_id, "stopped")

    def _decided(self, decision: Decision, chosen: str | None) -> None:
        self.abilities.ledger.record_decision(
            message_id=self.asked.message_id,
            assessment=self._assessment,
            decision=decision,
            chosen=chosen,
            hops=tuple(self._hops),
            door=self.asked.request.door,
        )
