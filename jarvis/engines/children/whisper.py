"""Recognises speech with faster-whisper from a model folder, strictly offline, in English or Spanish.

Knows nothing about the wire. Words that Whisper invents in silence are dropped: sound without speech is cut out
first, and a segment that Whisper itself doubts is not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, Segment

NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer faster-whisper would look on the network."""

WINDOW_SECONDS = 30.0
"""What Whisper reads at once; shorter sound needs no timestamps, which saves time and errors."""

MAX_NO_SPEECH = 0.6
MIN_LOG_PROBABILITY = -1.0
MAX_COMPRESSION = 2.4
"""Whisper's own published thresholds (Radford et al. 2022, section 4.5) for silence, doubt and repetition."""

Sound = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardSpeech:
    """The words of one utterance; `confidence` is the mean probability of a token."""

    text: str
    language: Language
    confidence: float
    segments: tuple[Segment, ...]


class WhisperRecogniser:
    """The model in `folder`; `EngineError` when it is incomplete or damaged."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        missing = [name for name in NEEDED_FILES if not (folder / name).is_file()]
        if missing:
            raise _broken(folder, f"{', '.join(missing)}: ?")
        try:
            self._model = _restricted_model(folder, threads)
        except (RuntimeError, ValueError, OSError, TypeError, KeyError) as error:
            raise _broken(folder, str(error)) from error
        except Exception as error:
            # tokenizers raises plain Exception for a file that it cannot read.
            if type(error) is not Exception:
                raise
            raise _broken(folder, str(error)) from error
        self._sound: list[bytes] = []

    @property
    def languages(self) -> tuple[Language, ...]:
        """What the model understands, of the languages of Jarvis."""
        return LANGUAGES if self._model.model.is_multilingual else ("en",)

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        self._sound.clear()

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        self._sound.append(pcm)

    def finish(self, language: Language | None) -> HeardSpeech:
        """End the utterance; `language` None lets Whisper tell English from Spanish."""
        sound: Sound = np.frombuffer(b"".join(self._sound), "<i2").astype(np.float32) / 32768.0
        self._sound.clear()
        if not _has_speech(sound):
            return HeardSpeech(text="", language=language or "en", confidence=0.0, segments=())
        found, about = self._model.transcribe(
            sound,
            language=language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=len(sound) <= WINDOW_SECONDS * SAMPLE_RATE,
            no_speech_threshold=MAX_NO_SPEECH,
            log_prob_threshold=MIN_LOG_PROBABILITY,
        )
        kept = [one for one in found if _believable(one)]
        return HeardSpeech(
            text=" ".join(one.text.strip() for one in kept),
            language="es" if about.language == "es" else "en",
            confidence=float(np.exp(np.mean([one.avg_logprob for one in kept]))) if kept else 0.0,
            segments=tuple(
                Segment(
                    start_seconds=one.start,
                    end_seconds=min(one.end, len(sound) / SAMPLE_RATE),
                    text=one.text.strip(),
                )
                for one in kept
            ),
        )


def _has_speech(sound: Sound) -> bool:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    # The package clears the end of the array that it is given.
    return bool(get_speech_timestamps(sound.copy(), VadOptions(min_speech_duration_ms=100)))


def _believable(segment: Any) -> bool:
    silent = segment.no_speech_prob > MAX_NO_SPEECH and segment.avg_logprob < MIN_LOG_PROBABILITY
    return bool(segment.text.strip()) and not silent and segment.compression_ratio <= MAX_COMPRESSION


def _restricted_model(folder: Path, threads: int) -> Any:
    """Return the model with its language detection held to Jarvis' languages and each window encoded once."""
    from faster_whisper import WhisperModel

    class RestrictedModel(WhisperModel):  # type: ignore[misc]
        _last: tuple[Any, Any] | None = None

        def encode(self, features: Any) -> Any:
            if self._last is None or not np.array_equal(self._last[0], features):
                self._last = (features.copy(), super().encode(features))
            return self._last[1]

        def detect_language(self, *args: Any, **kwargs: Any) -> tuple[str, float, list[tuple[str, float]]]:
            _, _, everything = super().detect_language(*args, **kwargs)
            ours = [(name, share) for name, share in everything if name in LANGUAGES]
            best, share = max(ours, key=lambda one: one[1])
            return best, share, ours

    return RestrictedModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)


def _broken(folder: Path, why: str) -> EngineError:
    return EngineError(
        "speech.model_broken",
        en="The speech model in {folder} is incomplete or damaged ({why}). Download it again; "
        "until then basic speech recognition is used.",
        es="El modelo de voz de {folder} está incompleto o dañado ({why}). Descárgalo de nuevo; "
        "hasta entonces se usa el reconocimiento de voz básico.",
        retryable=False,
        folder=folder,
        why=(why.strip().splitlines() or ["?"])[0][:160],
    )
