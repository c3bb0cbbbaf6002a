"""The interfaces of what hears and speaks: detectors, recognition, voices, microphone and speaker.

Unless said otherwise a port may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import AudioChunk, SpeechServiceInfo, Transcript, WakeHit


class WakeDetector(Protocol):
    """Streaming wake-word spotter; one stream per instance, one thread."""

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of 16 kHz int16 mono; return the hits that it completed."""
        ...

    def reset(self) -> None: ...


class VoiceDetector(Protocol):
    """Streaming voice activity; one stream per instance, one thread."""

    def probability(self, pcm: bytes) -> float:
        """Probability 0..1 of speech in exactly `VAD_SAMPLES` samples of 16 kHz int16 mono."""
        ...

    def reset(self) -> None: ...


class TurnDetector(Protocol):
    """Decides from speech probabilities when an utterance begins and ends; time is counted in audio."""

    def process(self, chunk_seconds: float, speech_probability: float) -> Literal["start", "end"] | None: ...

    def reset(self) -> None: ...


class Utterance(Protocol):
    """One utterance being recognised while it is spoken; one thread."""

    def feed(self, pcm: bytes) -> None:
        """Add 16 kHz int16 mono sound."""
        ...

    def finish(self) -> Transcript:
        """End it and return the words; `EngineError` when the recogniser died."""
        ...

    def abandon(self) -> None:
        """Drop it without a result."""
        ...


class SpeechToText(Protocol):
    """Speech recognition, streaming in, one utterance at a time."""

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser is in use; its note is in `language`."""
        ...

    def warm(self) -> None:
        """Start and load now, so that the first utterance does not wait."""
        ...

    def open(self, language: Language | None = None) -> Utterance:
        """Begin an utterance; `language` None lets the recogniser tell among those it knows.

        Raises `EngineError` when it cannot start or does not know `language`.
        """
        ...

    def close(self) -> None: ...


class TextToSpeech(Protocol):
    """Speech synthesis, streaming out."""

    def info(self, language: Language = "en") -> SpeechServiceInfo: ...

    def warm(self) -> None: ...

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        """Yield sound as it is made; closing the iterator stops it. `rate` 0.5..2 is relative speed."""
        ...

    def close(self) -> None: ...


class Microphone(Protocol):
    """A source of 16 kHz int16 mono sound."""

    @property
    def name(self) -> str: ...

    def chunks(self) -> Iterator[bytes]:
        """Yield `VAD_SAMPLES` samples at a time until closed or, for a file, until it ends.
        Raises `DeviceError` when the device cannot be opened or vanishes."""
        ...

    def close(self) -> None: ...


class Speaker(Protocol):
    """A sink of sound."""

    @property
    def name(self) -> str: ...

    def play(self, chunk: AudioChunk) -> None:
        """Queue sound; blocks only while more than about a second is queued."""
        ...

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Block until all queued sound was heard, or cancelled."""
        ...

    def stop(self) -> None:
        """Drop what is queued and fall silent at once."""
        ...

    def close(self) -> None: ...
