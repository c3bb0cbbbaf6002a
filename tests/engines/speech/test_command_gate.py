from dataclasses import replace

import pytest

from jarvis.engines.children.command_gate import (
    NOTHING_HEARD,
    QUIET_ROOM_DB,
    Evidence,
    above_noise,
    confidence,
    edits,
    is_command,
)

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


def test_what_is_enough_in_a_quiet_room_is_not_in_noise():
    def heard(decibels, score):
        return Evidence(score=score, trigram_distance=0.0, phone_distance=0.6, above_noise_db=decibels)

    assert is_command(heard(70.0, 0.35)) and is_command(heard(QUIET_ROOM_DB, 0.35))
    assert not is_command(heard(15.0, 0.35)) and is_command(heard(15.0, 0.55))
    unsure = Evidence(score=0.6, trigram_distance=0.2, phone_distance=0.5)
    assert is_command(unsure) and not is_command(replace(unsure, above_noise_db=15.0))
    least = [
        min(s / 100 for s in range(100) if is_command(heard(db, s / 100))) for db in (60.0, 40.0, 30.0, 20.0, 10.0)
    ]
    assert least == sorted(least) and least[0] == least[1] < least[-1]


def test_noise_is_measured_in_the_pauses_around_the_words():
    assert above_noise([30.0] * 20 + [70.0] * 60 + [30.0] * 20) == 40.0
    assert above_noise([30.0] * 80 + [70.0] * 20) == 40.0
    assert above_noise([]) == QUIET_ROOM_DB
