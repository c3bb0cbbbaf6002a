"""The interfaces of what hears and speaks: detectors, recognition, voices, microphone and speaker.

Unless said otherwise a port may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import (
    AudioChunk,
    PartialWords,
    RecognitionHints,
    SpeechServiceInfo,
    SpottedWord,
    Transcript,
    TurnSoFar,
    WakeHit,
)


class WakeDetector(Protocol):
    """Streaming wake-word spotter; one stream per instance, one thread."""

    @property
    def score(self) -> float:
        """The latest value 0..1, for a meter."""
        ...

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


class WakeConfirmer(Protocol):
    """Looks once more at the sound of a wake word that the detector was not sure of; any thread, may take 0.2 s."""

    def confirm(self, sound: bytes, word: str) -> bool:
        """Tell whether `word` is said in `sound`, 16 kHz int16 mono, the last 2 s; `EngineError` when it cannot."""
        ...


class WordSpotter(Protocol):
    """Streaming spotter of single words such as "stop"; one stream per instance, one thread."""

    def process(self, pcm: bytes) -> list[SpottedWord]:
        """Take any length of 16 kHz int16 mono; return the words that were found by now, without waiting.

        Those that are `early` are told again unless nothing comes of them.
        """
        ...

    def reset(self) -> None:
        """Forget the sound so far."""
        ...

    def close(self) -> None: ...


class TurnDetector(Protocol):
    """Decides from speech probabilities when an utterance begins and pauses; time is counted in audio."""

    @property
    def silence_seconds(self) -> float:
        """Silence so far within the running speech; once it has ended, the silence that ended it."""
        ...

    def process(self, chunk_seconds: float, speech_probability: float) -> Literal["start", "end"] | None: ...

    def reset(self) -> None: ...


class TurnJudge(Protocol):
    """Tells at a pause whether the person has finished; any thread, at most a tenth of a second."""

    def completeness(self, so_far: TurnSoFar) -> float:
        """Return how surely nothing more is to come, 0..1."""
        ...


class Utterance(Protocol):
    """One utterance being recognised while it is spoken; one thread, only `cancel` may come from any."""

    def feed(self, pcm: bytes) -> None:
        """Add 16 kHz int16 mono sound."""
        ...

    def partial(self) -> PartialWords | None:
        """Return the words so far if they have changed since the last call; never waits."""
        ...

    def settle(self) -> Transcript | None:
        """Return the words of everything fed so far and stay open: for a pause that may be the end.

        None where the recogniser can only answer at the end. `EngineError` when it died.
        """
        ...

    def finish(self) -> Transcript:
        """End it and return the words; `EngineError` when the recogniser died."""
        ...

    def cancel(self) -> None:
        """Let whoever waits for its words, or will, have none at once; never waits. It is still to be abandoned."""
        ...

    def abandon(self) -> None:
        """Drop it without a result; nothing once its words are known."""
        ...


class SpeechToText(Protocol):
    """Speech recognition, streaming in, one utterance at a time."""

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser is in use; its note is in `language`."""
        ...

    def warm(self) -> None:
        """Start and load now, so that the first utterance does not wait."""
        ...

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
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

    def position(self) -> float:
        """Seconds of sound that were heard since it was made; what `play` queued counts once it has sounded."""
        ...

    def duck(self, gain: float, seconds: float = inf) -> None:
        """Play on at `gain` (0..1) times the loudness from the next few milliseconds on, as loud as normal (1) again
        after `seconds` by the device's own time, unless it is told anew by then."""
        ...

    def pause(self) -> None:
        """Fall silent at once and keep what is queued; `play` and `wait` then wait for `resume` or `stop`."""
        ...

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        ...

    def stop(self) -> None:
        """Drop what is queued and fall silent at once; ends a pause, restores the gain."""
        ...

    def close(self) -> None: ...
