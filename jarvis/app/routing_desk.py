"""What every door can ask of routing, done: over the router, the ledger and the outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.app.described_engines import catalogue_clouds, planned_engines
from jarvis.app.preferences import ask_options, privacy_of
from jarvis.app.went_along import WentAlong, went_along
from jarvis.assistant.language import language_of
from jarvis.assistant.prompt import CHARACTERS_PER_TOKEN
from jarvis.assistant.question import question_of
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.messages import Privacy, StoredMessage
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import PRIVACY_ORDER, Effectiveness, RouteQuestion
from jarvis.contracts.routing_desk import Calibration, CalibrationTarget, Routed, RouteRequest
from jarvis.contracts.spending import LoggedDecision
from jarvis.orchestrator.calibration import (
    LoggedCandidate,
    TooFew,
    for_cloud_share,
    for_large_share,
    for_monthly_budget,
)
from jarvis.orchestrator.calibration import LoggedDecision as PastQuestion

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_SYSTEM_TOKENS = 120
_PAST_QUESTIONS = 2000
_LARGE_SECONDS = 10.0
"""A local model whose first word is expected later than this is one that is slow here but able."""

_CALIBRATIONS = {"cloud_share": for_cloud_share, "month_usd": for_monthly_budget, "large_share": for_large_share}


class AppRoutingDesk:
    """`RoutingDesk` over the parts of `Routing`."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._room = jarvis.routing_room
        self._engines: dict[tuple[Path | None, bool, Language], list[EngineStatus]] = {}

    def route(self, request: RouteRequest) -> Routed:
        """Say how a question would be routed; nothing is loaded or sent."""
        # Made before the clock runs: nobody is kept waiting by what a window has had for long.
        self._room.encoder.make_ready()
        along = self._along(request)
        began = time.perf_counter()
        assessment = self._room.router.assess(
            request.text, request.language, images=request.images + along.pictures, context_tokens=along.tokens
        )
        assessed = time.perf_counter()
        language = request.language or assessment.language
        settings = self._jarvis.settings
        privacy = self._privacy(request, along)
        question = RouteQuestion(
            text=request.text,
            assessment=assessment,
            language=language,
            door=request.door,
            prompt_tokens=along.tokens + round(len(request.text) / CHARACTERS_PER_TOKEN) + _SYSTEM_TOKENS,
            further_tokens=along.further_tokens,
            max_answer_tokens=settings.integer("engine.max_answer_tokens"),
            privacy=privacy,
            private=settings.text("privacy.personal_data") == "stay"
            and (along.personal or bool(self._room.redactor.findings(request.text))),
            pinned=request.model or settings.text("routing.model").strip() or None,
            weights=self._room.weights(request.profile),
            unusable=self._room.health.resting(),
            budget_left_usd=self._room.budget.state().left_usd,
        )
        engines = self._statuses(request, language, privacy)
        decided = time.perf_counter()
        decision = self._room.router.decide(question, engines)
        seconds = (assessed - began) + (time.perf_counter() - decided)
        return Routed(assessment=assessment, decision=decision, seconds=seconds)

    def rate(self, message_id: str | None, stars: int, reason: str = "") -> str:
        """Keep how good an answer was; returns the model's name."""
        answer, question = self._answer(message_id)
        self._room.ratings.keep(answer.id, stars, reason)
        self._room.feedback.noticed(answer, question.id, "stars", (stars - 1) / 4)
        return answer.model or ""

    def effectiveness(self) -> Sequence[Effectiveness]:
        """Return what was learned, by model and domain."""
        return self._room.router.effectiveness()

    def forget_learned(self) -> int:
        """Go back to published scores; returns how many outcomes were forgotten."""
        return self._room.router.forget()

    def log(self, limit: int = 20) -> Sequence[LoggedDecision]:
        """Return the last decisions, newest first."""
        return self._room.spending.decisions(limit)

    def calibrate(self, target: CalibrationTarget, wanted: float, language: Language) -> Calibration:
        """Say which weights do that with this person's logged questions."""
        past = [_past(row) for row in self._room.spending.decisions(_PAST_QUESTIONS)]
        weights = self._room.weights()
        found = _CALIBRATIONS[target](past, weights, wanted)
        if isinstance(found, TooFew):
            return Calibration(questions=found.questions, weights=None, sentence=found.sentence(language))
        before, after = asdict(weights), asdict(found.weights)
        changed = {name: value for name, value in after.items() if value != before[name]}
        return Calibration(questions=found.questions, weights=changed, sentence=found.sentence(language))

    # What went along.

    def _along(self, request: RouteRequest) -> WentAlong:
        if request.question_id is None:
            return WentAlong()
        jarvis, options = self._jarvis, ask_options(self._jarvis.settings, self._room.weights(request.profile))
        language = request.language or language_of(request.text, options.usual_language)
        return went_along(
            request,
            language,
            log=jarvis.conversation_log,
            reader=jarvis.attachments(),
            redactor=self._room.redactor,
            engines=self._statuses(request, language, request.privacy or options.privacy),
            context_tokens=options.context_tokens,
            answer_tokens=options.max_answer_tokens,
        )

    def _privacy(self, request: RouteRequest, along: WentAlong) -> Privacy:
        """Return the strictest of what applies."""
        privacy: Privacy = request.privacy or privacy_of(self._jarvis.settings)
        if request.cloud is not None and request.privacy is None:
            privacy = "cloud" if request.cloud else "local"
        return min((privacy, *along.rules), key=PRIVACY_ORDER.index)

    # Engines.

    def _statuses(self, request: RouteRequest, language: Language, privacy: Privacy) -> list[EngineStatus]:
        clouds = request.cloud if request.cloud is not None else (request.hardware is not None and privacy != "local")
        place = (request.hardware, clouds, language)
        if place not in self._engines:
            if request.hardware is not None:
                together, alone = self._jarvis.models().plan(request.hardware)
                found = planned_engines(together, alone, self._jarvis.models_room.catalog, language)
            else:
                found = [engine.status(language) for engine in self._jarvis.text_engines()]
            if clouds:
                here = {status.id for status in found if status.state in {"ready", "loadable"}}
                listed = [one for one in catalogue_clouds(self._jarvis.models_room.catalog) if one.id not in here]
                found = [status for status in found if status.id not in {one.id for one in listed}] + listed
            self._engines[place] = found
        return self._engines[place]

    # What answers were like.

    def _answer(self, message_id: str | None) -> tuple[StoredMessage, StoredMessage]:
        """Return an answer of a model, the last one for None, and the question before it."""
        log = self._jarvis.conversation_log
        conversations = log.conversations(50)
        if message_id is not None:
            known = log.message(message_id)
            conversations = [one for one in conversations if known and one.id == known.conversation_id]
        for conversation in conversations:
            messages = log.messages(conversation.id)
            for place in range(len(messages) - 1, 0, -1):
                message = messages[place]
                wanted = message.id == message_id if message_id else message.source == "model"
                if message.role == "assistant" and message.source == "model" and wanted:
                    asked = question_of(messages, place)
                    if asked is not None:
                        return message, messages[asked]
        raise InputError(
            "rate.nothing",
            en="There is no answer of a model to rate; nothing was kept. Ask something first.",
            es="No hay ninguna respuesta de un modelo que valorar; no se guardó nada. Pregunta algo primero.",
        )


def _past(row: LoggedDecision) -> PastQuestion:
    return PastQuestion(
        candidates=tuple(
            LoggedCandidate(
                engine=one.engine,
                where="cloud" if one.where == "cloud" else "local",
                quality=one.quality,
                cost_usd=one.cost_usd,
                first_seconds=one.first_seconds,
                seconds=one.seconds,
                large=one.where == "local" and one.first_seconds > _LARGE_SECONDS,
            )
            for one in row.candidates
            # Rows that are older than their numbers tell nothing.
            if one.quality is not None and one.first_seconds is not None and one.seconds is not None
        ),
        at=row.at,
        door=row.door or "chat",
        answer_tokens=row.answer_tokens or 300,
    )
