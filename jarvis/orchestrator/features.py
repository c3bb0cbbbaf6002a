"""What can be seen in a question at once: its shape and which groups of words it uses. Pure and bounded.

Of a long text only the beginning and the end are looked at, with counts of the whole. Knows nothing about difficulty:
`rules` and the trained head read the same features.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p

from jarvis.contracts.errors import Language
from jarvis.orchestrator.everyday_sums import is_everyday_sum
from jarvis.orchestrator.lexicon import ACTS, GROUPS, USUAL, WORD, Lexicon, default_lexicon, fold
from jarvis.orchestrator.steering import without_steering
from jarvis.orchestrator.text_shape import SHAPE_NAMES, Shape, shape_of
from jarvis.orchestrator.tongue import tongue_of

HEAD_CHARACTERS = 3000
TAIL_CHARACTERS = 1500
_OPENING_WORDS = 7
_FIRST_WORDS = 5
_CLOSING_WORDS = 14
_PLACES = {group: place for place, group in enumerate(GROUPS)}
_ACT_PLACES = tuple(_PLACES[act] for act in ACTS)
_COUNTED = tuple(group for group in GROUPS if group not in USUAL)

FEATURE_NAMES: tuple[str, ...] = (
    *SHAPE_NAMES,
    *_COUNTED,
    *(f"opens_{act}" for act in ACTS),
    "small_share",
    "unusual_share",
    "spanish",
    "mixed",
)
"""The names of `Features.vector()`, in its order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """One question as it looks. `counts` and `edges` follow `GROUPS`: hits in the whole window, and in its first and
    last words, where what is asked for stands; `first` are the groups of the first five words. `told` is False where
    nothing told the language; `everyday_sum` is no part of the vector."""

    language: Language
    told: bool
    mixed: float
    shape: Shape
    word_count: int
    counts: tuple[int, ...]
    edges: tuple[int, ...]
    first: frozenset[int]
    characters: int
    everyday_sum: bool

    def count(self, group: str) -> int:
        """Return how often words of `group` occur; `KeyError` for a group that does not exist."""
        return self.counts[_PLACES[group]]

    def starts_with(self, group: str) -> bool:
        """True if one of the first five words, or a phrase that begins there, belongs to `group`."""
        return _PLACES[group] in self.first

    def share(self, group: str) -> float:
        """Return the share 0..1 of the words that belong to `group`."""
        return min(self.count(group) / self.word_count, 1.0) if self.word_count else 0.0

    def vector(self) -> tuple[float, ...]:
        """Return the numbers named in `FEATURE_NAMES`, every one finite and within 0..20."""
        shape = tuple(float(getattr(self.shape, name)) for name in SHAPE_NAMES)
        usual = self.share("small") + self.share("common")
        return (
            *shape,
            *(log1p(self.count(group)) for group in _COUNTED),
            *(log1p(self.edges[place]) for place in _ACT_PLACES),
            self.share("small"),
            max(0.0, 1.0 - usual) if self.word_count else 0.0,
            float(self.language == "es"),
            self.mixed,
        )


def features_of(text: str, language: Language | None = None, *, lexicon: Lexicon | None = None) -> Features:
    """Look at `text`, of any length and content; `language` None tells it from the words."""
    known = lexicon or default_lexicon()
    looked_at = window_of(text)
    window = without_steering(looked_at)
    characters = len(text) - (len(looked_at) - len(window))
    words = WORD.findall(fold(window))
    tongue = tongue_of(window, words, known)
    spoken = language or tongue.language
    counts, edges, first = _counts(words, spoken, known)
    return Features(
        language=spoken,
        told=language is not None or tongue.told,
        mixed=tongue.mixed,
        shape=shape_of(window, words, characters, text.count("\n") + 1),
        word_count=len(words),
        counts=counts,
        edges=edges,
        first=first,
        characters=characters,
        everyday_sum=is_everyday_sum(window),
    )


def window_of(text: str) -> str:
    """Return `text`, or the beginning and the end of a long one."""
    if len(text) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return text
    return f"{text[:HEAD_CHARACTERS]}\n{text[-TAIL_CHARACTERS:]}"


def _counts(
    words: list[str], language: Language, lexicon: Lexicon
) -> tuple[tuple[int, ...], tuple[int, ...], frozenset[int]]:
    counts = [0] * len(GROUPS)
    edges = [0] * len(GROUPS)
    first: set[int] = set()
    last = len(words) - _CLOSING_WORDS
    for place, found in lexicon.groups_in(words, language):
        if place < _FIRST_WORDS:
            first.update(found)
        at_edge = place < _OPENING_WORDS or place >= last
        for group in found:
            counts[group] += 1
            edges[group] += at_edge
    return tuple(counts), tuple(edges), frozenset(first)
