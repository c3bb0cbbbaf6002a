"""In which order the models on this computer are tried while no question says otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CONVERSATION_TOKENS_PER_SECOND = 5.0
"""Below about this many tokens a second, writing falls behind somebody who reads along (250 words a minute)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What is known of one model: speed in tokens/s as predicted or measured, size in parameters."""

    id: str
    set_by_name: bool = False
    active: bool = False
    placed: bool = True
    tokens_per_second: float = 0.0
    parameters: int = 0


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the one that a setting names, then those in service, then the others; among equals the largest that
    keeps up with a reader, then slower ones, fastest first; what has no place now comes last."""
    return sorted(candidates, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, bool, float, str]:
    keeps_up = candidate.tokens_per_second >= CONVERSATION_TOKENS_PER_SECOND
    value = candidate.parameters if keeps_up else candidate.tokens_per_second
    return (
        not candidate.set_by_name,
        not candidate.placed,
        not candidate.active,
        not keeps_up,
        -float(value),
        candidate.id,
    )
