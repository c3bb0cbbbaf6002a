"""Jarvis' own keyword network as a stream of scores: "hey jarvis" and the stop words, 0.4 % of a core for 64 channels,
0.8 % for 96.

Trained by `benchmarks.wake.training` on synthetic voices. Knows no thresholds and nothing about what scores bring
about. onnxruntime and the network (450 kB or 970 kB) are loaded with the first instance and shared by all.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.settings.folders import assets_folder
from jarvis.voice.keyword_features import BANDS, HOP_SAMPLES, WINDOW_SAMPLES, KeywordFeatures

WORDS = ("hey jarvis", "stop", "cancel", "para", "cancela", "silencio", "basta")
"""What the network scores, in the order of its outputs."""

STEP_ROWS = 3
STEP_SECONDS = STEP_ROWS * HOP_SAMPLES / SAMPLE_RATE
"""One score of every word for every 30 ms."""

HEAD_ROWS = 2
"""Rows before a step that the first layer looks at."""

_loading = threading.Lock()


class KeywordModel:
    """Scores 0..1 of every one of `WORDS`, by `STEP_SECONDS`; one stream, one thread.

    `EngineError` where onnxruntime or the network's file cannot be loaded.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._session, self._channels, self._memory = _network(file or keyword_file())
        self._features = KeywordFeatures()
        self._rows = self._head = self._state = np.zeros((0, BANDS), np.float32)
        self._samples = self._begun = self._steps = 0
        self.reset()

    def scores(self, pcm: bytes) -> list[tuple[float, NDArray[np.float32]]]:
        """Take any length of 16 kHz int16 mono; return (stream time, score of every word) of each completed step."""
        self._samples += len(pcm) // 2
        self._rows = np.concatenate([self._rows, self._features.process(pcm)])
        steps = len(self._rows) // STEP_ROWS
        if not steps:
            return []
        taken, self._rows = self._rows[: steps * STEP_ROWS], self._rows[steps * STEP_ROWS :]
        found, self._head, self._state = self._session.run(
            None, {"rows": taken.T[None], "head": self._head, "state": self._state}
        )
        times = []
        for step in range(steps):
            self._steps += 1
            end = (self._steps * STEP_ROWS - 1) * HOP_SAMPLES + WINDOW_SAMPLES
            times.append(((self._begun + end) / SAMPLE_RATE, found[0, :, step]))
        return times

    def scores_alone(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of every word (words, steps) in `rows` of features that nothing came before.

        The stream is as it was.
        """
        whole = rows[: len(rows) // STEP_ROWS * STEP_ROWS]
        if not len(whole):
            return np.zeros((len(WORDS), 0), np.float32)
        head, state = self._nothing()
        found: NDArray[np.float32] = self._session.run(None, {"rows": whole.T[None], "head": head, "state": state})[0][
            0
        ]
        return found

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._features.reset()
        self._begun, self._steps = self._samples, 0
        self._rows = np.zeros((0, BANDS), np.float32)
        self._head, self._state = self._nothing()

    def _nothing(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return (
            np.zeros((1, BANDS, HEAD_ROWS), np.float32),
            np.zeros((1, self._channels, self._memory), np.float32),
        )


def keyword_file() -> Path:
    """Return where the weights are installed that hear stop words best in quiet and in noise."""
    return assets_folder() / "voice" / "keywords.onnx"


def stop_file() -> Path:
    """Return where the weights are installed that hear stop words best over Jarvis' own voice."""
    return assets_folder() / "voice" / "stops.onnx"


def call_file() -> Path:
    """Return where the weights that hear "hey jarvis" best are installed: the same network, trained for longer."""
    return assets_folder() / "voice" / "calls.onnx"


def _network(file: Path) -> tuple[Any, int, int]:
    with _loading:
        return _loaded(file)


@cache
def _loaded(file: Path) -> tuple[Any, int, int]:
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        shapes = {one.name: one.shape for one in session.get_inputs()}
        return session, int(shapes["state"][1]), int(shapes["state"][2])
    except Exception as error:
        # onnxruntime's own errors have no common base.
        raise EngineError(
            "voice.no_keyword_network",
            en="Jarvis' own network for “hey Jarvis” and “stop” cannot be loaded ({why}); older parts listen instead "
            "and hear less. Run ./install_upgrade.sh run once more.",
            es="No se puede cargar la red propia de Jarvis para «hey Jarvis» y «para» ({why}); escuchan otras piezas, "
            "que oyen peor. Ejecuta otra vez ./install_upgrade.sh run.",
            retryable=False,
            why=str(error),
        ) from error
