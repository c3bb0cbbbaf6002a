"""Listens into Jarvis' own answer: finds when somebody speaks, or says a stop word, and makes Jarvis quieter meanwhile.

Runs on the ears' thread. Knows neither what is said nor what becomes of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from jarvis.contracts.speech import SpottedWord
from jarvis.contracts.speech_ports import Speaker, WordSpotter
from jarvis.voice.barge_in import FRAME_SECONDS, BargeIn, Cut, Duck, Unduck
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.own_sound import BEFORE_SECONDS, sounds_like
from jarvis.voice.ringing import FEWEST_SPOKEN, SPOKEN_BAR, RingWords

STOP_WORD_SECONDS = 0.8
"""How long ago a spotted stop word began at most."""
LATE_SECONDS = 0.3
"""How much later than it ended a word is reported at most: a tenth of a second by Jarvis' own network, the rest by the
spotter's child, where the network cannot be loaded."""

FEWEST_UNSURE = 4
"""So many recent frames have to be somebody's speech for a word that the spotter is not sure of. Of 300 chairs, coughs,
knocks and plates over Jarvis' voice one passes for a stop word, with half as many two; of 300 words 259 are heard with
either (`python -m benchmarks.voice --only noises --answers 600`)."""

HUSHED_SECONDS = 0.13
"""How long Jarvis is silent for what may be about to be a stop word, while it plays on: should it become one Jarvis was
silent that much sooner, else a syllable was lost."""
HUSHED_AGAIN_SECONDS = 0.8
"""After this long the next may be lost."""

LONGEST_HUSH_SECONDS = HUSHED_SECONDS + 2 * FRAME_SECONDS
"""It ends by itself after this much, where the microphone brings nothing that would end it; two frames may be late."""

ONSET_SECONDS = 0.3
"""Sound before an interruption's first sure frame that goes to the recogniser too: Silero is that late at most."""

DUCKED_GAIN = 0.25
"""How loud Jarvis speaks on while somebody may be talking to it: 12 dB less."""
DUCKED_SECONDS = 0.3
"""How long it stays so without another frame: a microphone that has stalled or is gone cannot tell that it was nothing.
"""

