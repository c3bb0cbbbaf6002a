"""Plans a cooperation: which specialists answer, who reviews and who writes the answer, in the order with fewest loads.

Pure. One big model has a card at a time, so the stages run one after the other; whatever is loaded goes first, and who
reviews and integrates is whoever is loaded by then, unless a better one is worth its load.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from jarvis.contracts.cooperation import CooperationLimits, CooperationPlan, CooperationRole, CooperationStage
from jarvis.contracts.errors import Language
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import Decision, RouteCandidate, RouteQuestion
from jarvis.orchestrator.roles import DEFAULT_ROLES, role_of

SECOND_SPECIALIST = 0.3
"""A second field is heard when it is at least this likely, as a share of the first one's likelihood."""

INTEGRATOR_MAY_FALL_SHORT = 0.10
"""Whoever writes the answer may be expected to be this much worse than the best specialist, to save a load."""

ESCALATION_GAIN = 0.05
"""A stronger model is worth asking after a doubt when it is expected to be better by this share of good answers."""

REVIEW_SHARE = 0.35
"""Notes are this long relative to an answer, and take so much of its seconds and money."""

_SENTENCES: dict[Language, tuple[str, str]] = {
    "en": (
        "Working together: {names}; about {seconds:.0f} s{cost}.",
        "{first} answers first and checks itself; {strong} is asked if that is unsure.",
    ),
    "es": (
        "Trabajan juntos: {names}; unos {seconds:.0f} s{cost}.",
        "{first} responde primero y se comprueba; se pregunta a {strong} si hay dudas.",
    ),
}


class SpecialistPlanner:
    """The `CooperationPlanner` over a list of roles."""

    def __init__(self, roles: Sequence[CooperationRole] = DEFAULT_ROLES) -> None:
        self._roles = tuple(roles)

    def plan(
        self,
        question: RouteQuestion,
        decision: Decision,
        engines: Sequence[EngineStatus] | Mapping[str, EngineStatus],
        limits: CooperationLimits,
    ) -> CooperationPlan | None:
        """Return the plan, or None; see the port. Candidates that must be asked about, and those whose price is not
        known, take no part."""
        statuses = dict(engines) if isinstance(engines, Mapping) else {status.id: status for status in engines}
        usable = [c for c in decision.candidates if not c.asks and c.cost_usd is not None and c.engine in statuses]
        if not usable:
            return None
        if limits.variant == "escalate":
            return self._escalation(question, usable, statuses, limits)
        casts = self._casts(question, usable)
        orders = [order for cast in casts for order in self._orders(cast, usable, statuses)]
        for wanted in sorted({order.parts for order in orders}, reverse=True):
            fitting = [one for one in orders if one.parts == wanted and one.fits(limits)]
            if fitting:
                best = min(fitting, key=_preference)
                return _plan(best.stages, limits, None, _together(best, question.language))
        return None

    # Specialists together.

    def _casts(self, question: RouteQuestion, usable: Sequence[RouteCandidate]) -> list[_Cast]:
        """Return who could be the specialists: two where two fields are likely or two models are there, and each
        candidate alone, for when more does not fit."""
        domains = question.assessment.domains

        def likely(role: CooperationRole) -> float:
            # The first of a role's fields is its own; in the others it helps out.
            return sum(domains.get(domain, 0.0) / (1 + place) for place, domain in enumerate(role.domains))

        ranked = sorted((r for r in self._roles if r.kind == "specialist"), key=likely, reverse=True)
        if not question.assessment.needs & {"vision"}:
            ranked = [role for role in ranked if role.domains != ("vision",)] or ranked
        first = ranked[0]
        lead = (first, _player(first, usable))
        others = [c for c in usable if c.engine != lead[1].engine]
        casts = [_Cast((lead,)), *(_Cast(((first, other),)) for other in others)]
        least = SECOND_SPECIALIST * domains.get(first.domains[0], 0.0)
        second = next((r for r in ranked[1:] if domains.get(r.domains[0], 0.0) >= max(least, 0.05)), None)
        if second is not None:
            casts.append(_Cast((lead, (second, _player(second, others or usable)))))
        elif others:
            # A second opinion from another model.
            casts.append(_Cast((lead, (first, _player(first, others)))))
        return casts

    def _orders(
        self, cast: _Cast, usable: Sequence[RouteCandidate], statuses: Mapping[str, EngineStatus]
    ) -> Iterable[_Order]:
        best = max(candidate.quality for _, candidate in cast.parts)
        reviewers = [None, *_several(role_of("review", self._roles), usable)]
        writers = [
            c
            for c in _several(role_of("integrate", self._roles), usable)
            if c.quality >= best - INTEGRATOR_MAY_FALL_SHORT
        ]
        for order in permutations(cast.parts):
            for reviewer in reviewers:
                for writer in writers:
                    parts = list(order)
                    if reviewer is not None:
                        parts.append((role_of("review", self._roles), reviewer))
                    parts.append((role_of("integrate", self._roles), writer))
                    yield _costed(parts, statuses)

    # One answer, checked, and a stronger one if need be.

    def _escalation(
        self,
        question: RouteQuestion,
        usable: Sequence[RouteCandidate],
        statuses: Mapping[str, EngineStatus],
        limits: CooperationLimits,
    ) -> CooperationPlan | None:
        local = [candidate for candidate in usable if candidate.where == "local"]
        if not local:
            return None
        first = min(local, key=lambda c: (c.seconds, c.engine))
        stronger = [c for c in usable if c.quality >= first.quality + ESCALATION_GAIN]
        if not stronger:
            return None
        strong = max(stronger, key=lambda c: (c.score, c.engine))
        order = _costed([(role_of("draft", self._roles), first), (role_of("verify", self._roles), first)], statuses)
        total = order.seconds + strong.seconds
        if total > limits.seconds or order.cost_usd + (strong.cost_usd or 0.0) > limits.usd:
            return None
        sentence = _SENTENCES[question.language][1].format(first=first.model, strong=strong.model)
        return _plan(order.stages, limits, strong, sentence)


