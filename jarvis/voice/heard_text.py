"""Which text had sounded at a moment, in the words in which it is written. Pure.

A voice says "ten thirty" for "10:30", so the words said and the words written are matched first. A written word counts
as heard once everything that it is said as has sounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

SHARE_OF_A_WORD = 0.5
"""A word counts as heard once this much of it has sounded: its beginning is what people recognise."""
END_SECONDS = 0.12
"""A clause counts as heard once all but this much of it has sounded: what is left is the fading of its last sound."""
SECONDS_PER_CHARACTER = 0.065
"""How long a character of speech takes at normal speed, for a clause whose sound is still being made."""

_WORD = re.compile(r"\S+")
_MOST_WORDS = 400


def heard_part(text: str, spoken: str, share: float) -> str:
    """Return the beginning of `text` whose words had sounded when `share` (0..1) of the sound of `spoken` had.

    The result is `text` itself from a share of 1 on, "" when not even its first word was heard, and otherwise ends with
    a word of `text`.
    """
    if share >= 1.0:
        return text
    said = list(_WORD.finditer(spoken))
    if share <= 0.0 or not said:
        return ""
    reached = share * len(spoken)
    heard = sum(reached >= word.start() + SHARE_OF_A_WORD * (word.end() - word.start()) for word in said)
    written = list(_WORD.finditer(text))[:_MOST_WORDS]
    count = _written_words([word[0] for word in written], [word[0] for word in said][:_MOST_WORDS], heard)
    return text[: written[count - 1].end()] if count else ""


def _written_words(written: list[str], said: list[str], heard: int) -> int:
    """Return how many of the words `written` were heard with the first `heard` words `said`."""
    matcher = SequenceMatcher(None, [_bare(word) for word in written], [_bare(word) for word in said], autojunk=False)
    count = 0
    for kind, begin, end, said_begin, said_end in matcher.get_opcodes():
        if said_begin >= heard and kind != "delete":
            break
        if kind == "equal":
            count = begin + min(end - begin, heard - said_begin)
        elif said_end <= heard:
            # What is not said at all, such as a mark of emphasis, goes with the words around it.
            count = end if kind != "delete" or said_begin < heard else count
        if heard < said_end:
            break
    return count


def _bare(word: str) -> str:
    """Return the letters of a word, by which it is known; for one without any, the word itself."""
    return "".join(sign for sign in word.casefold() if sign.isalnum()) or word


@dataclass(kw_only=True, slots=True)
class ClauseSpan:
    """Where in the speaker's sound one clause lies: seconds of `Speaker.position()`; `whole` once `end` is final.

    `expected` is how many seconds it is reckoned to take by its letters.
    """

    text: str
    spoken: str
    begin: float
    end: float
    whole: bool = False
    expected: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it takes, as far as is known."""
        return max(self.end - self.begin, 0.0 if self.whole else self.expected, 1e-6)


class HeardText:
    """Follows which clauses are handed to a speaker and tells what of them was heard. `rate` is that of the voice."""

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._spans: list[ClauseSpan] = []

    @property
    def spans(self) -> tuple[ClauseSpan, ...]:
        """The clauses so far, in the order in which they sound."""
        return tuple(replace(span) for span in self._spans)

    def begin(self, text: str, spoken: str, at: float) -> None:
        """A clause begins to sound at position `at`."""
        expected = len(spoken) * SECONDS_PER_CHARACTER / self._rate
        self._spans.append(ClauseSpan(text=text, spoken=spoken, begin=at, end=at, expected=expected))

    def reach(self, at: float) -> None:
        """The sound of the clause that was begun last goes up to position `at` so far."""
        self._spans[-1].end = at

    def end(self) -> None:
        """The sound of the clause that was begun last is complete."""
        self._spans[-1].whole = True

    def heard(self, position: float) -> str:
        """Return the text that had sounded at `position`, as it is written, cut at a word."""
        parts: list[str] = []
        for span in self._spans:
            share = self._share(span, position)
            if share >= 1.0:
                parts.append(span.text)
                continue
            parts.append(heard_part(span.text, span.spoken, share))
            break
        return "".join(parts)

    def _share(self, span: ClauseSpan, position: float) -> float:
        if position <= span.begin:
            return 0.0
        if span.whole and position >= span.end - min(END_SECONDS, (span.end - span.begin) / 2):
            return 1.0
        return min((position - span.begin) / span.seconds, 1.0 if span.whole else 0.99)
