"""Decides whether an answer may be given again: which questions are the same one, and which are never answered so.

Pure. Two questions are the same when their normalised words are (`reuse_words`), or when the rules of `reuse_frames`
bring both to one canonical sentence and their vectors agree as well. Vectors alone never decide: they hardly see a
negation, a number or who does what to whom. Knows no store and no encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from jarvis.contracts.errors import Language
from jarvis.contracts.reuse import QuestionForms, ReuseCandidate, ReuseHit
from jarvis.orchestrator.reuse_frames import english_key
from jarvis.orchestrator.reuse_frames_es import spanish_key
from jarvis.orchestrator.reuse_limits import cacheable, keepable
from jarvis.orchestrator.reuse_words import is_verbatim, normalised

__all__ = ["SIMILARITY", "SameQuestion", "cacheable", "keepable"]

RULES_VERSION = "1"
"""Raised with every change of the rules, so that what an older Jarvis kept is not found by other rules."""

SIMILARITY = 0.60
"""Cosine that two questions with the same canonical sentence must still reach. Of the rephrasings that the rules
accept, the least alike reach 0.70 with three layers of all-MiniLM-L6-v2 (`benchmarks/answer_cache.py`)."""

_LONGEST_NORMAL = 1000
"""Characters of a question up to which its spelling is normalised; beyond, only the very same text is the same."""

_LONGEST_KEY = 200
"""Characters of a normalised question that the frames are applied to: longer ones are only compared word for word."""


class SameQuestion:
    """The `ReuseRules` of Jarvis; stateless."""

    def forms(self, question: str, language: Language) -> QuestionForms:
        """Return the normalised words and, where there is one, the canonical sentence."""
        if len(question) > _LONGEST_NORMAL:
            return QuestionForms(exact=f"{RULES_VERSION} {language} {question}", key=None)
        return _forms(question, language)

    def match(self, asked: QuestionForms, candidates: Sequence[ReuseCandidate]) -> ReuseHit | None:
        """Return the first candidate with the same words; else the first with the same canonical sentence whose
        similarity is at least `SIMILARITY`."""
        for candidate in candidates:
            if candidate.forms.exact == asked.exact:
                return ReuseHit(id=candidate.id, by="exact")
        for candidate in candidates:
            near = candidate.similarity is not None and candidate.similarity >= SIMILARITY
            if near and asked.key is not None and candidate.forms.key == asked.key:
                return ReuseHit(id=candidate.id, by="meaning")
        return None


@lru_cache(maxsize=64)
def _forms(question: str, language: Language) -> QuestionForms:
    normal = normalised(question, language)
    exact = f"{RULES_VERSION} {language} {normal}"
    if not normal or len(normal) > _LONGEST_KEY or is_verbatim(normal):
        return QuestionForms(exact=exact, key=None)
    key = english_key(normal) if language == "en" else spanish_key(normal)
    return QuestionForms(exact=exact, key=f"{RULES_VERSION} {language} {key}")
