"""What is played to Jarvis while it speaks, and what should come of it, in both languages."""

from __future__ import annotations

import time

from benchmarks.voice import sounds
from benchmarks.voice.answering import ANSWERS
from benchmarks.voice.room import Heard
from benchmarks.voice.scenarios import (
    LONG,
    STOP_LIMIT,
    TIME,
    Measured,
    Scenario,
    answered,
    ask,
    plain,
    said,
    told,
    wake_word,
)
from benchmarks.voice.world import World, Wrong
from jarvis.contracts.speech import AnswerInterrupted, TranscriptReady, VoiceState, WakeHeard

SPEAKING_SECONDS = 1.2
"""How long Jarvis has been audible when somebody interrupts it."""


def long_answer(world: World) -> Heard:
    """Ask for a long answer and return once it has been audible for a while."""
    heard = ask(world, LONG[world.language], commands=False)
    began = world.sounds(heard.ended)
    # Should Jarvis take itself for somebody, it hears its own words.
    told(world, plain(ANSWERS[LONG[world.language]].partition(",")[0]), commands=False)
    world.wait(began + SPEAKING_SECONDS - time.perf_counter())
    return heard


def spoken_to_the_end(world: World, heard: Heard) -> None:
    """`Wrong` unless the long answer was said whole and nothing else happened."""
    world.finished(heard.began, 60.0)
    world.nothing(AnswerInterrupted, heard.began, "the answer was cut off")
    if len([seen for seen in world.seen if isinstance(seen.event, TranscriptReady)]) != 1:
        raise Wrong(f"something else was heard; {world.story()}")
    world.nothing(WakeHeard, world.sounds(heard.ended), "it woke by itself")


def own_voice(world: World) -> None:
    heard = long_answer(world)
    spoken_to_the_end(world, heard)
    if len([seen for seen in world.seen if isinstance(seen.event, VoiceState) and seen.event.name == "hearing"]) > 1:
        raise Wrong(f"it paused for its own voice; {world.story()}")


def barge_in(world: World, *, commands: bool = False) -> Measured:
    long_answer(world)
    text = TIME[world.language]
    told(world, text, commands=commands)
    heard = world.say(said(world, text), text)
    quiet = world.silence(heard.began, lasting=0.3)
    world.wait_for(AnswerInterrupted, heard.began)
    answered(world, heard)
    return Measured(seconds=quiet - heard.began, what="first word to silence")


def barge_in_with_a_command(world: World) -> Measured:
    """The basic recogniser has to understand words whose beginning Jarvis has spoken over."""
    return barge_in(world, commands=True)


def wake_word_while_speaking(world: World) -> Measured:
    long_answer(world)
    text = TIME[world.language]
    told(world, "hey jarvis", text, commands=False)
    called = world.say(wake_word(world))
    heard = world.room.say(said(world, text), text, called.ended + 0.8)
    world.wait_past(called, 0.7)
    world.bench.ears.go_on()
    answered(world, heard)
    return Measured(seconds=world.silence(called.began, lasting=0.2) - called.began, what="wake word to silence")


def cough(world: World) -> None:
    heard = long_answer(world)
    # A model that hears words in a cough would be Whisper's fault, so the basic recogniser listens in both languages.
    world.bench.ears.expect_commands()
    world.say(sounds.cough())
    spoken_to_the_end(world, heard)


def listening_sounds(world: World) -> None:
    heard = long_answer(world)
    words = {"en": "mm-hmm", "es": "ajá"}[world.language]
    spoken = {"en": "uh huh", "es": "ajá"}[world.language]
    told(world, words, commands=False)
    world.say(said(world, spoken))
    spoken_to_the_end(world, heard)


def stop(world: World) -> Measured:
    long_answer(world)
    word = {"en": "stop", "es": "para"}[world.language]
    told(world, word, commands=False)
    heard = world.say(said(world, word), word)
    quiet = world.silence(heard.began, lasting=1.5)
    world.wait_past(heard, 2.5)
    if (again := world.room.played.first_audible(quiet + 0.05)) is not None:
        raise Wrong(f"it spoke again {again - quiet:.1f} s later; {world.story()}")
    return Measured(seconds=quiet - heard.ended, what="end of the word to silence")


INTERRUPTING = [
    Scenario(name="own voice leaks, new room", expected="it says its answer and hears nothing", act=own_voice),
    Scenario(name="own voice leaks", expected="it says its answer and hears nothing", act=own_voice, learned=True),
    Scenario(name="barge-in with words", expected="it falls silent and answers them", act=barge_in, learned=True),
    Scenario(
        name="barge-in, basic recogniser",
        expected="it falls silent and answers them",
        act=barge_in_with_a_command,
        languages=("en",),
        learned=True,
    ),
    Scenario(name="wake word while it speaks", expected="it listens", act=wake_word_while_speaking, learned=True),
    Scenario(name="cough", expected="it says its answer to the end", act=cough, learned=True),
    Scenario(name="“mm-hmm”", expected="it says its answer to the end", act=listening_sounds, learned=True),
    Scenario(
        name="“stop”",
        expected="silence within 150 ms of the word's end, and no more",
        act=stop,
        learned=True,
        limit_seconds=STOP_LIMIT,
    ),
]
