"""The second stage of waking: looks once more at a candidate, by the neural model, by a recogniser, or by both.

Knows ports only. What it is asked from may wait; its caller is a worker.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from jarvis.contracts.speech import SAMPLE_RATE, RecognitionHints, WakeHit
from jarvis.contracts.speech_ports import SpeechToText, WakeConfirmer, WakeDetector
from jarvis.voice.wake import QUIET_SECONDS
from jarvis.voice.wake_words import HEY_JARVIS, called_in

ENOUGH_SCORE = 0.5
"""Second score from which another confirmer is asked. Ordinary talk hardly gets here; near misses do."""

ALONE_SCORE = 0.95
"""Second score that has to do where nobody else can be asked: a third of near misses pass it."""

SURE_OWN_SCORE = 0.92
"""Mean score of Jarvis' own networks that needs nobody else: no piece of four and a half hours of talk got there, two
got to 0.83 and 0.88."""

ENOUGH_OWN_SCORE = 0.5
"""Mean score of Jarvis' own networks from which another confirmer is asked, whatever the first look says. Of the same
talk one piece passed."""

LEAST_OWN_SCORE = 0.002
"""Mean score of Jarvis' own networks below which nobody else is asked: a call by a voice that they learned from hardly
ever stays there. What the other detector is sure of does not come here, so a voice that they cannot follow still
wakes."""

LOOK_SECONDS = 2.0
"""Sound up to a candidate that is looked at again."""

_FRAME_BYTES = 2 * SAMPLE_RATE // 10


class Look(Protocol):
    """Scores a piece of sound for "hey jarvis"."""

    def score(self, sound: bytes) -> float:
        """Return 0..1 for the last 2 s, 16 kHz int16 mono."""
        ...


class WakeConfirmation:
    """The WakeConfirmer port: `look` and `own` are asked first about "hey jarvis", then `other`, which knows all words.

    `look` scores as microWakeWord's model does, `own` as Jarvis' networks. Each may be None; what `own` is sure of
    needs nobody else.
    """

    def __init__(self, *, look: Look | None, other: WakeConfirmer | None, own: Look | None = None) -> None:
        self._look = look
        self._own = own
        self._other = other

    def confirm(self, sound: bytes, word: str) -> bool:
        """Tell whether `word` is said in `sound`; `EngineError` when the one to be asked cannot answer."""
        if word != HEY_JARVIS:
            return self._other is not None and self._other.confirm(sound, word)
        own = None if self._own is None else self._own.score(sound)
        if own is not None and own >= SURE_OWN_SCORE:
            return True
        if self._other is None:
            return self._look is not None and self._look.score(sound) >= ALONE_SCORE
        return self._worth_asking(sound, own) and self._other.confirm(sound, word)

    def _worth_asking(self, sound: bytes, own: float | None) -> bool:
        if own is not None and (own < LEAST_OWN_SCORE or own >= ENOUGH_OWN_SCORE):
            return own >= ENOUGH_OWN_SCORE
        if self._look is None:
            return own is None
        return self._look.score(sound) >= ENOUGH_SCORE


class RecogniserConfirmer:
    """The WakeConfirmer port over a full recogniser, which has to write the word: one that knows only commands cannot.

    It looks at one sound after the other, aside: where somebody is listened to meanwhile, nothing is confirmed.
    """

    def __init__(self, speech_to_text: SpeechToText) -> None:
        self._speech_to_text = speech_to_text
        self._lock = threading.Lock()

    def confirm(self, sound: bytes, word: str) -> bool:
        """Tell whether the recogniser reads `word` in `sound`; `EngineError` when it died."""
        with self._lock:
            return called_in(self._words(sound), word)

    def _words(self, sound: bytes) -> str:
        utterance = self._speech_to_text.open(hints=RecognitionHints(aside=True))
        try:
            for at in range(0, len(sound), _FRAME_BYTES):
                utterance.feed(sound[at : at + _FRAME_BYTES])
        except BaseException:
            utterance.abandon()
            raise
        return utterance.finish().text


def confirmed_hits(
    chunks: Iterable[bytes], detector: WakeDetector, confirmer: WakeConfirmer | None
) -> Iterator[WakeHit]:
    """Yield the wake words in a recording, each once: what `detector` is sure of, and what `confirmer` agrees to.

    `chunks` are 16 kHz int16 mono, a tenth of a second or less each. `EngineError` when the confirmer cannot answer.
    """
    last = bytearray()
    quiet_until: dict[str, float] = {}
    for chunk in chunks:
        last = (last + chunk)[-2 * round(LOOK_SECONDS * SAMPLE_RATE) :]
        for hit in detector.process(chunk):
            if hit.at_seconds < quiet_until.get(hit.word, 0.0):
                continue
            if hit.sure or (confirmer is not None and confirmer.confirm(bytes(last), hit.word)):
                quiet_until[hit.word] = hit.at_seconds + QUIET_SECONDS
                yield replace(hit, sure=True)
