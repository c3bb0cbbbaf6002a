"""A loop that is in the middle of saying an answer, for tests of speaking into it."""

import threading

from jarvis.contracts.speech import SpottedWord, TurnFinished
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, SPEECH, FakeAssistant, FakeSpeechToText, frames, seconds
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, live

ANSWER = "The kettle is in the kitchen. It is on the second shelf."
INTERRUPTION = seconds(SPEECH, 1.0)
HEARING_ITSELF = {"echo_free": False}


class Heard:
    def __init__(self) -> None:
        self.kept = []

    def heard(self, question_id: str, text: str) -> None:
        self.kept.append((question_id, text))


class Spotter:
    """Finds "stop" in a frame of its own amplitude, `sure` of the first or not, and of the others as `sure_later`."""

    SOUND = 2000

    def __init__(self, *, sure: bool = True, sure_later: bool | None = None) -> None:
        self.sure = sure
        self.sure_later = sure if sure_later is None else sure_later
        self.resets = 0
        self.closed = False

    def process(self, pcm: bytes) -> list[SpottedWord]:
        if pcm != frames(self.SOUND):
            return []
        sure, self.sure = self.sure, self.sure_later
        return [SpottedWord(word="stop", at_seconds=0.0, sure=sure)]

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        self.closed = True


STOP = seconds(SPEECH, 0.4) + frames(Spotter.SOUND)
"""A word, and the frame at which it is found."""


class Answering:
    """A loop that is in the middle of saying `answer`."""

    def __init__(self, *results, parts=None, options=None, answers=(), gate=None, answer=ANSWER) -> None:
        self.gate = threading.Event()
        self.heard_log = Heard()
        self.world, self.microphone = live(
            stt=FakeSpeechToText("where is the kettle", *results),
            speaker=FakeSpeaker(gate=self.gate),
            assistant=FakeAssistant(answer, *answers),
            options=options,
            parts={"echo_free": True, "heard_log": self.heard_log, **(parts or {})},
        )

    def __enter__(self):
        self.microphone.add(COMMAND)
        assert self.world.speaker.sounding.wait(PATIENCE_SECONDS)
        self.world.log.wait_for_state("speaking")
        # What is looked for while Jarvis speaks begins after its own onset.
        self.microphone.add(seconds(QUIET, 0.5))
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.world.loop.close()

    def turns_over(self, count: int) -> None:
        self.world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) >= count)


SHORT = seconds(SPEECH, 0.2)
"""Shorter than what is surely speech: a word, or a noise that sounds like one."""
