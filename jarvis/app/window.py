"""Wires the desktop: the listening loop behind its buttons, alerts that ring, and the notices it shows."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jarvis.app.window_alerts import WindowAlerts
from jarvis.app.window_assistant import LateAssistant
from jarvis.app.window_memory import give_back_memory, use_little_memory
from jarvis.app.window_notes import told_for_window
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.errors import AlreadyRunning, DeviceError, JarvisError, Language
from jarvis.desktop.interpreter import window_first
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.desktop.ways_on import Place
from jarvis.documents.formulas import FormulaDrawer
from jarvis.engines.llama_build import build_state
from jarvis.host.compositor import composites
from jarvis.host.motion import asks_for_little_motion
from jarvis.host.shortcuts_session import shortcuts_for
from jarvis.memory.leftovers import ASIDE
from jarvis.processes.instance import single_instance

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.contracts.data_desk import DataDesk
    from jarvis.contracts.key_desk import KeyDesk

_log = logging.getLogger(__name__)

_SETTLE_AFTER_SECONDS = 2.0


def run_window(jarvis: Jarvis, arguments: list[str]) -> int:
    """Open the desktop app; a second one brings the first one's window forward and fails with a sentence."""
    require_display()
    use_little_memory()
    window_first()
    try:
        from jarvis.desktop.plain_imports import leave_imports_alone

        if not leave_imports_alone():
            _log.warning("PySide looks into what is imported after it: what answers may fail to load")
        from jarvis.desktop.instance import QUICK_ARGUMENT, raise_running_instance
        from jarvis.desktop.run import START_ANEW, run_desktop
    except ImportError as error:
        raise _no_window(error) from error
    try:
        lock = single_instance(jarvis.folders.run, "desktop")
    except AlreadyRunning:
        raise_running_instance(jarvis.folders.run)
        raise
    jarvis.models_apart = True
    voice = WindowVoice(jarvis)
    alerts = WindowAlerts(jarvis, voice)
    alerts.start()
    background = _Background(jarvis, voice)
    formulas = FormulaDrawer(logs=jarvis.folders.logs, registry=jarvis.registry)

    def on_quit() -> None:
        background.stop()
        alerts.stop()
        voice.close()
        formulas.close()

    try:
        code = run_desktop(
            DesktopServices(
                assistant=background.assistant,
                log=jarvis.conversation_log,
                settings=jarvis.settings,
                secrets=jarvis.secrets(),
                clock=jarvis.clock,
                voice=voice,
                alerts=alerts,
                notices=lambda language: [*_trouble_of(background, language), *notices(jarvis, language)],
                stop_all=jarvis.stop_hub.stop_all,
                on_shown=background.start,
                on_quit=on_quit,
                home=jarvis.folders.home,
                run_folder=jarvis.folders.run,
                memory=lambda: jarvis.memory_room.desk,
                conversations=jarvis.conversation_desk,
                attachments=jarvis.attachments,
                models=jarvis.models,
                routing=jarvis.routing,
                spending=jarvis.spending,
                resources=lambda: jarvis.resources,
                shortcuts=shortcuts_for(os.environ),
                keys=lambda: _keys(jarvis),
                data=lambda: _data(jarvis),
                mcp=jarvis.mcp,
                permissions=jarvis.permissions,
                audit=jarvis.audit,
                skill_names=jarvis.skill_names,
                little_motion=asks_for_little_motion,
                formulas=formulas,
                see_through=lambda: composites(os.environ),
            ),
            arguments,
        )
    finally:
        lock.release()
    if code == START_ANEW:
        from jarvis.processes.anew import start_anew

        jarvis.close()
        # Behind the dashes, or what Qt alone knows is taken for what this program knows: "-stylesheet" asks for help.
        start_anew(["app", "--", *(each for each in arguments if each != QUICK_ARGUMENT)], jarvis.registry)
    return code


def _keys(jarvis: Jarvis) -> KeyDesk:
    from jarvis.app.key_check import key_desk

    return key_desk(jarvis)


def _data(jarvis: Jarvis) -> DataDesk:
    from jarvis.app.data_desk import data_desk

    return data_desk(jarvis)


