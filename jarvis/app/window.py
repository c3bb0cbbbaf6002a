"""Wires the desktop: the listening loop behind its buttons, alerts that ring, and the notices it shows."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING

from jarvis.app.window_alerts import WindowAlerts
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.errors import AlreadyRunning, DeviceError, JarvisError, Language
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.engines.llama_build import build_state
from jarvis.processes.instance import single_instance

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_log = logging.getLogger(__name__)

_SETTLE_AFTER_SECONDS = 2.0


def run_window(jarvis: Jarvis, arguments: list[str]) -> int:
    """Open the desktop app; a second one brings the first one's window forward and fails with a sentence."""
    require_display()
    # Ahead of Qt: PySide's import hook looks into modules that are being imported, and pydantic's do not survive that.
    encoder = jarvis.routing_room.encoder
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

    def settle_in() -> None:
        encoder.prepare()
        jarvis.memory_room.work.start()

    # The window comes first; whoever asks a model within these seconds waits half a second at most.
    warming = threading.Timer(_SETTLE_AFTER_SECONDS, settle_in)
    warming.daemon = True
    warming.start()

    def on_quit() -> None:
        warming.cancel()
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
                memory=lambda: jarvis.memory_room.desk,
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
    statuses = [engine.status(language) for engine in jarvis.text_engines()]
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
    trouble = jarvis.memory_room.work.trouble if "memory_room" in jarvis.__dict__ else None
    if trouble is not None:
        found.append(Notice(id="memory-trouble", text=trouble.sentence(language), kind="warning"))
    return found


def _no_window(error: ImportError) -> JarvisError:
    return JarvisError(
        "desktop.not_installed",
        en="The window cannot open here ({why}). Run ./install_upgrade.sh run, or use “jarvis ask” and “jarvis demo”.",
        es="La ventana no se puede abrir aquí ({why}). Ejecuta ./install_upgrade.sh run, "
        "o usa «jarvis ask» y «jarvis demo».",
        why=str(error)[:120],
    )
