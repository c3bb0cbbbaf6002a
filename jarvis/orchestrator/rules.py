"""Judges a question by rules alone: how hard, about what, what it needs, how long the answer. Pure, in about 1 ms.

It is what decides in languages and on subjects that the trained head was not trained on, and while no head is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.contracts.routing import DOMAINS, Domain, Need
from jarvis.orchestrator.difficulty_rules import difficulty_of, success_chances
from jarvis.orchestrator.domain_rules import domain_probabilities
from jarvis.orchestrator.features import Features, features_of, window_of
from jarvis.orchestrator.lexicon import Lexicon
from jarvis.orchestrator.needs import answer_tokens, needs_of
from jarvis.orchestrator.signals import signals_of


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleJudgement:
    """What the rules make of a question. `confidence` 0..1 is how clearly one domain leads the next: their difference.

    The other fields are those of `Assessment`; `features` are what was looked at.
    """

    difficulty: float
    p_weak: float
    p_strong: float
    domains: Mapping[Domain, float]
    needs: frozenset[Need]
    answer_tokens: int
    confidence: float
    features: Features

    @property
    def domain(self) -> Domain:
        """The likeliest domain; of several alike the first in `DOMAINS`."""
        return likeliest(self.domains)


def judge_by_rules(
    text: str,
    language: Language | None = None,
    *,
    images: int = 0,
    context_tokens: int = 0,
    lexicon: Lexicon | None = None,
) -> RuleJudgement:
    """Judge `text`, of any length and content; never raises on any text."""
    features = features_of(text, language, lexicon=lexicon)
    signals = signals_of(features)
    domains = domain_probabilities(signals, images=images, context_tokens=context_tokens)
    difficulty = difficulty_of(signals, domains, images=images)
    p_weak, p_strong = success_chances(difficulty, exam="shape:choices" in signals)
    first, second = sorted(domains.values(), reverse=True)[:2]
    window = window_of(text)
    return RuleJudgement(
        difficulty=difficulty,
        p_weak=p_weak,
        p_strong=p_strong,
        domains=domains,
        needs=needs_of(features, signals, likeliest(domains), window, images=images, context_tokens=context_tokens),
        answer_tokens=answer_tokens(features, signals, likeliest(domains), window),
        confidence=first - second,
        features=features,
    )


def likeliest(domains: Mapping[Domain, float]) -> Domain:
    """Return the domain with the highest probability; of several alike the first in `DOMAINS`."""
    return max(DOMAINS, key=lambda domain: domains[domain])
