"""The voice benchmark measures what it says: rooms, devices, the arithmetic of a turn's time, and its tables."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.voice import report, sounds
from benchmarks.voice.answering import ANSWERS, OTHERWISE, SimulatedModel, Speed, answer_to
from benchmarks.voice.devices import VirtualMicrophone, VirtualSpeaker
from benchmarks.voice.ears import ToldUtterance
from benchmarks.voice.idle import LOOP_SECONDS, day
from benchmarks.voice.noises import NOISES, into_answers
from benchmarks.voice.rival import Group, read_side
from benchmarks.voice.room import Played, Room, at_ratio, audible_edges, leak
from benchmarks.voice.running import Outcome, Row
from benchmarks.voice.scenarios import ASKING, TIME, Measured, background_of, plain
from benchmarks.voice.scenarios_interrupting import INTERRUPTING
from benchmarks.voice.self_hearing import RoomMicrophone
from benchmarks.voice.timing import (
    AnswerTimes,
    Busy,
    WorkLog,
    answer_times,
    covered,
    median,
    percentile,
    slope_per_hour,
)
from benchmarks.wake.rooms import pcm_of, power, samples
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk
from jarvis.voice.keyword_spotter import KeywordSpotter
from tests.fakes.voice import FakeSpeechToText
from tests.fakes.voice_output import FakeTextToSpeech

TONE = 8000 * np.sin(np.arange(SAMPLE_RATE // 2) * 0.3)
TIMES = AnswerTimes(
    total=0.4, pause=0.3, settle=0.1, judge=0.0, answer=0.0, clause=0.02, voice=0.01, speaker=0.04, own=0.05
)


def test_what_overlaps_is_counted_once():
    assert covered(1.0, 5.0, [(0.0, 2.0), (1.5, 3.0), (4.0, 9.0)]) == pytest.approx(3.0)
    assert covered(1.0, 2.0, []) == 0.0


def test_a_turns_time_is_taken_apart_without_a_rest():
    busy = [
        Busy(stage="recognition", begin=10.1, end=10.4),
        Busy(stage="answer", begin=10.5, end=10.7),
        Busy(stage="synthesis", begin=10.72, end=10.75),
    ]

    times = answer_times(ended=10.0, decided=10.3, queued=10.8, sounded=10.85, busy=busy)

    assert times.total == pytest.approx(0.85)
    assert times.settle == pytest.approx(0.3)
    assert times.clause == pytest.approx(0.02)
    assert times.own == pytest.approx(0.17)
    late = 0.1
    parts = (times.pause, late, times.answer, times.voice, times.speaker, times.own)
    assert sum(parts) == pytest.approx(times.total)


def test_what_is_done_within_the_pause_costs_nothing_after_it():
    busy = [
        Busy(stage="recognition", begin=10.1, end=10.12),
        Busy(stage="judging", begin=10.12, end=10.13),
        Busy(stage="synthesis", begin=10.21, end=10.22),
    ]

    times = answer_times(ended=10.0, decided=10.2, queued=10.225, sounded=10.26, busy=busy)

    assert (times.settle, times.judge) == (pytest.approx(0.02), pytest.approx(0.01))
    assert times.clause == pytest.approx(0.01)
    assert times.own == pytest.approx(0.015)
    assert times.total == pytest.approx(times.pause + times.voice + times.own + times.speaker)


def test_work_is_found_by_when_it_was_done():
    log = WorkLog()
    log.add("answer", 1.0, 2.0)
    log.add("answer", 3.0, 4.0)

    assert [busy.begin for busy in log.between(1.5, 2.5)] == [1.0]


def test_percentiles_are_values_that_were_measured():
    values = [float(value) for value in range(1, 21)]
    assert (percentile(values, 0.95), percentile(values, 0.5), percentile([3.0], 0.95)) == (19.0, 10.0, 3.0)
    assert np.isnan(percentile([], 0.5)) and np.isnan(median([]))


def test_a_rise_is_told_per_hour():
    assert slope_per_hour([(0.0, 5.0), (1800.0, 6.0), (3600.0, 7.0)]) == pytest.approx(2.0)
    assert slope_per_hour([(1.0, 5.0)]) == 0.0


def test_the_edges_of_sound():
    assert audible_edges(np.array([0.0, 5.0, 900.0, -900.0, 3.0])) == (2, 4)
    assert audible_edges(np.zeros(4)) == (0, 0)


def test_what_was_played_is_there_at_its_time():
    played = Played()
    begin = played.time_of(1600)
    played.add(pcm_of(TONE), begin)

    assert played.between(1600, TONE.size) == pytest.approx(np.round(TONE))
    assert not played.between(0, 1600).any()
    assert played.first_audible(begin - 1) == pytest.approx(begin, abs=0.001)
    assert played.first_audible(begin + 0.2) == pytest.approx(begin + 0.2)
    assert played.first_audible(begin + 9) is None
    assert played.last_audible() == pytest.approx(begin + 0.5, abs=0.001)


def test_silence_begins_where_sound_ends():
    long_ago = time.perf_counter() - 20
    played = Played(long_ago)
    played.add(pcm_of(TONE), long_ago)

    assert played.silent_from(long_ago, lasting=2.0) == pytest.approx(played.last_audible())
    assert played.silent_from(long_ago, lasting=1000.0) is None


def test_a_persons_words_reach_the_microphone_when_they_were_said():
    room = Room()
    at = room.played.time_of(3200)
    heard = room.say(pcm_of(TONE), "hello", at)

    sound = samples(room.hear(room.played.time_of(0), 3 * SAMPLE_RATE))

    assert heard.began == pytest.approx(at, abs=0.001)
    assert heard.ended == pytest.approx(at + 0.5, abs=0.001)
    first, last = audible_edges(sound)
    assert (first, last) == pytest.approx((3200, 3200 + TONE.size), abs=8)


def test_the_speaker_leaks_as_loud_and_as_late_as_it_is_told():
    delay = 0.08
    room = Room(response=leak(-10.0, delay))
    at = room.played.time_of(1600)
    room.played.add(pcm_of(TONE), at)

    echo = samples(room.hear(room.played.time_of(0), 2 * SAMPLE_RATE))

    assert audible_edges(echo)[0] == pytest.approx(1600 + delay * SAMPLE_RATE, abs=32)
    assert 10 * np.log10(np.sum(echo**2) / np.sum(TONE**2)) == pytest.approx(-10.0, abs=3.0)
    assert np.sum(leak(-10.0, delay) ** 2) == pytest.approx(0.1)


def test_noise_is_as_loud_as_it_is_told():
    noise = at_ratio(sounds.pink(), TONE, 10.0)
    assert 10 * np.log10(power(TONE) / power(noise)) == pytest.approx(10.0)


def test_the_microphone_hands_over_frames_and_can_be_pulled_out():
    microphone = VirtualMicrophone(Room())
    frames = microphone.chunks()

    assert {len(next(frames)) for _ in range(3)} == {2 * VAD_SAMPLES}
    assert not microphone.closed and microphone.captured_at is not None
    microphone.unplug()
    with pytest.raises(DeviceError):
        list(frames)
    with pytest.raises(DeviceError):
        next(microphone.chunks())
    microphone.plug_in()
    frames = microphone.chunks()
    next(frames)
    microphone.close()
    assert list(frames) == [] and microphone.closed


def test_what_is_played_sounds_in_the_room():
    room = Room()
    speaker = VirtualSpeaker(room)

    speaker.play(AudioChunk(pcm=pcm_of(TONE), sample_rate=SAMPLE_RATE))
    speaker.wait()

    assert speaker.position() == pytest.approx(0.5, abs=0.02)
    sounded = room.played.first_audible(0.0)
    assert sounded is not None and sounded >= speaker.handed_over[0]
    speaker.unplug()


def test_a_stopped_speaker_lets_go_of_whoever_waits():
    speaker = VirtualSpeaker(Room())
    speaker.pause()
    speaker.play(AudioChunk(pcm=pcm_of(TONE), sample_rate=SAMPLE_RATE))
    speaker.stop()
    speaker.wait()
    speaker.unplug()


def test_the_simulated_model_says_the_whole_answer_and_reads_ahead():
    work = WorkLog()
    model = SimulatedModel(Speed(read=1e6, written=1e6), work)
    prompt = [ChatMessage(role="user", text="Who wrote Don Quixote?")]

    model.prefill(prompt, GenerationOptions(), CancelToken())
    items = list(model.stream(prompt, GenerationOptions(), CancelToken()))

    text = "".join(item.text for item in items if isinstance(item, EngineText))
    assert text == ANSWERS["who wrote don quixote"] and model.prefilled == 1
    assert len(work.between(0.0, float("inf"))) == len(text.split())


@pytest.mark.parametrize(("question", "language"), [("what else is there", "en"), ("qué más hay", "es")])
def test_other_questions_get_an_answer_in_their_language(question, language):
    assert answer_to(question) == OTHERWISE[language]


def test_words_move_on_within_an_utterance():
    first, second, at = FakeSpeechToText("one").open(), FakeSpeechToText("one two").open(), [0]
    told = ToldUtterance([first, second], lambda: at[0], WorkLog())

    told.feed(b"\0\0")
    before = told.settle()
    at[0] = 1
    after = told.finish()

    assert before is not None and (before.text, after.text) == ("one", "one two")


def test_a_cough_is_sound_without_words():
    assert audible_edges(samples(sounds.cough()))[1] > SAMPLE_RATE // 4


def test_missing_recordings_are_left_out(tmp_path):
    assert sounds.clips(tmp_path) == sounds.Clips() == sounds.clips(None)


def test_the_idle_day_is_quiet_with_some_talk():
    sound = samples(day())
    assert sound.size == LOOP_SECONDS * SAMPLE_RATE
    assert 0 < np.mean(np.abs(sound) > 1000) < 0.1


def test_every_scenario_is_one_of_its_own_and_in_both_languages_where_both_are_understood():
    names = [scenario.name for scenario in [*ASKING, *INTERRUPTING]]
    assert len(names) == len(set(names)) >= 20
    one_language = [one.name for one in [*ASKING, *INTERRUPTING] if set(one.languages) != {"en", "es"}]
    assert one_language == ["barge-in, basic recogniser"]


def test_a_noisy_room_is_as_loud_as_its_name():
    scenario = next(one for one in ASKING if one.name == "pink noise at 5 dB")
    background = background_of(scenario, "es", 0)
    assert background is not None
    speech = samples(sounds.sentence(TIME["es"], "es", 0))
    assert 10 * np.log10(power(speech) / power(background)) == pytest.approx(5.0)


def test_the_echo_canceller_of_the_self_hearing_part_takes_the_echo_out():
    spoken = samples(sounds.sentence("what day is it", "es", 0))
    microphone = RoomMicrophone(seed=1)
    for _ in range(3):
        frames = list(microphone.hear(spoken, None))

    rest = samples(b"".join(frame.pcm for frame in frames))
    assert 10 * np.log10(power(spoken) / power(rest)) > 25


def test_right_wrong_and_flaky_are_told_apart():
    row = Row(scenario=ASKING[0], language="en")
    row.outcomes.extend([Outcome(measured=Measured(answer=TIMES)), Outcome(why="no answer; 1.00 sleeping")])

    told = row.to_json()

    assert (row.right, row.flaky) == (1, True)
    assert told["milliseconds"]["p50"] == 400 and told["limit_milliseconds"] == 300  # type: ignore[index]
    assert "| en | 2 | 1 | 50 | 400 / 400 | 300 | 50 / 50 | no answer |" in report.scenario_table([row])
    stages = report.stage_table([row])
    assert "| pause after the wake word | en | 300 / 300 | 100 / 100 | 0 / 0 | 0 / 0 | 20 / 20 | 10 / 10 |" in stages
    assert "| all skills |" in stages and "all models" not in stages
    assert report.totals([row])["skill_milliseconds"] == {"p50": 400, "p95": 400, "limit": 300}
    json.dumps(told)


def test_words_are_compared_without_signs():
    assert plain("¿Qué hora es?") == plain("qué  hora es")


def test_pipecats_lines_become_a_side_and_other_words_are_wrong():
    group = Group(name="skill, en", language="en", text="what time is it", files=(Path("a"), Path("b")), recogniser=())
    figures = {name: getattr(TIMES, name) for name in AnswerTimes.__slots__}
    lines = [
        json.dumps({"file": "a", "words": "What time is it?", **figures}),
        json.dumps({"file": "b", "words": "what rhyme is it", **figures}),
    ]

    side = read_side(group, "smart", lines, "")
    broken = read_side(group, "smart", [json.dumps({"file": "a"})], "boom")

    assert len(side.answers) == 1 and len(side.wrong) == 1 and side.to_json()["p50"] == 400
    assert broken.wrong[0] == "a: no answer" and "boom" in broken.wrong[1]
    assert "| 1/2 | 400 | 400 |" in report.rival_table([side])


def test_figures_are_listed_by_depth():
    assert report.lines_of("idle", {"day": {"memory_mib": 1.23456}}) == ["idle:", "  day:", "    memory mib: 1.235"]


def test_every_noise_is_another_one_and_as_loud_as_a_person():
    rng = np.random.default_rng(1)
    for name, make in NOISES.items():
        one, other = make(rng), make(rng)
        assert np.abs(samples(one)).max() == pytest.approx(sounds.PEAK, abs=2)
        assert (one == other) is (name == "the chair of the scenarios")


def test_noises_and_stop_words_into_answers_are_counted_apart():
    """Over four seconds of tone, which is no voice and hides none."""
    found = into_answers(FakeTextToSpeech(chunks=40), KeywordSpotter(), 8)
    assert (found.noises, found.words) == (4, 4)
    assert (found.taken, found.held) == (0, 0)
    assert found.stopped == len(found.after_seconds) >= 3
    assert all(-0.2 < after < 0.4 for after in found.after_seconds)
    told = found.to_json()
    assert told["heard"] == found.stopped and told["noises"] == 4
