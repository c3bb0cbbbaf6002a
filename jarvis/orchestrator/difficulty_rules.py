"""How hard a question is, told by its signals and domain: how much a model of the class of GPT-4 helps over Mixtral's.

The weights are judgements in log odds. What the weaker class falls short in is arithmetic over several steps, proofs,
programs, logic, careful extraction under constraints and law; hardly in talk, plain facts, prose and roleplay.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from jarvis.contracts.routing import Domain

_BASE: dict[Domain, float] = {
    "chat": -3.0, "code": 0.3, "maths": 0.2, "reasoning": 0.2, "legal": 0.2, "technical": -0.3, "writing": -1.25,
    "knowledge": -1.1, "translation": -1.4, "long_context": -0.45, "vision": -0.6, "personal": -2.2,
}  # fmt: skip
_WEIGHTS: dict[str, float] = {
    # work that takes several steps
    "science_with_numbers": 0.3, "prove": 0.3, "opens:prove": 0.5, "maths_hard": 0.2, "programming_hard": 0.35,
    "shape:latex": 0.1, "shape:operators": 0.15, "sums": 0.25, "relation": 0.05, "conditional": 0.12, "logic_told": 0.2,
    "puzzle": 0.15, "quantifier": 0.05, "many_steps": 0.25, "sequence": 0.1, "many_constraints": 0.3, "constraint": 0.1,
    "thinking": 0.15, "many_sentences": 0.15, "several_parts": 0.1, "long": 0.2, "code_asked": 0.3, "number_word": 0.1,
    "shape:numbers": 0.1, "shape:statements": 0.8, "shape:roman_items": 0.3, "negation": 0.15, "words": 0.25,
    "case_with_choices": 0.6, "story_then_question": 0.3, "syllogism": 0.3, "theory": -0.5, "shape:choices": -0.4,
    # careful reading
    "extraction_asked": 0.1, "extract": 0.15, "format": 0.15, "document": 0.1,
    # what the weaker model does as well
    "opens_roleplay": -0.5, "prose_asked": -0.3, "form": -0.15, "tone": -0.15, "short": -0.1, "few_words": -0.4,
    "define": -0.15, "science_explained": -0.25, "humanities_asked": -0.4, "recommend": -0.25, "greeting": -0.2,
    "feeling": -0.2, "simple": -0.1, "list": -0.1, "bare_sums": -0.3, "leisure": -0.05, "plan": -0.1, "money": -0.1,
    "everyday_sum": -2.4, "shape:amounts": -0.15, "open_question": -0.1, "plain_talk": -0.2,
}  # fmt: skip
_PICTURES = 0.3
_WEAK_AT_EASY, _WEAK_FALL = 0.97, 0.48
_STRONG_AT_EASY, _STRONG_FALL = 0.985, 0.215
_EXAM_LOSS = 0.09


def difficulty_of(signals: Mapping[str, float], domains: Mapping[Domain, float], *, images: int = 0) -> float:
    """Return the difficulty 0..1; it orders questions by how much the stronger model helps."""
    score = sum(share * _BASE[domain] for domain, share in domains.items())
    score += sum(_WEIGHTS.get(signal, 0.0) * value for signal, value in signals.items())
    if images:
        score += _PICTURES
    return 1.0 / (1.0 + exp(-score))


def success_chances(difficulty: float, *, exam: bool = False) -> tuple[float, float]:
    """Return the chances that the weak and the strong reference model answer well, the first never above the second.

    Straight lines through the means of some 7,600 exam questions and word problems that both were asked; questions with
    choices to tick (`exam`) are harder for both, since only the one right letter counts.
    """
    loss = _EXAM_LOSS if exam else 0.0
    return _WEAK_AT_EASY - _WEAK_FALL * difficulty - loss, _STRONG_AT_EASY - _STRONG_FALL * difficulty - loss
