import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.audio.playing import FALL_SECONDS, RAMP_SECONDS, PlayQueue

RATE = 1000
RAMP = round(RAMP_SECONDS * RATE)
FALL = round(FALL_SECONDS * RATE)


def full(*pieces: int, value: int = 1000) -> PlayQueue:
    queue = PlayQueue(RATE)
    for count in pieces:
        queue.add(np.full(count, value, "<i2").tobytes())
    return queue


def taken(queue: PlayQueue, frames: int, at: float = 0.0) -> list[int]:
    return np.frombuffer(queue.take(frames, at)[0], "<i2").tolist()


def test_sound_comes_out_in_order_and_then_silence():
    queue = full(3, 2)
    assert queue.queued_seconds == pytest.approx(0.005)
    assert taken(queue, 4) == [1000] * 4
    assert queue.take(4, 0.0) == (np.array([1000, 0, 0, 0], "<i2").tobytes(), True)
    assert queue.take(2, 0.0) == (bytes(4), False)


def test_what_was_heard_is_counted_at_the_times_of_the_device():
    queue = full(1000)
    queue.take(400, 10.0)
    queue.take(600, 10.4)
    assert [queue.position(now) for now in (9.9, 10.0, 10.25, 10.9, 11.0, 99.0)] == pytest.approx(
        [0.0, 0.0, 0.25, 0.9, 1.0, 1.0]
    )
    assert queue.seconds_to_silence(10.75) == pytest.approx(0.25)
    assert queue.seconds_to_silence(12.0) == 0.0


def test_silence_between_sounds_does_not_count_as_heard():
    queue = full(100)
    queue.take(200, 5.0)
    queue.add(bytes(200))
    queue.take(100, 6.0)
    assert queue.position(5.5) == pytest.approx(0.1)
    assert queue.position(6.05) == pytest.approx(0.15)


def test_what_was_dropped_never_counts_as_heard():
    queue = full(1000)
    queue.take(500, 1.0)
    queue.clear(1.2)
    assert queue.position(9.0) == pytest.approx(0.2)
    assert taken(queue, 2) == [0, 0]
    queue.add(bytes(2 * 300))
    queue.take(300, 10.0)
    assert queue.position(11.0) == pytest.approx(0.5)


def test_ducking_changes_the_loudness_without_a_click():
    queue = full(1000)
    taken(queue, 10)
    queue.duck(0.2)
    down = taken(queue, 100)
    assert down[0] > 900
    assert min(down) == down[-1] == 200
    assert max(-np.diff(down)) <= 1000 / RAMP + 1
    queue.duck(1.0)
    up = taken(queue, 100)
    assert up[-1] == 1000
    assert max(np.diff([200, *up])) <= 1000 / RAMP + 1


def test_ducked_to_nothing_it_is_silent_as_soon_as_paused_but_goes_on():
    queue, paused = full(1000), full(1000)
    queue.duck(0.0)
    paused.pause()
    assert taken(queue, 100) == taken(paused, 100)
    assert queue.queued_seconds == pytest.approx(0.9)
    assert taken(queue, 100) == [0] * 100
    queue.duck(1.0)
    assert taken(queue, 100)[-1] == 1000


def test_a_duck_ends_by_itself_after_so_much_of_the_devices_time_whatever_it_asks_for_at_once():
    whole, pieces = full(1000), full(1000)
    for queue in (whole, pieces):
        queue.duck(0.0, 0.13)
    sound = taken(whole, 300)
    assert [sample for _ in range(10) for sample in taken(pieces, 30)] == sound
    assert sound[FALL:130] == [0] * (130 - FALL)
    assert sound[130] > 0 and sound[130 + RAMP :] == [1000] * (170 - RAMP)
    assert max(np.diff(sound)) <= 1000 / RAMP + 1


def test_a_duck_that_is_told_anew_lasts_and_the_last_one_counts():
    queue = full(1000)
    queue.duck(0.0, 0.13)
    taken(queue, 100)
    queue.duck(0.2, 0.3)
    assert taken(queue, 100)[RAMP:] == [200] * (100 - RAMP)
    queue.duck(0.2, 0.3)
    assert taken(queue, 299)[-1] == 200
    assert taken(queue, 100)[-1] == 1000


