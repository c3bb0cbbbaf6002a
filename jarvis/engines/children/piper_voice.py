"""A Piper voice from a file: text in, int16 mono PCM out, a clause at a time so that speech begins early.

Knows nothing about the wire; nothing is ever downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError

FIRST_CLAUSE_CHARACTERS = 25
"""A first clause at least this long is spoken by itself; a shorter one would sound cut off."""

CLAUSE_CHARACTERS = 120
"""Later clauses are joined up to about this length: longer pieces sound better and need not come at once."""

PIECE_SECONDS = 0.1
"""Length of one piece of sound on the wire."""

PHONEME_KINDS = ("espeak", "text")
"""What turns text into phonemes here; the other kinds would fetch models of their own from the network."""

_CLAUSE = re.compile(r"(?<=[,;:])\s+|(?<=[.!?…])\s+|\n+")


class PiperFileVoice:
    """The voice in `path` (`*.onnx`, with `*.onnx.json` beside it); `EngineError` when it cannot be loaded.

    One thread speaks; `stop` may be called from any other.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            from onnxruntime import RunOptions
            from piper import PiperVoice

            self._new_options: Callable[[], Any] = RunOptions
            self._options = RunOptions()
            self._voice = PiperVoice.load(path, download_dir=path.parent)
            if self._voice.config.phoneme_type.value not in PHONEME_KINDS:
                raise ValueError(f"phonemes of the kind {self._voice.config.phoneme_type.value}")
            self._session = self._voice.session
            self._voice.session = self
            self.sample_rate = int(self._voice.config.sample_rate)
            self._length_scale = float(self._voice.config.length_scale or 1.0)
        except Exception as error:
            raise _broken(path, error) from error

    def speak(self, text: str, rate: float, take: Callable[[bytes], bool], wanted: Callable[[], bool]) -> None:
        """Hand the sound to `take` in pieces of `PIECE_SECONDS` until it returns False; `rate` 1 is the
        voice's own speed.

        `wanted` is asked before each clause. Raises `EngineError` when the voice cannot say it.
        """
        from piper.config import SynthesisConfig

        config = SynthesisConfig(length_scale=self._length_scale / rate)
        # Two brackets would make the rest be taken for phonemes.
        for clause in clauses(text.replace("[[", "[ [").replace("]]", "] ]")):
            self._options = self._new_options()
            if not wanted():
                return
            try:
                for chunk in self._voice.synthesize(clause, config):
                    pcm = chunk.audio_int16_bytes
                    size = 2 * round(PIECE_SECONDS * self.sample_rate)
                    if not all(take(pcm[at : at + size]) for at in range(0, len(pcm), size)):
                        return
            except Exception as error:
                if not wanted():
                    return
                raise _failed(self._name, error) from error

    def stop(self) -> None:
        """Break off what is being said, in the middle of the computation; nothing while nothing is said."""
        self._options.terminate = True

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, Any]) -> list[Any]:
        """Compute as the voice's own session does, but so that `stop` reaches it: the voice calls this."""
        return list(self._session.run(names, inputs, self._options))


def clauses(text: str) -> list[str]:
    """Return `text` cut where a speaker breathes: a short first piece, then longer ones; nothing is lost."""
    pieces: list[str] = []
    for part in _CLAUSE.split(text.strip()):
        if not part:
            continue
        limit = FIRST_CLAUSE_CHARACTERS if len(pieces) == 1 else CLAUSE_CHARACTERS
        if pieces and len(pieces[-1]) < limit and (len(pieces) == 1 or len(pieces[-1]) + len(part) <= limit):
            pieces[-1] += " " + part
        else:
            pieces.append(part)
    return pieces


def _broken(path: Path, error: Exception) -> EngineError:
    return EngineError(
        "speech.voice_broken",
        en="The voice {name} could not be loaded ({why}); the basic voice is used. Download it again.",
        es="No se pudo cargar la voz {name} ({why}); se usa la voz básica. Descárgala de nuevo.",
        retryable=False,
        name=path.name,
        why=(str(error).strip().splitlines() or [type(error).__name__])[0][:160],
    )


def _failed(name: str, error: Exception) -> EngineError:
    return EngineError(
        "speech.voice_failed",
        en="The voice {name} could not say a sentence ({why}); it stays on screen. "
        "Choose another voice if this goes on.",
        es="La voz {name} no pudo decir una frase ({why}); sigue en pantalla. Elige otra voz si continúa.",
        name=name,
        why=(str(error).strip().splitlines() or [type(error).__name__])[0][:160],
    )
