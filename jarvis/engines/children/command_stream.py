"""Recognises spoken commands while they are spoken, and once more when somebody goes on after a pause.

Knows the recogniser's steps, not the wire.
"""

from __future__ import annotations

import time
from array import array

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, Segment
from jarvis.engines.children.command_gate import confidence
from jarvis.engines.children.heard import HeardSpeech, Listener, Request
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser

QUIET_SHARE = 1 / 16
"""Sound 24 dB below the loudest of the utterance is taken for silence: a word that soft no command grammar finds."""

QUIET_PEAK = 200
"""The same for very soft sound, of 32767."""

LONGEST_SECONDS = 20.0
"""No command is longer: of more sound only the end is heard again after a pause."""

_FRAME_BYTES = 2 * VAD_SAMPLES


class CommandStream:
    """One utterance at a time; everything happens on the caller's thread."""

    def __init__(self, recogniser: CommandRecogniser, listener: Listener) -> None:
        self._recogniser = recogniser
        self._listener = listener
        self._request: Request | None = None
        self._sound = bytearray()
        self._loudest = 0
        self._known: HeardSpeech | None = None
        self._seconds = 0.0

    def begin(self, request: Request) -> None:
        """Begin an utterance, dropping one that was not finished."""
        self._recogniser.start()
        self._request = request
        self._sound.clear()
        self._loudest, self._known, self._seconds = 0, None, 0.0

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        if self._request is None or not pcm:
            return
        began = time.perf_counter()
        self._sound += pcm
        peak = peak_of(pcm)
        self._loudest = max(self._loudest, peak)
        if self._known is None:
            self._recogniser.feed(pcm)
        elif peak > max(QUIET_PEAK, self._loudest * QUIET_SHARE):
            # The decoders have ended their sentence at the pause: it is heard again with what follows.
            self._known = None
            self._recogniser.start()
            again = bytes(self._sound[-round(2 * SAMPLE_RATE * LONGEST_SECONDS) :])
            for start in range(0, len(again), _FRAME_BYTES):
                self._recogniser.feed(again[start : start + _FRAME_BYTES])
        self._seconds += time.perf_counter() - began

    def settle(self, number: int) -> None:
        """Tell the words of everything up to now; the utterance stays open."""
        if self._request is not None:
            self._listener.settled(self._request, number, self._words())

    def finish(self) -> None:
        """End the utterance and tell its words."""
        if self._request is not None:
            request, heard = self._request, self._words()
            self._request = None
            self._listener.finished(request, heard)

    def abandon(self) -> None:
        """Drop the utterance."""
        self._request = None
        self._recogniser.start()

    def close(self) -> None:
        """End it."""
        self.abandon()

    def _words(self) -> HeardSpeech:
        if self._known is None:
            began = time.perf_counter()
            heard = self._recogniser.finish()
            self._seconds += time.perf_counter() - began
            length = len(self._sound) / 2 / SAMPLE_RATE
            self._known = HeardSpeech(
                text=heard.text,
                language="en",
                accepted=heard.accepted,
                confidence=confidence(heard.evidence),
                segments=(Segment(start_seconds=0.0, end_seconds=length, text=heard.text),) if heard.text else (),
                compute_seconds=self._seconds,
            )
        return self._known


def peak_of(pcm: bytes) -> int:
    """Return the largest magnitude of int16 sound, 0..32768."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    return max(*samples, -min(samples)) if samples else 0
