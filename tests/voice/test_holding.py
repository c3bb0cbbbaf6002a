"""How long Jarvis is held for what is said into its answer, as long as nothing is known of it."""

import pytest

from jarvis.voice.holding import FRAME_SECONDS, HELD_FOR_STOP_SECONDS, HELD_FOR_TALK_SECONDS, Holding


def frames_held(holding: Holding, words=lambda frame: "", most: int = 10_000) -> int:
    for frame in range(most):
        if holding.is_over(words(frame)):
            return frame + 1
    raise AssertionError("it is held for ever")


@pytest.mark.parametrize("seconds", [0.6, 3.0, 4.0])
def test_it_is_held_as_long_as_was_said_and_given_up_once(seconds):
    holding = Holding()
    holding.begin(seconds)
    assert frames_held(holding) == round(seconds / FRAME_SECONDS)
    assert holding.gave_up
    assert not holding.is_over("")
    holding.begin(seconds)
    assert not holding.gave_up


def test_every_new_word_holds_it_for_longer_and_the_same_ones_do_not():
    holding = Holding()
    holding.begin(HELD_FOR_TALK_SECONDS)
    words = ["no", "no the", "no the other one"]
    held = frames_held(holding, lambda frame: words[min(frame // 100, len(words) - 1)])
    assert held == 200 + round(HELD_FOR_TALK_SECONDS / FRAME_SECONDS)


def test_lengthening_never_shortens_and_does_not_take_back_that_it_was_given_up():
    holding = Holding()
    holding.begin(HELD_FOR_TALK_SECONDS)
    holding.lengthen(HELD_FOR_STOP_SECONDS)
    assert frames_held(holding) == round(HELD_FOR_TALK_SECONDS / FRAME_SECONDS)
    holding.lengthen(HELD_FOR_STOP_SECONDS)
    assert holding.gave_up and not holding.is_over("")
    holding.end()
    assert not holding.gave_up
