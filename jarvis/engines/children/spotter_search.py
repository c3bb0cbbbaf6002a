"""Finds a few phrases in a stream of sound: pocketsphinx' keyphrase search, without dictionary or language model.

0.01 CPU seconds per second of sound, 9 MB. Knows phones and thresholds, not languages or the wire.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE

DELAY_FRAMES = 3
"""A phrase is reported this many 10 ms frames after its best end; pocketsphinx' own 10 would cost 70 ms more."""

RENEWAL_SECONDS = 60.0
"""After this much sound without a phrase the search begins anew, so that an idle day leaves nothing behind."""

_FRAME_SECONDS = 0.01
_TAIL = bytes(2 * round(0.3 * SAMPLE_RATE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """What to look for: all its pronunciations count. `threshold` is pocketsphinx' likelihood ratio, 1e-50..1."""

    name: str
    readings: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`name` was said from `begin_seconds` to `end_seconds` of the stream; `score` 0..1 is pocketsphinx' own."""

    name: str
    begin_seconds: float
    end_seconds: float
    score: float


class KeyphraseSearch:
    """One stream at a time; `EngineError` when pocketsphinx is not there or does not take the phrases."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._names: dict[str, str] = {}
        dictionary, keys = [], []
        for phrase in phrases:
            for reading in phrase.readings:
                # A phrase is one word to pocketsphinx: its keyphrases take only the first reading of each word.
                word = f"phrase{len(self._names)}"
                self._names[word] = phrase.name
                dictionary.append(f"{word} {reading}\n")
                keys.append(f"{word} /{phrase.threshold:.3g}/\n")
        self._decoder = _decoder("".join(dictionary), "".join(keys))
        self._open = False
        self._samples = 0
        self._begin = 0
        self._cmn = self._decoder.get_cmn(False)

    @property
    def seconds(self) -> float:
        """Length of the stream so far."""
        return self._samples / SAMPLE_RATE

    def start(self) -> None:
        """Begin a stream and forget the last one, its measure of the voice included."""
        self._end()
        self._decoder.reinit_feat()
        self._decoder.set_cmn(self._cmn)
        self._samples = 0
        self._restart()

    def feed(self, pcm: bytes) -> list[Found]:
        """Take 16 kHz int16 mono and return what was found by now."""
        if not self._open or not pcm:
            return []
        self._decoder.process_raw(pcm, False, False)
        self._samples += len(pcm) // 2
        found = self._heard()
        if found or self._samples - self._begin >= RENEWAL_SECONDS * SAMPLE_RATE:
            self._end()
            self._restart()
        return found

    def finish(self) -> list[Found]:
        """End the stream and return what its last moment held."""
        if not self._open:
            return []
        self._decoder.process_raw(_TAIL, False, False)
        found = self._heard()
        self._end()
        return found

    def look(self, pcm: bytes) -> list[Found]:
        """Return what is in one piece of sound, measured as a whole; ends the stream."""
        self._end()
        self._decoder.reinit_feat()
        self._begin = self._samples = 0
        self._decoder.start_utt()
        self._open = True
        self._decoder.process_raw(pcm + _TAIL, False, True)
        found = self._heard()
        self._end()
        return found

    def _restart(self) -> None:
        self._decoder.start_utt()
        self._begin = self._samples
        self._open = True

    def _end(self) -> None:
        if self._open:
            self._decoder.end_utt()
            self._open = False

    def _heard(self) -> list[Found]:
        if self._decoder.hyp() is None:
            return []
        best: dict[str, Found] = {}
        for segment in self._decoder.seg() or ():
            name = self._names[segment.word.strip()]
            found = Found(
                name=name,
                begin_seconds=self._begin / SAMPLE_RATE + segment.start_frame * _FRAME_SECONDS,
                end_seconds=self._begin / SAMPLE_RATE + (segment.end_frame + 1) * _FRAME_SECONDS,
                score=max(0.0, min(1.0, float(segment.prob))),
            )
            if name not in best or found.score > best[name].score:
                best[name] = found
        return list(best.values())


def _decoder(dictionary: str, keys: str) -> Any:
    try:
        from pocketsphinx import Decoder, get_model_path

        with tempfile.TemporaryDirectory(prefix="jarvis-words") as folder:
            words, phrases = Path(folder) / "words.dict", Path(folder) / "phrases.kws"
            words.write_text(dictionary, encoding="utf-8")
            phrases.write_text(keys, encoding="utf-8")
            return Decoder(
                hmm=str(Path(get_model_path()) / "en-us" / "en-us"),
                dict=str(words),
                kws=str(phrases),
                kws_delay=DELAY_FRAMES,
                lm=None,
                samprate=SAMPLE_RATE,
                loglevel="FATAL",
            )
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise EngineError(
            "speech.spotter",
            en="Words cannot be spotted on this system ({why}); the talk button and typing work. "
            "Run ./install_upgrade.sh run once more.",
            es="En este sistema no se pueden detectar palabras ({why}); el botón de hablar y el teclado funcionan. "
            "Ejecuta otra vez ./install_upgrade.sh run.",
            retryable=False,
            why=error,
        ) from error
