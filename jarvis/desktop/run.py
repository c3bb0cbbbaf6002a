"""Starts the desktop from its services and keeps its parts in step until the person quits."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceEvent, VoiceState
from jarvis.desktop import texts
from jarvis.desktop.banners import ringing_text
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.instance import InstanceServer
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.memory_window import MemoryWindow
from jarvis.desktop.quick import QuickQuery
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.desktop.session import ChatSession
from jarvis.desktop.settings_dialog import SettingsDialog
from jarvis.desktop.theme import Theme, prepare_fonts
from jarvis.desktop.tray import Tray
from jarvis.desktop.window import ChatWindow
from jarvis.desktop.words import Words, language_for

POLL_MILLISECONDS = 2000
"""How often notices, alerts and the options that a spoken command may change are looked at."""
FIRST_PICTURE_MILLISECONDS = 50
"""What loads in the background begins this long after the window is shown: its first picture is painted by then."""
_log = logging.getLogger(__name__)


def run_desktop(services: DesktopServices, argv: Sequence[str]) -> int:
    """Show the desktop until the person quits; returns the exit code. Call it on the main thread, once."""
    application = make_application(argv)
    desktop = Desktop(services)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: desktop.quit())
    desktop.start()
    code = application.exec()
    desktop.close()
    services.on_quit()
    return code


def make_application(argv: Sequence[str]) -> QApplication:
    """Return the Qt application with Jarvis' name, style and fonts; it outlives its windows."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(list(argv))
    application.setApplicationName("jarvis")
    application.setApplicationDisplayName("Jarvis")
    application.setDesktopFileName("jarvis")
    application.setQuitOnLastWindowClosed(False)
    application.setStyle("Fusion")
    prepare_fonts(application)
    return application


