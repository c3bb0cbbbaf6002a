import numpy as np
import pytest

from jarvis.audio.resampling import level
from jarvis.audio.tones import TONE_RATE, alert_tone, error_tone, start_tone, stop_tone


def samples(tone):
    return np.frombuffer(tone.pcm, "<i2").astype(int)


def pitches(tone, notes=2):
    """Return the strongest pitch in Hz of each part of `tone`."""
    parts = np.array_split(samples(tone), notes)
    return [np.fft.rfftfreq(16384, 1 / TONE_RATE)[np.abs(np.fft.rfft(part, 16384)).argmax()] for part in parts]


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_the_alert_is_audible_never_clips_and_lasts_as_told(repeats):
    tone = alert_tone(repeats)
    assert tone.seconds == pytest.approx(0.67 * repeats, abs=0.01)
    assert level(tone.pcm) > 0.03


@pytest.mark.parametrize("tone", [alert_tone(), start_tone(), stop_tone(), error_tone()])
def test_no_sound_clips_or_clicks(tone):
    sound = samples(tone)
    assert np.abs(sound).max() < 20000
    assert np.abs(np.diff(sound)).max() < 4000
    assert sound[0] == 0
    assert abs(sound[-1]) < 20


@pytest.mark.parametrize("cue", [start_tone, stop_tone, error_tone])
def test_cues_are_short_soft_and_always_the_same(cue):
    tone = cue()
    assert 0.1 < tone.seconds < (0.25 if cue is not error_tone else 0.35)
    assert 0.01 < level(tone.pcm) < level(alert_tone().pcm)
    assert cue().pcm == tone.pcm


def test_cues_can_be_told_apart():
    up, down, low = pitches(start_tone()), pitches(stop_tone()), pitches(error_tone())
    assert up[0] < up[1] and down[0] > down[1]
    assert max(low) < min(up) / 1.5