_HUSHED_FRAMES = round(HUSHED_SECONDS / FRAME_SECONDS)
_HUSHED_AGAIN_FRAMES = round(HUSHED_AGAIN_SECONDS / FRAME_SECONDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruption:
    """Somebody began to speak `seconds` ago; `stop_word` is what was spotted, None without.

    `word` tells that it was no longer than a word and is over.
    """

    seconds: float
    stop_word: SpottedWord | None = None
    word: bool = False


class Overhearing:
    """Follows the microphone while Jarvis answers; `end` when it does no longer. `activity` takes every frame before.

    `own_sound` returns what Jarvis says just now, or said before it fell silent so many seconds ago: its own stop words
    are not somebody else's, nor is what sounds like one. Where it does not hear itself (`echo_free`) that holds only of
    what the spotter is not sure of: little is left of its voice.
    """

    def __init__(
        self,
        *,
        activity: ForeignVoice,
        barge_in: BargeIn,
        stop_words: WordSpotter | None,
        speaker: Speaker,
        own_sound: Callable[[float], str],
        echo_free: bool = False,
        ring_words: RingWords | None = None,
    ) -> None:
        self._activity = activity
        self._barge_in = barge_in
        self._stop_words = stop_words
        self._speaker = speaker
        self._own_sound = own_sound
        self._echo_free = echo_free
        self._silent_frames = 0
        self._position = speaker.position()
        self._ring_words = ring_words
        self._begun = self._answering = False
        self._gain = 1.0
        self._since_hush = _HUSHED_AGAIN_FRAMES
        self._spoken: deque[bool] = deque(maxlen=round((STOP_WORD_SECONDS + LATE_SECONDS) / FRAME_SECONDS))

    def process(self, frame: bytes, *, sounding: bool, any_speech: bool) -> Interruption | None:
        """Take one frame; `sounding` tells whether Jarvis is heard now, `any_speech` whether not only stop words count.

        Returns what interrupts, if anything does.
        """
        self._begun = self._answering = True
        probability = self._activity.now(frame)
        found = self._spotted(frame, probability)
        if found is not None and not found.early:
            return Interruption(seconds=STOP_WORD_SECONDS, stop_word=found, word=True)
        self._follow_loudness(hush=found is not None and sounding and self._echo_free)
        if not any_speech:
            return None
        match self._barge_in.process(probability, sounding):
            case Duck():
                self._play_at(DUCKED_GAIN)
            case Unduck():
                self._play_at(1.0)
            case Cut(onset_frames=frames, word=alone):
                return Interruption(seconds=frames * FRAME_SECONDS, word=alone)
        return None

    @property
    def somebody_speaks(self) -> bool:
        """True while somebody may be speaking, or has just been: it is not certain yet."""
        return self._barge_in.onset_frames > 0

    def after(self, frame: bytes) -> Interruption | None:
        """Take one frame after the end of what Jarvis said; return what somebody began to say before, once it is
        certain."""
        match self._barge_in.process(self._activity.now(frame), sounding=False):
            case Cut(onset_frames=frames, word=alone):
                return Interruption(seconds=frames * FRAME_SECONDS, word=alone)
        return None

    def stop_word(self, frame: bytes) -> SpottedWord | None:
        """Return the stop word that was spotted by this frame, None without; also for what follows an interruption."""
        found = self._spotted(frame, self._activity.now(frame))
        return None if found is None or found.early else found

    def rest(self, frame: bytes) -> None:
        """Jarvis does not answer: take one frame all the same while something rings on after it."""
        if self._ring_words is None or not self._ring_words.rings():
            self.end()
            return
        if self._answering:
            self._answering = False
            self.cut()
        self._begun = True
        self.stop_word(frame)

    def cut(self) -> None:
        """Jarvis fell silent for an interruption: begin anew, at normal loudness."""
        self._since_hush = _HUSHED_AGAIN_FRAMES
        self._play_at(1.0)
        self._barge_in.reset()

    def end(self) -> None:
        """Jarvis does not answer any more."""
        if self._begun:
            self._begun = self._answering = False
            self._spoken.clear()
            self.cut()
            if self._ring_words is not None:
                self._ring_words.end()
            if self._stop_words is not None:
                self._stop_words.reset()

    def _play_at(self, gain: float) -> None:
        self._gain = gain
        if self._since_hush >= _HUSHED_FRAMES:
            self._speaker.duck(gain, DUCKED_SECONDS)

    def _follow_loudness(self, *, hush: bool) -> None:
        self._since_hush += 1
        if hush and self._since_hush >= _HUSHED_AGAIN_FRAMES:
            self._since_hush = 0
            self._speaker.duck(0.0, LONGEST_HUSH_SECONDS)
        elif self._since_hush == _HUSHED_FRAMES or self._gain < 1.0:
            self._play_at(self._gain)

    def _spotted(self, frame: bytes, probability: float) -> SpottedWord | None:
        self._spoken.append(probability >= SPOKEN_BAR)
        # A model that is slow to go on leaves gaps, and what is held stands still.
        before, self._position = self._position, self._speaker.position()
        self._silent_frames = 0 if self._position != before else self._silent_frames + 1
        found = self._stop_words.process(frame) if self._stop_words is not None else []
        counting = [spotted for spotted in found if not self._is_own(spotted) and self._is_spoken(spotted)]
        best = min(counting, key=lambda spotted: (spotted.early, not spotted.sure), default=None)
        if self._ring_words is not None:
            self._ring_words.take(frame, "" if best is None or best.early else best.word)
        return best

    def _is_spoken(self, spotted: SpottedWord) -> bool:
        return sum(self._spoken) >= (FEWEST_SPOKEN if spotted.sure else FEWEST_UNSURE)

    def _is_own(self, spotted: SpottedWord) -> bool:
        if self._echo_free and spotted.sure:
            return False
        silent = self._silent_frames * FRAME_SECONDS
        return silent < BEFORE_SECONDS and sounds_like(spotted.word, self._own_sound(silent))