class Desktop(QObject):
    """Window, tray, quick query and the flow between them and the services."""

    def __init__(self, services: DesktopServices) -> None:
        super().__init__()
        self._services = services
        settings = services.settings
        self.words = Words(language_for(settings.text("language")))
        self.theme = Theme(settings.text("appearance.theme"))
        self.bridge = Bridge(services.assistant, lambda: self.words.language)
        self.desk = Desk(services=services, words=self.words, theme=self.theme, bridge=self.bridge)
        self.keepsake = Keepsake(services.home, self.bridge)
        self.session = ChatSession(self.desk)
        self.tray = Tray(self.desk)
        self.window = ChatWindow(self.desk, self.session, self.keepsake, self.tray.holds)
        self.quick = QuickQuery(self.desk)
        self.settings_dialog: SettingsDialog | None = None
        self.memory_window: MemoryWindow | None = None
        self._theme_choice = settings.text("appearance.theme")
        self._server: InstanceServer | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self._polling = False
        self._shortcuts = [QShortcut(self.window), QShortcut(self.quick)]
        for shortcut in self._shortcuts:
            shortcut.activated.connect(self.quick.toggle)
        self._poll_timer = QTimer(self, interval=POLL_MILLISECONDS)
        self._poll_timer.timeout.connect(self.poll)
        self._first_picture = QTimer(self, interval=FIRST_PICTURE_MILLISECONDS, singleShot=True)
        self._first_picture.timeout.connect(self._shown)
        self._connect()
        self.apply_settings()

    def start(self) -> None:
        """Show the window and begin to listen to voice, alerts and second starts."""
        self._server = InstanceServer(self._services.run_folder)
        self._server.raised.connect(self.window.forward)
        self.window.show()
        self._unsubscribe.append(self._services.voice.subscribe(self.bridge.voice_event))
        self._unsubscribe.append(self._services.alerts.subscribe(self._alert_rings))
        for warning in self._services.settings.warnings:
            self.window.banners.show_trouble(warning.sentence(self.words.language))
        self._first_picture.start()

    def poll(self) -> None:
        """Look again at notices, alerts and options; at most one look is under way."""
        self.apply_settings()
        if self._polling:
            return
        self._polling = True
        services, language = self._services, self.words.language

        def look() -> tuple[list[Notice], list[Alert]]:
            return list(services.notices(language)), list(services.alerts.active())

        def failed(error: Exception) -> None:
            self._polling = False
            self.window.banners.show_trouble(self.desk.sentence(error))

        self.bridge.run(look, self._polled, failed)

    def apply_settings(self) -> None:
        """Bring language, look and shortcut in line with the options."""
        settings = self._services.settings
        self.words.use(language_for(settings.text("language")))
        choice = settings.text("appearance.theme")
        if choice != self._theme_choice:
            self._theme_choice = choice
            self.theme.use(choice)
        keys = QKeySequence(settings.text("shortcut.quick_query"))
        for shortcut in self._shortcuts:
            if shortcut.key() != keys:
                shortcut.setKey(keys)

    def open_settings(self) -> None:
        """Show the settings, or bring them forward."""
        if self.settings_dialog is None:
            self.settings_dialog = SettingsDialog(self.desk, self.window)
            self.settings_dialog.changed.connect(self._setting_changed)
            for event in self.window.spoken.devices.values():
                self.settings_dialog.voice.take(event)
        self.settings_dialog.show()
        self.settings_dialog.raise_()
        self.settings_dialog.activateWindow()

    def open_memory(self) -> None:
        """Show what is remembered, or bring it forward."""
        if self.memory_window is None:
            self.memory_window = MemoryWindow(self.desk, self.window)
            for page in (self.memory_window.browse, self.memory_window.folders):
                page.acts.changed.connect(self.session.read_again)
        self.memory_window.show()
        self.memory_window.raise_()
        self.memory_window.activateWindow()

    def quit(self) -> None:
        """End the event loop."""
        self.window.end()
        self.quick.hide()
        QApplication.quit()

    def close(self) -> None:
        """Let go of everything; running answers are stopped and stored as such."""
        self._services.voice.leave_microphone()
        self._first_picture.stop()
        self._poll_timer.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        if self._server is not None:
            self._server.close()
        self.tray.close()
        self.keepsake.save_now()
        # What is still on its way is for widgets that may be gone by then.
        self.bridge.heard.disconnect(self._heard)
        self.bridge.close()

    def _shown(self) -> None:
        self.poll()
        self._poll_timer.start()
        self._services.on_shown()

    def _connect(self) -> None:
        self.tray.open_wanted.connect(self.window.forward)
        self.tray.quick_wanted.connect(self.quick.toggle)
        self.tray.quit_wanted.connect(self.quit)
        self.window.settings_wanted.connect(self.open_settings)
        self.window.memory_wanted.connect(self.open_memory)
        self.window.quit_wanted.connect(self.quit)
        self.window.hidden_to_tray.connect(self._tell_tray_once)
        self.window.banners.alert_dismissed.connect(self._dismiss_alert)
        self.quick.open_wanted.connect(self._open_from_quick)
        self.bridge.heard.connect(self._heard)
        self.words.changed.connect(self.poll)

    def _heard(self, event: VoiceEvent) -> None:
        self.window.spoken.take(event)
        if isinstance(event, VoiceState):
            self.tray.set_state(event.name)

    def _setting_changed(self, name: str) -> None:
        self.poll()
        if name.startswith(("voice.", "speech.")):
            self.window.spoken.settings_changed()

    def _polled(self, found: tuple[list[Notice], list[Alert]]) -> None:
        self._polling = False
        notices, alerts = found
        self.window.banners.show_notices(notices)
        self.window.banners.keep_ringing(alerts)
        self.tray.set_alerts(alerts)

    def _alert_rings(self, alert: Alert) -> None:
        self.bridge.post(lambda: self._show_ringing(alert))

    def _show_ringing(self, alert: Alert) -> None:
        self.window.banners.show_ringing(alert)
        if self.tray.holds():
            self.tray.tell(ringing_text(alert, self.desk))

    def _dismiss_alert(self, alert_id: str) -> None:
        alerts = self._services.alerts
        self.bridge.run(lambda: alerts.dismiss(alert_id), lambda _: self.poll())

    def _tell_tray_once(self) -> None:
        if not self.keepsake.flag("tray_told"):
            self.keepsake.keep("tray_told", True)
            self.tray.tell(self.words(texts.TRAY_STAYS))

    def _open_from_quick(self, conversation_id: str, ask_id: str, token: object) -> None:
        from jarvis.contracts.cancel import CancelToken

        assert isinstance(token, CancelToken)
        self.session.adopt(conversation_id, ask_id, token)
        self.window.forward()
