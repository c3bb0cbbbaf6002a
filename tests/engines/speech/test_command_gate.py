import pytest

from jarvis.engines.children.command_gate import NOTHING_HEARD, Evidence, confidence, edits, is_command

STOP = ("S", "T", "AA", "P")
TIMER = ("T", "AY", "M", "ER")


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [((), (), 0), (STOP, STOP, 0), (STOP, (), 4), ((), STOP, 4), (STOP, STOP[1:], 1), (STOP, TIMER, 4)],
)
def test_edits(left, right, count):
    assert edits(left, right) == count == edits(right, left)


def test_a_clear_command_is_taken_and_speech_that_the_decoders_hear_differently_is_not():
    clear = Evidence.of(score=0.55, grammar=STOP * 3, trigram=STOP * 3, phones=STOP * 2 + TIMER)
    assert is_command(clear) and confidence(clear) > 0.9
    for other in (
        Evidence.of(score=0.55, grammar=STOP * 3, trigram=TIMER * 3, phones=TIMER * 3),
        Evidence.of(score=0.1, grammar=STOP * 3, trigram=STOP * 3, phones=TIMER * 3),
        NOTHING_HEARD,
    ):
        assert not is_command(other) and confidence(other) < confidence(clear)


def test_distances_stay_within_bounds():
    wordy = Evidence.of(score=0.5, grammar=("T",), trigram=STOP * 9, phones=())
    assert (wordy.trigram_distance, wordy.phone_distance) == (1.0, 1.0)
    nothing = Evidence.of(score=0.0, grammar=(), trigram=(), phones=())
    assert nothing == NOTHING_HEARD
