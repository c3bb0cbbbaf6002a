import numpy as np
import pytest

from jarvis.audio.resampling import level
from jarvis.audio.tones import alert_tone


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_the_alert_is_audible_never_clips_and_lasts_as_told(repeats):
    tone = alert_tone(repeats)
    samples = np.frombuffer(tone.pcm, "<i2").astype(int)
    assert tone.seconds == pytest.approx(0.67 * repeats, abs=0.01)
    assert level(tone.pcm) > 0.03
    assert np.abs(samples).max() < 20000
    assert np.abs(np.diff(samples)).max() < 4000
    assert samples[0] == 0
    assert samples[-1] == 0
