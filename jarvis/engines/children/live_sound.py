"""The sound of an utterance that is still being recognised, with where speech and silence are in it.

Decides where long sound can be cut into pieces. Knows nothing about words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES

SPEECH = 0.5
SILENCE = 0.35
"""Silero's usual thresholds for the beginning and the end of speech."""

LONG_SECONDS = 12.0
"""From here on a piece is cut off at the next pause."""

WINDOW_SECONDS = 28.0
"""The longest piece: a Whisper reads 30 s at once."""

PAUSE_SECONDS = 0.28
"""Silence in which a piece may end."""

_FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE
_FRAME_BYTES = 2 * VAD_SAMPLES
_LEAST_SPEECH_FRAMES = 3
_PAUSE_FRAMES = round(PAUSE_SECONDS / _FRAME_SECONDS)
_EARLIEST_CUT = round(4.0 / _FRAME_SECONDS)
_KEPT_SILENCE = round(0.5 / _FRAME_SECONDS)
_LONG = round(LONG_SECONDS / _FRAME_SECONDS)
_WINDOW = round(WINDOW_SECONDS / _FRAME_SECONDS)


class LiveSound:
    """Sound from the last cut on. Positions are samples since the utterance began; `activity` gives the probability of
    speech in 512 samples."""

    def __init__(self, activity: Callable[[bytes], float]) -> None:
        self._activity = activity
        self._pcm = bytearray()
        self._frames: list[float] = []
        self._spoken = False
        self.start = 0

    def add(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound of any length; silence before the first word is not kept."""
        self._pcm += pcm
        while len(self._pcm) - len(self._frames) * _FRAME_BYTES >= _FRAME_BYTES:
            at = len(self._frames) * _FRAME_BYTES
            self._frames.append(self._activity(bytes(self._pcm[at : at + _FRAME_BYTES])))
            self._spoken = self._spoken or self._frames[-1] >= SILENCE
        spare = len(self._frames) - _KEPT_SILENCE
        if spare >= _KEPT_SILENCE and not self._spoken:
            self._forget(spare)

    @property
    def end(self) -> int:
        """Where the sound ends now."""
        return self.start + len(self._pcm) // 2

    @property
    def seconds(self) -> float:
        """Length of what is kept."""
        return len(self._pcm) / 2 / SAMPLE_RATE

    def has_speech(self, until: int) -> bool:
        """Tell whether a tenth of a second before `until` was speech."""
        return self.speech_seconds(until) > (_LEAST_SPEECH_FRAMES - 0.5) * _FRAME_SECONDS

    @property
    def speech_end(self) -> int:
        """Where the last sound that may be speech ends; `start` when there is none. The last samples, too few to be
        judged, count as what came before them."""
        for at in range(len(self._frames) - 1, -1, -1):
            if self._frames[at] >= SILENCE:
                last = at == len(self._frames) - 1
                return self.end if last else self.start + (at + 1) * VAD_SAMPLES
        return self.start

    @property
    def pause_seconds(self) -> float:
        """Silence at the end."""
        return (self.end - self.speech_end) / SAMPLE_RATE

    def speech_seconds(self, until: int, since: int = 0) -> float:
        """Return how much is speech from `since`, or the last cut, to `until`."""
        first = max(0, since - self.start) // VAD_SAMPLES
        frames = self._frames[first : max(0, until - self.start) // VAD_SAMPLES]
        return sum(frame >= SPEECH for frame in frames) * _FRAME_SECONDS

    def bounds(self, until: int) -> tuple[float, float]:
        """Return when speech begins and ends before `until`, in seconds since the utterance began."""
        frames = self._frames[: max(0, until - self.start) // VAD_SAMPLES]
        spoken = [at for at, frame in enumerate(frames) if frame >= SILENCE] or [0]
        begin = self.start / SAMPLE_RATE
        return begin + spoken[0] * _FRAME_SECONDS, min(until / SAMPLE_RATE, begin + (spoken[-1] + 1) * _FRAME_SECONDS)

    def until(self, position: int, since: int = 0) -> bytes:
        """Return the sound from `since`, or the last cut, up to `position`."""
        return bytes(self._pcm[2 * max(0, since - self.start) : 2 * (position - self.start)])

    def cuts(self, most: int) -> list[int]:
        """Return where pieces end that are long enough, at most `most`; after the first only full ones."""
        found: list[int] = []
        done = 0
        while len(found) < most and (not found or len(self._frames) - done > _WINDOW):
            at = best_cut(self._frames[done : done + _WINDOW])
            if at is None:
                break
            done += at
            found.append(self.start + done * VAD_SAMPLES)
        return found

    @property
    def overlong(self) -> bool:
        """True when there is more than one piece can hold."""
        return len(self._frames) > _WINDOW

    @property
    def window_end(self) -> int:
        """Where the longest piece ends."""
        return min(self.end, self.start + _WINDOW * VAD_SAMPLES)

    def drop(self, position: int) -> None:
        """Forget what lies before `position`, rounded down to a frame."""
        self._forget(min(len(self._frames), max(0, position - self.start) // VAD_SAMPLES))

    def _forget(self, frames: int) -> None:
        del self._pcm[: frames * _FRAME_BYTES]
        del self._frames[:frames]
        self._spoken = any(frame >= SILENCE for frame in self._frames)
        self.start += frames * VAD_SAMPLES


def best_cut(frames: Sequence[float]) -> int | None:
    """Return the frame in the middle of the last pause that a piece may end in; None without one.

    `frames` are probabilities of speech. A pause has 0.3 s; a piece has 4 to 28 s, and none is cut off before there
    are 12.
    """
    if len(frames) < _LONG:
        return None
    found, run = None, 0
    for at, frame in enumerate(frames[:_WINDOW]):
        run = run + 1 if frame < SILENCE else 0
        if run >= _PAUSE_FRAMES and at >= _EARLIEST_CUT:
            found = at - run // 2
    return found
