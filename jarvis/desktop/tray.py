"""The tray icon: the voice's state at a glance, and a menu for what is needed without the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from jarvis.contracts.model_desk import FreedMemory
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceEvent, VoiceState, VoiceStateName, VoiceTrouble
from jarvis.desktop import library_texts, texts, tray_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_texts import MEMORY
from jarvis.desktop.resources_figures import lasting, number
from jarvis.desktop.shortcuts_texts import SHORTCUTS_MENU
from jarvis.desktop.tray_icon import tray_icon
from jarvis.desktop.tray_timers import TimersMenu
from jarvis.desktop.voice_widgets import fill_voice_menu, state_text
from jarvis.desktop.window_words import in_window

LOOK_MILLISECONDS, LOOKS = 2000, 150
"""A desktop that begins Jarvis at login may show its panel later; for five minutes it is waited for."""


class Tray(QObject):
    """A tray icon and its menu; on desktops without a tray there is none, and one that comes late is looked out for."""

    open_wanted = Signal()
    quick_wanted = Signal()
    models_wanted = Signal()
    resources_wanted = Signal()
    usage_wanted = Signal()
    memory_wanted = Signal()
    settings_wanted = Signal()
    shortcuts_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._state: VoiceStateName = "off"
        self._trouble = ""
        self._held = False
        self._freeing = False
        self._menu = QMenu()
        self._menu.aboutToShow.connect(self._open)
        self._timers = TimersMenu(desk, self._menu)
        self._voice = QMenu(self._menu)
        self._windows = QMenu(self._menu)
        self._gpus: QAction | None = None
        self._icon = self._made()
        self._looks = 0
        self._look_again = QTimer(self, interval=LOOK_MILLISECONDS)
        self._look_again.timeout.connect(self._look)
        desk.theme.follow(self, self._draw)
        desk.words.follow(self, self._fill)
        if self.available():
            self._icon.show()
        else:
            self._look_again.start()

    def holds(self) -> bool:
        """True where the icon is in a tray; one that has just come gets it."""
        there = self.available()
        if there and not self._icon.isVisible():
            self._appear()
        return there

    @staticmethod
    def available() -> bool:
        """True where this desktop has a tray now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        """The menu, filled when it is about to be shown."""
        return self._menu

    def take(self, event: VoiceEvent) -> None:
        """Show what the voice is at, and its trouble until it does something again."""
        if isinstance(event, VoiceState):
            self.set_state(event.name)
        elif isinstance(event, VoiceTrouble):
            self._trouble = in_window(event.sentence)
            self._draw()

    def set_state(self, state: VoiceStateName) -> None:
        """Show the voice's state in the icon; one that works takes its trouble away."""
        trouble = self._trouble if state == "off" else ""
        if (state, trouble) != (self._state, self._trouble):
            self._state, self._trouble = state, trouble
            self._draw()

    def set_alerts(self, alerts: Sequence[Alert]) -> None:
        """Take the timers and alarms to list."""
        self._timers.show_active(alerts)

    def tell(self, sentence: str) -> None:
        """Show `sentence` as a notification of the desktop."""
        self._icon.showMessage(self._desk.words(texts.APP), sentence, self._desk.theme.icon("jarvis", "accent"))

    def close(self) -> None:
        """Take the icon away."""
        self._look_again.stop()
        self._icon.hide()

    def _made(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon()
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._activated)
        return icon

    def _look(self) -> None:
        """See whether there is a tray by now."""
        self._looks += 1
        if self.available():
            self._appear()
        elif self._looks >= LOOKS:
            self._look_again.stop()

    def _appear(self) -> None:
        self._look_again.stop()
        # One that was made without a tray stays without: Qt decides then by which protocol it shows itself.
        self._icon = self._made()
        self._draw()
        self._icon.show()

    def _draw(self) -> None:
        desk = self._desk
        self._icon.setIcon(tray_icon(desk.theme, "trouble" if self._trouble else self._state))
        sentence = state_text(desk, self._state)
        if self._trouble:
            sentence = desk.words(tray_texts.TROUBLE, what=self._trouble)
        self._icon.setToolTip(f"{desk.words(texts.APP)}: {sentence}")

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.quick_wanted.emit()
        elif reason in (QSystemTrayIcon.ActivationReason.DoubleClick, QSystemTrayIcon.ActivationReason.MiddleClick):
            self.open_wanted.emit()

    def _open(self) -> None:
        """Show what is known, and bring in what must be asked for."""
        self._fill()
        services, run = self._desk.services, self._desk.bridge.run
        run(services.alerts.recent, self._timers.show_recent, self._failed)
        if services.models is not None:
            models = services.models
            run(lambda: models().held(), self._show_held, self._failed)

    def _fill(self) -> None:
        words, menu, services = self._desk.words, self._menu, self._desk.services
        menu.clear()
        menu.addAction(words(texts.OPEN_WINDOW), self.open_wanted.emit)
        menu.addAction(words(texts.QUICK), self.quick_wanted.emit)
        menu.addSeparator()
        self._voice.setTitle(words(texts.VOICE_MENU, state=state_text(self._desk, self._state)))
        fill_voice_menu(self._voice, self._desk, self._state)
        menu.addMenu(self._voice)
        self._timers.fill()
        menu.addMenu(self._timers)
        menu.addAction(words(texts.STOP_ALL), lambda: self._desk.bridge.run(services.stop_all))
        menu.addSeparator()
        self._gpus = menu.addAction("", self._turn_gpus) if services.models is not None else None
        self._name_gpus()
        self._fill_windows()
        menu.addMenu(self._windows)
        menu.addSeparator()
        menu.addAction(words(texts.QUIT), self.quit_wanted.emit)
        self._draw()

    def _fill_windows(self) -> None:
        words, services = self._desk.words, self._desk.services
        self._windows.clear()
        self._windows.setTitle(words(tray_texts.WINDOWS))
        for there, text, wanted in (
            (services.models, library_texts.MODELS, self.models_wanted),
            (services.resources, library_texts.RESOURCES, self.resources_wanted),
            (services.spending, library_texts.USAGE, self.usage_wanted),
            (services.memory, MEMORY, self.memory_wanted),
            (services.settings, texts.SETTINGS, self.settings_wanted),
            (services.settings, SHORTCUTS_MENU, self.shortcuts_wanted),
        ):
            if there is not None:
                self._windows.addAction(words(text), wanted.emit)

    def _name_gpus(self) -> None:
        if self._gpus is not None:
            text = tray_texts.USE_GPUS if self._held else tray_texts.FREE_GPUS
            self._gpus.setText(self._desk.words(tray_texts.FREEING if self._freeing else text))
            self._gpus.setEnabled(not self._freeing)

    def _show_held(self, held: bool) -> None:
        self._held = held
        self._name_gpus()

    def _turn_gpus(self) -> None:
        """Free the GPUs, or use them again, on a worker; what came of it is told."""
        models = self._desk.services.models
        if models is None or self._freeing:
            return
        self._freeing = True
        self._name_gpus()
        if self._held:
            self._desk.bridge.run(lambda: models().use_gpus_again(), self._in_use, self._not_turned)
        else:
            self._desk.bridge.run(lambda: models().free(), self._freed, self._not_turned)

    def _freed(self, freed: FreedMemory) -> None:
        words = self._desk.words
        self._turned(held=True)
        if freed.models or freed.freed_mib >= 1:
            gib, seconds = number(freed.freed_mib / 1024, words.language, 1), lasting(freed.seconds, words.language)
            self.tell(words(tray_texts.FREED, gib=gib, seconds=seconds))
        else:
            self.tell(words(tray_texts.NOTHING_ON_GPUS))

    def _in_use(self, _: None) -> None:
        self._turned(held=False)
        self.tell(self._desk.words(tray_texts.GPUS_IN_USE))

    def _not_turned(self, error: Exception) -> None:
        self._turned(held=self._held)
        self._failed(error)

    def _turned(self, *, held: bool) -> None:
        self._freeing = False
        self._show_held(held)

    def _failed(self, error: Exception) -> None:
        self.tell(self._desk.sentence(error))
