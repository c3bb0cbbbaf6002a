"""The linear filter in front of the canceller, and the measure of what Jarvis did not make, in computed rooms."""

from functools import cache

import numpy as np
import pytest

from jarvis.audio.foreign import UNKNOWN, ForeignSound
from jarvis.audio.linear_echo import LinearEcho
from jarvis.audio.webrtc import STEP_SAMPLES
from jarvis.contracts.speech import SAMPLE_RATE
from tests.fakes.echo_room import EchoRoom, erle_db
from tests.fakes.speech import synthetic_speech

ANSWER = "The weather in Madrid today is mostly sunny with a high of twenty three degrees and a light wind."
STEPS_A_SECOND = SAMPLE_RATE // STEP_SAMPLES


@cache
def answer() -> np.ndarray:
    sound = np.frombuffer(synthetic_speech(ANSWER), "<i2").astype(float) * 0.5
    return sound[: sound.size // STEP_SAMPLES * STEP_SAMPLES]


@cache
def person() -> np.ndarray:
    """Somebody as loud as the echo, from the third second on."""
    words = np.frombuffer(synthetic_speech("no tell me about Paris", "en-us+f2"), "<i2").astype(float)
    heard = EchoRoom().echo(answer())
    sound = np.zeros(heard.size)
    begin = 3 * SAMPLE_RATE
    words = words[: heard.size - begin]
    sound[begin : begin + words.size] = words * np.sqrt(np.mean(heard**2) / np.mean(words**2))
    return sound


def filtered(linear: LinearEcho, near: np.ndarray, foreign: ForeignSound | None = None, moved: int = 0):
    """Return what is left of `near`, and how foreign every 30 ms were."""
    played = np.roll(answer(), moved)
    left, measured = np.zeros(near.size), []
    for number, at in enumerate(range(0, near.size - STEP_SAMPLES + 1, STEP_SAMPLES)):
        step = slice(at, at + STEP_SAMPLES)
        left[step], echo = linear.step(played[step], near[step])
        if foreign is not None:
            foreign.heed(left[step], echo)
            if number % 3 == 2:
                measured.append(foreign.probability())
    return left, np.array(measured)


def test_the_way_through_the_room_is_learned_while_jarvis_speaks():
    room, linear = EchoRoom(), LinearEcho()
    heard = room.echo(answer())
    near = heard + room.hiss(heard.size)
    first, _ = filtered(linear, near)
    second, _ = filtered(linear, near)
    half = heard.size // 2
    assert erle_db(heard[half:], first[half:]) > 10
    assert erle_db(heard, second) > 18


def test_a_persons_words_are_left_whole():
    room, linear = EchoRoom(), LinearEcho()
    heard = room.echo(answer())
    near = heard + room.hiss(heard.size)
    filtered(linear, near)
    left, _ = filtered(linear, near + person())
    spoken = person() != 0
    assert erle_db(person()[spoken], (left - person())[spoken]) > 6
    after, _ = filtered(linear, near)
    assert erle_db(heard, after) > 18, "what it knew of the room outlasts them"


def test_devices_that_have_moved_against_each_other_are_followed():
    room, linear = EchoRoom(), LinearEcho()
    heard = room.echo(answer())
    near = heard + room.hiss(heard.size)
    filtered(linear, near)
    left, _ = filtered(linear, near, moved=-13)
    assert erle_db(heard[SAMPLE_RATE:], left[SAMPLE_RATE:]) > 15


def test_where_it_adds_sound_it_forgets():
    linear = LinearEcho()
    heard = EchoRoom().echo(answer())
    filtered(linear, heard)
    silence = EchoRoom().hiss(heard.size)
    left, _ = filtered(linear, silence)
    assert np.mean(left**2) <= 2 * np.mean(silence**2)


@pytest.mark.parametrize("sound", [np.zeros(STEP_SAMPLES), np.full(STEP_SAMPLES, 32767.0)])
def test_silence_clipping_and_an_offset_do_no_harm(sound):
    linear, foreign = LinearEcho(), ForeignSound()
    for _ in range(200):
        left, echo = linear.step(sound, sound)
        foreign.heed(left, echo)
    assert np.isfinite(left).all()
    assert 0.0 <= foreign.probability() <= 1.0


def test_who_speaks_into_an_answer_is_told_from_the_answer():
    room, linear, foreign = EchoRoom(), LinearEcho(), ForeignSound()
    heard = room.echo(answer())
    near = heard + room.hiss(heard.size)
    _, learning = filtered(linear, near, foreign)
    assert learning[0] == UNKNOWN, "at first nothing is known"
    foreign.begins()
    _, alone = filtered(linear, near, foreign)
    foreign.begins()
    _, talked_over = filtered(linear, near + person(), foreign)
    spoken = slice(round(3.1 * STEPS_A_SECOND / 3), round(3.9 * STEPS_A_SECOND / 3))
    assert np.mean(alone > 0.5) < 0.05
    assert np.mean(talked_over[spoken] > 0.5) > 0.7
