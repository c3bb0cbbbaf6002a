"""A stop word ends what rings and what has rung; what is due and has not sounded yet rings all the same."""

import threading

import pytest

from tests.fakes.processes import until
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, heard, seconds, utterance, wake_word
from tests.fakes.voice_ringing import SHORT, TONE, WORDS, Ringing
from tests.fakes.voice_spotter import ALONE, WORD


@pytest.mark.parametrize("slow", [True, False], ids=["the spotter", "the recogniser"])
def test_what_is_due_and_has_not_sounded_rings_though_what_rings_was_stopped(slow):
    with Ringing(heard("stop"), slow=slow, spots=slow) as at:
        at.ring()
        at.sounds()
        at.ring("Your cake timer is done.", "cake")
        at.loop.text_to_say("Your answer is ready.", "en")
        at.microphone.add(ALONE if slow else SHORT)
        assert at.was_told.wait(PATIENCE_SECONDS)
        assert at.told == ["tea"]
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
        at.notices[0].cancel()
        at.sounds()
        assert not at.notices[1].over.is_set()
        at.quiet()
        assert at.told == ["tea"]
        assert "Your answer is ready." not in at.world.said(), "it was not what was to ring"
        if slow:
            at.microphone.add(ALONE)
            assert at.told == ["tea", "cake"]
    assert "Your cake timer is done." in at.world.said()


def test_one_stop_word_told_by_spotter_and_recogniser_ends_nothing_that_has_begun_to_ring_since():
    """Both tell of the same word; between the two the next one has the floor, and has not sounded."""
    asked, wanted = threading.Event(), threading.Event()

    def still_wanted() -> bool:
        asked.set()
        return wanted.wait(PATIENCE_SECONDS)

    with Ringing(slow=True) as at:
        at.ring()
        at.sounds()
        cake = at.loop.text_to_say("Your cake timer is done.", "en", TONE, still_wanted, lambda: at.told.append("cake"))
        at.microphone.add(ALONE)
        assert asked.wait(PATIENCE_SECONDS)
        at.loop._talk.stop_ringing()
        assert at.told == ["tea", "tea"]
        assert not cake.over.is_set()
        wanted.set()
        until(lambda: cake.rung, "it rings")
        at.microphone.add(ALONE)
        assert cake.over.wait(PATIENCE_SECONDS)
        assert at.told.count("cake") == 1


def test_what_has_rung_is_over_too_though_it_only_waits_to_ring_again():
    with Ringing(slow=True) as at:
        at.ring("Your cake timer is done.", "cake")
        at.sounds()
        at.quiet()
        at.gate.clear()
        at.ring()
        at.sounds()
        # As the alerts do: the one before is withdrawn once the next one waits.
        cake = at.notices[0]
        at.notices.append(at.loop.text_to_say("", "en", TONE, on_stopped=cake.on_stopped))
        cake.cancel()
        at.microphone.add(ALONE)
        assert sorted(at.told) == ["cake", "tea"]
        assert all(notice.over.wait(PATIENCE_SECONDS) for notice in at.notices)
        assert at.loop.state == "sleeping"


def test_stop_into_an_answer_leaves_what_is_due_and_waits_for_its_end():
    with Ringing("what time is it", heard("stop"), slow=False, answers=["It is ten past three."]) as at:
        at.microphone.add(wake_word() + utterance())
        at.sounds()
        at.ring()
        at.microphone.add(WORD + seconds(QUIET, 1.0))
        until(lambda: at.notices[0].rung, "it rings")
        at.quiet()
        assert at.told == []
    assert WORDS in at.world.said()


def test_muted_what_is_due_rings_at_once_when_what_rings_is_stopped():
    with Ringing() as at:
        at.ring()
        at.sounds()
        at.ring("Your cake timer is done.", "cake")
        at.loop.mute()
        at.loop._talk.stop("stopped by the user", spare_due=True)
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
        at.gate.set()
        assert at.notices[1].over.wait(PATIENCE_SECONDS)
    assert "Your cake timer is done." in at.world.said()


def test_everything_is_over_when_everything_is_stopped():
    with Ringing() as at:
        at.ring()
        at.sounds()
        at.ring("Your cake timer is done.", "cake")
        assert at.loop.stop_all()
        assert all(notice.over.wait(PATIENCE_SECONDS) for notice in at.notices)
    assert at.world.said() in ([], [WORDS])
