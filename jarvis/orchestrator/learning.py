"""What this person's reactions say about each model: a correction per model and domain, in logits, with its doubt.

A correction is the sum of one for the model and one for the model in the domain, both normal around 0, so that little
evidence changes little and what is learned in one domain carries over a little to the others. Reactions are weighed
logistic observations; the posterior is their mode with its curvature (Laplace). It does not depend on the order of
calculation or on the process, so replaying the stored reactions gives the same, and deleting them forgets.
Knows no storage and no clock: age is counted between reactions.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from jarvis.contracts.routing import Domain, Effectiveness, Outcome
from jarvis.orchestrator.abilities import Abilities
from jarvis.orchestrator.quality import good_logit, sigmoid

PERSON_SD = 0.5
"""How far, in logits, a model of well known ability may typically lie from its scores for one person."""

ABILITY_LOGITS = 0.7
"""Logits per unit of ability on a typical question: with this the doubt about a model's ability adds to that."""

DOMAIN_SD = 0.5
"""How far a model in one domain may lie from the same model in general."""

HALF_LIFE_DAYS = 90.0
"""After so many days of use a reaction counts half: models are updated, and people learn to ask."""

LONGEST_GAP_DAYS = 30.0
"""Most that the time between two reactions ages the older: a long holiday, or a clock that was wrong, costs little."""

BIN = 0.02
"""Reactions whose expected logits differ by less are added up."""

MIDDLING = (0.5, 0.8)
"""What the weak and the strong reference make of the question that effectiveness is shown for."""

_STEPS = 50
_NORMAL = NormalDist()
_NINETY = _NORMAL.inv_cdf(0.95)

AbilitiesOfEngine = Callable[[str], Abilities]
"""The abilities of an engine's model before anything was learned."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What to add to the logit of a good answer, and the standard deviation of that."""

    mean: float
    deviation: float


def unlearned(abilities: Abilities) -> Correction:
    """Return the correction for a model of which nothing was learned: none, with all the doubt there is."""
    return Correction(0.0, math.hypot(_model_deviation(abilities), DOMAIN_SD))


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """All corrections; `general` holds those for domains in which a model had no reaction yet."""

    corrections: Mapping[tuple[str, Domain], Correction] = field(default_factory=dict)
    general: Mapping[str, Correction] = field(default_factory=dict)
    effectiveness: tuple[Effectiveness, ...] = ()

    def of(self, model: str, domain: Domain) -> Correction | None:
        """Return the correction for `model` in `domain`; None for a model of which nothing was learned."""
        return self.corrections.get((model, domain)) or self.general.get(model)

    def mixed(self, model: str, domains: Mapping[Domain, float]) -> Correction | None:
        """Return the correction for a question that is of several domains with these probabilities."""
        total = mean = deviation = 0.0
        for domain, share in domains.items():
            one = self.of(model, domain)
            if one is None:
                return None
            total += share
            mean += share * one.mean
            deviation += share * one.deviation
        return Correction(mean / total, deviation / total) if total > 0 else self.general.get(model)


NOTHING = Learned()


@dataclass(slots=True)
class _Seen:
    """Reactions to answers that were expected to be about as good: their number, weight, and weighed goodness."""

    expected: float
    count: int = 0
    weight: float = 0.0
    good: float = 0.0


_ByDomain = dict[Domain, list[_Seen]]


def learn(outcomes: Sequence[Outcome], abilities_of: AbilitiesOfEngine) -> Learned:
    """Return what `outcomes`, in the order in which they were kept, teach."""
    corrections: dict[tuple[str, Domain], Correction] = {}
    general: dict[str, Correction] = {}
    records: list[Effectiveness] = []
    engines = {outcome.model: outcome.engine for outcome in outcomes}
    for model, grouped in sorted(_grouped(outcomes, abilities_of).items()):
        abilities = abilities_of(engines[model])
        posterior = _posterior(grouped, 1.0 / _model_deviation(abilities) ** 2)
        general[model] = posterior.elsewhere()
        for domain, seen in grouped.items():
            corrections[model, domain] = posterior.within(domain)
            records.append(_record(model, domain, seen, corrections[model, domain], abilities.theta[domain]))
    return Learned(corrections=corrections, general=general, effectiveness=tuple(records))


def benefit_of_doubt(correction: Correction, engine: str, draw: float, explore: float) -> float:
    """Return what to add to the logit to try an uncertain model now and then: posterior sampling, scaled by `explore`.

    Every engine gets a random number of its own out of `draw` (0..1); 0.5 adds nothing, so that a decision can be
    repeated without chance.
    """
    if draw == 0.5 or explore <= 0:
        return 0.0
    digest = hashlib.blake2b(f"{draw!r} {engine}".encode(), digest_size=8).digest()
    uniform = (int.from_bytes(digest, "big") + 0.5) / 2**64
    return explore * correction.deviation * _NORMAL.inv_cdf(uniform)


def _grouped(outcomes: Sequence[Outcome], abilities_of: AbilitiesOfEngine) -> dict[str, _ByDomain]:
    """Reactions by model and domain; those whose expected logits agree within `BIN` are one, so that it stays quick."""
    bins: dict[tuple[str, Domain, int], _Seen] = {}
    for outcome, fading in zip(outcomes, _fading(outcomes), strict=True):
        theta = abilities_of(outcome.engine).theta[outcome.domain]
        place = round(good_logit(outcome.p_weak, outcome.p_strong, theta) / BIN)
        seen = bins.setdefault((outcome.model, outcome.domain, place), _Seen(place * BIN))
        weight = max(outcome.weight, 0.0) * fading
        seen.count += 1
        seen.weight += weight
        seen.good += weight * min(max(outcome.value, 0.0), 1.0)
    grouped: dict[str, _ByDomain] = {}
    for model, domain, place in sorted(bins):
        grouped.setdefault(model, {}).setdefault(domain, []).append(bins[model, domain, place])
    return grouped


