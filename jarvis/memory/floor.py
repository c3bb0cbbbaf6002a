"""Whether a row bears on a question at all, measured on its own and not against the other rows. Pure.

Fused scores only order rows; the best of a hundred useless rows has a high one. The floor looks at how near the
meanings are and how much of the question the talk around a row covers. The floors were set on made-up lives with the
bundled embedder, so that one answerable question in ten finds nothing: then nine in ten unrelated questions do, and
four in ten of those that ask for a detail, never told, of something that was.
"""

from __future__ import annotations

from typing import Final

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language

COVERED: Final = 0.5
"""What covering the whole question counts beside a cosine of 1."""

FLOOR: Final = 0.68
FLOOR_IN_FOREIGN_LANGUAGE: Final = 0.82
"""An embedder finds all texts alike in a language that it does not know."""

FLOOR_OF_WORDS: Final = 0.42


IN_TIME: Final = 0.2
"""What it counts that a row is of the time that a question names."""


def bears(
    cosine: float | None,
    covered: float,
    embedder: EmbedderInfo | None,
    language: Language,
    *,
    in_time: bool = False,
) -> bool:
    """Tell whether a row reaches the floor; `cosine` is None for a row without a vector, `covered` is 0..1.

    `in_time` tells that it is of a time that the question names.
    """
    more = IN_TIME if in_time else 0.0
    if embedder is None or cosine is None:
        return covered + more >= FLOOR_OF_WORDS
    floor = FLOOR if language in embedder.languages else FLOOR_IN_FOREIGN_LANGUAGE
    return cosine + COVERED * covered + more >= floor
