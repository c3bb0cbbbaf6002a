"""A head and an encoder that answer what they are told and remember what they were asked."""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.routing import DOMAINS, Domain
from jarvis.orchestrator.head import HeadJudgement


def judgement(
    *,
    difficulty: float = 0.9,
    open_difficulty: float = 0.8,
    in_domain: float = 1.0,
    p_weak: float = 0.3,
    p_strong: float = 0.7,
    domain: Domain = "legal",
) -> HeadJudgement:
    """A judgement that is sure of one domain."""
    return HeadJudgement(
        p_weak=p_weak,
        p_strong=p_strong,
        difficulty=difficulty,
        open_difficulty=open_difficulty,
        domains={name: float(name == domain) for name in DOMAINS},
        in_domain=in_domain,
    )


class ToldHead:
    """Says the same of every question."""

    def __init__(self, told: HeadJudgement) -> None:
        self.told = told
        self.asked: list[tuple[tuple[float, ...], Sequence[float] | None, str]] = []

    def judge(self, features: Sequence[float], embedding: Sequence[float] | None, text: str) -> HeadJudgement:
        self.asked.append((tuple(features), embedding, text))
        return self.told


class ToldEncoder:
    """Has one vector for every text; `vector` None is an encoder whose model went away between the two calls."""

    name = "told-1"

    def __init__(self, vector: Sequence[float] | None = (1.0, 0.0), *, is_ready: bool = True) -> None:
        self.vector = vector
        self.is_ready = is_ready
        self.encoded: list[str] = []

    def ready(self) -> bool:
        return self.is_ready

    def encode(self, text: str) -> Sequence[float] | None:
        self.encoded.append(text)
        return self.vector
