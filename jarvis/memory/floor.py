"""Whether a row bears on a question at all, measured on its own and not against the other rows. Pure.

Fused scores only order rows; the best of a hundred useless rows has a high one. The floors look at how near the
meanings are, and at how many of the question's words the row and the talk around it hold and how rare these are: a rare
word tells more than a share of many common ones, and a row that holds them itself more than one that only stands near.
The numbers were set on made-up lives and on short questions about single remarks, with the bundled embedder, so that
one answerable question in ten finds nothing: then half of those do that ask for a detail, never told, of something that
was, and of unrelated ones nine in ten in English and three in four in Spanish, which that embedder does not know.
"""

from __future__ import annotations

from typing import Final

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.memory.word_scores import Evidence

FLOOR_OF_WORDS: Final = 0.69
RARE_AMONG_WORDS: Final = 0.2
"""Half of a question, one rare word among it, reaches the floor of words alone."""

NOT_FAR: Final = 0.3
"""With a lower cosine a row speaks of something else, whatever rare word it shares with the question."""

FLOOR: Final = 0.82
SHARE: Final = 0.3
RARE: Final = 0.15
"""What holding the whole question, and what each rare word of it, counts beside a cosine of 1."""

FLOOR_IN_FOREIGN_LANGUAGE: Final = 0.64
NOT_FAR_IN_FOREIGN_LANGUAGE: Final = 0.44
COSINE_IN_FOREIGN_LANGUAGE: Final = 0.5
RARE_IN_FOREIGN_LANGUAGE: Final = 0.2
"""An embedder finds all texts alike in a language that it does not know: there it counts less, and words more."""

SAME_MEANING: Final = 0.68
"""A cosine that needs no word."""

IN_TIME: Final = 0.2
"""What it counts that a row is of the time that a question names."""


def bears(
    cosine: float | None,
    around: Evidence,
    own: Evidence,
    embedder: EmbedderInfo | None,
    language: Language,
    *,
    in_time: bool = False,
) -> bool:
    """Tell whether a row reaches a floor; `cosine` is None for a row without a vector, `around` is what the words of
    the talk around it tell, itself among them, and `own` what its own do.

    `in_time` tells that it is of a time that the question names.
    """
    more = IN_TIME if in_time else 0.0
    if embedder is None or cosine is None:
        return _by_words(around) + more >= FLOOR_OF_WORDS
    foreign = language not in embedder.languages
    if _by_words(own) + more >= FLOOR_OF_WORDS and cosine >= (NOT_FAR_IN_FOREIGN_LANGUAGE if foreign else NOT_FAR):
        return True
    if foreign:
        meant = COSINE_IN_FOREIGN_LANGUAGE * cosine + SHARE * around.share + RARE_IN_FOREIGN_LANGUAGE * around.rare
        return meant + more >= FLOOR_IN_FOREIGN_LANGUAGE
    return cosine + more >= SAME_MEANING or cosine + SHARE * around.share + RARE * around.rare + more >= FLOOR


def _by_words(found: Evidence) -> float:
    return found.share + RARE_AMONG_WORDS * found.rare
