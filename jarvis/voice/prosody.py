"""What the melody of the last words tells about whether more is to come: pitch, loudness, drawn-out sounds, pace.

English and Spanish statements end low, soft and a little slower; who goes on holds pitch and loudness, and who searches
for a word draws out a level one (J. 't Hart, R. Collier, A. Cohen, "A perceptual study of intonation", 1990). The sizes
below are rough: this is a hint beside the words, never more. Knows no words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.contracts.speech import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOK_SECONDS = 3.0
"""Sound before the pause that is looked at."""

_HOP = 160
_FRAME = 640
_HOP_SECONDS = _HOP / SAMPLE_RATE
_FFT = 1024
_LOWEST_HERTZ, _HIGHEST_HERTZ = 70.0, 400.0
_VOICED = 0.5
_SPEECH_BELOW_PEAK_DB = 25.0
_FINAL_FRAMES = 25
_LEAST_FRAMES = 20
_GAP_FRAMES = 3
_FALL_SEMITONES = 4.0
_FALL_DB = 9.0
_LEVEL_SEMITONES = 1.5
_DRAWN_OUT = 2.0
_DRAWN_OUT_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Prosody:
    """The last quarter of a second of speech beside the seconds before it.

    `pitch_fall` in semitones below the usual pitch, None where nothing is voiced; `pitch_span` how far the pitch moves
    within the last voiced sound; `loudness_fall` in dB below the usual; `final_seconds` how long the last voiced sound
    is and `lengthening` how many times the usual one; `sounds_per_second` the pace.
    """

    pitch_fall: float | None
    pitch_span: float
    loudness_fall: float
    final_seconds: float
    lengthening: float
    sounds_per_second: float


def prosody_of(sound: bytes) -> Prosody | None:
    """Return the melody of the end of `sound`, 16 kHz int16 mono with the pause after it; None without speech."""
    import numpy as np

    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")
    samples = samples[-round((LOOK_SECONDS + 2.5) * SAMPLE_RATE) :]
    if samples.size < _FRAME * 2:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(samples - samples.mean(), _FRAME)[::_HOP]
    loudness = 10 * np.log10(np.mean(frames**2, axis=1) + 1.0)
    spoken = np.flatnonzero(loudness > max(float(loudness.max()) - _SPEECH_BELOW_PEAK_DB, 20.0))
    if spoken.size < _LEAST_FRAMES:
        return None
    end = int(spoken[-1]) + 1
    begin = max(int(spoken[0]), end - round(LOOK_SECONDS / _HOP_SECONDS))
    loudness = loudness[begin:end]
    pitch = _pitch(frames[begin:end])
    runs = _runs(~np.isnan(pitch))
    last = runs[-1] if runs else (0, 0)
    usual = float(np.median([stop - start for start, stop in runs[:-1]])) if len(runs) > 1 else float(last[1] - last[0])
    heard = loudness[spoken[spoken >= begin] - begin]
    final = pitch[last[0] : last[1]][-_FINAL_FRAMES:]
    return Prosody(
        pitch_fall=float(np.nanmedian(pitch) - np.median(final[-_FINAL_FRAMES // 2 :])) if runs else None,
        pitch_span=float(np.percentile(final, 75) - np.percentile(final, 25)) if runs else 0.0,
        loudness_fall=float(np.median(heard) - np.mean(loudness[-_FINAL_FRAMES // 2 :])),
        final_seconds=(last[1] - last[0]) * _HOP_SECONDS,
        lengthening=(last[1] - last[0]) / max(usual, 1.0),
        sounds_per_second=len(runs) / max((end - begin) * _HOP_SECONDS, 0.1),
    )


def finality(prosody: Prosody | None) -> float:
    """Return how final the melody sounds, -1 (more is to come) to 1 (that was all), 0 where it tells nothing.

    A pitch that ends high counts as nothing: it goes on or it asks, and a question is complete.
    """
    if prosody is None or prosody.pitch_fall is None:
        return 0.0
    pitch = max(0.0, min(1.0, prosody.pitch_fall / _FALL_SEMITONES))
    loudness = max(-1.0, min(1.0, prosody.loudness_fall / _FALL_DB))
    # Who speaks slowly has long sounds anyway, so a drawn-out one is long both by the clock and beside the others.
    drawn_out = (
        prosody.pitch_span < _LEVEL_SEMITONES
        and prosody.final_seconds >= max(_DRAWN_OUT_SECONDS, 1.0 / max(prosody.sounds_per_second, 1.0))
        and (prosody.lengthening >= _DRAWN_OUT or prosody.sounds_per_second < 1.5)
    )
    return max(-1.0, min(1.0, 0.6 * pitch + 0.4 * loudness - (0.9 if drawn_out else 0.0)))


def _pitch(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch of every frame in semitones above 1 Hz by autocorrelation, NaN where nothing is voiced."""
    import numpy as np

    windowed = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(_FRAME)
    alike = np.fft.irfft(np.abs(np.fft.rfft(windowed, _FFT, axis=1)) ** 2, axis=1)
    shape = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(_FRAME), _FFT)) ** 2)
    shortest, longest = round(SAMPLE_RATE / _HIGHEST_HERTZ), round(SAMPLE_RATE / _LOWEST_HERTZ)
    lags = alike[:, shortest:longest] / shape[shortest:longest] / np.maximum(alike[:, :1] / shape[0], 1e-9)
    # The first lag that is nearly as good as the best: the best may be a multiple of the period.
    near = lags >= np.maximum(0.9 * lags.max(axis=1, keepdims=True), _VOICED)
    first = np.argmax(near, axis=1)
    rows = np.arange(len(lags))
    while True:
        further = np.minimum(first + 1, lags.shape[1] - 1)
        better = lags[rows, further] > lags[rows, first]
        if not better.any():
            break
        first = np.where(better, further, first)
    semitones = 12 * np.log2(SAMPLE_RATE / (first + shortest))
    pitch: NDArray[np.float64] = np.where(near.any(axis=1), semitones, np.nan)
    return pitch


def _runs(voiced: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where voiced sounds of at least `_GAP_FRAMES` begin and end."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate(([0], voiced.astype(np.int8), [0]))))
    return [
        (int(start), int(stop))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
        if stop - start >= _GAP_FRAMES
    ]
