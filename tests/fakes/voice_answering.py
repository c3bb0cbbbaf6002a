"""A loop in the middle of an answer, whose microphones can vanish and whose speaker can be held."""

import threading

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import (
    TurnFinished,
    VoiceState,
)
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeSpeechToText,
    error,
    seconds,
)
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, LiveMicrophone, World

TWO_SENTENCES = "The kettle is in the kitchen. It is on the second shelf."
PAUSE = seconds(QUIET, 1.0)


class PausingSpeaker(FakeSpeaker):
    """Knows whether it is held, and like a real one waits and is freed by `stop`."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        super().__init__(gate)
        self.held = False

    def pause(self) -> None:
        super().pause()
        self.held = True

    def resume(self) -> None:
        super().resume()
        self.held = False

    def stop(self) -> None:
        super().stop()
        self.held = False


class LosableMicrophone(LiveMicrophone):
    """A live microphone that can vanish."""

    def chunks(self):
        yield from super().chunks()
        if self.lost:
            raise error("audio.microphone_lost", DeviceError)

    lost = False

    def lose(self) -> None:
        self.lost = True
        self._frames.put(None)


class Answering:
    """A loop with several microphones, in the middle of an answer that lasts until `gate` opens."""

    def __init__(self, *results, answers=(), microphones=2, stt=None, **world) -> None:
        self.gate = threading.Event()
        self.speaker = PausingSpeaker(self.gate)
        self.microphones = [LosableMicrophone() for _ in range(microphones)]
        self.microphone = self.microphones[0]
        parts = {"echo_free": True, **world.pop("parts", {})}
        self.world = World(
            *self.microphones,
            stt=stt or FakeSpeechToText("where is the kettle", *results),
            speaker=self.speaker,
            assistant=world.pop("assistant", None) or FakeAssistant(TWO_SENTENCES, *answers),
            parts=parts,
            hold_while_answering=False,
            pauses=99,
            **world,
        )
        self.loop, self.log = self.world.loop, self.world.log

    def __enter__(self):
        self.loop.start()
        self.microphone.add(COMMAND)
        assert self.speaker.sounding.wait(PATIENCE_SECONDS)
        self.log.wait_for_state("speaking")
        self.microphone.add(seconds(QUIET, 0.5))
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.loop.close()

    def interrupt(self) -> None:
        """Speak into the answer, and not to the end."""
        self.microphone.add(seconds(SPEECH, 1.0))
        assert self.loop.state == "hearing"
        assert self.speaker.held

    def turns_over(self, count: int) -> None:
        self.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) >= count)

    def reaches(self, state: str) -> None:
        self.log.wait_for(lambda events: [e.name for e in events if isinstance(e, VoiceState)][-1] == state)

    def asked(self) -> list[str]:
        return [request.text for request in self.world.assistant.requests]
