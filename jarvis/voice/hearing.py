"""Follows the microphone: wake word, then words, then silence. Frames in, signals out.

One thread, no clock: all time is counted in sound. Knows nothing about recognition, answers or speakers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, WakeHit
from jarvis.contracts.speech_ports import TurnDetector, VoiceDetector, WakeDetector
from jarvis.voice.options import HearingOptions
from jarvis.voice.turns import OFF_PROBABILITY

FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE

_GAP_FRAMES = 2
_LOOK_BACK_FRAMES = 10
_SETTLING_FRAMES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Woke:
    """The wake word was heard."""

    hit: WakeHit


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechBegan:
    """Words begin; `sound` starts before them and includes the wake word where there was no pause after it."""

    sound: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechWent:
    """More sound of the utterance."""

    sound: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechEnded:
    """The utterance is over; times in seconds of stream. `cut` is True when it was too long to go on."""

    end_of_speech_at: float
    decided_at: float
    speech_seconds: float
    cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NothingSaid:
    """Patience ran out without words."""


Signal = Woke | SpeechBegan | SpeechWent | SpeechEnded | NothingSaid


class Hearing:
    """Sleeps until the wake word, or listens for words, as it is told; `wake` None never wakes by itself."""

    def __init__(
        self, wake: WakeDetector | None, activity: VoiceDetector, turns: TurnDetector, options: HearingOptions
    ) -> None:
        self._wake = wake
        self._activity = activity
        self._turns = turns
        self._options = options
        self._frames = 0
        self._ring: deque[bytes] = deque(maxlen=_frames(options.phrase_seconds))
        self._preroll: deque[bytes] = deque(maxlen=_frames(options.preroll_seconds))
        self._listening = False
        self._ignored = 0
        self._patience = 0
        self._settling: list[tuple[bytes, float]] | None = None
        self._settled_frames = 0
        self._spoken = 0
        self._speech_until = 0.0
        self._speaking = False

    @property
    def seconds(self) -> float:
        """Stream time: how much sound was processed."""
        return self._frames * FRAME_SECONDS

    def sleep(self) -> None:
        """Wait for the wake word."""
        if self._listening and self._wake is not None:
            self._wake.reset()
        self._stop_listening()

    def listen(self, *, ignore_seconds: float = 0.0, look_back: bool = False) -> None:
        """Wait for words. `ignore_seconds` of sound to come are not looked at: Jarvis' own voice dying away.

        With `look_back` the sound just before counts too, for words that began early.
        """
        self._begin_listening()
        self._ignored = _frames(ignore_seconds) if ignore_seconds else 0
        if look_back:
            assert self._preroll.maxlen is not None
            for frame in list(self._ring)[-self._preroll.maxlen :]:
                self._preroll.append(frame)
                self._turns.process(FRAME_SECONDS, self._activity.probability(frame))
            self._turns.reset()

    def listen_after_wake(self) -> None:
        """Wait for words right after the wake word; a short wait tells the end of the phrase from words after it."""
        self._begin_listening()
        self._settling = [(frame, self._activity.probability(frame)) for frame in self._ring]

    def process(self, frame: bytes) -> list[Signal]:
        """Take one frame of `VAD_SAMPLES`; return what it brought about, in order."""
        self._frames += 1
        self._ring.append(frame)
        if not self._listening:
            hits = self._wake.process(frame) if self._wake is not None else []
            return [Woke(hit=hits[-1])] if hits else []
        if self._ignored:
            self._ignored -= 1
            self._ring.clear()
            return []
        probability = self._activity.probability(frame)
        if self._settling is not None:
            return self._settle(frame, probability)
        return self._follow(frame, probability)

    def _begin_listening(self) -> None:
        self._stop_listening()
        self._listening = True
        self._patience = _frames(self._options.patience_seconds)

    def _stop_listening(self) -> None:
        self._listening = self._speaking = False
        self._settling = None
        self._settled_frames = self._ignored = 0
        self._preroll.clear()
        self._activity.reset()
        self._turns.reset()

    def _settle(self, frame: bytes, probability: float) -> list[Signal]:
        """Find where the wake phrase ended: at a pause, or nowhere, and then the words came in one breath."""
        assert self._settling is not None
        self._settling.append((frame, probability))
        self._settled_frames += 1
        probabilities = [p for _, p in self._settling]
        pause = _last_pause(probabilities, len(probabilities) - _LOOK_BACK_FRAMES)
        one_breath = pause is None and self._settled_frames >= _SETTLING_FRAMES
        if pause is None and not one_breath:
            return []
        start = pause if pause is not None else (_last_pause(probabilities, 0) or 0)
        heard, self._settling = self._settling[start:], None
        if one_breath:
            # The whole phrase goes to the recogniser; the longer pre-roll is for this utterance only.
            return self._open(heard)
        assert self._preroll.maxlen is not None
        replayed = [signal for kept, p in heard[-self._preroll.maxlen :] for signal in self._follow(kept, p)]
        self._patience = _frames(self._options.patience_seconds)
        return replayed

    def _open(self, heard: Sequence[tuple[bytes, float]]) -> list[Signal]:
        for _, probability in heard:
            if self._turns.process(FRAME_SECONDS, probability) == "start":
                self._speaking = True
        if not self._speaking:
            return []
        self._spoken = len(heard)
        self._speech_until = self.seconds
        return [SpeechBegan(sound=b"".join(frame for frame, _ in heard))]

    def _follow(self, frame: bytes, probability: float) -> list[Signal]:
        change = self._turns.process(FRAME_SECONDS, probability)
        if probability >= OFF_PROBABILITY:
            self._speech_until = self.seconds
        if not self._speaking:
            return self._wait_for_words(frame, change == "start")
        self._spoken += 1
        cut = self._spoken >= _frames(self._options.longest_seconds)
        if change != "end" and not cut:
            return [SpeechWent(sound=frame)]
        self._speaking = False
        ended = SpeechEnded(
            end_of_speech_at=min(self._speech_until, self.seconds),
            decided_at=self.seconds,
            speech_seconds=self._spoken * FRAME_SECONDS - (self.seconds - self._speech_until),
            cut=change != "end",
        )
        self._turns.reset()
        return [SpeechWent(sound=frame), ended]

    def _wait_for_words(self, frame: bytes, began: bool) -> list[Signal]:
        self._preroll.append(frame)
        if began:
            self._speaking, self._spoken = True, 1
            sound = b"".join(self._preroll)
            self._preroll.clear()
            return [SpeechBegan(sound=sound)]
        self._patience -= 1
        return [NothingSaid()] if self._patience == 0 else []


def _frames(seconds: float) -> int:
    return max(1, round(seconds / FRAME_SECONDS))


def _last_pause(probabilities: Sequence[float], earliest: int) -> int | None:
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
