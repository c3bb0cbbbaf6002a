"""Wake words of one's own choice: which there are, how they are heard in a stream, and how they look in a transcript.

Several words in both languages. Knows no model: a detector for "hey jarvis" and a spotter for the others are given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from jarvis.contracts.speech import SpottedWord, WakeHit
from jarvis.contracts.speech_ports import WordSpotter
from jarvis.voice.wake import FALLBACK_NOTE, QUIET_SECONDS, NotedWakeDetector

HEY_JARVIS = "hey jarvis"
MOST_WORDS = 5
"""More wake words cost time and wake more often wrongly."""

SPOTTED_SCORE = 0.5
"""Score of a word that the spotter heard; it has none of its own."""

_ALIKE = 0.75
"""Share of equal letters from which a recogniser's spelling of one word counts as that word."""

_ALIKE_JOINED = 0.88
"""The same where words were joined or split ("sam antha"): of all letters together."""

_LONGEST_ARTICLE = 3

_NAME = "jarvis"
_NAMES = frozenset("jarvis jervis jarvi yarvis jarbis harvis yarbis járvis jarvys jarviz djarvis garvis".split())
_GREETINGS = frozenset("hey hay hi hé he ei ey hei oye eh ok okay okey a hola ay".split())


class WakeWords:
    """The WakeDetector port for several words: `neural` hears "hey jarvis", `spotter` hears the others.

    Without `neural` the spotter has to hear "hey jarvis" too. What it hears is a candidate, unless `trusted`: then
    nothing can look again, and its word has to do.
    """

    def __init__(
        self,
        *,
        neural: NotedWakeDetector | None,
        spotter: WordSpotter | None,
        trusted: bool = False,
    ) -> None:
        self._neural = neural
        self._spotter = spotter
        self._trusted = trusted
        self._spotted = 0.0
        self._quiet_until: dict[str, float] = {}

    @property
    def note(self) -> dict[str, str] | None:
        """A sentence per language where "hey jarvis" is heard by basic spotting only, else None."""
        return self._neural.note if self._neural is not None else FALLBACK_NOTE

    @property
    def score(self) -> float:
        """The highest value 0..1 since it was last read, for a meter."""
        neural = self._neural.score if self._neural is not None else 0.0
        spotted, self._spotted = self._spotted, 0.0
        return max(neural, spotted)

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that are known by now; see the port."""
        hits = self._neural.process(pcm) if self._neural is not None else []
        for hit in hits:
            self._quiet_until[hit.word] = hit.at_seconds + QUIET_SECONDS
        for word in self._spotter.process(pcm) if self._spotter is not None else ():
            hits += self._counted(word)
        return hits

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        for part in (self._neural, self._spotter):
            if part is not None:
                part.reset()
        self._spotted = 0.0

    def close(self) -> None:
        """End the spotter's stream."""
        if self._spotter is not None:
            self._spotter.close()

    def _counted(self, word: SpottedWord) -> list[WakeHit]:
        if word.at_seconds < self._quiet_until.get(word.word, 0.0):
            return []
        self._quiet_until[word.word] = word.at_seconds + QUIET_SECONDS
        self._spotted = SPOTTED_SCORE
        return [WakeHit(at_seconds=word.at_seconds, score=SPOTTED_SCORE, sure=self._trusted, word=word.word)]


def wake_words_of(setting: str) -> tuple[str, ...]:
    """Return the words of the setting, separated by commas: lower case, at most `MOST_WORDS`, never none."""
    words = (" ".join(word.split()).casefold() for word in setting.split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS] or (HEY_JARVIS,)


def addressed(text: str, words: Sequence[str] = (HEY_JARVIS,)) -> str | None:
    """Return what is left of a transcript that calls Jarvis by one of `words`, None when it does not.

    The call stands first ("hey jarvis, ...") or last ("..., jarvis"); recognisers spell it in many ways. "" when there
    is nothing else. A name counts without its greeting. A letter that becomes the first one is written as a capital if
    the text began with one.
    """
    tokens = [(match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:['’]\w+)?", text)]
    heard = [text[start:end] for start, end in tokens]
    for word in sorted(words, key=len, reverse=True):
        if length := _call_at(heard, 0, word):
            rest = re.sub(r"^[^\w¿¡]+", "", text[tokens[length - 1][1] :]).strip()
            return rest[:1].upper() + rest[1:] if text.lstrip()[:1].isupper() else rest
        for length in _lengths(word):
            at = len(heard) - length
            if at > 0 and _call_at(heard, at, word) == length and "," in text[tokens[at - 1][1] : tokens[at][0]]:
                return text[: tokens[at - 1][1]].strip()
    return None


def called_in(text: str, word: str) -> bool:
    """Tell whether `word` is said somewhere in `text`; a name without its greeting only as the first words."""
    heard = re.findall(r"[^\W_]+(?:['’]\w+)?", text)
    shortest = len(word.split())
    return bool(_call_at(heard, 0, word)) or any(_call_at(heard, at, word) >= shortest for at in range(1, len(heard)))


def _call_at(heard: Sequence[str], at: int, word: str) -> int:
    """Return how many words from `at` on are the call `word`, 0 when it is not there."""
    wanted = _canonical(word.split())
    for length in _lengths(word):
        said = _canonical(heard[at : at + length])
        if len(said) < length:
            continue
        if said == wanted or (length == 1 and said == [_NAME] == wanted[1:]):
            return length
        if _NAME not in wanted and _sounds_like(said, wanted):
            return length
    return 0


def _lengths(word: str) -> list[int]:
    count = len(word.split())
    return [one for one in (count, count + 1, count - 1) if one > 0]


def _canonical(words: Sequence[str]) -> list[str]:
    folded = [_folded(word) for word in words]
    names = [_NAME if word in _NAMES else word for word in folded]
    return [
        "hey" if word in _GREETINGS and names[at + 1 : at + 2] == [_NAME] else word for at, word in enumerate(names)
    ]


def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _sounds_like(said: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether a recogniser may have written `wanted` so: word by word, with an article between, or joined."""
    if len(said) == len(wanted):
        return all(_alike(one, other) >= _ALIKE for one, other in zip(said, wanted, strict=True))
    if len(said) == len(wanted) + 1:
        short = [at for at, word in enumerate(said) if 0 < at < len(said) - 1 and len(word) <= _LONGEST_ARTICLE]
        if any(_sounds_like([*said[:at], *said[at + 1 :]], wanted) for at in short):
            return True
    return _alike("".join(said), "".join(wanted)) >= _ALIKE_JOINED


def _alike(said: str, wanted: str) -> float:
    return SequenceMatcher(None, said, wanted, autojunk=False).ratio()