@dataclass(frozen=True, slots=True)
class _Cast:
    parts: tuple[tuple[CooperationRole, RouteCandidate], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """Stages in one order, with what they take together; `parts` counts specialists and reviewer."""

    stages: tuple[CooperationStage, ...]
    loads: int

    @property
    def parts(self) -> int:
        # A second specialist is worth more than a reviewer.
        kinds = [stage.role.kind for stage in self.stages]
        return 2 * kinds.count("specialist") + kinds.count("review")

    @property
    def suits(self) -> bool:
        """Whether somebody who is meant for the field is among the specialists."""
        return any(
            _is_called(stage.candidate.engine, beginning)
            for stage in self.stages
            if stage.role.kind == "specialist"
            for beginning in stage.role.prefers
        )

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def cost_usd(self) -> float:
        return sum(stage.cost_usd for stage in self.stages)

    @property
    def quality(self) -> tuple[float, float]:
        """Of whoever writes the answer, then of whoever reviews."""
        reviewers = [stage.candidate.quality for stage in self.stages if stage.role.kind == "review"]
        return self.stages[-1].candidate.quality, max(reviewers, default=0.0)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(stage.candidate.engine for stage in self.stages)

    def fits(self, limits: CooperationLimits) -> bool:
        return self.seconds <= limits.seconds and self.cost_usd <= limits.usd


def _preference(order: _Order) -> tuple[bool, int, float, float, float, tuple[str, ...]]:
    writer, reviewer = order.quality
    return not order.suits, order.loads, -writer, -reviewer, order.seconds, order.names


def _player(role: CooperationRole, usable: Sequence[RouteCandidate]) -> RouteCandidate:
    """Return who plays `role`: the first model that suits it and is there, else the best."""
    for beginning in role.prefers:
        for candidate in usable:
            if _is_called(candidate.engine, beginning):
                return candidate
    return max(usable, key=lambda candidate: (candidate.quality, candidate.engine))


def _several(role: CooperationRole, usable: Sequence[RouteCandidate]) -> list[RouteCandidate]:
    """Return a few who could play `role`: those that suit it, and the best."""
    suiting = [c for beginning in role.prefers for c in usable if _is_called(c.engine, beginning)]
    best = sorted(usable, key=lambda c: (-c.quality, c.engine))[:4]
    return list({candidate.engine: candidate for candidate in [*suiting, *best]}.values())


def _is_called(engine: str, beginning: str) -> bool:
    name = engine.rpartition("/")[2]
    return name.casefold().startswith(beginning.casefold())


def _costed(parts: Sequence[tuple[CooperationRole, RouteCandidate]], statuses: Mapping[str, EngineStatus]) -> _Order:
    """Return the stages with their seconds; whatever is loaded on the way displaces what was loaded before."""
    resident = {identity for identity, status in statuses.items() if status.state == "ready"}
    stages, loads = [], 0
    for role, candidate in parts:
        status = statuses[candidate.engine]
        load = status.load_seconds or 0.0 if candidate.where == "local" else 0.0
        share = REVIEW_SHARE if role.kind in {"review", "verify"} else 1.0
        answering = max(candidate.seconds - (0.0 if status.state == "ready" else load), 0.0)
        seconds = answering * share
        if candidate.where == "local" and candidate.engine not in resident:
            loads += 1
            seconds += load
            resident = {candidate.engine}
        stages.append(
            CooperationStage(
                role=role, candidate=candidate, seconds=seconds, cost_usd=(candidate.cost_usd or 0.0) * share
            )
        )
    return _Order(stages=tuple(stages), loads=loads)


def _plan(
    stages: tuple[CooperationStage, ...],
    limits: CooperationLimits,
    escalation: RouteCandidate | None,
    sentence: str,
) -> CooperationPlan:
    return CooperationPlan(
        stages=stages,
        seconds_limit=limits.seconds,
        usd_limit=limits.usd,
        escalation=escalation,
        sentence=sentence,
    )


def _together(order: _Order, language: Language) -> str:
    names = ", ".join(f"{stage.role.title(language).lower()} ({stage.candidate.model})" for stage in order.stages)
    dollars = f"{order.cost_usd:.3f}" if order.cost_usd >= 0.0005 else f"{order.cost_usd:.5f}"
    dollars = f"{dollars.replace('.', ',')} $" if language == "es" else f"${dollars}"
    cost = f", {dollars}" if order.cost_usd else ""
    return _SENTENCES[language][0].format(names=names, seconds=order.seconds, cost=cost)
