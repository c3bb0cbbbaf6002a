"""Wires the desktop: the listening loop behind its buttons, alerts that ring, and the notices it shows."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jarvis.contracts.errors import AlreadyRunning, DeviceError, JarvisError, Language
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceEvent, VoiceState, VoiceTrouble
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.engines.llama_build import build_state
from jarvis.host.alert_keeper import AlertKeeper
from jarvis.host.keeper_lock import KeeperLock
from jarvis.host.notify import DesktopNotifier
from jarvis.processes.instance import single_instance

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.voice.loop import VoiceLoop

_log = logging.getLogger(__name__)


class WindowVoice:
    """The window's VoiceControl: the loop is built, and its models are loaded, on a thread of its own."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._loop: VoiceLoop | None = None
        self._callbacks: list[Callable[[VoiceEvent], None]] = []
        self._state = VoiceState(name="off")
        self.note = ""

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

    def say(self, text: str, language: Language) -> None:
        """Say `text` in the background."""
        loop = self._ready()
        if loop:
            loop.text_to_say(text, language)

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
            if self._loop is None:
                try:
                    self._loop = self._built()
                except JarvisError as error:
                    language = self._jarvis.language
                    self._send(VoiceTrouble(code=error.code, sentence=error.sentence(language)))
                except ImportError as error:
                    self._send(_no_voice(self._jarvis.language, error))
            return self._loop

    def _built(self) -> VoiceLoop:
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


class WindowAlerts:
    """The window's AlertPanel, and what happens when an alert is due: a notification, a sound, the words."""

    def __init__(self, jarvis: Jarvis, voice: WindowVoice) -> None:
        self._jarvis = jarvis
        self._voice = voice
        self._notifier = DesktopNotifier()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[Alert], None]] = []
        self._keeper = AlertKeeper(
            jarvis.alert_book,
            jarvis.clock,
            KeeperLock(jarvis.keeper_lock_file),
            on_ring=self._ring,
            on_missed=self._missed,
            on_quiet=self._quiet,
        )
        jarvis.stop_hub.register(self.silence)

    def start(self) -> None:
        """Begin to ring what is due."""
        self._keeper.start()

    def stop(self) -> None:
        """Ring no more."""
        self._keeper.stop()

    def active(self) -> Sequence[Alert]:
        """Return what is set, soonest first."""
        return self._jarvis.alert_book.active()

    def subscribe(self, callback: Callable[[Alert], None]) -> Callable[[], None]:
        """Send ringing alerts to `callback`."""
        with self._lock:
            self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def dismiss(self, alert_id: str) -> None:
        """Silence a ringing alert, or cancel one that has not rung."""
        book = self._jarvis.alert_book
        for alert in book.active():
            if alert.id == alert_id:
                book.replace(replace(alert, state="done" if alert.state == "ringing" else "cancelled"))

    def silence(self) -> bool:
        """Stop everything that rings; True if something did."""
        ringing = [alert for alert in self.active() if alert.state == "ringing"]
        for alert in ringing:
            self.dismiss(alert.id)
        return bool(ringing)

    def _ring(self, alert: Alert) -> None:
        text = _words_for(alert)
        self._notifier.notify("Jarvis", text, urgent=True)
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(alert)
        self._voice.say(text, alert.language)

    def _missed(self, alert: Alert) -> None:
        spanish = alert.language == "es"
        lead = "Se pasó mientras Jarvis estaba cerrado: " if spanish else "Missed while Jarvis was closed: "
        self._notifier.notify("Jarvis", lead + _words_for(alert))

    def _quiet(self, alert: Alert) -> None:
        _log.info("alert silenced", extra={"facts": {"kind": alert.kind}})


def run_window(jarvis: Jarvis, arguments: list[str]) -> int:
    """Open the desktop app; a second one brings the first one's window forward and fails with a sentence."""
    require_display()
    try:
        from jarvis.desktop.instance import raise_running_instance
        from jarvis.desktop.run import run_desktop
    except ImportError as error:
        raise _no_window(error) from error
    try:
        lock = single_instance(jarvis.folders.run, "desktop")
    except AlreadyRunning:
        raise_running_instance(jarvis.folders.run)
        raise
    voice = WindowVoice(jarvis)
    alerts = WindowAlerts(jarvis, voice)
    alerts.start()

    def on_quit() -> None:
        alerts.stop()
        voice.close()

    if jarvis.settings.flag("voice.enabled"):
        threading.Thread(target=voice.start, name="jarvis-voice-start", daemon=True).start()
    try:
        return run_desktop(
            DesktopServices(
                assistant=jarvis.assistant(),
                log=jarvis.conversation_log,
                settings=jarvis.settings,
                secrets=jarvis.secrets(),
                clock=jarvis.clock,
                voice=voice,
                alerts=alerts,
                notices=lambda language: notices(jarvis, language),
                stop_all=jarvis.stop_hub.stop_all,
                on_quit=on_quit,
                home=jarvis.folders.home,
                run_folder=jarvis.folders.run,
            ),
            arguments,
        )
    finally:
        lock.release()


