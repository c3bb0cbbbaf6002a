"""What the window's voice is built from, without a sound device: loops that record what they are told."""

from __future__ import annotations

from collections.abc import Callable

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import VoiceEvent, VoiceState, WakeHit
from tests.fakes.voice import FakeWake, ScriptedMicrophone
from tests.fakes.voice_output import FakeSpeaker

FRAME = b"\x00\x10" * 512


class Wake(FakeWake):
    """Rates every frame alike; the third is a hit."""

    score = 0.9

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0

    def process(self, pcm: bytes) -> list[WakeHit]:
        self.frames += 1
        return [WakeHit(at_seconds=0.1, score=0.98)] if self.frames == 3 else []


class Loop:
    """A listening loop that records what it is told."""

    def __init__(self, send: Callable[[VoiceEvent], None]) -> None:
        self.calls: list[str] = []
        self._send, self.asleep, self.idle = send, False, True

    def tell(self, event: VoiceEvent) -> None:
        self._send(event)

    def __getattr__(self, name: str) -> Callable[..., bool]:
        def call(*_: object, **__: object) -> bool:
            self.calls.append(name)
            states = {"unmute": "sleeping", "mute": "muted"}
            if name in states:
                self._send(VoiceState(name=states[name]))  # type: ignore[arg-type]
            return True

        return call


class Part:
    """A recogniser or a voice that can be closed."""

    def __init__(self) -> None:
        self.closed = False

    def warm(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True


class Speech:
    """What the app builds hearing and speaking from."""

    def __init__(self) -> None:
        self.loops: list[Loop] = []
        self.microphones: list[ScriptedMicrophone] = []
        self.fails: list[DeviceError] = []
        self.played = FakeSpeaker()
        self.speech_to_text, self.text_to_speech, self.hearing = Part(), Part(), Part()
        self.while_loading: Callable[[], None] = lambda: None

    def warm_children(self) -> None:
        self.while_loading()

    def loop(self, send: Callable[[VoiceEvent], None], resting: str, *, asleep: bool) -> Loop:
        assert resting == "muted"
        for name in ("speech_to_text", "text_to_speech", "hearing"):
            if name not in self.__dict__:
                setattr(self, name, Part())
        self.loops.append(Loop(send))
        return self.loops[-1]

    def renew(self, *, models: bool) -> None:
        for part in ("hearing", *(("speech_to_text", "text_to_speech") if models else ())):
            self.__dict__.pop(part).close()

    def microphone(self) -> ScriptedMicrophone:
        fails = self.fails.pop(0) if self.fails else None
        sound = b"" if fails else FRAME * 20
        self.microphones.append(ScriptedMicrophone(sound, fails=fails, endless=fails is None))
        return self.microphones[-1]

    def wake_detector(self) -> Wake:
        return Wake()

    def speaker(self) -> FakeSpeaker:
        return self.played

    def close(self) -> None:
        return None
