import pytest

from jarvis.voice.options import HearingOptions
from jarvis.voice.pauses import RunningPause

FRAME = 0.032


@pytest.mark.parametrize(
    ("begin", "quiet", "told"),
    [
        (0.136, [True] * 3, [False, True, False]),
        (0.136, [True, False, False], [False, False, False]),
        (0.136, [True, False, True], [False, False, True]),
        (0.2, [True] * 3, [False] * 3),
        (0.05, [True] * 6, [False, False, False, False, True, False]),
    ],
)
def test_that_a_pause_is_long_enough_is_told_once_and_never_in_what_may_be_speech(begin, quiet, told):
    pause = RunningPause(HearingOptions(pause_seconds=0.2))
    pause.begin(begin)
    assert [pause.go_on(FRAME, quiet=each) for each in quiet] == told


def test_a_pause_is_over_when_it_was_allowed_to_be_and_is_quiet():
    pause = RunningPause(HearingOptions(undecided_seconds=0.7))
    pause.begin(0.6)
    pause.go_on(FRAME, quiet=True)
    assert not pause.is_over
    pause.allow(0.62)
    assert pause.is_over
    pause.go_on(FRAME, quiet=False)
    assert not pause.is_over
    pause.end()
    assert pause.seconds is None and not pause.is_over and not pause.is_long_enough


def test_what_was_allowed_is_for_one_pause():
    pause = RunningPause(HearingOptions(undecided_seconds=0.7))
    pause.begin(0.3)
    pause.allow(0.3)
    pause.begin(0.3)
    assert not pause.is_over


def test_without_a_pause_nothing_goes_on():
    pause = RunningPause(HearingOptions())
    assert not pause.go_on(9.0, quiet=True)
    assert pause.seconds is None
