"""A voice loop among fakes, and what came of it."""

from jarvis.contracts.speech import TurnFinished
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.voice import (
    EventLog,
    FakeActivity,
    FakeAssistant,
    FakeClock,
    FakeSpeaker,
    FakeSpeechToText,
    FakeTextToSpeech,
    FakeWake,
    ScriptedMicrophone,
    utterance,
    wake_word,
)

COMMAND = wake_word() + utterance()
"""The wake word and a question, as the fake detectors hear them."""


class World:
    """A loop among fakes, and what came of it."""

    def __init__(
        self, *microphones, stt=None, assistant=None, tts=None, speaker=None, options=None, pauses=3, **settings
    ) -> None:
        self.microphones = list(microphones)
        self.stt = stt or FakeSpeechToText()
        self.assistant = assistant or FakeAssistant()
        self.tts = tts or FakeTextToSpeech()
        self.speaker = speaker or FakeSpeaker()
        self.log = EventLog()
        self.clock = FakeClock()
        self.options = options or VoiceOptions()
        self.paused = []
        self.pauses = pauses
        parts = VoiceParts(
            microphone=self.next_microphone,
            wake=FakeWake(),
            activity=FakeActivity(),
            turns=SilenceTurnDetector(0.35),
            speech_to_text=self.stt,
            assistant=self.assistant,
            text_to_speech=self.tts,
            speaker=self.speaker,
            clock=self.clock,
        )
        self.loop = VoiceLoop(
            parts,
            options=lambda: self.options,
            on_event=self.log,
            pause=self.pause,
            **{"hold_while_answering": True, **settings},
        )

    def next_microphone(self):
        microphone = self.microphones.pop(0)
        if isinstance(microphone, Exception):
            raise microphone
        return microphone

    def pause(self, length: float) -> None:
        self.paused.append(length)
        if len(self.paused) >= self.pauses:
            self.loop.close()

    def turns(self) -> list[TurnFinished]:
        return self.log.of(TurnFinished)

    def said(self) -> list[str]:
        return [clause for clause, _ in self.tts.said]


def hear(sound: bytes, **world) -> World:
    """Let a loop hear `sound` to its end, standing still during answers."""
    made = World(ScriptedMicrophone(sound), **world)
    made.loop.run()
    return made


def running(**parts) -> World:
    """A loop on a thread of its own over an endless microphone that hears `sound` first."""
    sound = parts.pop("sound", b"")
    world = World(*[ScriptedMicrophone(sound, endless=True) for _ in range(9)], hold_while_answering=False, **parts)
    world.loop.start()
    return world
