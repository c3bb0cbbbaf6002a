import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.audio.resampling import Resampler, level, mixed_down, spread_out


@given(st.lists(st.integers(0, 700), max_size=12), st.sampled_from([8000, 22050, 44100, 48000]))
def test_pieces_of_any_size_give_the_same_sound_as_the_whole(sizes, rate):
    whole = (np.sin(np.arange(sum(sizes)) / 9) * 9000).astype("<i2").tobytes()
    once, pieces = Resampler(rate, 16000), Resampler(rate, 16000)
    at, out = 0, b""
    for size in sizes:
        out += pieces.push(whole[at : at + 2 * size])
        at += 2 * size
    assert out + pieces.push(b"", last=True) == once.push(whole, last=True)


def test_equal_rates_pass_through():
    assert Resampler(16000, 16000).push(b"\x01\x02") == b"\x01\x02"


def test_level_is_the_root_mean_square():
    assert level(np.full(100, -16384, "<i2").tobytes()) == pytest.approx(0.5)
    assert level(b"") == 0.0


def test_channels_are_averaged_and_copied():
    assert np.frombuffer(mixed_down(np.array([10, 20, -4, 4], "<i2").tobytes(), 2), "<i2").tolist() == [15, 0]
    assert np.frombuffer(spread_out(np.array([3, 4], "<i2").tobytes(), 2), "<i2").tolist() == [3, 3, 4, 4]
