"""Tells speech from other sound with the Silero network that the faster-whisper wheel carries.

The file is used, the package is not imported: it would bring a whole recogniser with it. Knows nothing about turns.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import VAD_SAMPLES

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)


def silero_file() -> Path:
    """Return the newest Silero network of the faster-whisper wheel; `EngineError` when there is none."""
    spec = importlib.util.find_spec("faster_whisper")
    found = sorted(Path(spec.origin).parent.glob("assets/silero_vad*.onnx")) if spec and spec.origin else []
    if not found:
        raise EngineError(
            "voice.no_activity_model",
            en="Jarvis cannot listen because its voice-activity model is missing; typing works. "
            "Run ./install_upgrade.sh run once more.",
            es="Jarvis no puede escuchar porque falta su modelo de actividad de voz; escribir sí funciona. "
            "Ejecuta otra vez ./install_upgrade.sh run.",
            retryable=False,
        )
    return found[-1]


class SileroVoiceDetector:
    """The VoiceDetector port: Silero v6, 32 ms of sound at a time, on one thread.

    The network keeps its state `h` and `c` and wants the last 64 samples in front of every frame.
    """

    def __init__(self) -> None:
        import numpy as np
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(silero_file()), options, providers=["CPUExecutionProvider"])
        self._np: Any = np
        self._h: Any = None
        self._c: Any = None
        self._context: Any = None
        self.reset()

    def probability(self, pcm: bytes) -> float:
        """Return the probability of speech in exactly `VAD_SAMPLES` samples; ValueError for another length."""
        np = self._np
        if len(pcm) != VAD_SAMPLES * 2:
            raise ValueError(f"a frame is {VAD_SAMPLES * 2} bytes, not {len(pcm)}")
        frame = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        sound = np.concatenate([self._context, frame])[None]
        output, self._h, self._c = self._session.run(None, {"input": sound, "h": self._h, "c": self._c})
        self._context = frame[-_CONTEXT_SAMPLES:]
        return float(np.asarray(output).ravel()[0])

    def reset(self) -> None:
        """Forget the stream so far."""
        np = self._np
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
