"""Steady noise becomes softer, speech stays, and nothing is lost or moved however the sound comes in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.engines.children.noise_reduction import NoiseReduction, loudness
from tests.fakes.speech import pink_noise, silence, synthetic_speech, with_noise

SPEECH = silence(0.4) + synthetic_speech("set a timer for ten minutes", "en-us+adam", 150) + silence(0.4)
FIRST = 25600


def cleaned(pcm: bytes, piece: int = 1024) -> bytes:
    reduction = NoiseReduction(pcm[:FIRST])
    out = b"".join(reduction.feed(pcm[at : at + piece]) for at in range(0, len(pcm), piece))
    return out + reduction.finish()


def power_db(pcm: bytes) -> float:
    sound = np.frombuffer(pcm, "<i2").astype(np.float64)
    return float(10 * np.log10(np.mean(sound**2) + 1e-9))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9000), st.integers(1, 3000))
def test_every_sample_comes_back_whatever_the_pieces(count: int, piece: int) -> None:
    pcm = pink_noise(0.6)[: 2 * count]
    out = cleaned(pcm, 2 * piece)
    assert len(out) == len(pcm)
    assert out == cleaned(pcm, 2 * 512)


def test_quiet_speech_is_left_as_it_is() -> None:
    before, after = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (SPEECH, cleaned(SPEECH)))
    assert np.corrcoef(before, after)[0, 1] > 0.99
    assert abs(power_db(SPEECH) - power_db(cleaned(SPEECH))) < 0.5


@pytest.mark.parametrize("snr", [20.0, 10.0, 5.0])
def test_noise_becomes_softer_and_speech_does_not(snr: float) -> None:
    noisy = with_noise(SPEECH, pink_noise(5), snr)
    clean = cleaned(noisy)
    lead = slice(3200, 2 * 6000)
    assert power_db(clean[lead]) < power_db(noisy[lead]) - 7
    said = slice(2 * 8000, -2 * 8000)
    assert power_db(clean[said]) > power_db(SPEECH[said]) - 4


def test_somebody_who_speaks_at_once_is_not_taken_for_noise() -> None:
    word = synthetic_speech("set a timer for ten minutes", "en-us+adam", 150)
    assert power_db(cleaned(word)) > power_db(word) - 1.5


def test_noise_that_grows_louder_is_followed() -> None:
    quiet, loud = pink_noise(2.0, seed=2), pink_noise(6.0, seed=3)
    whole = with_noise(quiet, quiet, 60.0)[: len(quiet)]
    soft = (np.frombuffer(whole, "<i2") // 8).astype("<i2").tobytes()
    out = cleaned(soft + loud)
    assert power_db(out[-2 * 16000 :]) < power_db(loud[-2 * 16000 :]) - 8


@pytest.mark.parametrize("pcm", [silence(2.0), b"\x00\x40" * 32000, b"\xff\x7f" * 16000 + b"\x00\x80" * 16000])
def test_silence_a_shifted_zero_and_clipping_do_no_harm(pcm: bytes) -> None:
    assert len(cleaned(pcm)) == len(pcm)


def test_loudness_is_told_every_ten_milliseconds() -> None:
    assert loudness(silence(0.1)) == [0.0] * 10
    full = b"\xff\x7f\x01\x80" * 80
    assert loudness(full) == [pytest.approx(90.3, abs=0.1)]
    assert loudness(full[:100]) == []
