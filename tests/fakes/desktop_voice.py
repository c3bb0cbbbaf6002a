"""The window's voice with nothing behind it: it records what it was told and sends what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.events import AskEvent
from jarvis.contracts.speech import AudioChunk, SpeechServiceInfo, VoiceEvent, VoiceState
from jarvis.desktop.services import AnswerReading, Recording


class RecordedReading:
    """An answer that was to be read out: its events, and whether it was told to end."""

    def __init__(self) -> None:
        self.events: list[AskEvent] = []
        self.cancelled = threading.Event()

    def heed(self, event: AskEvent) -> None:
        self.events.append(event)

    def cancel(self) -> None:
        self.cancelled.set()


class RecordingVoice:
    """A `VoiceControl` that records what it was told and sends what a test wants."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.said: list[tuple[str, Language]] = []
        self.readings: list[RecordedReading] = []
        self._callbacks: list[Callable[[VoiceEvent], None]] = []
        self.state: VoiceState = VoiceState(name="off")
        self.there: dict[str, list[str]] = {"input": ["Built-in", "Headset"], "output": ["Built-in"]}
        self.files: dict[str, list[str]] = {"en": ["/models/en_US-lessac.onnx"], "es": []}
        self.elsewhere: dict[str, list[str]] = {"en": ["Piper Amy (en_US)"], "es": []}
        self.previewed: list[tuple[str, str, Language]] = []
        self.sounds = threading.Event()
        """Set: a preview or a recording is over at once; clear: it goes on until it is stopped."""
        self.sounds.set()
        self.note = ""
        self.fail: JarvisError | None = None
        self.at_something = False
        """Something is being said or heard that is not to be cut off."""
        self.watching = False
        self.recording = Recording(sound=AudioChunk(pcm=b"\x00\x10" * 1600, sample_rate=16_000), level=0.12)
        self.played: list[AudioChunk] = []
        self.cut: list[AudioChunk] = []
        """What was stopped before it had been played to its end."""
        self.gate = threading.Event()
        self.gate.set()

    def dictate_start(self) -> None:
        self.gate.wait(60)
        self._call("dictate_start")
        self.send(VoiceState(name="listening", detail="dictation"))

    def dictate_end(self) -> None:
        self._call("dictate_end")

    def dictate_cancel(self) -> None:
        self._call("dictate_cancel")
        self.send(VoiceState(name="sleeping"))

    def apply_settings(self) -> bool:
        self._call("apply_settings")
        return not self.at_something

    def devices(self, direction: Literal["input", "output"]) -> Sequence[str]:
        if self.fail is not None:
            raise self.fail
        return list(self.there[direction])

    def voices(self, language: Language) -> Sequence[str]:
        return list(self.files[language])

    def voices_elsewhere(self, language: Language) -> Sequence[str]:
        return list(self.elsewhere[language])

    def preview(self, file: Path, text: str, language: Language, cancel: CancelToken) -> None:
        self.previewed.append((str(file), text, language))
        if self.fail is not None:
            raise self.fail
        while not self.sounds.wait(0.01):
            if cancel.cancelled:
                return

    def recogniser_in_use(self, language: Language) -> SpeechServiceInfo:
        if self.fail is not None:
            raise self.fail
        return SpeechServiceInfo(
            engine="Whisper", model="/models/whisper-base", quality="full", languages=("en", "es"), note=self.note
        )

    def voice_in_use(self, language: Language) -> SpeechServiceInfo:
        return SpeechServiceInfo(engine="Piper", model=f"{language}_voice", quality="full", languages=(language,))

    def watch_microphone(self) -> None:
        self.watching = True

    def leave_microphone(self) -> None:
        self.watching = False

    def record(self, seconds: float) -> Recording:
        self._call("record")
        self.watching = False
        return self.recording

    def play(self, sound: AudioChunk, cancel: CancelToken | None = None) -> None:
        self.played.append(sound)
        while not self.sounds.wait(0.01):
            if cancel is not None and cancel.cancelled:
                self.cut.append(sound)
                return

    def _call(self, name: str) -> None:
        if self.fail is not None:
            raise self.fail
        self.calls.append(name)

    def start(self) -> None:
        self.calls.append("start")
        self.send(VoiceState(name="sleeping"))

    def stop(self) -> None:
        self.calls.append("stop")
        self.send(VoiceState(name="off"))

    def push_to_talk(self) -> None:
        self.calls.append("push_to_talk")
        self.send(VoiceState(name="listening"))

    def mute(self) -> None:
        self.calls.append("mute")
        self.send(VoiceState(name="muted"))

    def unmute(self) -> None:
        self.calls.append("unmute")
        self.send(VoiceState(name="sleeping"))

    def say(self, text: str, language: Language) -> None:
        self.said.append((text, language))

    def read_answer(self) -> AnswerReading:
        self.readings.append(RecordedReading())
        return self.readings[-1]

    def subscribe(self, callback: Callable[[VoiceEvent], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        callback(self.state)
        return lambda: self._callbacks.remove(callback)

    def send(self, event: VoiceEvent) -> None:
        if isinstance(event, VoiceState):
            self.state = event
        for callback in list(self._callbacks):
            callback(event)
