import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.turns import SilenceTurnDetector

FRAME = 0.032


def events(detector: SilenceTurnDetector, probabilities: list[float]) -> list[tuple[int, str]]:
    found = [(index, detector.process(FRAME, p)) for index, p in enumerate(probabilities)]
    return [(index, event) for index, event in found if event]


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([0.0] * 50, []),
        ([0.9] + [0.0] * 50, []),
        ([0.9, 0.9] + [0.0] * 11, [(1, "start"), (12, "end")]),
        ([0.9, 0.9] + [0.0] * 10 + [0.9] + [0.0] * 11, [(1, "start"), (23, "end")]),
        ([0.9, 0.9] + [0.0] * 5 + [0.4] + [0.0] * 5, [(1, "start"), (12, "end")]),
        ([0.9, 0.9] + [0.4] * 40, [(1, "start")]),
        ([0.9, 0.4, 0.9, 0.9], [(3, "start")]),
        (([0.9, 0.9] + [0.0] * 11) * 2, [(1, "start"), (12, "end"), (14, "start"), (25, "end")]),
    ],
)
def test_turns_begin_with_speech_and_end_with_silence(probabilities, expected):
    assert events(SilenceTurnDetector(0.35, tail_seconds=0.0), probabilities) == expected


@given(st.lists(st.floats(0, 1), max_size=300), st.sampled_from([0.15, 0.35, 0.8, 2.0]))
def test_starts_and_ends_alternate_and_an_end_follows_enough_silence(probabilities, silence):
    found = events(SilenceTurnDetector(silence, tail_seconds=0.0), probabilities)
    assert [event for _, event in found] == ["start", "end"] * (len(found) // 2) + ["start"] * (len(found) % 2)
    for index, event in found:
        if event == "end":
            quiet = round(silence / FRAME + 0.499)
            assert all(p < 0.5 for p in probabilities[index - quiet + 1 : index + 1])


def test_a_reset_forgets_the_turn():
    detector = SilenceTurnDetector(0.35)
    events(detector, [0.9] * 5)
    detector.reset()
    assert events(detector, [0.0] * 50) == []


def test_the_silence_that_ended_it_is_told():
    detector = SilenceTurnDetector(0.35, tail_seconds=0.0)
    events(detector, [0.9, 0.9] + [0.0] * 11)
    assert detector.silence_seconds == pytest.approx(11 * FRAME)


def test_what_the_detector_took_for_speech_after_its_end_counts_as_silence_once_in_a_pause():
    detector = SilenceTurnDetector(0.2, tail_seconds=0.04)
    assert events(detector, [0.9, 0.9] + [0.0] * 5) == [(1, "start"), (6, "end")]
    assert detector.silence_seconds == pytest.approx(0.04 + 5 * FRAME)
    assert events(detector, [0.9, 0.9, 0.0, 0.9] + [0.0] * 5) == [(1, "start"), (8, "end")]


def test_a_pause_is_looked_at_after_three_silent_frames():
    assert events(SilenceTurnDetector(), [0.9] * 9 + [0.0] * 9) == [(1, "start"), (11, "end")]
