"""Judges from the sound alone whether the person has finished, with a Smart Turn v3 network where one is installed.

Interface of `smart-turn-v3.*.onnx` (huggingface.co/pipecat-ai/smart-turn-v3, BSD-2): `input_features`, float32
[n, 80, 800], the log-mel picture of the last 8 s with silence in front of what is shorter and brought to mean 0 and
variance 1 as a whole; the first output is a probability per row. Knows nothing about words or time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, TurnSoFar
from jarvis.voice.mel import HOP_SAMPLES, MEL_BANDS, log_mel, normalized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOK_SECONDS = 8
"""Sound that the network sees."""

_INPUT = "input_features"
_SAMPLES = LOOK_SECONDS * SAMPLE_RATE
_COLUMNS = _SAMPLES // HOP_SAMPLES


class SmartTurnJudge:
    """The TurnJudge port over the network in `file`, on one thread, a few hundredths of a second per look.

    `EngineError` for a file that is missing, broken or another kind of network, and when it answers with no number.
    """

    def __init__(self, file: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._file = file
        try:
            self._session: Any = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            # onnxruntime has a class of its own, straight under Exception, for every way in which a file is broken.
            raise self._unusable() from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].name != _INPUT or list(inputs[0].shape[1:]) != [MEL_BANDS, _COLUMNS]:
            raise self._unusable()

    def completeness(self, so_far: TurnSoFar) -> float:
        """Return the network's probability 0..1 that the turn is over; the words are not looked at."""
        import numpy as np

        picture = log_mel(normalized(_last_seconds(so_far.sound)))
        try:
            probability = float(np.asarray(self._session.run(None, {_INPUT: picture[None]})[0]).ravel()[0])
        except Exception as error:
            raise self._unusable() from error
        if not np.isfinite(probability):
            raise self._unusable()
        return min(1.0, max(0.0, probability))

    def _unusable(self) -> EngineError:
        return EngineError(
            "voice.turn_model_unusable",
            en="The model that tells when you have finished speaking ({file}) cannot be used. Jarvis goes by your "
            "words and pauses instead; delete the model and download it again to change that.",
            es="El modelo que nota cuándo has terminado de hablar ({file}) no se puede usar. Jarvis se guía por tus "
            "palabras y pausas; borra el modelo y descárgalo de nuevo para cambiarlo.",
            retryable=False,
            file=self._file.name,
        )


def _last_seconds(sound: bytes) -> NDArray[np.float32]:
    import numpy as np

    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")[-_SAMPLES:]
    last: NDArray[np.float32] = np.zeros(_SAMPLES, np.float32)
    last[_SAMPLES - samples.size :] = samples / np.float32(32768)
    return last
