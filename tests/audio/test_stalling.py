from jarvis.audio.stalling import SLICE_SECONDS, StallWatch


class Time:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def watch() -> tuple[StallWatch, Time]:
    now = Time()
    return StallWatch(1.0, first_seconds=3.0, clock=now), now


def seconds_until_stalled(stall: StallWatch, now: Time, progress: int, step: float, most: float = 60.0) -> float | None:
    began = now.seconds
    while now.seconds - began < most:
        now.seconds += step
        if stall.stalled(progress):
            return now.seconds - began
    return None


def test_a_device_that_moves_never_stalls():
    stall, now = watch()
    for progress in range(100):
        now.seconds += SLICE_SECONDS
        assert not stall.stalled(progress)


def test_a_device_that_stops_is_given_up_after_the_patience():
    stall, now = watch()
    stall.stalled(7)
    assert seconds_until_stalled(stall, now, 7, SLICE_SECONDS) is not None
    assert 1.0 <= now.seconds < 1.3


def test_before_the_first_call_there_is_more_patience():
    stall, now = watch()
    assert seconds_until_stalled(stall, now, 0, SLICE_SECONDS) is not None
    assert 3.0 <= now.seconds < 3.3


def test_a_computer_that_stands_still_itself_blames_no_device():
    stall, now = watch()
    stall.stalled(7)
    assert seconds_until_stalled(stall, now, 7, 1.5) is None
