"""The listening loop behind the window's buttons: built, warmed and rebuilt on threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jarvis.app.window_microphone import WindowMicrophone
from jarvis.app.window_notes import told_for_window
from jarvis.app.window_reading import WindowReading
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.speech import AudioChunk, SpeechServiceInfo, VoiceEvent, VoiceState, VoiceTrouble
from jarvis.contracts.speech_ports import Microphone, WakeDetector
from jarvis.desktop.services import Recording
from jarvis.settings.voice_options import SPEECH_OPTIONS, VOICE_OPTIONS

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.audio.device_watch import DeviceWatch
    from jarvis.voice.announcements import Notice
    from jarvis.voice.loop import VoiceLoop
    from jarvis.voice.reading import Reading

_READ_ANEW = frozenset(
    {
        "voice.enabled",
        "voice.pill",
        "voice.barge_in",
        "voice.answer_aloud",
        "voice.follow_up_seconds",
        "voice.rate",
        "voice.volume",
        "voice.sounds",
        "voice.fillers",
        "voice.confirm_basic",
    }
)
"""Options that a running loop reads for every turn, or that are the window's; for the others it is built anew."""
_OF_HEARING = frozenset({"speech.turn_model"})
"""Options of speech for which recogniser and voices stay."""


class WindowVoice:
    """The window's VoiceControl: the loop is built, and its models are loaded, on a thread of its own."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._muting = threading.Lock()
        self._closed = False
        self._loop: VoiceLoop | None = None
        self._callbacks: list[Callable[[VoiceEvent], None]] = []
        self._state = VoiceState(name="off")
        self._built_with = self._wanted()
        self._enabled = jarvis.settings.flag("voice.enabled")
        self._listens = False
        self._asleep = False
        """The loop that was ended had been told to sleep."""
        self._deaf = False
        """The loop is there and wants to listen, but has no microphone."""
        self._aside = False
        """The loop leaves the microphone to a recording."""
        self._device_watch: DeviceWatch | None = None
        self._microphone = WindowMicrophone(
            microphone=self._new_microphone,
            wake=self._new_wake_detector,
            send=self._send,
            trouble=self._report,
        )

    def start(self) -> None:
        """Open the microphone and wait for the wake word; a Jarvis that was told to sleep is woken."""
        self._listens, self._deaf = True, False
        self._microphone.free()
        self._ready(wake=True)

    def stop(self) -> None:
        """Close the microphone."""
        with self._muting:
            self._listens = False
            if self._loop:
                self._loop.mute()
        self._microphone.leave()

    def push_to_talk(self) -> None:
        """Listen at once."""
        self._microphone.free()
        loop = self._ready()
        if loop:
            loop.push_to_talk()

    def mute(self) -> None:
        """Hear nothing."""
        self.stop()

    def unmute(self) -> None:
        """Hear again."""
        self.start()

    def dictate_start(self) -> None:
        """Take down what is said until `dictate_end`."""
        self._microphone.free()
        loop = self._ready()
        if loop:
            loop.dictate()

    def dictate_end(self) -> None:
        """The dictation is over."""
        if self._loop:
            self._loop.dictated()

    def dictate_cancel(self) -> None:
        """Drop the dictation."""
        if self._loop:
            self._loop.stop_all()

    def apply_settings(self) -> bool:
        """Build anew what options that were changed have made stale, and listen again where it did.

        False while what is being said or heard would be cut off: ask again.
        """
        enabled = self._jarvis.settings.flag("voice.enabled")
        with self._building:
            switched, self._enabled = enabled != self._enabled, enabled
            renewed = self._drop_stale()
        if switched:
            self.start() if enabled else self.stop()
        elif renewed and self._listens:
            self._deaf = False
            self._microphone.free()
            self._ready()
        return self._built_with == self._wanted()

    def devices(self, direction: Literal["input", "output"]) -> Sequence[str]:
        """Return the names of the devices there are now."""
        from jarvis.audio import portaudio
        from jarvis.audio.device_watch import DeviceWatch

        if self._device_watch is None or self._device_watch.changed(missing=True):
            self._device_watch = self._device_watch or DeviceWatch()
            portaudio.refresh()
        return list(dict.fromkeys(device.name for device in portaudio.list_devices(direction)))

    def voices(self, language: Language) -> Sequence[str]:
        """Return the Piper voices in the models folder for `language`."""
        folder = self._jarvis.folders.models
        if not folder.is_dir():
            return []
        names = (f"{language}_", f"{language}-")
        return [str(path) for path in sorted(folder.glob("**/*.onnx")) if path.name.lower().startswith(names)]

    def voices_elsewhere(self, language: Language) -> Sequence[str]:
        """Return the catalogue's voices for `language` that are not here."""
        from jarvis.app.voice_preview import voices_elsewhere

        return voices_elsewhere(self._jarvis, language, self.voices(language))

    def preview(self, file: Path, text: str, language: Language, cancel: CancelToken) -> None:
        """Say `text` in the voice of `file`, whichever is chosen."""
        from jarvis.app.voice_preview import play_preview

        play_preview(self._jarvis, file, text, language, cancel)

    def recogniser_in_use(self, language: Language) -> SpeechServiceInfo:
        """Say what recognises speech now."""
        return told_for_window(self._jarvis.speech.speech_to_text.info(language), language)

    def voice_in_use(self, language: Language) -> SpeechServiceInfo:
        """Say what speaks `language` now."""
        return told_for_window(self._jarvis.speech.text_to_speech.info(language), language)

    def watch_microphone(self) -> None:
        """Send levels and wake scores; where the microphone is off, open it for that."""
        if self._state.name == "off" and (self._deaf or not self._listens):
            self._microphone.watch()

    def leave_microphone(self) -> None:
        """Close what `watch_microphone` and `record` opened."""
        self._microphone.leave()

    def record(self, seconds: float) -> Recording:
        """Record the microphone; what listens to it stands aside."""
        loop = self._loop if self._listens else None
        self._aside = True
        if loop:
            loop.mute()
        try:
            return self._microphone.record(seconds)
        finally:
            self._aside = False
            self._hear(loop, wake=False)

    def play(self, sound: AudioChunk, cancel: CancelToken | None = None) -> None:
        """Play `sound` to its end, or until cancelled."""
        wanted = cancel or CancelToken()
        speaker = self._jarvis.speech.speaker()
        left_alone = wanted.on_cancel(speaker.stop)
        try:
            if not wanted.cancelled:
                speaker.play(sound)
                speaker.wait(wanted)
        finally:
            left_alone()
            speaker.close()

    def say(self, text: str, language: Language, sound: AudioChunk | None = None) -> None:
        """Say `text`, after `sound`, in the background."""
        self.announce(text, language, sound, lambda: True, None)

    def read_answer(self) -> WindowReading:
        """Say aloud the answer whose events follow, from its first clause on; returns at once."""
        return WindowReading(self._answer_to_say)

    def announce(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None,
        still_wanted: Callable[[], bool],
        on_stopped: Callable[[], None] | None,
    ) -> Notice | None:
        """Say `text`, after `sound`, in the background, if then `still_wanted`; None when there is no voice.

        With `on_stopped` it rings, see `jarvis.voice.announcements.Notice`.
        """
        loop = self._ready()
        return loop.text_to_say(text, language, sound, still_wanted, on_stopped) if loop else None

    def subscribe(self, callback: Callable[[VoiceEvent], None]) -> Callable[[], None]:
        """Send every event to `callback`, the current state first."""
        with self._lock:
            self._callbacks.append(callback)
            state = self._state
        callback(state)
        return lambda: self._unsubscribe(callback)

    def close(self) -> None:
        """End the loop."""
        self._closed = True
        self._microphone.leave()
        with self._building:
            loop, self._loop = self._loop, None
        if loop:
            loop.close()

    def _hear(self, loop: VoiceLoop | None, *, wake: bool) -> None:
        """Open the microphone, unless the person has closed it meanwhile."""
        with self._muting:
            if loop and self._listens:
                loop.unmute(wake=wake)

    def _ready(self, *, wake: bool = False) -> VoiceLoop | None:
        """Return the loop for the options of now, built where there is none; None when there can be none.

        One that is built while the person wants to be heard listens; with `wake` any does, and sleeps no longer.
        """
        with self._building:
            self._drop_stale()
            hear = wake
            if self._loop is None and not self._closed:
                try:
                    self._loop = self._built()
                    hear = True
                except JarvisError as error:
                    self._report(error)
                except ImportError as error:
                    self._send(_no_voice(self._jarvis.language, error))
            if hear:
                self._hear(self._loop, wake=wake)
            return self._loop

    def _answer_to_say(self) -> Reading | None:
        loop = self._ready()
        return loop.answer_to_say() if loop else None

    def _wanted(self) -> dict[str, object]:
        """The options that a running loop cannot take up."""
        names = [o.name for o in (*VOICE_OPTIONS, *SPEECH_OPTIONS) if o.name not in _READ_ANEW]
        # Wake words of one's own are those of the language.
        return {name: self._jarvis.settings.get(name) for name in (*names, "language")}

    def _drop_stale(self) -> bool:
        """End the loop, recogniser and voices that were made for other options; False where there was nothing to end.

        A loop that is at something, or stands aside, is kept as it is until that is over.
        """
        before, now = self._built_with, self._wanted()
        if before == now or self._aside or (self._loop is not None and not self._loop.idle):
            return False
        self._built_with = now
        loop, self._loop = self._loop, None
        if loop is not None:
            self._asleep = loop.asleep
            loop.close()
        models = {option.name for option in SPEECH_OPTIONS} - _OF_HEARING
        models_changed = any(before[name] != now[name] for name in models)
        self._jarvis.speech.renew(models=models_changed)
        return True

    def _built(self) -> VoiceLoop:
        with self._jarvis.building:
            # Where somebody types just now, it is on its way already; it is made once.
            self._jarvis.assistant()
        speech = self._jarvis.speech
        loop = speech.loop(self._send, resting="muted", asleep=self._asleep)
        loop.start()
        try:
            speech.warm_children()
        except BaseException:
            loop.close()
            raise
        return loop

    def _new_microphone(self) -> Microphone:
        return self._jarvis.speech.microphone()

    def _new_wake_detector(self) -> WakeDetector:
        return self._jarvis.speech.wake_detector()

    def _report(self, error: JarvisError) -> None:
        self._send(VoiceTrouble(code=error.code, sentence=error.sentence(self._jarvis.language)))

    def _send(self, event: VoiceEvent) -> None:
        with self._lock:
            if isinstance(event, VoiceState):
                self._state = event
                self._deaf = self._deaf and event.name in ("off", "muted")
            elif isinstance(event, VoiceTrouble):
                self._deaf = self._loop is not None and self._state.name == "off"
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