def _fading(outcomes: Sequence[Outcome]) -> list[float]:
    """How much each still counts, by the days of use since; a clock that went back adds no age."""
    fading = [1.0] * len(outcomes)
    age = 0.0
    for place in range(len(outcomes) - 2, -1, -1):
        days = (outcomes[place + 1].at - outcomes[place].at).total_seconds() / 86_400
        age += min(max(days, 0.0), LONGEST_GAP_DAYS)
        fading[place] = 0.5 ** (age / HALF_LIFE_DAYS)
    return fading


@dataclass(frozen=True, slots=True)
class _Posterior:
    """Mode and curvature of one model's correction `base` and its domains' own `parts`."""

    base: float
    parts: Mapping[Domain, float]
    curvature: Mapping[Domain, float]
    pull: float

    def base_variance(self) -> float:
        return 1.0 / _base_precision(self.pull, self.curvature)

    def elsewhere(self) -> Correction:
        """In a domain without a reaction."""
        return Correction(self.base, math.sqrt(self.base_variance() + DOMAIN_SD**2))

    def within(self, domain: Domain) -> Correction:
        """In a domain with reactions: the variance of the sum, from the inverse of the arrow-shaped curvature."""
        own = self.curvature[domain]
        part = 1.0 / DOMAIN_SD**2 + own
        left = 1.0 - own / part
        return Correction(self.base + self.parts[domain], math.sqrt(1.0 / part + left**2 * self.base_variance()))


def _posterior(grouped: _ByDomain, pull: float) -> _Posterior:
    """Newton's method with halved steps; the function is strictly concave, so it has one maximum and finds it.

    `pull` is the precision with which the model is expected to be as its scores say.
    """
    base, parts = 0.0, dict.fromkeys(grouped, 0.0)
    height = _height(base, parts, grouped, pull)
    for _ in range(_STEPS):
        slopes, curvature = _derivatives(base, parts, grouped)
        step_base, steps = _newton(base, parts, slopes, curvature, pull)
        if max(abs(step_base), *(abs(step) for step in steps.values())) < 1e-10:
            break
        size = 1.0
        while True:
            new_base = base + size * step_base
            new_parts = {domain: value + size * steps[domain] for domain, value in parts.items()}
            new_height = _height(new_base, new_parts, grouped, pull)
            if new_height >= height or size < 1e-6:
                break
            size /= 2
        base, parts, height = new_base, new_parts, new_height
    return _Posterior(base, parts, _derivatives(base, parts, grouped)[1], pull)


def _height(base: float, parts: Mapping[Domain, float], grouped: _ByDomain, pull: float) -> float:
    """The logarithm of the posterior, but for a constant."""
    total = -0.5 * pull * base**2
    for domain, seen in grouped.items():
        total -= 0.5 * (parts[domain] / DOMAIN_SD) ** 2
        shift = base + parts[domain]
        for one in seen:
            value = one.expected + shift
            total += one.good * value - one.weight * (max(value, 0.0) + math.log1p(math.exp(-abs(value))))
    return total


def _derivatives(
    base: float, parts: Mapping[Domain, float], grouped: _ByDomain
) -> tuple[dict[Domain, float], dict[Domain, float]]:
    """Slope and (positive) curvature of the reactions, by domain."""
    slopes: dict[Domain, float] = {}
    curvature: dict[Domain, float] = {}
    for domain, seen in grouped.items():
        slope = curve = 0.0
        shift = base + parts[domain]
        for one in seen:
            good = sigmoid(one.expected + shift)
            slope += one.good - one.weight * good
            curve += one.weight * good * (1.0 - good)
        slopes[domain], curvature[domain] = slope, curve
    return slopes, curvature


def _newton(
    base: float,
    parts: Mapping[Domain, float],
    slopes: Mapping[Domain, float],
    curvature: Mapping[Domain, float],
    pull: float,
) -> tuple[float, dict[Domain, float]]:
    """Solve the arrow-shaped system: one row for the base, one for each part."""
    own = 1.0 / DOMAIN_SD**2
    right = -pull * base + sum(slopes.values())
    for domain, value in parts.items():
        right -= curvature[domain] / (own + curvature[domain]) * (slopes[domain] - own * value)
    step = right / _base_precision(pull, curvature)
    steps = {
        domain: (slopes[domain] - own * value - curvature[domain] * step) / (own + curvature[domain])
        for domain, value in parts.items()
    }
    return step, steps


def _base_precision(pull: float, curvature: Mapping[Domain, float]) -> float:
    own = 1.0 / DOMAIN_SD**2
    return pull + sum(curve * own / (own + curve) for curve in curvature.values())


def _model_deviation(abilities: Abilities) -> float:
    """How far the model may lie from its scores, or from what its size or price lets expect, in logits."""
    return math.hypot(PERSON_SD, ABILITY_LOGITS * abilities.uncertainty)


def _record(model: str, domain: Domain, seen: Sequence[_Seen], correction: Correction, theta: float) -> Effectiveness:
    weight = sum(one.weight for one in seen)
    expected = sum(one.weight * sigmoid(one.expected) for one in seen)
    middling = good_logit(*MIDDLING, theta)
    spread = _NINETY * correction.deviation
    return Effectiveness(
        model=model,
        domain=domain,
        outcomes=sum(one.count for one in seen),
        mean=sum(one.good for one in seen) / weight if weight else 0.0,
        expected=expected / weight if weight else 0.0,
        before=sigmoid(middling),
        after=sigmoid(middling + correction.mean),
        low=sigmoid(middling + correction.mean - spread),
        high=sigmoid(middling + correction.mean + spread),
    )
