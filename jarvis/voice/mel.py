"""Turns sound into the log-mel picture that Whisper's kin look at. Numbers only; knows no model.

Numpy is imported when the first picture is made: it costs more than the rest of the room.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jarvis.contracts.speech import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEL_BANDS = 80
HOP_SAMPLES = 160
"""10 ms at 16 kHz."""

_WINDOW_SAMPLES = 400
_LINEAR_MELS = 15.0
_LINEAR_HERTZ = 1000.0
_HERTZ_PER_MEL = 200 / 3
_LOG_STEPS = 27
_LOG_SPAN = 6.4
_FLOOR = 1e-10
_RANGE = 8.0


def log_mel(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture of `sound`, 16 kHz mono -1..1: float32, 80 bands by one column per 10 ms.

    Whisper's own recipe (`log_mel_spectrogram` of github.com/openai/whisper): a 25 ms Hann window centred on every
    10 ms with the ends mirrored, 80 triangular bands on Slaney's scale up to 8 kHz, the logarithm to base 10 cut off
    8 below the loudest, and a quarter of that plus 1.
    """
    import numpy as np

    half = _WINDOW_SAMPLES // 2
    mirrored = np.pad(sound.astype(np.float64), half, mode="reflect")
    pieces = np.lib.stride_tricks.sliding_window_view(mirrored, _WINDOW_SAMPLES)[:-1:HOP_SAMPLES]
    columns = pieces[: sound.size // HOP_SAMPLES] * _window()
    power = np.abs(np.fft.rfft(columns, axis=1)) ** 2
    levels = np.log10(np.maximum(_bands() @ power.T, _FLOOR))
    picture: NDArray[np.float32] = ((np.maximum(levels, levels.max() - _RANGE) + 4.0) / 4.0).astype(np.float32)
    return picture


def normalized(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `sound` without its mean and with variance 1; silence stays silence."""
    import numpy as np

    even: NDArray[np.float32] = ((sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)).astype(np.float32)
    return even


@cache
def _window() -> NDArray[np.float64]:
    import numpy as np

    return np.hanning(_WINDOW_SAMPLES + 1)[:-1]


@cache
def _bands() -> NDArray[np.float64]:
    """Return the weight of every frequency in every band, each triangle of area 1 in hertz."""
    import numpy as np

    highest = _LINEAR_MELS + np.log(SAMPLE_RATE / 2 / _LINEAR_HERTZ) / np.log(_LOG_SPAN) * _LOG_STEPS
    mels = np.linspace(0.0, highest, MEL_BANDS + 2)
    logarithmic = _LINEAR_HERTZ * np.exp((mels - _LINEAR_MELS) * np.log(_LOG_SPAN) / _LOG_STEPS)
    corners = np.where(mels < _LINEAR_MELS, mels * _HERTZ_PER_MEL, logarithmic)
    hertz = np.linspace(0.0, SAMPLE_RATE / 2, _WINDOW_SAMPLES // 2 + 1)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)
    return triangles