def test_a_duck_ends_in_silence_and_in_a_pause_too():
    queue = PlayQueue(RATE)
    queue.duck(0.0, 0.1)
    queue.take(200, 0.0)
    queue.add(np.full(200, 1000, "<i2").tobytes())
    assert taken(queue, 10) == [1000] * 10
    queue.duck(0.0, 0.1)
    queue.pause()
    assert taken(queue, 200)[FALL:] == [0] * (200 - FALL)
    queue.resume()
    assert taken(queue, 100)[-1] == 1000


def test_another_rate_keeps_the_length_of_a_duck():
    queue = full(1000)
    queue.duck(0.0, 0.1)
    queue.change_rate(2000)
    assert not any(taken(queue, 200)[2 * FALL :])
    assert taken(queue, 100)[-1] > 900


def test_sound_that_begins_ducked_is_quiet_from_its_first_sample():
    queue = PlayQueue(RATE)
    queue.duck(0.2)
    queue.take(10, 0.0)
    queue.add(np.full(10, 1000, "<i2").tobytes())
    assert taken(queue, 10) == [200] * 10


def test_a_pause_fades_keeps_the_rest_and_goes_on_where_it_was():
    queue = full(1000)
    assert taken(queue, 100) == [1000] * 100
    queue.pause()
    fading = taken(queue, 100, 1.0)
    assert fading[FALL:] == [0] * (100 - FALL)
    assert sorted(fading, reverse=True) == fading
    assert max(-np.diff([1000, *fading])) <= 1000 / FALL
    assert queue.take(50, 2.0) == (bytes(100), False)
    assert queue.queued_seconds == pytest.approx(0.9 - FALL_SECONDS)
    queue.resume()
    back = taken(queue, 100, 3.0)
    assert back[0] > 0
    assert back[-1] == 1000
    assert queue.position(3.05) == pytest.approx(0.1 + FALL_SECONDS + 0.05)


def test_clearing_ends_a_pause_and_a_duck():
    queue = full(100)
    queue.duck(0.1)
    queue.pause()
    queue.clear(0.0)
    queue.add(np.full(4, 1000, "<i2").tobytes())
    assert not queue.paused
    assert taken(queue, 4) == [1000] * 4


def test_a_lost_device_gives_back_what_had_not_sounded():
    queue = PlayQueue(RATE)
    queue.add(np.arange(1000, dtype="<i2").tobytes())
    queue.take(300, 1.0)
    queue.take(300, 1.3)
    queue.take_back(1.4)
    assert queue.position(9.0) == pytest.approx(0.4)
    assert taken(queue, 600, 20.0) == list(range(400, 1000))
    assert queue.position(20.1) == pytest.approx(0.5)


def test_another_rate_keeps_the_length():
    queue = full(1000, value=500)
    queue.change_rate(2000)
    assert queue.queued_seconds == pytest.approx(1.0, abs=0.005)
    assert queue.rate == 2000


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 400)),
        st.tuples(st.just("take"), st.integers(1, 200)),
        st.tuples(st.just("duck"), st.sampled_from([0.0, 0.25, 1.0])),
        st.tuples(st.just("hush"), st.sampled_from([0.0, 0.001, 0.13])),
        st.tuples(st.sampled_from(["pause", "resume", "clear", "take_back"]), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_the_position_never_goes_back_and_never_beyond_what_was_added(steps):
    queue, now, added, before = PlayQueue(RATE), 0.0, 0.0, 0.0
    for name, value in steps:
        match name:
            case "add":
                queue.add(np.full(value, 100, "<i2").tobytes())
                added += value / RATE
            case "take":
                assert len(queue.take(value, now + 0.04)[0]) == 2 * value
                now += value / RATE
            case "duck":
                queue.duck(value)
            case "hush":
                queue.duck(0.0, value)
            case "clear" | "take_back":
                getattr(queue, name)(now)
            case _:
                getattr(queue, name)()
        position = queue.position(now)
        assert before <= position <= added + 1e-6
        before = position
    queue.resume()
    left = queue.queued_seconds
    queue.take(round(left * RATE), now + 1)
    assert queue.queued_seconds == 0