def require_display() -> None:
    """Raise `DeviceError` where Qt would abort the whole process for want of a display."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "xcb").split(";")[0] not in {"xcb", "wayland"}:
        return
    display, wayland = os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", "")
    if wayland or (display and _answers(display)):
        return
    raise DeviceError(
        "desktop.no_display",
        en="There is no display here{which}, so the window cannot open. "
        "“jarvis ask” and “jarvis demo” work without one.",
        es="Aquí no hay pantalla{which}, así que la ventana no se puede abrir. "
        "«jarvis ask» y «jarvis demo» no la necesitan.",
        which=f" ({display})" if display else "",
    )


def _answers(display: str) -> bool:
    """Try the socket of a local X display such as ":0"; a remote one is left to Qt."""
    host, _, number = display.rpartition(":")
    if host not in {"", "unix"}:
        return True
    number = number.split(".")[0]
    for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):
        with socket.socket(socket.AF_UNIX) as link:
            try:
                link.connect(address)
            except OSError:
                continue
            return True
    return False


def notices(jarvis: Jarvis, language: Language) -> list[Notice]:
    """Return what the person should know now: missing models, a build under way, fallbacks in use."""
    found: list[Notice] = []
    spanish = language == "es"
    for warning in jarvis.settings.warnings:
        found.append(Notice(id=f"settings:{warning.code}", text=warning.sentence(language), kind="warning"))
    build = build_state()
    if build.state == "building":
        found.append(
            Notice(id="llama-build", text=build.sentence(language), kind="progress", percent=float(build.percent))
        )
    elif build.state != "installed":
        found.append(
            Notice(
                id=f"llama-{build.state}",
                text=build.sentence(language),
                step="./install_upgrade.sh run",
                kind="warning",
            )
        )
    statuses = [engine.status(language) for engine in jarvis.text_engines]
    if build.state == "installed" and not any(status.state in {"ready", "loadable"} for status in statuses):
        local = next((status.sentence for status in statuses if status.where == "local"), "")
        found.append(Notice(id="no-model", text=local, step="jarvis models download qwen2.5-1.5b"))
    if "speech" in jarvis.__dict__ and "speech_to_text" in jarvis.speech.__dict__:
        hearing = jarvis.speech.speech_to_text.info(language)
        if hearing.note:
            found.append(Notice(id="basic-hearing", text=hearing.note, step="jarvis models download whisper-base"))
    if "speech" in jarvis.__dict__ and "text_to_speech" in jarvis.speech.__dict__:
        voice = jarvis.speech.text_to_speech.info(language)
        if voice.note:
            step = f"jarvis models download {'voice-es-davefx' if spanish else 'voice-en-lessac'}"
            found.append(Notice(id="basic-voice", text=voice.note, step=step))
    return found


def _words_for(alert: Alert) -> str:
    spanish = alert.language == "es"
    if alert.kind == "reminder":
        return f"Recordatorio: {alert.label}." if spanish else f"Reminder: {alert.label}."
    if alert.kind == "alarm":
        named = f" {alert.label}" if alert.label else ""
        return f"Es la hora de tu alarma{named}." if spanish else f"It is time for your alarm{named}."
    if alert.label:
        return f"El temporizador «{alert.label}» ha terminado." if spanish else f"Your {alert.label} timer is done."
    return "Tu temporizador ha terminado." if spanish else "Your timer is done."


def _no_voice(language: Language, error: ImportError) -> VoiceTrouble:
    sentence = (
        f"La voz no está instalada ({error.name}); escribir funciona. Ejecuta ./install_upgrade.sh run."
        if language == "es"
        else f"Voice is not installed ({error.name}); typing works. Run ./install_upgrade.sh run."
    )
    return VoiceTrouble(code="voice.not_installed", sentence=sentence)


def _no_window(error: ImportError) -> JarvisError:
    return JarvisError(
        "desktop.not_installed",
        en="The window cannot open here ({why}). Run ./install_upgrade.sh run, or use “jarvis ask” and “jarvis demo”.",
        es="La ventana no se puede abrir aquí ({why}). Ejecuta ./install_upgrade.sh run, "
        "o usa «jarvis ask» y «jarvis demo».",
        why=str(error)[:120],
    )
