"""Changes the sample rate of 16-bit mono sound piece by piece.

Knows nothing about files or devices. numpy and soxr are imported when the first resampler is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Resampler:
    """A streaming converter between two rates; equal rates pass sound through untouched."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._same = from_rate == to_rate
        if not self._same:
            import soxr

            self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")

    def push(self, pcm: bytes, last: bool = False) -> bytes:
        """Convert int16 mono `pcm`; with `last` also return what the filter still holds."""
        import numpy as np

        if self._same:
            return pcm
        return self.push_samples(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), last)

    def push_samples(self, samples: NDArray[np.float32], last: bool = False) -> bytes:
        """Convert float samples of full scale 1 to int16 at the new rate; not-a-number counts as silence."""
        clean = finite(samples)
        return int16_bytes(clean if self._same else self._stream.resample_chunk(clean, last))


def finite(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `samples` with not-a-number as 0 and infinities as full scale."""
    import numpy as np

    return np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)


def int16_bytes(samples: NDArray[np.float32]) -> bytes:
    """Return float samples of full scale 1 as little-endian int16, clipped."""
    import numpy as np

    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def level(pcm: bytes) -> float:
    """Return the root mean square of int16 `pcm` as a fraction 0..1 of full scale; 0 for no sound."""
    import numpy as np

    if not pcm:
        return 0.0
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    return float(np.sqrt(np.mean(samples * samples)) / 32768)


def mixed_down(pcm: bytes, channels: int) -> bytes:
    """Return interleaved int16 `pcm` as mono, the mean of its channels."""
    import numpy as np

    mono: NDArray[np.float64] = np.frombuffer(pcm, "<i2").reshape(-1, channels).mean(axis=1)
    return mono.astype("<i2").tobytes()


def spread_out(pcm: bytes, channels: int) -> bytes:
    """Return mono int16 `pcm` interleaved on `channels` equal channels."""
    import numpy as np

    return np.repeat(np.frombuffer(pcm, "<i2"), channels).tobytes()


def louder(pcm: bytes, gain: float) -> bytes:
    """Return int16 `pcm` at `gain` times its loudness, clipped."""
    import numpy as np

    return np.clip(np.rint(np.frombuffer(pcm, "<i2") * gain), -32768, 32767).astype("<i2").tobytes()
