"""A voice loop among fakes, and what came of it."""

import queue
import threading
from collections.abc import Iterator

from jarvis.contracts.speech import TurnFinished
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.voice import (
    FRAME_BYTES,
    PATIENCE_SECONDS,
    EventLog,
    FakeActivity,
    FakeAssistant,
    FakeClock,
    FakeJudge,
    FakeSpeechToText,
    FakeWake,
    ScriptedMicrophone,
    utterance,
    wake_word,
)
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech

COMMAND = wake_word() + utterance()
"""The wake word and a question, as the fake detectors hear them."""


class LiveMicrophone:
    """Hears what is added to it and nothing else; each frame is taken before `add` returns."""

    name = "live"

    def __init__(self) -> None:
        self._frames: queue.Queue[bytes | Exception | None] = queue.Queue()
        self.closed = threading.Event()

    def add(self, sound: bytes) -> None:
        """Let `sound` be heard to its end, or until the microphone is closed."""
        for at in range(0, len(sound), FRAME_BYTES):
            self._frames.put(sound[at : at + FRAME_BYTES])
        # The loop has dealt with a frame once it asks for the next one.
        with self._frames.all_tasks_done:
            assert self._frames.all_tasks_done.wait_for(
                lambda: self.closed.is_set() or not self._frames.unfinished_tasks, PATIENCE_SECONDS
            )

    def fail(self, error: Exception) -> None:
        """Let the device be lost for good."""
        self._frames.put(error)

    def chunks(self) -> Iterator[bytes]:
        while (frame := self._frames.get()) is not None:
            if isinstance(frame, Exception):
                raise frame
            yield frame
            self._frames.task_done()

    def close(self) -> None:
        self.closed.set()
        self._frames.put(None)
        with self._frames.all_tasks_done:
            self._frames.all_tasks_done.notify_all()


class World:
    """A loop among fakes, and what came of it."""

    def __init__(
        self,
        *microphones,
        stt=None,
        assistant=None,
        tts=None,
        speaker=None,
        options=None,
        pauses=3,
        judge=None,
        parts=None,
        **settings,
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
        self.judge = judge or FakeJudge()
        self.activity = FakeActivity()
        built = VoiceParts(
            **{
                "microphone": self.next_microphone,
                "wake": FakeWake(),
                "activity": self.activity,
                "turns": SilenceTurnDetector(),
                "speech_to_text": self.stt,
                "assistant": self.assistant,
                "text_to_speech": self.tts,
                "speaker": self.speaker,
                "clock": self.clock,
                "judge": self.judge,
                **(parts or {}),
            }
        )
        self.loop = VoiceLoop(
            built,
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
        self.clock.seconds += length
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


def live(**parts) -> tuple[World, LiveMicrophone]:
    """A loop on a thread of its own, and the microphone that says what it hears."""
    microphone = LiveMicrophone()
    world = World(microphone, hold_while_answering=False, **parts)
    world.loop.start()
    return world, microphone
