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
"""No command is longer: speech that goes on is heard in pieces of this length, none of which is a command, and after a
pause only the end of it is heard again."""

_FRAME_BYTES = 2 * VAD_SAMPLES
_LONGEST_BYTES = round(2 * SAMPLE_RATE * LONGEST_SECONDS)


class CommandStream:
    """One utterance at a time; everything happens on the caller's thread."""

    def __init__(self, recogniser: CommandRecogniser, listener: Listener) -> None:
        self._recogniser = recogniser
        self._listener = listener
        self._request: Request | None = None
        self._sound = bytearray()
        self._bytes = self._heard_bytes = 0
        self._in_pieces = False
        self._loudest = 0
        self._known: HeardSpeech | None = None
        self._seconds = 0.0

    def begin(self, request: Request) -> None:
        """Begin an utterance, dropping one that was not finished."""
        self._recogniser.start()
        self._request = request
        self._sound.clear()
        self._bytes = self._heard_bytes = 0
        self._in_pieces = False
        self._loudest, self._known, self._seconds = 0, None, 0.0

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        if self._request is None or not pcm:
            return
        began = time.perf_counter()
        self._sound += pcm
        self._bytes += len(pcm)
        del self._sound[: max(0, len(self._sound) - _LONGEST_BYTES)]
        peak = peak_of(pcm)
        self._loudest = max(self._loudest, peak)
        if self._known is None:
            self._hear(pcm)
        elif peak > max(QUIET_PEAK, self._loudest * QUIET_SHARE):
            # The decoders have ended their sentence at the pause: it is heard again with what follows.
            self._known = None
            self._start_again()
            self._in_pieces = False
            again = bytes(self._sound)
            for start in range(0, len(again), _FRAME_BYTES):
                self._hear(again[start : start + _FRAME_BYTES])
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

    def _hear(self, pcm: bytes) -> None:
        if self._heard_bytes + len(pcm) > _LONGEST_BYTES:
            # What decoders keep of a sentence grows with it.
            self._start_again()
            self._in_pieces = True
        self._heard_bytes += len(pcm)
        self._recogniser.feed(pcm)

    def _start_again(self) -> None:
        self._recogniser.start()
        self._heard_bytes = 0

    def _words(self) -> HeardSpeech:
        if self._known is None:
            began = time.perf_counter()
            heard = self._recogniser.finish()
            self._seconds += time.perf_counter() - began
            length = self._bytes / 2 / SAMPLE_RATE
            self._known = HeardSpeech(
                text=heard.text,
                language="en",
                accepted=heard.accepted and not self._in_pieces,
                confidence=confidence(heard.evidence),
                segments=(Segment(start_seconds=0.0, end_seconds=length, text=heard.text),) if heard.text else (),
                compute_seconds=self._seconds,
            )
        return self._known


def peak_of(pcm: bytes) -> int:
    """Return the largest magnitude of int16 sound, 0..32768."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    return max(*samples, -min(samples)) if samples else 0
