"""Assesses a question: by rules always, and with the trained head where there is one.

Inside the kinds of questions that the head was trained on, it decides; outside, the rules and what it learned of
questions in general each have half. For pictures, long contexts (which the head never saw), everyday sums and texts
without words the rules decide alone. Knows no models and no engines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.routing import DOMAINS, Assessment, Domain, QueryEncoder
from jarvis.orchestrator.difficulty_rules import success_chances
from jarvis.orchestrator.features import window_of
from jarvis.orchestrator.head import HeadJudgement
from jarvis.orchestrator.lexicon import Lexicon
from jarvis.orchestrator.rules import RuleJudgement, judge_by_rules, likeliest
from jarvis.orchestrator.steering import without_steering

ENCODER_LANGUAGE: Language = "en"
"""The encoder knows only English; elsewhere the head judges without a vector."""
OPEN_SHARE = 0.5
"""How much the head's general difficulty counts outside its own kinds of questions; the rules have the rest."""
DOMAIN_SHARE = 0.5
"""How much the head's domains count where it has a vector; the rules have the rest."""
BLIND_DOMAIN_SHARE = 0.3
"""The same where it has none: then it knows hardly more than the rules."""


class TrainedHead(Protocol):
    """Judges a question that the rules have looked at; a `RouterHead`."""

    def judge(self, features: Sequence[float], embedding: Sequence[float] | None, text: str) -> HeadJudgement:
        """Judge `text` by its features, in the order of `FEATURE_NAMES`, and its vector, if it has one."""
        ...


class QueryAssessor:
    """An `Assessor` of rules and, where there are any, a trained head and its encoder. Any thread may call it."""

    def __init__(
        self, head: TrainedHead | None = None, encoder: QueryEncoder | None = None, *, lexicon: Lexicon | None = None
    ) -> None:
        self._head = head
        self._encoder = encoder
        self._lexicon = lexicon

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        """Assess `text`, of any length and content; `by` tells whether the head had a say."""
        ruled = judge_by_rules(text, language, images=images, context_tokens=context_tokens, lexicon=self._lexicon)
        judged = None if images or "long_context" in ruled.needs else self._judged(text, ruled)
        difficulty, p_weak, p_strong, domains = ruled.difficulty, ruled.p_weak, ruled.p_strong, ruled.domains
        if judged is not None:
            difficulty, p_weak, p_strong = _chances(judged, ruled)
            domains = _mean(self._domain_share(ruled.features.language), judged.domains, ruled.domains)
        return Assessment(
            difficulty=difficulty,
            p_weak=p_weak,
            p_strong=p_strong,
            domain=likeliest(domains),
            domains=domains,
            language=ruled.features.language,
            needs=ruled.needs,
            answer_tokens=ruled.answer_tokens,
            by="rules" if judged is None else "head",
        )

    def _judged(self, text: str, ruled: RuleJudgement) -> HeadJudgement | None:
        if self._head is None or not ruled.features.word_count or ruled.features.everyday_sum:
            return None
        asked = without_steering(window_of(text)).encode("utf-8", "replace").decode("utf-8")
        return self._head.judge(ruled.features.vector(), self._embedding(asked, ruled.features.language), asked)

    def _embedding(self, asked: str, language: Language) -> Sequence[float] | None:
        if self._encoder is None or not self._sees(language):
            return None
        return self._encoder.encode(asked)

    def _domain_share(self, language: Language) -> float:
        return DOMAIN_SHARE if self._sees(language) else BLIND_DOMAIN_SHARE

    def _sees(self, language: Language) -> bool:
        return self._encoder is not None and language == ENCODER_LANGUAGE and self._encoder.ready()


def _chances(judged: HeadJudgement, ruled: RuleJudgement) -> tuple[float, float, float]:
    """Difficulty and both chances: the head's for its own kinds of questions, a mean of both for the others."""
    known = judged.in_domain
    general = _blend(OPEN_SHARE, judged.open_difficulty, ruled.difficulty)
    weak, strong = success_chances(general, exam=ruled.features.shape.choices > 0)
    p_weak = _blend(known, judged.p_weak, weak)
    return (
        _blend(known, judged.difficulty, general),
        p_weak,
        max(p_weak, _blend(known, judged.p_strong, strong)),
    )


def _mean(share: float, judged: Mapping[Domain, float], ruled: Mapping[Domain, float]) -> dict[Domain, float]:
    return {domain: _blend(share, judged[domain], ruled[domain]) for domain in DOMAINS}


def _blend(share: float, first: float, second: float) -> float:
    return share * first + (1.0 - share) * second
