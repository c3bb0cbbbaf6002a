"""The listening loop behind the window's buttons: built, warmed and rebuilt on threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.speech import AudioChunk, VoiceEvent, VoiceState, VoiceTrouble

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.voice.announcements import Notice
    from jarvis.voice.loop import VoiceLoop

_LOOP_OPTIONS = ("voice.microphone", "voice.speaker", "voice.endpoint_silence_seconds", "voice.wake_threshold")


class WindowVoice:
    """The window's VoiceControl: the loop is built, and its models are loaded, on a thread of its own."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._loop: VoiceLoop | None = None
        self._callbacks: list[Callable[[VoiceEvent], None]] = []
        self._state = VoiceState(name="off")
        self._built_with: tuple[object, ...] = ()

    def start(self) -> None:
        """Open the microphone and wait for the wake word."""
        loop = self._ready()
        if loop:
            loop.unmute()

    def stop(self) -> None:
        """Close the microphone."""
        if self._loop:
            self._loop.mute()

    def push_to_talk(self) -> None:
        """Listen at once."""
        loop = self._ready()
        if loop:
            loop.push_to_talk()

    def mute(self) -> None:
        """Hear nothing."""
        self.stop()

    def unmute(self) -> None:
        """Hear again."""
        self.start()

    def say(self, text: str, language: Language, sound: AudioChunk | None = None) -> None:
        """Say `text`, after `sound`, in the background."""
        self.announce(text, language, sound, lambda: True)

    def announce(
        self, text: str, language: Language, sound: AudioChunk | None, still_wanted: Callable[[], bool]
    ) -> Notice | None:
        """Say `text`, after `sound`, in the background, if then `still_wanted`; None when there is no voice."""
        loop = self._ready()
        return loop.text_to_say(text, language, sound, still_wanted) if loop else None

    def subscribe(self, callback: Callable[[VoiceEvent], None]) -> Callable[[], None]:
        """Send every event to `callback`, the current state first."""
        with self._lock:
            self._callbacks.append(callback)
            state = self._state
        callback(state)
        return lambda: self._unsubscribe(callback)

    def close(self) -> None:
        """End the loop."""
        with self._building:
            loop, self._loop = self._loop, None
        if loop:
            loop.close()

    def _ready(self) -> VoiceLoop | None:
        with self._building:
            if self._loop is not None and self._built_with != self._wanted():
                self._loop.close()
                self._loop = None
            if self._loop is None:
                try:
                    self._loop = self._built()
                except JarvisError as error:
                    language = self._jarvis.language
                    self._send(VoiceTrouble(code=error.code, sentence=error.sentence(language)))
                except ImportError as error:
                    self._send(_no_voice(self._jarvis.language, error))
            return self._loop

    def _wanted(self) -> tuple[object, ...]:
        """The options that a running loop cannot take up."""
        return tuple(self._jarvis.settings.get(name) for name in _LOOP_OPTIONS)

    def _built(self) -> VoiceLoop:
        self._built_with = self._wanted()
        speech = self._jarvis.speech
        loop = speech.loop(self._send, resting="muted")
        loop.start()
        speech.speech_to_text.warm()
        speech.text_to_speech.warm()
        self._jarvis.skill_book.warm(self._jarvis.language)
        return loop

    def _send(self, event: VoiceEvent) -> None:
        with self._lock:
            if isinstance(event, VoiceState):
                self._state = event
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(event)

    def _unsubscribe(self, callback: Callable[[VoiceEvent], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


def _no_voice(language: Language, error: ImportError) -> VoiceTrouble:
    sentence = (
        f"La voz no está instalada ({error.name}); escribir funciona. Ejecuta ./install_upgrade.sh run."
        if language == "es"
        else f"Voice is not installed ({error.name}); typing works. Run ./install_upgrade.sh run."
    )
    return VoiceTrouble(code="voice.not_installed", sentence=sentence)
