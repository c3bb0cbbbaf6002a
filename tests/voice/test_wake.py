import threading

import numpy as np
import pytest

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.settings.options import OPTIONS
from jarvis.voice.wake import (
    CANDIDATE_SCORE,
    STRICTEST_THRESHOLD,
    USUAL_THRESHOLD,
    MicroWakeDetector,
    candidate_from,
    wake_detector,
)
from jarvis.voice.wake_confirm import WakeConfirmation, confirmed_hits
from jarvis.voice.wake_model import FLOOR_RMS, WakeModel, noise_floor
from jarvis.voice.wake_second_look import SURE_SCORE, SecondLook
from tests.fakes.speech import WAKING_VOICE, pink_noise, silence, synthetic_speech
from tests.fakes.wake import FixedConfirmer

FRAME_BYTES = 2 * VAD_SAMPLES
VOICE = "en-gb-scotland+f2"
ONE_BREATH = silence(1) + synthetic_speech("hey jarvis what time is it", VOICE) + silence(0.8)
HEY_JARVIS = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1)
ORDINARY = silence(0.5) + synthetic_speech("what is the weather like in london today", VOICE) + silence(0.5)


def hits_in(detector, pcm):
    return [hit for at in range(0, len(pcm), FRAME_BYTES) for hit in detector.process(pcm[at : at + FRAME_BYTES])]


def before(pcm, hit):
    end = 2 * round(hit.at_seconds * SAMPLE_RATE)
    return pcm[max(0, end - 4 * SAMPLE_RATE) : end]


def test_one_breath_is_no_hit_but_a_candidate_that_a_second_look_is_sure_of():
    assert hits_in(MicroWakeDetector(), ONE_BREATH) == []
    (candidate,) = hits_in(MicroWakeDetector(candidates=True), ONE_BREATH)
    assert (candidate.sure, candidate.word) == (False, "hey jarvis")
    assert candidate.score < 0.97
    assert SecondLook().score(before(ONE_BREATH, candidate)) >= SURE_SCORE


def test_a_second_look_is_not_sure_of_other_sound():
    look = SecondLook()
    for sound in (ORDINARY[-4 * SAMPLE_RATE :], pink_noise(1.5), b"\xff\x7f\x00\x80" * 10000, b"", b"\1\0"):
        assert look.score(sound) < 0.5


def test_a_second_look_forgets_the_last_one_and_serves_several_threads():
    look = SecondLook()
    sounds = [HEY_JARVIS[: 4 * SAMPLE_RATE], ORDINARY[: 4 * SAMPLE_RATE]]
    alone = [SecondLook().score(sound) for sound in sounds]
    found = [0.0] * len(sounds)

    def score(at):
        found[at] = look.score(sounds[at])

    threads = [threading.Thread(target=score, args=(at,)) for at in range(len(sounds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_a_candidate_does_not_hold_up_the_sure_hit_that_follows():
    detector = MicroWakeDetector(candidates=True)
    hits = hits_in(detector, HEY_JARVIS)
    assert [hit.sure for hit in hits] in ([True], [False, True])
    assert hits[-1].score >= 0.97
    # After a sure hit the falling score is no candidate, and neither is silence.
    assert hits_in(detector, silence(3)) == []


def test_ordinary_speech_brings_no_candidates():
    detector = MicroWakeDetector(candidates=True)
    for sound in (ORDINARY, pink_noise(3), silence(2), b"\xff\x7f\x00\x80" * 8000):
        assert hits_in(detector, sound) == []


def test_one_phrase_is_one_candidate_and_a_second_one_another():
    detector = MicroWakeDetector(candidates=True)
    hits = hits_in(detector, ONE_BREATH + ONE_BREATH)
    assert [hit.sure for hit in hits] == [False, False]
    assert hits[1].at_seconds - hits[0].at_seconds == pytest.approx(len(ONE_BREATH) / 2 / SAMPLE_RATE, abs=0.1)


def test_the_meter_shows_the_highest_score_since_it_was_read():
    detector = MicroWakeDetector()
    hits_in(detector, HEY_JARVIS)
    assert detector.score >= 0.97
    assert detector.score < 0.97
    hits_in(detector, HEY_JARVIS)
    detector.reset()
    assert detector.score == 0


def test_stream_time_goes_on_after_a_reset_in_the_middle_of_a_candidate():
    detector = MicroWakeDetector(candidates=True)
    rising = ONE_BREATH[: 2 * round(1.8 * SAMPLE_RATE)]
    assert hits_in(detector, rising) == []
    detector.reset()
    assert hits_in(detector, silence(1)) == []
    (hit,) = hits_in(detector, ONE_BREATH)
    assert hit.at_seconds > len(rising) / 2 / SAMPLE_RATE + 1


def test_the_bar_is_what_is_set():
    low = hits_in(MicroWakeDetector(0.3), ONE_BREATH)
    assert [hit.sure for hit in low] == [True]
    assert hits_in(wake_detector(0.3, candidates=True), ONE_BREATH)[0].sure


@pytest.mark.parametrize(
    ("threshold", "bar"),
    [(0.3, 0.01), (0.97, 0.01), (0.98, 0.027), (0.99, 0.164), (0.995, 0.65), (0.998, 0.982), (0.9989, 0.9986)],
)
def test_the_bar_of_a_candidate_rises_with_a_threshold_above_the_usual_one(threshold, bar):
    assert candidate_from(threshold, CANDIDATE_SCORE) == pytest.approx(bar, rel=0.03)


def test_the_two_ends_of_candidates_are_those_of_the_option():
    (option,) = [each for each in OPTIONS if each.name == "voice.wake_threshold"]
    assert (option.default, option.maximum) == (USUAL_THRESHOLD, STRICTEST_THRESHOLD)
    for usual in (CANDIDATE_SCORE, 0.4):
        assert candidate_from(USUAL_THRESHOLD, usual) == usual
        assert candidate_from(STRICTEST_THRESHOLD, usual) is None


def test_a_candidate_below_its_bar_is_not_looked_at():
    (candidate,) = hits_in(MicroWakeDetector(candidates=True), ONE_BREATH)
    for threshold in (0.998, STRICTEST_THRESHOLD):
        bar = candidate_from(threshold, CANDIDATE_SCORE)
        assert bar is None or candidate.score < bar
        assert hits_in(MicroWakeDetector(threshold, candidates=True), ONE_BREATH) == []


def test_the_floor_is_the_same_whatever_the_size_of_pieces():
    whole = WakeModel().scores(ONE_BREATH)
    model = WakeModel()
    pieces = [one for at in range(0, len(ONE_BREATH), 334) for one in model.scores(ONE_BREATH[at : at + 334])]
    assert pieces == whole
    floor = noise_floor(FLOOR_RMS).astype(float)
    assert np.sqrt(np.mean(floor**2)) == pytest.approx(FLOOR_RMS, rel=0.02)


def test_a_recording_holds_what_was_sure_and_what_was_confirmed_each_once():
    sound = HEY_JARVIS + ONE_BREATH + ORDINARY
    chunks = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    look = WakeConfirmation(look=SecondLook(), other=None)
    hits = list(confirmed_hits(chunks, MicroWakeDetector(candidates=True), look))
    assert [hit.sure for hit in hits] == [True, True]
    assert hits[1].at_seconds > len(HEY_JARVIS) / 2 / SAMPLE_RATE
    for nobody in (None, FixedConfirmer()):
        assert len(list(confirmed_hits(chunks, MicroWakeDetector(candidates=True), nobody))) == 1
