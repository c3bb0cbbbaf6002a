"""What a question cannot do without, and how long its answer will be. Pure.

Knows words and lengths only: whether the pictures, tools or documents are really there is for others to see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jarvis.contracts.routing import Domain, Need
from jarvis.orchestrator.features import Features
from jarvis.orchestrator.lexicon import fold

CHARACTERS_PER_TOKEN = 4
LONG_CONTEXT_TOKENS = 6000
"""From here on a model of 8k tokens has too little room for prompt and answer together."""

_SHOWN = re.compile(
    r"\b(?:this|these|attached|in the|on the|of the|look at the|describe the|read the)\s+(?:\w+\s)?"
    r"(?:picture|photo|image|screenshot|scan|drawing|diagram|chart|receipt)s?\b"
    r"|\b(?:picture|photo|image|screenshot|diagram)s?\s(?:\w+\s){0,2}(?:attached|above|below)\b"
    r"|\b(?:est[ae]s?|de la|en la|del|la)\s+(?:foto|imagen|captura|fotografia|grafica)(?:s|es)?\b"
    r"|\b(?:este|el|al|en el|del)\s+(?:escaneo|diagrama|grafico|dibujo|ticket)\b"
    r"|\b(?:sent|sending|send|attaching|show(?:ing)?)\s(?:you\s)?(?:a|the|my|this)\s(?:pic|picture|photo|image|screenshot)\b"
    r"|\b(?:this|the|from the|in the) pic\b|\b(?:to|in front of|through) the camera\b|\b(?:at|see) my screen\b"
    r"|\b(?:mando|envio|paso|enviar|mandar|pasar|adjunto|enseno)(?:te)?\s(?:una\s|la\s|esta\s|mi\s)?(?:foto|imagen|captura)\b"
    r"|\bpor la camara\b|\bmi(?:ra|res)? (?:a )?mi pantalla\b|\bva la foto\b"
    r"|\bwhat do you see\b|\bque ves\b|\bon my screen\b|\ben mi pantalla\b"
)
_WORDS_WANTED = re.compile(r"\b(\d{2,5})[\s-]{0,2}(?:words?|palabras)\b")
_TOKENS_PER_WORD = 1.4
_USUAL_TOKENS: dict[Domain, int] = {
    "chat": 60, "code": 450, "maths": 350, "reasoning": 300, "legal": 400, "technical": 350, "writing": 300,
    "knowledge": 220, "translation": 60, "long_context": 400, "vision": 150, "personal": 50,
}  # fmt: skip
_LEAST_TOKENS, _MOST_TOKENS = 16, 4000
_MAY_BE_OWN: tuple[Domain, ...] = ("chat", "knowledge")
_OF_THE_WORLD: tuple[Domain, ...] = ("chat", "knowledge", "reasoning", "maths", "personal")
_TODAYS_SUBJECTS = ("history", "geography", "economics", "computing", "leisure", "law", "arts", "programming")


def needs_of(
    features: Features,
    signals: Mapping[str, float],
    domain: Domain,
    window: str,
    *,
    images: int = 0,
    context_tokens: int = 0,
) -> frozenset[Need]:
    """Return what is needed; `domain` is the likeliest, `window` what was looked at of the text."""
    needs: set[Need] = set()
    if images or ("picture" in signals and _SHOWN.search(fold(window))):
        needs.add("vision")
    if context_tokens + features.characters // CHARACTERS_PER_TOKEN > LONG_CONTEXT_TOKENS:
        needs.add("long_context")
    asked_to_act = "opens_command" in signals and not {"question", "fix"} & signals.keys()
    own = bool({"own_things", "own_memory"} & signals.keys())
    if domain == "personal" or (domain in _MAY_BE_OWN and (asked_to_act or own)):
        needs.add("tools")
    if _is_of_today(features, signals) and (domain in _OF_THE_WORLD or "now" in signals):
        needs.add("fresh_information")
    return frozenset(needs)


def answer_tokens(features: Features, signals: Mapping[str, float], domain: Domain, window: str) -> int:
    """Return about how many tokens the answer will have, 16 to 4,000: what was asked for, else what is usual."""
    wanted = _WORDS_WANTED.search(window) if features.shape.numbers else None
    if wanted:
        return _bounded(int(wanted.group(1)) * _TOKENS_PER_WORD)
    usual = float(_USUAL_TOKENS[domain])
    if domain == "translation":
        usual += features.characters / CHARACTERS_PER_TOKEN
    if "code_asked" in signals and "design" in signals:
        usual *= 1.6
    if "fact_asked" in signals and "short" in signals and "explain" not in signals:
        usual *= 0.4
    if "form" in signals and features.count("constraint") + features.count("sequence") > 1:
        usual *= 1.4
    if "thinking" in signals:
        usual *= 1.4
    if "simple" in signals:
        usual *= 0.6
    return _bounded(usual)


def _is_of_today(features: Features, signals: Mapping[str, float]) -> bool:
    at_hand = {"document", "translation_asked", "own_things", "own_memory", "asks_own"} & signals.keys()
    exercise = (
        at_hand or {"word_problem", "shape:choices", "puzzle", "long", "form_asked", "prose_asked"} & signals.keys()
    )
    if exercise or features.word_count > 40:
        return False
    past_year = features.shape.largest_number == 4 and "now" not in signals
    if "fresh" in signals and not past_year and ("programming" not in signals or "now" in signals):
        return True
    asked = bool({"question", "define", "list"} & signals.keys())
    of_the_world = any(features.count(subject) for subject in _TODAYS_SUBJECTS)
    return "now" in signals and asked and of_the_world and "self" not in signals


def _bounded(tokens: float) -> int:
    return int(min(max(tokens, _LEAST_TOKENS), _MOST_TOKENS))
