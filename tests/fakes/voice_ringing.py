"""A voice loop among fakes that rings, for tests of stop words said to what rings."""

import threading

from jarvis.contracts.speech import AudioChunk, TranscriptReady
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, SPEECH, FakeAssistant, FakeSpeechToText, seconds
from tests.fakes.voice_answering import PausingSpeaker
from tests.fakes.voice_spotter import Spotter
from tests.fakes.voice_world import LiveMicrophone, World

TONE = AudioChunk(pcm=b"\x00\x20" * 1600, sample_rate=16000)
WORDS = "Your tea timer is done."
SHORT = seconds(SPEECH, 0.2) + seconds(QUIET, 0.6)


class Ringing:
    """A loop among fakes that rings; the sound lasts until `quiet`. `slow` lets no recogniser ever answer."""

    def __init__(
        self,
        *results,
        word: str = "stop",
        slow: bool = False,
        echo_free: bool = True,
        spots: bool = True,
        options: VoiceOptions | None = None,
        answers=(),
        **settings,
    ) -> None:
        self.gate = threading.Event()
        self.speaker = PausingSpeaker(self.gate)
        self.spotter = Spotter(word)
        self.microphone = LiveMicrophone()
        self.recogniser = threading.Event()
        if not slow:
            self.recogniser.set()
        self.world = World(
            self.microphone,
            stt=FakeSpeechToText(*results, gate=self.recogniser),
            speaker=self.speaker,
            assistant=FakeAssistant(*answers),
            parts={"echo_free": echo_free, "stop_words": self.spotter if spots else None},
            options=options,
            hold_while_answering=False,
            **settings,
        )
        self.loop, self.log = self.world.loop, self.world.log
        self.told = []
        self.was_told = threading.Event()
        self.notices = []

    def __enter__(self):
        self.loop.start()
        self.microphone.add(seconds(QUIET, 0.2))
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.recogniser.set()
        self.loop.close()

    def ring(self, text: str = WORDS, name: str = "tea") -> None:
        """Ring, and be heard doing so."""
        self.speaker.sounding.clear()

        def on_stopped() -> None:
            self.told.append(name)
            self.was_told.set()

        self.notices.append(self.loop.text_to_say(text, "en", TONE, on_stopped=on_stopped))

    def sounds(self) -> None:
        assert self.speaker.sounding.wait(PATIENCE_SECONDS)
        assert self.loop.state == "speaking"
        self.microphone.add(seconds(QUIET, 0.5))

    def quiet(self) -> None:
        """Let the sound end: the pause until it rings again begins."""
        self.gate.set()
        assert self.notices[-1].over.wait(PATIENCE_SECONDS)
        assert self.loop.state == "sleeping"

    def turns_heard(self, count: int) -> None:
        self.log.wait_for(lambda events: len([e for e in events if isinstance(e, TranscriptReady)]) >= count)
