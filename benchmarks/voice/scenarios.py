"""What is played to Jarvis and what should come of it, in both languages: asking and being answered.

Each scenario is a function of a world that raises `Wrong` or returns the times of its answer. English commands go to
the app's own basic recogniser; whatever else is said goes to a model that knows that one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from benchmarks.voice import sounds
from benchmarks.voice.room import Heard, at_ratio
from benchmarks.voice.timing import AnswerTimes
from benchmarks.voice.world import World, Wrong
from benchmarks.wake.rooms import Sound, samples
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.speech import AnswerInterrupted, Dictated, TranscriptReady, WakeHeard
from jarvis.voice.options import VoiceOptions

SKILL_LIMIT, MODEL_LIMIT, STOP_LIMIT = 0.3, 1.0, 0.15

TIME = {"en": "what time is it", "es": "qué hora es"}
MODEL = {"en": "who wrote don quixote", "es": "quién escribió el quijote"}
LONG = {"en": "tell me about the sea", "es": "háblame del mar"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a scenario measured: an answer's times, or seconds from something to its effect, called `what`."""

    answer: AnswerTimes | None = None
    seconds: float | None = None
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One scenario; `expected` says what should happen. `limit_seconds` is for what `act` measures.

    `background` makes the room's noise, given the sentence that will be said over it. `adjust` changes the options.
    With `learned` Jarvis has spoken in this room before.
    """

    name: str
    expected: str
    act: Callable[[World], Measured | None]
    languages: tuple[Language, ...] = LANGUAGES
    limit_seconds: float | None = None
    background: Callable[[Sound], Sound] | None = None
    adjust: Mapping[str, object] = field(default_factory=dict)
    learned: bool = False

    def options(self, language: Language) -> VoiceOptions:
        """Return the settings under which it is played."""
        return replace(VoiceOptions(usual_language=language, language=language), **self.adjust)  # type: ignore[arg-type]


def told(world: World, *texts: str, commands: bool = True) -> None:
    """Let the right recogniser hear `texts`: English commands the basic one, else a model that knows them."""
    if commands and world.language == "en":
        world.bench.ears.expect_commands()
    else:
        world.bench.ears.expect(*texts, language=world.language)


def said(world: World, text: str) -> bytes:
    """Return `text` in a voice of this run."""
    return sounds.sentence(text, world.language, world.turn)


def wake_word(world: World) -> bytes:
    """Return "hey jarvis": a person's in every second run where a recording is at hand."""
    real = sounds.clips(world.bench.clips).wake
    return real if real is not None and world.turn % 2 else sounds.wake_word()


def ask(world: World, text: str, *, pause: float = 0.6, commands: bool = True) -> Heard:
    """Say the wake word, wait, and ask `text`; returns what was said, at once."""
    told(world, text, commands=commands)
    return world.say(sounds.joined(wake_word(world), pause, said(world, text)), text)


def answered(world: World, heard: Heard) -> AnswerTimes:
    """Wait for the answer to `heard`; `Wrong` when other words were understood."""
    times = world.times_of(heard)
    same_words(heard.text, world.transcript(heard.began))
    return times


def same_words(wanted: str, got: str) -> None:
    """`Wrong` when the words are not the same, capitals and signs aside."""
    if plain(wanted) != plain(got):
        raise Wrong(f"heard “{got}” instead of “{wanted}”")


