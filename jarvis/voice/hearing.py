"""Follows the microphone: wake word, then words, then silence. Frames in, signals out.

One thread, no clock: all time is counted in sound. Knows nothing about recognition, answers or speakers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.audio.resampling import level
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, WakeHit
from jarvis.contracts.speech_ports import TurnDetector, VoiceDetector, WakeDetector
from jarvis.voice.options import HearingOptions
from jarvis.voice.others_talk import NearVoice
from jarvis.voice.pauses import RunningPause
from jarvis.voice.turns import OFF_PROBABILITY, ON_PROBABILITY
from jarvis.voice.wake_phrase import Candidates, last_pause

FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE

CANDIDATE_SECONDS = 8.0
"""How long a wake word that needs confirming waits for it, with all the sound that followed it."""

_FRAME_BYTES = VAD_SAMPLES * 2
_LOOK_BACK_FRAMES = 10
_SETTLING_FRAMES = 8
_PHRASE_END_FRAMES = 4
_ONSET_FRAMES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Woke:
    """The wake word was heard."""

    hit: WakeHit


@dataclass(frozen=True, kw_only=True, slots=True)
class MaybeWoke:
    """Something like the wake word was heard: `sound` is what to look at again, then `woken` or `not_woken`."""

    hit: WakeHit
    sound: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechBegan:
    """Words begin; `sound` starts before them and includes the wake word where there was no pause after it."""

    sound: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechWent:
    """More sound of the utterance."""

    sound: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechPaused:
    """The person fell silent, which may be the end; times in seconds of stream, all its sound was handed over.

    It comes up to twice in a pause: `early` as soon as there may be one, then when it is long enough to end the turn,
    which it is not before `least_seconds`. `only_far` tells that whoever spoke was much softer than the wake word.
    """

    end_of_speech_at: float
    silence_seconds: float
    speech_seconds: float
    early: bool = False
    only_far: bool = False
    least_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechResumed:
    """It was not the end: words go on."""


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


Signal = Woke | MaybeWoke | SpeechBegan | SpeechWent | SpeechPaused | SpeechResumed | SpeechEnded | NothingSaid


class Hearing:
    """Sleeps until the wake word, or listens for words, as it is told; `wake` None never wakes by itself.

    `turns` reports speech that begins ("start") and pauses ("end"). A pause ends the utterance by itself once it has
    lasted `undecided_seconds`, or what `allow` made of that, unless words may be coming just then. After an utterance
    it listens for the next one until told otherwise, and nothing between the two is lost. It keeps a few seconds of
    sound, however long somebody speaks.
    """

    def __init__(
        self, wake: WakeDetector | None, activity: VoiceDetector, turns: TurnDetector, options: HearingOptions
    ) -> None:
        self._wake = wake
        self._activity = activity
        self._turns = turns
        self._options = options
        self._frames = 0
        self._rest = b""
        self._ring: deque[bytes] = deque(maxlen=_frames(options.phrase_seconds))
        self._preroll_frames = _frames(options.preroll_seconds)
        self._preroll: deque[bytes] = deque(maxlen=self._preroll_frames)
        self._candidates = Candidates(_frames(CANDIDATE_SECONDS))
        self._listening = self._speaking = False
        self._ignored = self._settled_frames = self._spoken = 0
        self._patience, self._longest_patience = 0.0, options.patience_seconds
        self._endless = self._wakes = False
        self._settling: list[tuple[bytes, float]] | None = None
        self._pause = RunningPause(options)
        self._near = NearVoice()

    @property
    def seconds(self) -> float:
        """Stream time: how much sound was processed."""
        return self._frames * FRAME_SECONDS

    @property
    def score(self) -> float:
        """The wake detector's latest value 0..1, for a meter; 0 while it is not asked."""
        return self._wake.score if self._wake is not None and not self._listening else 0.0

    def sleep(self) -> None:
        """Wait for the wake word."""
        if self._listening and self._wake is not None:
            self._wake.reset()
        if self._listening:
            self._stop_listening()

    def finish(self) -> SpeechEnded | None:
        """Sleep, as the utterance was ended elsewhere; return how it ended, None when none was going on."""
        ended = self._ended() if self._speaking else None
        self.sleep()
        return ended

    def allow(self, seconds: float) -> None:
        """End the utterance once the pause that goes on now has lasted `seconds` in all; the next one starts anew."""
        self._pause.allow(seconds)

    def listen(
        self,
        *,
        ignore_seconds: float = 0.0,
        look_back: bool = False,
        patience_seconds: float | None = None,
        endless: bool = False,
        wakes: bool = False,
    ) -> None:
        """Wait for words, `patience_seconds` long (None as the options say, infinity always).

        `ignore_seconds` of sound to come are not looked at: Jarvis' own voice dying away. With `look_back` the sound
        just before counts too, for words that began early. With `endless` neither silence nor length ends what is said,
        only `finish`: for dictation. With `wakes` a sure wake word is told meanwhile too: somebody calls all the same.
        """
        self._begin_listening(math.inf if endless else patience_seconds)
        self._endless, self._wakes = endless, wakes
        self._ignored = _frames(ignore_seconds) if ignore_seconds else 0
        if look_back:
            for frame in list(self._ring)[-self._preroll_frames :]:
                self._preroll.append(frame)
                self._turns.process(FRAME_SECONDS, self._activity.probability(frame))
            self._turns.reset()

    def listen_since(
        self, seconds: float, *, surely: bool = False, patience_seconds: float | None = None, wakes: bool = False
    ) -> list[Signal]:
        """Wait for words as if it had begun `seconds` ago, `phrase_seconds` at most; return what that brought about.

        With `surely` there are words in it: where they are too soft to be noticed, they have just paused. Patience for
        words to come begins now; that and `wakes` are those of `listen`.
        """
        heard = list(self._ring)[-_frames(seconds) :]
        self._begin_listening(patience_seconds)
        self._wakes, self._patience = wakes, math.inf
        signals = self._replay(heard)
        self._renew_patience()
        if signals or not surely:
            return signals
        self._speaking, self._spoken = True, len(heard)
        return [SpeechBegan(sound=b"".join(heard)), self._paused()]

    def listen_after_wake(self) -> None:
        """Wait for words right after the wake word; a short wait tells the end of the phrase from words after it."""
        self._begin_listening()
        self._settling = [(frame, self._activity.probability(frame)) for frame in self._ring]

    def woken(self, hit: WakeHit) -> list[Signal]:
        """The candidate `hit` was the wake word: listen as if that had been known then; return what has happened since.

        Nothing, when it has meanwhile been told to listen, or the answer is more than `CANDIDATE_SECONDS` late.
        """
        candidate = self._candidates.of(hit)
        if candidate is None:
            return []
        self._begin_listening()
        self._settling = [(frame, self._activity.probability(frame)) for frame in candidate.before]
        return self._replay(candidate.since)

    def not_woken(self, hit: WakeHit | None = None) -> None:
        """The candidate `hit` was something else; None says so of every one."""
        self._candidates.drop(hit)

    def process(self, frame: bytes) -> list[Signal]:
        """Take sound, at best `VAD_SAMPLES` (what is left over waits); return what it brought about, in order."""
        if len(frame) == _FRAME_BYTES and not self._rest:
            return self._process(frame)
        sound = self._rest + frame
        whole = len(sound) // _FRAME_BYTES * _FRAME_BYTES
        self._rest = sound[whole:]
        pieces = (sound[at : at + _FRAME_BYTES] for at in range(0, whole, _FRAME_BYTES))
        return [signal for piece in pieces for signal in self._process(piece)]

    def _process(self, frame: bytes) -> list[Signal]:
        self._frames += 1
        self._ring.append(frame)
        if not self._listening:
            return self._spot(frame)
        if self._ignored:
            self._ignored -= 1
            self._ring.clear()
            return []
        signals = self._listen(frame)
        if self._wakes and self._wake is not None and (sure := [hit for hit in self._wake.process(frame) if hit.sure]):
            signals.append(Woke(hit=sure[-1]))
        return signals

    def _spot(self, frame: bytes) -> list[Signal]:
        """Look for the wake word; what may have been one waits, and all that follows is kept for it."""
        self._candidates.follow(frame)
        hits = self._wake.process(frame) if self._wake is not None else []
        sure = [hit for hit in hits if hit.sure]
        if sure:
            self._candidates.drop()
            return [Woke(hit=sure[-1])]
        for hit in hits:
            self._candidates.add(hit, self._ring)
        return [MaybeWoke(hit=hit, sound=b"".join(self._ring)) for hit in hits]

    def _listen(self, frame: bytes) -> list[Signal]:
        probability = self._activity.probability(frame)
        if self._settling is not None:
            return self._settle(frame, probability)
        return self._follow(frame, probability)

    def _replay(self, heard: Sequence[bytes]) -> list[Signal]:
        """Hear once more, in the stream's own time; what an utterance's end is followed by is nobody's yet."""
        now, signals = self._frames, list[Signal]()
        self._frames -= len(heard)
        for frame in heard:
            self._frames += 1
            signals += self._listen(frame)
            if signals and isinstance(signals[-1], SpeechEnded | NothingSaid):
                break
        self._frames = now
        return signals

    def _begin_listening(self, patience_seconds: float | None = None) -> None:
        self._stop_listening()
        self._listening = True
        self._longest_patience = self._options.patience_seconds if patience_seconds is None else patience_seconds
        self._renew_patience()

    def _renew_patience(self) -> None:
        self._patience = math.inf if math.isinf(self._longest_patience) else _frames(self._longest_patience)

    def _stop_listening(self) -> None:
        self._listening = self._speaking = self._endless = self._wakes = False
        self._settling, self._settled_frames, self._ignored = None, 0, 0
        self._pause.end()
        self._preroll.clear()
        self._candidates.drop()
        self._activity.reset()
        self._turns.reset()
        self._near.reset()

    def _settle(self, frame: bytes, probability: float) -> list[Signal]:
        """Find where the wake phrase ended: at a pause, or nowhere, and then the words came in one breath."""
        assert self._settling is not None
        self._settling.append((frame, probability))
        self._settled_frames += 1
        probabilities = [p for _, p in self._settling]
        pause = last_pause(probabilities, len(probabilities) - _LOOK_BACK_FRAMES)
        one_breath = pause is None and self._settled_frames >= _SETTLING_FRAMES
        if pause is None and not one_breath:
            return []
        start = pause if pause is not None else (last_pause(probabilities, 0) or 0)
        phrase = self._settling[: -_SETTLING_FRAMES if one_breath else start]
        self._near.call([level(frame) ** 2 for frame, p in phrase if p >= ON_PROBABILITY])
        heard, self._settling = self._settling[start:], None
        if one_breath:
            # The whole phrase goes to the recogniser, without more silence in front of it than any other.
            quiet = next((at for at, (_, p) in enumerate(heard) if p >= OFF_PROBABILITY), 0)
            return self._open(heard[max(0, quiet - self._preroll_frames) :])
        replayed = [signal for kept, p in heard[-self._preroll_frames :] for signal in self._follow(kept, p)]
        self._renew_patience()
        return replayed

    def _open(self, heard: Sequence[tuple[bytes, float]]) -> list[Signal]:
        change = None
        for _, probability in heard:
            change = self._turns.process(FRAME_SECONDS, probability) or change
        # The wake word's own end is no question yet; what follows it may be somebody else's.
        for frame, probability in heard[_PHRASE_END_FRAMES - _SETTLING_FRAMES :]:
            self._of_person(frame, probability)
        if change is None:
            return []
        self._speaking, self._spoken = True, len(heard)
        began = SpeechBegan(sound=b"".join(frame for frame, _ in heard))
        return [began, self._paused()] if change == "end" else [began]

    def _of_person(self, frame: bytes, probability: float) -> float:
        """Return the probability that the person speaks; what is dictated is anybody's."""
        if self._endless:
            return probability
        return self._near.process(FRAME_SECONDS, probability, level(frame) ** 2)

    def _follow(self, frame: bytes, probability: float) -> list[Signal]:
        probability = self._of_person(frame, probability) if self._speaking else probability
        change = self._turns.process(FRAME_SECONDS, probability)
        if not self._speaking:
            return self._wait_for_words(frame, change == "start")
        self._spoken += 1
        signals: list[Signal] = [SpeechWent(sound=frame)]
        if change == "start":
            self._pause.end()
            signals.insert(0, SpeechResumed())
        elif change == "end":
            signals.append(self._paused())
        elif self._pause.go_on(FRAME_SECONDS, quiet=probability < ON_PROBABILITY):
            signals.append(self._told_pause(early=False))
        over = self._pause.is_over
        cut = not over and self._pause.cuts(self._spoken * FRAME_SECONDS)
        if (over or cut) and not self._endless:
            signals.append(self._ended(cut=cut))
            self._begin_again()
        return signals

    def _paused(self) -> SpeechPaused:
        self._pause.begin(self._turns.silence_seconds + self._near.left_off_seconds)
        return self._told_pause(early=not self._pause.is_long_enough)

    def _told_pause(self, *, early: bool) -> SpeechPaused:
        ended = self._ended()
        return SpeechPaused(
            end_of_speech_at=ended.end_of_speech_at,
            silence_seconds=self._pause.seconds or 0.0,
            speech_seconds=ended.speech_seconds,
            early=early,
            only_far=self._near.only_far,
        )

    def _ended(self, *, cut: bool = False) -> SpeechEnded:
        silence = self._turns.silence_seconds if self._pause.seconds is None else self._pause.seconds
        return SpeechEnded(
            end_of_speech_at=max(0.0, self.seconds - silence),
            decided_at=self.seconds,
            speech_seconds=max(0.0, self._spoken * FRAME_SECONDS - silence),
            cut=cut,
        )

    def _begin_again(self) -> None:
        self._speaking = False
        self._preroll.clear()
        self._pause.end()
        self._renew_patience()
        self._turns.reset()
        self._near.reset()

    def _wait_for_words(self, frame: bytes, began: bool) -> list[Signal]:
        self._preroll.append(frame)
        if began:
            self._speaking, self._spoken = True, 1
            for kept in list(self._preroll)[-_ONSET_FRAMES:]:
                self._of_person(kept, ON_PROBABILITY)
            return [SpeechBegan(sound=b"".join(self._preroll))]
        self._patience -= 1
        return [NothingSaid()] if self._patience == 0 else []


def _frames(seconds: float) -> int:
    return max(1, round(seconds / FRAME_SECONDS))
