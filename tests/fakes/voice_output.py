"""Hand-written stand-ins for the voice and the speaker. Sound is counted, never waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from math import inf

import numpy as np

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk, SpeechServiceInfo
from tests.fakes.voice import PATIENCE_SECONDS


class FakeTextToSpeech:
    """Makes a tenth of a second of tone per clause and remembers the clauses; `failures` are raised first.

    With `dies` every clause breaks off with that error after its first chunk; with `gate` a clause goes on until the
    gate opens.
    """

    def __init__(
        self,
        *failures: JarvisError | None,
        chunks: int = 1,
        dies: JarvisError | None = None,
        gate: threading.Event | None = None,
    ) -> None:
        self.failures = list(failures)
        self.gate = gate
        self.dies = dies
        self.chunks = chunks
        self.said: list[tuple[str, Language]] = []
        self.closed = 0

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        return SpeechServiceInfo(engine="fake", model="tone", quality="full", languages=("en", "es"))

    def warm(self) -> None:
        pass

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.said.append((text, language))
        try:
            for _ in range(self.chunks):
                yield AudioChunk(pcm=np.full(1600, 5000, "<i2").tobytes(), sample_rate=SAMPLE_RATE)
                if self.dies is not None:
                    raise self.dies
            if self.gate is not None:
                self.gate.wait(PATIENCE_SECONDS)
        finally:
            self.closed += 1

    def close(self) -> None:
        pass


class FakeSpeaker:
    """Remembers what was played; with `gate`, sound lasts until the gate opens or it is stopped.

    All that was played counts as heard, unless `heard_seconds` is set. `gains` are the changes of loudness in order;
    no duck runs out.
    """

    name = "fake"

    def __init__(self, gate: threading.Event | None = None, fails: DeviceError | None = None) -> None:
        self.gate = gate
        self.fails = fails
        self.played: list[AudioChunk] = []
        self.stops = 0
        self.gains: list[float] = []
        self._gain = 1.0
        self.pauses = 0
        self.resumes = 0
        self.heard_seconds: float | None = None
        self.closed = False
        self.sounding = threading.Event()
        self._silent = threading.Event()

    def play(self, chunk: AudioChunk) -> None:
        if self.fails is not None:
            raise self.fails
        self._silent.clear()
        self.played.append(chunk)
        self.sounding.set()

    def wait(self, cancel: CancelToken | None = None) -> None:
        while self.gate is not None and not self.gate.wait(0.002):
            if self._silent.is_set() or (cancel and cancel.cancelled):
                return

    def position(self) -> float:
        return sum(chunk.seconds for chunk in self.played) if self.heard_seconds is None else self.heard_seconds

    def duck(self, gain: float, seconds: float = inf) -> None:
        if gain != self._gain:
            self._gain = gain
            self.gains.append(gain)

    def pause(self) -> None:
        self.pauses += 1

    def resume(self) -> None:
        self.resumes += 1

    def stop(self) -> None:
        self.stops += 1
        self._gain = 1.0
        self._silent.set()

    def close(self) -> None:
        self.closed = True