def plain(text: str) -> str:
    """Return the words of `text`."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def pause_after_wake_word(world: World) -> Measured:
    return Measured(answer=answered(world, ask(world, TIME[world.language])))


def in_one_breath(world: World) -> Measured:
    text = TIME[world.language]
    told(world, text)
    return Measured(answer=answered(world, world.say(sounds.one_breath(text, world.language, world.turn), text)))


def pause_in_the_middle(world: World) -> Measured:
    first, second = {
        "en": ("set a timer for", "ten minutes"),
        "es": ("pon un temporizador de", "diez minutos"),
    }[world.language]
    whole = f"{first} {second}"
    told(world, first, whole)
    begun = world.say(sounds.joined(wake_word(world), 0.6, said(world, first)))
    heard = world.room.say(said(world, second), whole, begun.ended + 1.1)
    world.wait_past(begun, 1.0)
    world.bench.ears.go_on()
    world.nothing(TranscriptReady, begun.began, "it was cut off in the pause")
    return Measured(answer=answered(world, heard))


def in_noise(world: World) -> Measured:
    world.wait(1.0)
    return pause_after_wake_word(world)


def two_speakers(world: World) -> Measured:
    others = {"en": "and then we drove home in the rain", "es": "y luego volvimos a casa con lluvia"}[world.language]
    other = sounds.level(sounds.sentence(others, world.language, world.turn + 2), sounds.PEAK / 5)
    heard = ask(world, TIME[world.language], commands=False)
    world.room.say(other, at=heard.began)
    return Measured(answer=answered(world, heard))


def a_models_answer(world: World) -> Measured:
    times = answered(world, ask(world, MODEL[world.language], commands=False))
    return Measured(answer=times)


def a_command_that_loses(world: World) -> Measured:
    """A question is asked back and answered in one word."""
    command = {"en": "clear the shopping list", "es": "vacía la lista de la compra"}[world.language]
    heard = ask(world, command)
    turn = world.finished(heard.began)
    if "?" not in turn.text:
        raise Wrong(f"it did not ask back: “{turn.text}”")
    word = {"en": "yes", "es": "sí"}[world.language]
    told(world, word)
    world.silence(heard.ended)
    world.wait(0.4)
    return Measured(answer=answered(world, world.say(said(world, word), word)))


def follow_up(world: World) -> Measured:
    first = ask(world, TIME[world.language])
    answered(world, first)
    world.finished(first.began)
    text = {"en": "what day is it", "es": "qué día es hoy"}[world.language]
    told(world, text)
    world.wait(1.0)
    return Measured(answer=answered(world, world.say(said(world, text), text)))


def near_miss(world: World) -> None:
    text = {"en": "hey Charles, what time is it", "es": "oye Carlos, ¿qué hora es?"}[world.language]
    told(world, text)
    heard = world.say(said(world, text))
    if (real := sounds.clips(world.bench.clips).near_miss) is not None:
        heard = world.room.say(real, at=heard.ended + 0.8)
    world.wait_past(heard, 3.0)
    world.nothing(WakeHeard, heard.began - 9, "something else woke it")
    world.nothing_said(heard.began - 9)


def only_the_wake_word(world: World) -> None:
    told(world, TIME[world.language])
    heard = world.say(wake_word(world))
    world.wait_for(WakeHeard, heard.began)
    world.wait_for_state("sleeping", heard.ended, 12.0)
    world.nothing_said(heard.began)


def muted(world: World) -> Measured:
    world.loop.mute()
    world.wait_for_state("muted")
    world.wait(0.2)
    if not world.microphone.closed:
        raise Wrong("the microphone is still open")
    heard = ask(world, TIME[world.language])
    world.wait_past(heard, 1.5)
    world.nothing(WakeHeard, heard.began, "it heard while muted")
    world.loop.unmute()
    world.wait_for_state("sleeping", heard.ended)
    world.wait(0.3)
    return pause_after_wake_word(world)


def push_to_talk(world: World) -> Measured:
    text = TIME[world.language]
    told(world, text)
    world.loop.push_to_talk()
    world.wait_for_state("listening")
    world.wait(0.3)
    return Measured(answer=answered(world, world.say(said(world, text), text)))


def dictation(world: World) -> None:
    """Twenty seconds with pauses of a second and a half; nothing is asked."""
    text = {
        "en": "dear Ana the meeting is on Friday at ten please bring the papers and the plans",
        "es": "querida Ana la reunión es el viernes a las diez trae por favor los papeles y los planos",
    }[world.language]
    told(world, text, commands=False)
    world.loop.dictate()
    world.wait_for_state("listening")
    piece = said(world, text)
    heard = world.say(sounds.joined(piece, 1.5, piece, 1.5, piece))
    world.wait_past(heard, 0.5)
    world.nothing(Dictated, heard.began - 9, "it ended by itself")
    world.loop.dictated()
    _, written = world.wait_for(Dictated, heard.began, 20.0)
    if written.transcript.audio_seconds < heard.ended - heard.began - 0.5:
        taken = written.transcript.audio_seconds
        raise Wrong(f"only {taken:.1f} s of {heard.ended - heard.began:.1f} s were taken down")
    world.nothing(TranscriptReady, heard.began, "something was asked")


def device_returns(world: World) -> Measured:
    """The microphone is pulled out in the middle of a question, and is back three seconds later."""
    heard = ask(world, TIME[world.language])
    world.wait(heard.ended - 0.4 - heard.began)
    world.microphone.unplug()
    world.wait_for_state("off", heard.began)
    world.wait(3.0)
    world.microphone.plug_in()
    world.wait_for_state("sleeping", heard.ended, 6.0)
    world.nothing(AnswerInterrupted, heard.began, "an answer was interrupted")
    world.wait(0.3)
    return pause_after_wake_word(world)


def _quieter(noise: Callable[[], Sound], snr_db: float) -> Callable[[Sound], Sound]:
    return lambda sentence: at_ratio(noise(), sentence, snr_db)


def _noise_scenarios() -> list[Scenario]:
    return [
        Scenario(
            name=f"{kind} at {snr} dB",
            expected="the question is answered",
            act=in_noise,
            background=_quieter(noise, snr),
        )
        for kind, noise in (("pink noise", sounds.pink), ("voices", sounds.babble))
        for snr in (20, 10, 5)
    ]


ASKING = [
    Scenario(
        name="pause after the wake word",
        expected="the question is answered by a skill",
        act=pause_after_wake_word,
        limit_seconds=SKILL_LIMIT,
    ),
    Scenario(
        name="one breath",
        expected="nothing of the question is lost",
        act=in_one_breath,
        limit_seconds=SKILL_LIMIT,
    ),
    Scenario(
        name="pause in the middle",
        expected="it waits 1.1 s, and both halves are one command",
        act=pause_in_the_middle,
    ),
    *_noise_scenarios(),
    Scenario(name="two speakers", expected="the near voice is answered", act=two_speakers),
    Scenario(
        name="a model's answer",
        expected="the simulated model answers",
        act=a_models_answer,
        limit_seconds=MODEL_LIMIT,
    ),
    Scenario(
        name="asked back, then yes",
        expected="it asks before it loses something, and one word is enough",
        act=a_command_that_loses,
        limit_seconds=SKILL_LIMIT,
    ),
    Scenario(
        name="follow-up",
        expected="a second question needs no wake word",
        act=follow_up,
        limit_seconds=SKILL_LIMIT,
        adjust={"follow_up_seconds": 6.0},
    ),
    Scenario(name="near-miss wake", expected="it sleeps on", act=near_miss),
    Scenario(name="wake word, then nothing", expected="it sleeps again, silently", act=only_the_wake_word),
    Scenario(name="muted", expected="the microphone is closed; afterwards it hears again", act=muted),
    Scenario(
        name="push to talk",
        expected="no wake word is needed",
        act=push_to_talk,
        limit_seconds=SKILL_LIMIT,
    ),
    Scenario(name="long dictation", expected="all of it is taken down, nothing asked", act=dictation),
    Scenario(name="device vanishes", expected="it says so, and hears again once it is back", act=device_returns),
]


def background_of(scenario: Scenario, language: Language, turn: int) -> Sound | None:
    """Return the room's noise for a run, at its ratio to the question."""
    if scenario.background is None:
        return None
    return scenario.background(samples(sounds.sentence(TIME[language], language, turn)))
