"""What is played to Jarvis while it speaks, and what should come of it, in both languages."""

from __future__ import annotations

import time
from collections.abc import Callable

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


def noise(sound: Callable[[], bytes]) -> Callable[[World], None]:
    """Return a scenario in which `sound`, no voice, is made while Jarvis speaks."""

    def act(world: World) -> None:
        heard = long_answer(world)
        # A model that hears words in it would be Whisper's fault, so the basic recogniser listens in both languages.
        world.bench.ears.expect_commands()
        world.say(sound())
        spoken_to_the_end(world, heard)

    return act


def listening_sounds(world: World, *, commands: bool = False) -> None:
    heard = long_answer(world)
    words = {"en": ("mm-hmm", "yeah", "okay"), "es": ("ajá", "vale", "sí")}[world.language]
    word = words[world.turn % len(words)]
    if commands:
        world.bench.ears.expect_commands()
    else:
        told(world, word, commands=False)
    world.say(said(world, {"mm-hmm": "uh huh"}.get(word, word)))
    spoken_to_the_end(world, heard)


def listening_sounds_basic(world: World) -> None:
    """The basic recogniser reads an order into every other short sound."""
    listening_sounds(world, commands=True)


def stop(world: World, *, commands: bool = False) -> Measured:
    long_answer(world)
    words = {"en": ("stop", "cancel"), "es": ("para", "silencio")}[world.language]
    word = words[world.turn % len(words)]
    if commands:
        world.bench.ears.expect_commands()
    else:
        told(world, word, commands=False)
    heard = world.say(said(world, word), word)
    quiet = world.silence(heard.began, lasting=1.5)
    world.wait_past(heard, 2.5)
    if (again := world.room.played.first_audible(quiet + 0.05)) is not None:
        raise Wrong(f"it spoke again {again - quiet:.1f} s later; {world.story()}")
    return Measured(seconds=quiet - heard.ended, what="end of the word to silence")


def stop_basic(world: World) -> Measured:
    """Nobody but the spotter knows Spanish then."""
    return stop(world, commands=True)


def right_after_the_answer(world: World) -> Measured:
    """The next question comes while the last word still echoes."""
    first = ask(world, TIME[world.language])
    answered(world, first)
    text = {"en": "what day is it", "es": "qué día es hoy"}[world.language]
    told(world, text)
    world.silence(first.ended, lasting=0.1)
    world.wait_for_state("listening", first.ended)
    return Measured(answer=answered(world, world.say(said(world, text), text)))


def nothing_after_the_answer(world: World) -> None:
    """The last word dying away must not be taken for the next question."""
    heard = ask(world, TIME[world.language])
    answered(world, heard)
    listening = world.wait_for_state("listening", heard.ended)
    world.wait_for_state("sleeping", listening, 12.0)
    if any(
        seen.at > listening and isinstance(seen.event, VoiceState) and seen.event.name == "hearing"
        for seen in world.seen
    ):
        raise Wrong(f"it heard its own last word; {world.story()}")


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
    Scenario(name="cough", expected="it says its answer to the end", act=noise(sounds.cough), learned=True),
    Scenario(name="knock", expected="it says its answer to the end", act=noise(sounds.knock), learned=True),
    Scenario(name="chair", expected="it says its answer to the end", act=noise(sounds.chair), learned=True),
    Scenario(name="“mm-hmm”", expected="it says its answer to the end", act=listening_sounds, learned=True),
    Scenario(
        name="“mm-hmm”, basic recogniser",
        expected="it says its answer to the end",
        act=listening_sounds_basic,
        learned=True,
    ),
    Scenario(
        name="“stop”",
        expected="silence within 150 ms of the word's end, and no more",
        act=stop,
        learned=True,
        limit_seconds=STOP_LIMIT,
    ),
    Scenario(
        name="“stop”, basic recogniser",
        expected="silence within 150 ms of the word's end, and no more",
        act=stop_basic,
        learned=True,
        limit_seconds=STOP_LIMIT,
    ),
    Scenario(
        name="at once after the answer",
        expected="the next question is answered",
        act=right_after_the_answer,
        adjust={"follow_up_seconds": 5.0},
        learned=True,
    ),
    Scenario(
        name="nothing after the answer",
        expected="it does not hear its own last word",
        act=nothing_after_the_answer,
        adjust={"follow_up_seconds": 3.0},
        learned=True,
    ),
]
