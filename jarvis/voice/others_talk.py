"""Tells the person who talks to Jarvis from others who talk on behind them: by loudness, and by words that stand still.

Voice activity hears any voice, so in company a turn would not end. Pure; levels, words and time are handed in.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import deque
from collections.abc import Sequence

from jarvis.voice.turns import OFF_PROBABILITY, ON_PROBABILITY

FAR_DB = 10.0
"""A voice so far below the person's own is somebody else's, if it stays there for `FAR_SECONDS`. Of 66 recordings and
synthetic sentences of one speaker none stayed there for longer than 0.48 s."""

BACK_DB = 7.0
"""Who is no further below it speaks again."""

FAR_SECONDS = 0.5

UNCHANGED_SECONDS = 2.0
"""Talk that adds no word for so long is not the person's."""

DOUBTFUL_SECONDS = 1.0
"""The least pause that ends a turn in which only voices far below that of the call were heard: the caller may still be
about to ask."""

_SHARE = 0.8
_LOUDEST_SHARE = 0.95
_LEARNING_FRAMES = 10
_KNOWN_FRAMES = 300
_SMOOTHED_FRAMES = 3
_SYLLABLE_FRAMES = 5


class NearVoice:
    """Follows one utterance frame by frame; `reset` begins the next.

    The person's own loudness is what four fifths of the near speech of the last ten seconds stay below; near is what is
    not `FAR_DB` below the loudest twentieth, for others may have talked before.
    """

    def __init__(self) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._latest: deque[float] = deque(maxlen=_SMOOTHED_FRAMES)
        self._far = 0.0
        self._left = False
        self._called = 0.0
        self._as_near = 0

    @property
    def only_far(self) -> bool:
        """True while nobody has spoken, for a syllable at least, nearly as loud as the wake word was said."""
        return self._called > 0 and self._as_near < _SYLLABLE_FRAMES

    def call(self, powers: Sequence[float]) -> None:
        """Note how loud Jarvis was called: the power of the wake word's frames of speech."""
        self._called = sorted(powers)[int(_SHARE * (len(powers) - 1))] if powers else 0.0

    @property
    def left_off_seconds(self) -> float:
        """How long only others had been talking when that was noticed, 0 while the person speaks."""
        return self._far if self._left else 0.0

    def process(self, seconds: float, probability: float, power: float) -> float:
        """Take a frame's probability of speech and its power (mean square); return the probability that it is of the
        person. It is 0 from when they have left off until they are back."""
        self._latest.append(power)
        if probability >= ON_PROBABILITY and not self._left:
            self._learn(power)
            self._as_near += power >= self._called * _ratio(FAR_DB)
        own = self._own_power()
        if own is None:
            return probability
        smoothed = sum(self._latest) / len(self._latest)
        if self._left:
            if probability >= OFF_PROBABILITY and smoothed > own * _ratio(BACK_DB):
                self._left, self._far = False, 0.0
        elif smoothed >= own * _ratio(FAR_DB):
            self._far = 0.0
        elif probability >= OFF_PROBABILITY:
            self._far += seconds
            self._left = self._far >= FAR_SECONDS
        return 0.0 if self._left else probability

    def reset(self) -> None:
        """Forget the person."""
        self._order.clear()
        self._sorted.clear()
        self._latest.clear()
        self._far, self._left = 0.0, False
        self._called, self._as_near = 0.0, 0

    def _own_power(self) -> float | None:
        """Return how loud the person is, None while too little of them was heard: a cough is nobody's voice."""
        if not self._sorted:
            return None
        loudest = self._sorted[int(_LOUDEST_SHARE * (len(self._sorted) - 1))]
        near = bisect(self._sorted, loudest * _ratio(FAR_DB))
        if len(self._sorted) - near < _LEARNING_FRAMES:
            return None
        return self._sorted[near + int(_SHARE * (len(self._sorted) - 1 - near))]

    def _learn(self, power: float) -> None:
        self._order.append(power)
        insort(self._sorted, power)
        if len(self._order) > _KNOWN_FRAMES:
            self._sorted.remove(self._order.popleft())


class UnchangedWords:
    """Counts the talk that has brought no new word; a recogniser that tells no words on the way is never waited for."""

    def __init__(self) -> None:
        self._text = ""
        self._seconds = self._asked_at = 0.0

    @property
    def seconds(self) -> float:
        """Talk since the last new word."""
        return self._seconds

    @property
    def is_due(self) -> bool:
        """True when it is time to ask the recogniser whether there really is nothing new."""
        return bool(self._text) and self._seconds - self._asked_at >= UNCHANGED_SECONDS

    def talk(self, seconds: float) -> None:
        """Somebody talks on."""
        self._seconds += seconds

    def heard(self, text: str) -> bool:
        """Take the words so far; True when they are the known ones, capitals and signs aside, else counting begins."""
        plain = "".join(c for c in text.casefold() if c.isalnum())
        if not plain or plain != self._text:
            self._text, self._seconds, self._asked_at = plain, 0.0, 0.0
            return False
        return True

    def asked(self) -> None:
        """The recogniser is asked: it is due again after as long."""
        self._asked_at = self._seconds

    def pause(self) -> None:
        """Nobody talks: that is another matter."""
        self._seconds = self._asked_at = 0.0


def _ratio(db: float) -> float:
    return float(10 ** (-db / 10))
