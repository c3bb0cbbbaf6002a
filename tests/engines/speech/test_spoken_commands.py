"""The skills' own grammar through the real child, by three voices: commands are heard rightly, other speech never."""

from datetime import datetime

import pytest

from jarvis.engines.speech.children import ChildProgram, speech_to_text
from jarvis.skills.matcher import Matcher
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import sentences_folder
from tests.fakes.speech import pink_noise, silence, synthetic_speech, with_noise
from tests.fakes.speech_children import ChildFactory

VOICES = ("en-us+adam", "en-us+edward", "en-us+klatt4")
COMMANDS = (
    "set a timer for ten minutes",
    "cancel the timer",
    "set an alarm for seven thirty",
    "what time is it",
    "what is twelve times eight",
    "what's on my shopping list",
    "turn the volume up",
    "pause the music",
    "how much battery is left",
    "stop talking",
)
OTHER_SPEECH = (
    "the weather is nice this morning",
    "did you see the game last night",
    "the train was twenty minutes late again",
    "could you pass me the salt",
    "i set the table for six people",
    "he stopped the car at the corner",
    "what time does the restaurant close on sundays",
    "my phone keeps ringing and nobody is there",
    "the volume of traffic was terrible today",
    "there are only five eggs left in the fridge",
    "she divided the cake into eight pieces",
    "wake up the neighbors and they will complain",
    "skip the boring parts and tell me the ending",
    "can we talk about this another day",
    "the music at the party was far too loud",
    "how far is the moon from the earth",
)
NOW = datetime(2026, 3, 4, 10, 0).astimezone()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory, cache):
    factory = ChildFactory(tmp_path_factory.mktemp("children"))
    program = ChildProgram(module="jarvis.app.command_listener", arguments=(str(cache),))
    yield speech_to_text(start_child=factory, commands=program)
    factory.stop()


@pytest.fixture(scope="module")
def meaning():
    matcher = Matcher(sentences_folder(), SLOT_PARSERS)

    def of(text):
        match = matcher.match(text, "en", now=NOW, prefer="en")
        return match and (match.skill, match.slots)

    return of


def hear(recogniser, text, voice, noise_db=None):
    utterance = recogniser.open("en")
    pcm = silence(0.3) + synthetic_speech(text, voice, 150) + silence(0.35)
    if noise_db is not None:
        pcm = with_noise(pcm, pink_noise(10), noise_db)
    for start in range(0, len(pcm), 1024):
        utterance.feed(pcm[start : start + 1024])
    return utterance.finish()


@pytest.mark.parametrize("voice", VOICES)
def test_commands_are_understood(recogniser, meaning, voice):
    for command in COMMANDS:
        heard = hear(recogniser, command, voice)
        assert heard.accepted, f"{command!r} was heard as {heard.text!r} and rejected"
        assert meaning(heard.text) == meaning(command) is not None, heard.text
        assert 0.5 < heard.confidence <= 1


@pytest.mark.parametrize(("noise_db", "least", "mistaken"), [(20.0, 13, 1), (10.0, 11, 0), (5.0, 10, 0)])
def test_in_noise_commands_are_understood_or_rejected(recogniser, meaning, noise_db, least, mistaken):
    understood, wrong = 0, []
    for voice in VOICES:
        for command in COMMANDS[::2]:
            heard = hear(recogniser, command, voice, noise_db)
            if heard.accepted and meaning(heard.text) == meaning(command):
                understood += 1
            elif heard.accepted:
                wrong.append((voice, command, heard.text))
    assert understood >= least
    assert len(wrong) <= mistaken, wrong


def test_other_speech_is_never_taken_for_a_command(recogniser):
    for number, sentence in enumerate(OTHER_SPEECH):
        heard = hear(recogniser, sentence, VOICES[number % len(VOICES)])
        assert not heard.accepted, f"{sentence!r} was taken for {heard.text!r}"


def test_the_grammar_is_made_once(recogniser, cache):
    recogniser.warm()
    (folder,) = cache.glob("commands-*")
    assert {path.name for path in folder.iterdir()} == {"commands.fsg", "commands.arpa", "commands.dict"}
    assert not list(cache.glob(".*.part"))
