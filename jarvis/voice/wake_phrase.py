"""Where a wake phrase ended, and wake words that wait to be confirmed. Counts frames, knows no detector."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jarvis.contracts.speech import WakeHit
from jarvis.voice.turns import OFF_PROBABILITY

_GAP_FRAMES = 2
_MOST_CANDIDATES = 3


@dataclass(kw_only=True, slots=True)
class Candidate:
    """A wake word that waits to be confirmed: the sound up to it, and what came since."""

    hit: WakeHit
    before: tuple[bytes, ...]
    since: list[bytes] = field(default_factory=list)


class Candidates:
    """The last few wake words that wait, each for `patience_frames` at most."""

    def __init__(self, patience_frames: int) -> None:
        self._patience_frames = patience_frames
        self._waiting: deque[Candidate] = deque(maxlen=_MOST_CANDIDATES)

    def add(self, hit: WakeHit, before: Iterable[bytes]) -> None:
        """Let `hit`, at the end of the sound `before`, wait."""
        self._waiting.append(Candidate(hit=hit, before=tuple(before)))

    def follow(self, frame: bytes) -> None:
        """Keep what comes after them; who has waited too long is dropped."""
        for candidate in list(self._waiting):
            candidate.since.append(frame)
            if len(candidate.since) > self._patience_frames:
                self._waiting.remove(candidate)

    def of(self, hit: WakeHit) -> Candidate | None:
        """Return the one of `hit`, None when it no longer waits."""
        return next((each for each in self._waiting if each.hit == hit), None)

    def drop(self, hit: WakeHit | None = None) -> None:
        """Forget the one of `hit`; None forgets all."""
        for candidate in [each for each in self._waiting if hit is None or each.hit == hit]:
            self._waiting.remove(candidate)


def last_pause(probabilities: Sequence[float], earliest: int) -> int | None:
    """Return where the last run of silent frames that reaches past `earliest` begins, None when there is none."""
    end = len(probabilities)
    while end > max(earliest, 0):
        begin = end
        while begin > 0 and probabilities[begin - 1] < OFF_PROBABILITY:
            begin -= 1
        if end - begin >= _GAP_FRAMES:
            return begin
        end = begin - 1 if begin == end else begin
    return None
