"""What was recorded of one answer: which decision and which calls are its own, and what they add up to.

Pure but for `record_of`, which reads; knows no widget and no sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import ConversationLog
from jarvis.contracts.spending import Call, LoggedDecision, Spending

_SHORTEST = 0.05
"""Seconds of writing below which a speed says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What the books have about one answer; both empty for one that no model gave."""

    decision: LoggedDecision | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What one answer took. `cost_usd` is None where a price is not known, `rate` tokens per second or None.

    `estimated` means that tokens were counted from characters, `hops` how many attempts failed before it.
    """

    usage: Usage
    rate: float | None
    cost_usd: float | None
    cloud: bool
    estimated: bool = False
    hops: int = 0


def record_of(
    spending: Spending, log: ConversationLog, question_id: str, message_id: str, versions: Sequence[str]
) -> Record:
    """Read what belongs to the answer `message_id`, whose versions are known as far as they are; on a worker."""
    decisions, calls = spending.decisions_of(question_id), spending.calls_of(question_id)
    if len(decisions) < 2 and len(versions) < 2:
        return Record(decision=decisions[0] if decisions else None, calls=tuple(calls))
    own = log.message(message_id)
    if own is None:
        return Record()
    moments = [found.created_at for each in versions if (found := log.message(each)) is not None]
    later = min((moment for moment in moments if moment > own.created_at), default=None)
    return record_between(decisions, calls, own.created_at, later)


def record_between(
    decisions: Sequence[LoggedDecision], calls: Sequence[Call], began: datetime, later: datetime | None
) -> Record:
    """Pick what belongs to the answer that began to be written at `began`, the next one at `later`.

    A decision is recorded when its answer has ended, so it is the first one after `began`; the calls are those since
    the decision before it.
    """
    mine = next((one for one in decisions if one.at >= began and (later is None or one.at <= later)), None)
    if mine is None:
        return Record()
    before = max((one.at for one in decisions if one.at < mine.at), default=None)
    own = [
        call for call in calls if call.at is not None and call.at <= mine.at and (before is None or call.at > before)
    ]
    return Record(decision=mine, calls=tuple(own))


def figures_of(record: Record) -> Figures | None:
    """Add up the calls of an answer; None where there were none."""
    calls = record.calls
    if not calls:
        return None
    written = next((call for call in reversed(calls) if call.stage == "answer"), calls[-1])
    costs = [call.cost_usd for call in calls]
    return Figures(
        usage=Usage(
            prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
            completion_tokens=sum(call.usage.completion_tokens for call in calls),
            cached_tokens=sum(call.usage.cached_tokens for call in calls),
        ),
        rate=rate_of(written),
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        cloud=any(call.where == "cloud" for call in calls),
        estimated=written.estimated,
        hops=len(failures_of(record.decision)),
    )


def rate_of(call: Call) -> float | None:
    """Return the tokens per second that a call wrote after its first, None where it was too short to tell."""
    return rate(call.usage.completion_tokens, call.seconds - (call.first_seconds or 0.0))


def rate(tokens: int, seconds: float) -> float | None:
    """Return tokens per second, None where that says nothing."""
    return tokens / seconds if tokens > 1 and seconds >= _SHORTEST else None


def failures_of(decision: LoggedDecision | None) -> tuple[str, ...]:
    """Return the codes of what failed before an answer; being stopped is no failure."""
    return tuple(code for code in decision.hops if code != "stopped") if decision is not None else ()
