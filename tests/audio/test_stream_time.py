import pytest

from jarvis.audio.stream_time import StreamClock
from tests.fakes.sound_library import stream_times


class Time:
    seconds = 50.0

    def __call__(self) -> float:
        return self.seconds


def test_a_streams_times_come_onto_the_programs_clock():
    now = Time()
    microphone, speaker = StreamClock("input", 0.1, now), StreamClock("output", 0.1, now)
    assert microphone.converter_time(stream_times(9000.0, recorded=8999.94)) == pytest.approx(49.94)
    assert speaker.converter_time(stream_times(9000.0, sounds=9000.25)) == pytest.approx(50.25)
    assert microphone.trusted
    assert speaker.trusted


def test_a_callback_that_came_late_does_not_move_the_sound():
    now = Time()
    clock = StreamClock("input", 0.1, now)
    times = []
    for number, late in enumerate([0.0, 0.03, 0.0, 0.2, 0.001]):
        now.seconds = 50.0 + number * 0.032 + late
        times.append(clock.converter_time(stream_times(9000.0 + number * 0.032, recorded=8999.94 + number * 0.032)))
    assert times == pytest.approx([49.94 + number * 0.032 for number in range(5)], abs=0.001)


def test_a_clock_that_was_set_is_followed():
    now = Time()
    clock = StreamClock("output", 0.1, now)
    clock.converter_time(stream_times(9000.0, sounds=9000.1))
    now.seconds += 1.0
    assert clock.converter_time(stream_times(8000.0, sounds=8000.1)) == pytest.approx(51.1)
    now.seconds += 1.0
    assert clock.converter_time(stream_times(9500.0, sounds=9500.1)) == pytest.approx(52.1)


@pytest.mark.parametrize(
    "times",
    [
        None,
        stream_times(0.0),
        stream_times(9000.0),
        stream_times(0.0, recorded=8999.9, sounds=9000.1),
        stream_times(9000.0, recorded=9000.5, sounds=8999.0),
        stream_times(9000.0, recorded=8000.0, sounds=9900.0),
        stream_times(float("nan"), recorded=1.0, sounds=1.0),
    ],
)
def test_where_a_stream_tells_nonsense_its_latency_counts(times):
    now = Time()
    microphone, speaker = StreamClock("input", 0.1, now), StreamClock("output", 0.25, now)
    assert microphone.converter_time(times, block_seconds=0.032) == pytest.approx(49.868)
    assert speaker.converter_time(times) == pytest.approx(50.25)
    assert not microphone.trusted


def test_an_impossible_latency_is_limited():
    now = Time()
    assert StreamClock("output", 1e9, now).converter_time(None) == 52.0
    assert StreamClock("input", -3.0, now).converter_time(None) == 50.0
