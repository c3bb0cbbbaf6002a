"""Predicted seconds: loading, reading, thinking, writing, and which of them somebody feels."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import ModelFacts
from jarvis.orchestrator.waiting import (
    CLOUD_FIRST_SECONDS,
    LOCAL_FIRST_SECONDS,
    UNKNOWN_LOAD_SECONDS,
    Load,
    displaced_seconds,
    felt_seconds,
    loading_seconds,
    waiting_for,
)
from tests.fakes.route_world import CLOUD, CLOUD_READY, HUGE, HUGE_LOADABLE, SMALL, SMALL_READY, THINKER_LOADABLE

LOAD = Load(prompt_tokens=300, answer_tokens=200, difficulty=0.5)


def waits(engine: EngineStatus, facts: ModelFacts, load: Load = LOAD, *, thinks: bool = False, **parts):
    return waiting_for(engine, facts, load, thinks=thinks, **parts)


def test_a_loaded_model_reads_and_writes_at_once():
    found = waits(SMALL_READY, SMALL)
    assert found.load_seconds == found.later_seconds == 0.0
    assert found.first_seconds == pytest.approx(LOCAL_FIRST_SECONDS + 300 / (116 * 30))
    assert found.seconds == pytest.approx(found.first_seconds + 200 / 116)


def test_what_must_be_loaded_costs_its_load_and_the_return_of_what_it_throws_out():
    thrown_out = displaced_seconds(HUGE_LOADABLE, [SMALL_READY, HUGE_LOADABLE, CLOUD_READY])
    assert thrown_out == SMALL_READY.load_seconds
    found = waits(HUGE_LOADABLE, HUGE, displaced_seconds=thrown_out)
    assert found.first_seconds > 15.0
    assert found.load_seconds == 15.0
    assert 0 < found.later_seconds < thrown_out


@pytest.mark.parametrize(
    ("resident", "comes", "displaces"),
    [
        ("GPU 0", "GPU 0", True),
        ("GPU 0", "GPU 1", False),
        ("GPU 0", "GPU 0+1+CPU", True),
        ("GPU 1", "GPU 0+1", True),
        ("GPU 0+CPU", "CPU", False),
        ("CPU", "CPU", True),
        ("GPU 0+CPU", "GPU 1+CPU", False),
    ],
)
def test_models_throw_each_other_out_where_they_share_a_device(resident, comes, displaces):
    there = replace(SMALL_READY, device=resident)
    coming = replace(THINKER_LOADABLE, device=comes)
    assert (displaced_seconds(coming, [there, coming]) > 0) is displaces


def test_only_loading_throws_out():
    assert displaced_seconds(SMALL_READY, [SMALL_READY, replace(SMALL_READY, id="other")]) == 0.0
    assert displaced_seconds(CLOUD_READY, [SMALL_READY]) == 0.0
    assert displaced_seconds(THINKER_LOADABLE, [THINKER_LOADABLE, HUGE_LOADABLE]) == 0.0


def test_seconds_to_load():
    assert loading_seconds(SMALL_READY) == loading_seconds(CLOUD_READY) == 0.0
    assert loading_seconds(HUGE_LOADABLE) == 15.0
    assert loading_seconds(replace(HUGE_LOADABLE, load_seconds=None)) == UNKNOWN_LOAD_SECONDS


def test_a_server_takes_its_usual_time_or_what_was_measured():
    assert waits(CLOUD_READY, CLOUD).first_seconds == pytest.approx(CLOUD_FIRST_SECONDS + 300 / 5000)
    measured = replace(CLOUD, first_seconds=2.0)
    assert waits(CLOUD_READY, measured).first_seconds == 2.0
    long = replace(LOAD, prompt_tokens=10_600)
    assert waits(CLOUD_READY, measured, long).first_seconds == pytest.approx(4.0)


def test_a_long_prompt_takes_longest_on_a_cpu():
    long = replace(LOAD, prompt_tokens=6000)
    slow = replace(SMALL_READY, device="CPU", tokens_per_second=6.0)
    split = replace(SMALL_READY, device="GPU 0+CPU", tokens_per_second=6.0)
    whole = replace(SMALL_READY, tokens_per_second=6.0)
    seconds = [waits(engine, SMALL, long).first_seconds for engine in (whole, split, slow)]
    assert seconds == sorted(seconds)
    assert seconds[2] > 100
    read = replace(SMALL, prompt_tokens_per_second=3000.0)
    assert waits(slow, read, long).first_seconds == pytest.approx(LOCAL_FIRST_SECONDS + 2.0)


def test_a_thinker_thinks_longer_about_harder_questions_and_as_long_as_was_measured():
    easy, hard = replace(LOAD, difficulty=0.0), replace(LOAD, difficulty=1.0)
    assert waits(SMALL_READY, SMALL, hard).thinking_tokens == 0.0
    short = waits(SMALL_READY, SMALL, easy, thinks=True)
    long = waits(SMALL_READY, SMALL, hard, thinks=True)
    assert 0 < short.thinking_tokens < long.thinking_tokens
    assert long.first_seconds - short.first_seconds == pytest.approx(
        (long.thinking_tokens - short.thinking_tokens) / 116
    )
    measured = replace(SMALL, thinking_tokens=580.0)
    assert waits(SMALL_READY, measured).first_seconds == pytest.approx(waits(SMALL_READY, SMALL).first_seconds + 5.0)


@pytest.mark.parametrize(
    ("door", "background", "speed", "felt"),
    [
        ("chat", False, 10.0, 2.0),
        ("chat", False, 100.0, 2.0),
        ("chat", False, 5.0, 22.0),
        ("voice", False, 5.0, 4.0),
        ("voice", False, 100.0, 2.1),
        ("voice", False, 2.5, 42.0),
        ("chat", True, 10.0, 22.0),
        ("voice", True, 100.0, 4.0),
    ],
)
def test_only_what_is_slower_than_reading_or_hearing_is_felt(door, background, speed, felt):
    seconds = 2.0 + 200 / speed
    assert felt_seconds(2.0, seconds, 200, door=door, background=background) == pytest.approx(felt)


def test_unknown_speeds_are_guessed():
    assert waits(replace(SMALL_READY, tokens_per_second=None), SMALL).seconds > 20
    assert waits(replace(CLOUD_READY, tokens_per_second=None), CLOUD).seconds < 6
    assert waits(replace(SMALL_READY, tokens_per_second=0.0), SMALL).seconds > 20


@given(
    prompt=st.integers(0, 1_000_000),
    answer=st.integers(1, 100_000),
    difficulty=st.floats(-1, 2),
    speed=st.floats(0.1, 10_000),
    loadable=st.booleans(),
    door=st.sampled_from(["chat", "voice", "quick", "cli", "api"]),
)
def test_seconds_add_up(prompt, answer, difficulty, speed, loadable, door):
    engine = replace(SMALL_READY, tokens_per_second=speed, state="loadable" if loadable else "ready")
    load = Load(prompt_tokens=prompt, answer_tokens=answer, difficulty=difficulty)
    found = waits(engine, SMALL, load, thinks=True, door=door)
    assert 0 <= found.load_seconds <= found.first_seconds <= found.seconds
    assert found.first_seconds <= found.felt_seconds <= found.seconds + 1e-6
    longer = waits(engine, SMALL, replace(load, answer_tokens=answer + 100), thinks=True, door=door)
    assert longer.seconds > found.seconds
