"""A recogniser of a few commands, what is said to it, and one that hangs while its words are awaited."""

import os
import signal
import threading
import time

from jarvis.contracts.speech import CommandGrammar
from jarvis.engines.speech.children import command_listener
from jarvis.engines.speech.command_files import command_files
from jarvis.skills.automaton import fsg_text, smallest_automaton
from jarvis.skills.phrases import Words, choice
from tests.fakes.speech import silence, synthetic_speech

COMMANDS = (
    "set a timer for ten minutes",
    "cancel the timer",
    "what time is it",
    "turn the volume up",
    "turn the volume down",
    "play the music",
    "read me my shopping list",
    "how much memory is free",
)
VOICE = "en-us+f5"


def small_grammar() -> CommandGrammar:
    automaton = smallest_automaton(choice([Words(command) for command in COMMANDS]), {})
    return CommandGrammar(automaton=fsg_text(automaton), sentences=COMMANDS * 8)


def listener(cache_folder, grammar=None):
    folder = command_files(cache_folder, "test", lambda knows: grammar or small_grammar())
    return command_listener(folder)


def say(recogniser, text, language=None):
    return hear(recogniser, silence(0.3) + synthetic_speech(text, VOICE) + silence(0.35), language)


def hear(recogniser, pcm, language=None):
    utterance = recogniser.open(language)
    for start in range(0, len(pcm), 1024):
        utterance.feed(pcm[start : start + 1024])
    return utterance.finish()


class Finishing:
    """`finish`, or another `act`, of an utterance on a thread of its own, and what it returned; the child `pid` stands
    still meanwhile."""

    def __init__(self, utterance, pid, act="finish", *, wait=True):
        self.words = None
        self._pid = pid
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)
        self._thread = threading.Thread(target=self._ask, args=(getattr(utterance, act),), daemon=True)
        self._thread.start()
        while wait and not utterance._reading.locked():
            time.sleep(0.001)

    def go_on(self):
        os.kill(self._pid, signal.SIGCONT)

    def over(self):
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.words

    def _ask(self, act):
        self.words = act()
