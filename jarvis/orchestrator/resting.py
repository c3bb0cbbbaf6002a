"""Which engines rest after failures, and for how long: a circuit breaker without a clock.

Pure: every change returns a new value, and the seconds (monotonic) are handed in. After its rest an engine gets one
trial; while that is on, others do not ask it. Knows no engine, only ids and error codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

FIRST_REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 600.0
"""A rest doubles with every failure in a row, from the first to the longest."""

REFUSED_REST_SECONDS = 900.0
"""After a failure that only a person can mend; `freed` ends it as soon as a key or a setting changes."""

CROWDED_REST_SECONDS = 20.0
"""After "too many questions" at first: limits are mostly counted per minute."""

TRIAL_SECONDS = 120.0
"""After so long a trial that reported nothing no longer keeps others away."""

EMPTY_ANSWERS = 2
"""One empty answer may be the question's; from the second in a row on the engine rests."""

Kind = Literal["refused", "crowded", "broken", "empty", "own"]
"""Needs a person; too many at once; may pass; answered nothing; the question's own fault."""

KINDS: dict[str, Kind] = {
    "engine.auth": "refused",
    "engine.quota": "refused",
    "engine.refused": "refused",
    "engine.model_unknown": "refused",
    "engine.not_an_api": "refused",
    "engine.moved": "refused",
    "engine.no_key": "refused",
    "engine.no_package": "refused",
    "engine.bad_address": "refused",
    "engine.insecure_address": "refused",
    "engine.no_place": "refused",
    "engine.off": "refused",
    "engine.rate_limit": "crowded",
    "engine.overloaded": "crowded",
    "engine.busy": "crowded",
    "engine.empty": "empty",
    "engine.only_thought": "empty",
    "engine.context_too_long": "own",
    "engine.too_big": "own",
    "engine.schema": "own",
    "engine.bad_schema": "own",
    "engine.bad_tool": "own",
    "engine.blocked": "own",
    "engine.freed": "own",
    "engine.held": "own",
    "engine.closed": "own",
    "engine.unloaded": "own",
    "guard.pictures": "own",
    "guard.not_recorded": "own",
    "budget.day": "own",
    "budget.month": "own",
    "budget.no_price": "own",
    "budget.long_prompt": "own",
}
"""What every other code is taken for: "broken" (a time-out, a death, a server's fault, no memory)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """One engine's failures in a row, until when it rests, and since when a trial runs."""

    failures: int = 0
    empty: int = 0
    until: float = 0.0
    trial_since: float | None = None


@dataclass(frozen=True, slots=True)
class Rests(Mapping[str, Rest]):
    """The rests of all engines that failed lately."""

    by_engine: Mapping[str, Rest] = field(default_factory=dict)

    def __getitem__(self, engine: str) -> Rest:
        return self.by_engine[engine]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_engine)

    def __len__(self) -> int:
        return len(self.by_engine)

    def failed(self, engine: str, code: str, now: float) -> Rests:
        """Return the rests after `engine` failed with `code`; a question's own fault changes no rest."""
        kind = KINDS.get(code, "broken")
        rest = self.by_engine.get(engine, Rest())
        if kind == "own":
            return self._with(engine, replace(rest, trial_since=None)) if engine in self.by_engine else self
        if kind == "empty":
            rest = replace(rest, empty=rest.empty + 1)
            if rest.empty < EMPTY_ANSWERS:
                return self._with(engine, replace(rest, trial_since=None))
        rest = replace(rest, failures=rest.failures + 1, trial_since=None)
        return self._with(engine, replace(rest, until=now + _rest_seconds(kind, rest.failures)))

    def answered(self, engine: str) -> Rests:
        """Return the rests after `engine` answered: nothing is held against it any more."""
        return self.freed(engine)

    def freed(self, engine: str) -> Rests:
        """Return the rests without that of `engine`: the person mended something, or wants to try now."""
        if engine not in self.by_engine:
            return self
        return Rests({each: rest for each, rest in self.by_engine.items() if each != engine})

    def stopped(self, engine: str) -> Rests:
        """Return the rests after nobody waited for `engine`: its trial, if it was one, told nothing."""
        rest = self.by_engine.get(engine)
        return self if rest is None else self._with(engine, replace(rest, trial_since=None))

    def trying(self, engine: str, now: float) -> Rests:
        """Return the rests when `engine` is asked: the first question after a rest is its trial."""
        rest = self.by_engine.get(engine)
        if rest is None or not rest.failures:
            return self
        return self._with(engine, replace(rest, trial_since=now))

    def unusable(self, now: float) -> dict[str, float]:
        """Return the engines that are not to be asked at `now`, with the seconds left, always above 0."""
        left = {engine: _seconds_left(rest, now) for engine, rest in self.by_engine.items()}
        return {engine: seconds for engine, seconds in left.items() if seconds > 0}

    def _with(self, engine: str, rest: Rest) -> Rests:
        return Rests({**self.by_engine, engine: rest})


def _rest_seconds(kind: Kind, failures: int) -> float:
    if kind == "refused":
        return REFUSED_REST_SECONDS
    first = CROWDED_REST_SECONDS if kind == "crowded" else FIRST_REST_SECONDS
    # Beyond some twenty doublings a float would overflow long after the limit.
    return min(first * 2.0 ** min(failures - 1, 20), LONGEST_REST_SECONDS)


def _seconds_left(rest: Rest, now: float) -> float:
    if now < rest.until:
        return rest.until - now
    if rest.trial_since is not None and now < rest.trial_since + TRIAL_SECONDS:
        return rest.trial_since + TRIAL_SECONDS - now
    return 0.0
