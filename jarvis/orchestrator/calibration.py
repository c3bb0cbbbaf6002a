"""Weights that fit a person's own questions: what a dollar or a second must be worth for a wanted share or budget.

Pure: replays the logged candidates of past questions under other weights. Nothing is suggested from fewer than
`LEAST_QUESTIONS`, because what a figure does depends on what is asked. Knows no storage and changes no setting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door
from jarvis.contracts.routing import RouteWeights
from jarvis.orchestrator.waiting import felt_seconds

LEAST_QUESTIONS = 50
"""With fewer a share is known to no better than some fourteen points."""

NEWEST_QUESTIONS = 2000
"""Older ones are left out: they say less about what is asked now, and the answer is to come at once."""

LARGEST_FACTOR = 1e4
_STEPS = 60
_DAYS_OF_A_MONTH = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedCandidate:
    """One candidate as it was weighed; see `RouteCandidate`. `large` marks models that are slow here but able."""

    engine: str
    where: Literal["local", "cloud"]
    quality: float
    cost_usd: float | None
    first_seconds: float
    seconds: float
    large: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedDecision:
    """One question that was routed: its candidates, in any order, and how it came in."""

    candidates: tuple[LoggedCandidate, ...]
    at: datetime
    door: Door = "chat"
    background: bool = False
    answer_tokens: int = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What some weights do with the logged questions. Unknown prices count as nothing in `usd_per_month`."""

    cloud_share: float
    large_share: float
    usd_per_month: float
    quality: float
    felt_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Weights for what was wanted, what they would have done, and what the present ones did.

    `reached` is False where no weight comes within two points, or a tenth of the budget, of what was wanted.
    """

    weights: RouteWeights
    after: Outlook
    before: Outlook
    questions: int
    reached: bool

    def sentence(self, language: Language) -> str:
        """Say it in one sentence."""
        if language == "es":
            return (
                f"Según tus últimas {self.questions} preguntas: {self.after.cloud_share:.0%} en la nube, "
                f"{self.after.usd_per_month:.2f} $ al mes y {self.after.quality:.0%} de buenas respuestas esperadas "
                f"(ahora {self.before.cloud_share:.0%}, {self.before.usd_per_month:.2f} $ y {self.before.quality:.0%})."
            )
        return (
            f"By your last {self.questions} questions: {self.after.cloud_share:.0%} in the cloud, "
            f"${self.after.usd_per_month:.2f} a month and {self.after.quality:.0%} good answers expected "
            f"(now {self.before.cloud_share:.0%}, ${self.before.usd_per_month:.2f} and {self.before.quality:.0%})."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TooFew:
    """There are not enough questions yet to say anything."""

    questions: int
    needed: int = LEAST_QUESTIONS

    def sentence(self, language: Language) -> str:
        """Say it in one sentence."""
        if language == "es":
            return (
                f"Todavía hay pocas preguntas para ajustar nada: {self.questions} de {self.needed}. "
                "Sigue preguntando y prueba más adelante; los pesos no han cambiado."
            )
        return (
            f"There are too few questions yet to fit anything: {self.questions} of {self.needed}. "
            "Go on asking and try again later; the weights have not changed."
        )


def outlook(rows: Sequence[LoggedDecision], weights: RouteWeights) -> Outlook:
    """Return what `weights` would have chosen for `rows`, of which there must be at least one with a candidate."""
    rows = [row for row in rows if row.candidates]
    chosen = [_chosen(row, weights) for row in rows]
    count = len(chosen)
    felt = sum(_felt(row, one) for row, one in zip(rows, chosen, strict=True))
    return Outlook(
        cloud_share=sum(one.where == "cloud" for one in chosen) / count,
        large_share=sum(one.large for one in chosen) / count,
        usd_per_month=sum(one.cost_usd or 0.0 for one in chosen) / _days(rows) * _DAYS_OF_A_MONTH,
        quality=sum(one.quality for one in chosen) / count,
        felt_seconds=felt / count,
    )


def for_cloud_share(rows: Sequence[LoggedDecision], weights: RouteWeights, share: float) -> Suggestion | TooFew:
    """Return the price of a dollar that sends `share` (0..1) of the questions to the cloud."""
    return _fitted(rows, weights, _with_per_dollar, lambda seen: seen.cloud_share, share, 0.02)


def for_monthly_budget(rows: Sequence[LoggedDecision], weights: RouteWeights, usd: float) -> Suggestion | TooFew:
    """Return the price of a dollar at which a month costs `usd`, or less where even free money would spend less."""
    return _fitted(rows, weights, _with_per_dollar, lambda seen: seen.usd_per_month, usd, 0.1 * usd)


def for_large_share(rows: Sequence[LoggedDecision], weights: RouteWeights, share: float) -> Suggestion | TooFew:
    """Return the prices of a second, all scaled alike, at which `share` (0..1) of the questions go to large models."""
    return _fitted(rows, weights, _with_per_second, lambda seen: seen.large_share, share, 0.02)


def _fitted(
    rows: Sequence[LoggedDecision],
    weights: RouteWeights,
    scaled: Callable[[RouteWeights, float], RouteWeights],
    measure: Callable[[Outlook], float],
    wanted: float,
    near: float,
) -> Suggestion | TooFew:
    """Halve the interval of factors: what is measured falls as the price rises, for no dearer choice is made then."""
    usable = sorted((row for row in rows if row.candidates), key=lambda row: row.at)[-NEWEST_QUESTIONS:]
    if len(usable) < LEAST_QUESTIONS:
        return TooFew(questions=len(usable))
    low, high = 0.0, LARGEST_FACTOR
    if measure(outlook(usable, scaled(weights, low))) <= wanted:
        high = low
    for _ in range(_STEPS):
        if high - low <= 1e-4 * high:
            break
        middle = (low * high) ** 0.5 if low > 0 else high / 16
        if measure(outlook(usable, scaled(weights, middle))) > wanted:
            low = middle
        elif middle < 1e-6:
            high = middle
            break
        else:
            high = middle
    fitting = min((high, low), key=lambda factor: abs(measure(outlook(usable, scaled(weights, factor))) - wanted))
    if measure(outlook(usable, scaled(weights, fitting))) > wanted + near:
        fitting = high
    found = scaled(weights, fitting)
    after = outlook(usable, found)
    return Suggestion(
        weights=found,
        after=after,
        before=outlook(usable, weights),
        questions=len(usable),
        reached=abs(measure(after) - wanted) <= near,
    )


def _with_per_dollar(weights: RouteWeights, factor: float) -> RouteWeights:
    return replace(weights, per_dollar=factor)


def _with_per_second(weights: RouteWeights, factor: float) -> RouteWeights:
    return replace(
        weights,
        per_second_voice=weights.per_second_voice * factor,
        per_second_chat=weights.per_second_chat * factor,
        per_second_background=weights.per_second_background * factor,
    )


def _chosen(row: LoggedDecision, weights: RouteWeights) -> LoggedCandidate:
    return max(row.candidates, key=lambda one: (_score(row, one, weights), one.engine))


def _score(row: LoggedDecision, one: LoggedCandidate, weights: RouteWeights) -> float:
    price = weights.per_second_voice if row.door == "voice" else weights.per_second_chat
    if row.background:
        price = weights.per_second_background
    score = one.quality - price * _felt(row, one) - weights.per_dollar * (one.cost_usd or 0.0)
    return score - weights.leaving if one.where == "cloud" else score


def _felt(row: LoggedDecision, one: LoggedCandidate) -> float:
    return felt_seconds(one.first_seconds, one.seconds, row.answer_tokens, door=row.door, background=row.background)


def _days(rows: Sequence[LoggedDecision]) -> float:
    """Days that the questions span, at least one."""
    moments = [row.at for row in rows]
    return max((max(moments) - min(moments)).total_seconds() / 86_400, 1.0)
