"""A Piper voice from a file: text in, int16 mono PCM out, a clause at a time so that speech begins early.

Knows nothing about the wire; nothing is ever downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jarvis.contracts.errors import EngineError

FIRST_CLAUSE_CHARACTERS = 25
"""A first clause at least this long is spoken by itself; a shorter one would sound cut off."""

CLAUSE_CHARACTERS = 120
"""Later clauses are joined up to about this length: longer pieces sound better and need not come at once."""

_CLAUSE = re.compile(r"(?<=[,;:])\s+|(?<=[.!?…])\s+|\n+")


class PiperFileVoice:
    """The voice in `path` (`*.onnx`, with `*.onnx.json` beside it); `EngineError` when it cannot be loaded."""

    def __init__(self, path: Path) -> None:
        try:
            from piper import PiperVoice

            self._voice = PiperVoice.load(path, download_dir=path.parent)
            self.sample_rate = int(self._voice.config.sample_rate)
            self._length_scale = float(self._voice.config.length_scale or 1.0)
        except Exception as error:
            raise _broken(path, error) from error

    def speak(self, text: str, rate: float, take: Callable[[bytes], bool]) -> None:
        """Hand each clause's sound to `take` until it returns False; `rate` 1 is the voice's own speed."""
        from piper.config import SynthesisConfig

        config = SynthesisConfig(length_scale=self._length_scale / rate)
        for clause in clauses(text):
            for chunk in self._voice.synthesize(clause, config):
                if not take(chunk.audio_int16_bytes):
                    return


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
