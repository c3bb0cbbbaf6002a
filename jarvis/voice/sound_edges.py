"""Takes the silence off both ends of a clause's sound while it streams, and sets how loud it is.

Voices pad what they say with up to half a second of silence; the pauses between clauses are chosen elsewhere.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from jarvis.contracts.speech import AudioChunk

AUDIBLE_LEVEL = 100
"""A sample beyond this (of 32,767; -50 dB) is taken as sound: the noise floor of voices lies below."""
KEPT_BEFORE_SECONDS = 0.01
KEPT_AFTER_SECONDS = 0.03
"""Silence that stays before the first and after the last audible sample, so that no sound is clipped."""
LONGEST_LEAD_IN_SECONDS = 1.0
"""Silence at the beginning is cut up to here; a voice that is silent for longer means it."""


def without_silent_edges(chunks: Iterable[AudioChunk]) -> Generator[AudioChunk, None, None]:
    """Yield `chunks` of one rate from the first audible sample to the last; silence in the middle stays.

    A chunk's silent tail is held back until more sound follows. Nothing is yielded for sound that is silent throughout.
    """
    import numpy as np

    held = b""
    began = False
    skipped = 0.0
    rate, due = 0, 0
    for chunk in chunks:
        rate = chunk.sample_rate
        pcm = held + chunk.pcm
        loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > AUDIBLE_LEVEL)
        if not began:
            first = int(loud[0]) if loud.size else len(pcm) // 2
            first = max(0, first - round(KEPT_BEFORE_SECONDS * rate))
            first = min(first, round(max(0.0, LONGEST_LEAD_IN_SECONDS - skipped) * rate))
            skipped += first / rate
            pcm, loud = pcm[2 * first :], loud - first
            began = bool(loud.size) or skipped >= LONGEST_LEAD_IN_SECONDS
            if not began:
                held = pcm
                continue
        if not loud.size:
            held = pcm
            continue
        sound = int(loud[-1]) + 1
        end = min(len(pcm) // 2, sound + round(KEPT_AFTER_SECONDS * rate))
        due = sound + round(KEPT_AFTER_SECONDS * rate) - end
        held = pcm[2 * end :]
        yield AudioChunk(pcm=pcm[: 2 * end], sample_rate=rate)
    if began and due and held:
        yield AudioChunk(pcm=held[: 2 * due], sample_rate=rate)


def louder(chunk: AudioChunk, volume: float) -> AudioChunk:
    """Return `chunk` at `volume` (0..1) times its loudness."""
    if volume >= 1.0:
        return chunk
    import numpy as np

    samples = np.frombuffer(chunk.pcm, "<i2") * max(volume, 0.0)
    return AudioChunk(pcm=np.rint(samples).astype("<i2").tobytes(), sample_rate=chunk.sample_rate)


def silence(seconds: float, sample_rate: int) -> AudioChunk:
    """Return `seconds` of silence."""
    return AudioChunk(pcm=bytes(2 * round(seconds * sample_rate)), sample_rate=sample_rate)
