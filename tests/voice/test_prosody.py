import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.voice.prosody import Prosody, finality, prosody_of
from tests.fakes.speech import pink_noise, silence, synthetic_speech, with_noise


def sung(pitches: list[float], seconds: float, level: float = 3000) -> bytes:
    """A voiced sound with eight harmonics whose pitch in hertz goes through `pitches`."""
    count = round(seconds * 16000)
    pitch = np.interp(np.arange(count), np.linspace(0, count - 1, len(pitches)), pitches)
    phase = np.cumsum(2 * np.pi * pitch / 16000)
    edges = np.interp(np.arange(count), [0, 400, count - 400, count], [0, 1, 1, 0])
    sound = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 9))
    return (sound * edges * level).astype("<i2").tobytes()


GAP = silence(0.06)
SYLLABLES = (sung([130, 150], 0.18) + GAP + sung([150, 140], 0.15) + GAP + sung([140, 145], 0.16) + GAP) * 2
PAUSE = silence(0.22)

FALLS = SYLLABLES + sung([130, 95], 0.25, 1500) + PAUSE
LEVEL = SYLLABLES + sung([142, 142], 0.5) + PAUSE
RISES = SYLLABLES + sung([140, 220], 0.25) + PAUSE


def of(sound: bytes) -> Prosody:
    prosody = prosody_of(sound)
    assert prosody is not None
    return prosody


@pytest.mark.parametrize("hertz", [95, 120, 180, 240, 330])
def test_the_fall_of_the_pitch_is_measured_in_semitones(hertz):
    lower = hertz * 2 ** (-4 / 12)
    steady = b"".join(sung([hertz, hertz], 0.2) + GAP for _ in range(5))
    assert of(steady + sung([lower, lower], 0.2) + PAUSE).pitch_fall == pytest.approx(4, abs=0.4)
    assert of(steady + sung([hertz, hertz], 0.2) + PAUSE).pitch_fall == pytest.approx(0, abs=0.4)


def test_sounds_are_counted_and_the_last_one_is_timed():
    prosody = of(LEVEL)
    assert prosody.final_seconds == pytest.approx(0.5, abs=0.06)
    assert prosody.lengthening == pytest.approx(3, abs=0.6)
    assert prosody.sounds_per_second == pytest.approx(7 / 1.85, abs=0.6)
    assert prosody.pitch_span == pytest.approx(0, abs=0.3)


def test_an_end_that_falls_is_final_a_drawn_out_level_one_is_not_and_a_rise_tells_little():
    assert finality(of(FALLS)) > 0.5
    assert finality(of(LEVEL)) < -0.5
    assert abs(finality(of(RISES))) < 0.3


@pytest.mark.parametrize("voice", ["en-us", "en-gb-scotland", "en-us+f3"])
def test_a_synthetic_voice_that_ends_sounds_more_final_than_one_that_goes_on(voice):
    ends = finality(prosody_of(synthetic_speech("I went to the market.", voice) + PAUSE))
    goes_on = finality(prosody_of(synthetic_speech("I went to the market,", voice) + PAUSE))
    assert ends > goes_on + 0.2


def test_noise_an_offset_and_loudness_hardly_change_it():
    plain = finality(of(FALLS))
    for changed in (
        with_noise(FALLS, pink_noise(3), 25),
        (np.frombuffer(FALLS, "<i2").astype(int) + 8000).astype("<i2").tobytes(),
        (np.frombuffer(FALLS, "<i2") // 8).astype("<i2").tobytes(),
    ):
        assert finality(of(changed)) == pytest.approx(plain, abs=0.25)


@pytest.mark.parametrize("sound", [b"", b"\x01", silence(3), silence(1) + b"\xff\x7f" * 20 + silence(1), silence(0.05)])
def test_what_is_no_speech_has_no_melody(sound):
    assert prosody_of(sound) is None
    assert finality(None) == 0


def test_what_is_not_voiced_tells_nothing():
    assert finality(prosody_of(pink_noise(2))) == pytest.approx(0, abs=0.2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 32000), st.integers(0, 40000))
def test_any_sound_has_a_finality(seed, level, samples):
    sound = np.clip(np.random.default_rng(seed).standard_normal(samples) * level, -32768, 32767).astype("<i2").tobytes()
    assert -1 <= finality(prosody_of(sound)) <= 1