class _Background:
    """What a window that is there goes on to load: what answers, what listens, what remembers."""

    def __init__(self, jarvis: Jarvis, voice: WindowVoice) -> None:
        self._jarvis = jarvis
        self._voice = voice
        self.assistant = LateAssistant(jarvis)
        self.trouble: JarvisError | None = None
        self._over = threading.Event()
        self._settling = threading.Timer(_SETTLE_AFTER_SECONDS, self._settle)
        self._settling.daemon = True
        self._loading = threading.Thread(target=self._load, name="jarvis-voice-start", daemon=True)

    def start(self) -> None:
        """Begin, on threads of its own."""
        # The window comes first; whoever asks a model within these seconds waits half a second at most.
        self._settling.start()
        self._loading.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._over.set()
        self._settling.cancel()

    def _load(self) -> None:
        with self._told():
            self.assistant.get()
            if self._jarvis.settings.flag("voice.enabled") and not self._over.is_set():
                self._voice.start()
                if not self._over.is_set():
                    self._jarvis.speech.warm_answers()

    def _settle(self) -> None:
        with self._told():
            if self._over.is_set():
                return
            encoder = self.assistant.encoder()
            encoder.prepare()
            if not self._over.is_set():
                self._jarvis.memory_room.work.start()
            encoder.settle()
            # What is loaded meanwhile leaves free pieces too.
            self._loading.join()
            give_back_memory()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Show what goes wrong beside the window's notices; whoever asks then is told why by the answer."""
        try:
            yield
        except JarvisError as error:
            _log.warning("the window could not load everything: %s", error.sentence("en"))
            self.trouble = error
        except Exception as error:  # noqa: BLE001 - a thread that dies unseen would leave a deaf window
            _log.exception("the window could not load everything")
            self.trouble = JarvisError(
                "desktop.not_loaded",
                en="A part of Jarvis could not be loaded ({kind}): hearing or remembering may be missing. Start Jarvis "
                "anew; the log has the details.",
                es="No se pudo cargar una parte de Jarvis ({kind}): puede faltar el oído o la memoria. Vuelve a "
                "iniciar Jarvis; el registro tiene los detalles.",
                kind=type(error).__name__,
            )


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


def _trouble_of(background: _Background, language: Language) -> list[Notice]:
    trouble = background.trouble
    if trouble is None:
        return []
    return [Notice(id=f"loading:{trouble.code}", text=trouble.sentence(language), kind="warning")]


def notices(jarvis: Jarvis, language: Language) -> list[Notice]:
    """Return what the person should know now: missing models, a build under way, fallbacks in use."""
    spanish = language == "es"
    found = _restored(jarvis, spanish=spanish)
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
        found.append(_no_model(jarvis, local, language))
    if "speech" in jarvis.__dict__ and "speech_to_text" in jarvis.speech.__dict__:
        hearing = told_for_window(jarvis.speech.speech_to_text.info(language), language)
        notes = jarvis.speech.notes(language)
        found += (Notice(id=f"hearing:{code}", text=note, kind="warning") for code, note in notes)
        if hearing.note:
            way: Place = "hearing" if hearing.quality == "basic" else "voice"
            found.append(Notice(id="basic-hearing", text=hearing.note, way=way))
    if "speech" in jarvis.__dict__ and "text_to_speech" in jarvis.speech.__dict__:
        voice = told_for_window(jarvis.speech.text_to_speech.info(language), language)
        if voice.note:
            found.append(Notice(id="basic-voice", text=voice.note, way="voices"))
    trouble = jarvis.memory_room.work.trouble if "memory_room" in jarvis.__dict__ else None
    if trouble is not None:
        found.append(Notice(id="memory-trouble", text=trouble.sentence(language), kind="warning"))
    return found


def _no_model(jarvis: Jarvis, sentence: str, language: Language) -> Notice:
    """Say that nothing here can answer: in the window's words where no model is here at all, else in `sentence`."""
    why = jarvis.models_room.why_none()
    if why.code != "engine.no_model" or sentence != why.sentence(language):
        return Notice(id="no-model", text=sentence, way="models")
    text = (
        "Todavía no hay ningún modelo de lenguaje en este equipo; mientras tanto funcionan los temporizadores, las "
        "listas, las notas y otras habilidades. Elige uno y Jarvis lo descarga."
        if language == "es"
        else "There is no language model on this computer yet; timers, lists, notes and other skills work meanwhile. "
        "Choose one, and Jarvis downloads it."
    )
    return Notice(id="no-model", text=text, way="recommended")


def _restored(jarvis: Jarvis, *, spanish: bool) -> list[Notice]:
    """Say until it is dismissed, or the folder is gone, where the last restore keeps what was here before."""
    folder = max(jarvis.folders.home.glob(f"{ASIDE}*"), default=None)
    if folder is None:
        return []
    text = (
        "La copia está restaurada. Lo que había se guarda aparte; en Ajustes, «Tus datos», puedes volver a ponerlo o "
        "borrarlo."
        if spanish
        else "The backup is restored. What was here before is kept aside; under Settings, “Your data”, you can put it "
        "back or delete it."
    )
    return [Notice(id=f"restored:{folder.name}", text=text, step=str(folder), kind="info")]


def _no_window(error: ImportError) -> JarvisError:
    return JarvisError(
        "desktop.not_installed",
        en="The window cannot open here ({why}). Run ./install_upgrade.sh run, or use “jarvis ask” and “jarvis demo”.",
        es="La ventana no se puede abrir aquí ({why}). Ejecuta ./install_upgrade.sh run, "
        "o usa «jarvis ask» y «jarvis demo».",
        why=str(error)[:120],
    )
