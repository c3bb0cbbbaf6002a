"""Which words of a growing utterance can be shown as final: LocalAgreement-2 (Macháček et al. 2023, section 2.1).

What two hypotheses in a row agree on stays, the rest may change. Pure; knows nothing about recognisers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

EDGE_SECONDS = 0.3
"""A word this close to the end of the sound may have been cut in the middle: "inter" of "international"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedWord:
    """A word with its punctuation, and when it is said, in seconds from the beginning of the sound."""

    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The words that stay, the tail of the latest hypothesis, and the length of the sound that it was made from."""

    stable: tuple[TimedWord, ...] = ()
    tail: tuple[TimedWord, ...] = ()
    heard_seconds: float = 0.0

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(word.text for word in (*self.stable, *self.tail))

    @property
    def stable_characters(self) -> int:
        """How much of `text` stays."""
        return len(" ".join(word.text for word in self.stable))

    def after(self, hypothesis: Sequence[TimedWord], heard_seconds: float) -> Agreement:
        """Return the agreement after the next hypothesis, of the first `heard_seconds` of the same sound."""
        fresh = self._beyond_stable(hypothesis)
        agreed = 0
        for before, now in zip(self.tail, fresh, strict=False):
            if _same(before, now) and before.end_seconds <= self.heard_seconds - EDGE_SECONDS:
                agreed += 1
            else:
                break
        return Agreement(
            stable=(*self.stable, *fresh[:agreed]), tail=tuple(fresh[agreed:]), heard_seconds=heard_seconds
        )

    def _beyond_stable(self, hypothesis: Sequence[TimedWord]) -> Sequence[TimedWord]:
        """Return the words that come after the stable ones: by their number where they match, else by time."""
        count = len(self.stable)
        if all(map(_same, self.stable, hypothesis)) and len(hypothesis) >= count:
            return hypothesis[count:]
        until = self.stable[-1].end_seconds if self.stable else 0.0
        return [word for word in hypothesis if (word.start_seconds + word.end_seconds) / 2 > until]


def _same(one: TimedWord, other: TimedWord) -> bool:
    return bare(one.text) == bare(other.text)


def bare(word: str) -> str:
    """Return `word` without case and without anything but letters and digits."""
    return "".join(letter for letter in unicodedata.normalize("NFC", word).casefold() if letter.isalnum())
