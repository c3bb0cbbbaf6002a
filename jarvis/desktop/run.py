"""Starts the desktop from its services and keeps its parts in step until the person quits."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceEvent
from jarvis.desktop import highlight, markdown, richtext, texts
from jarvis.desktop.answer_acts import ICONS as ANSWER_ICONS
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.further_windows import FurtherWindows
from jarvis.desktop.instance import QUICK_ARGUMENT, InstanceServer
from jarvis.desktop.interpreter import LOOK_MILLISECONDS, Cycles
from jarvis.desktop.keepsake import INTRODUCED, Keepsake
from jarvis.desktop.key_recorder import KeyRecorder
from jarvis.desktop.models_told import DownloadsTold
from jarvis.desktop.qt_words import QtWords
from jarvis.desktop.quick import QuickQuery
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.desktop.session import ChatSession
from jarvis.desktop.shortcuts_global import GlobalKeys
from jarvis.desktop.theme import Theme, prepare_fonts
from jarvis.desktop.tray import Tray
from jarvis.desktop.voice_pill_holder import OPTION as PILL
from jarvis.desktop.voice_pill_holder import PillHolder
from jarvis.desktop.window import ChatWindow
from jarvis.desktop.words import Words, language_for

if TYPE_CHECKING:
    from jarvis.desktop.first_run import FirstRun
    from jarvis.desktop.memory_window import MemoryWindow
    from jarvis.desktop.settings_dialog import SettingsDialog
    from jarvis.desktop.shortcuts_window import ShortcutsWindow

POLL_MILLISECONDS = 2000
"""How often notices, alerts and the options that a spoken command may change are looked at."""
FIRST_PICTURE_MILLISECONDS = 50
"""What loads in the background begins this long after the window is shown: its first picture is painted by then."""
START_ANEW = 64
"""What `run_desktop` returns when Jarvis is to start again."""
_log = logging.getLogger(__name__)


def run_desktop(services: DesktopServices, argv: Sequence[str]) -> int:
    """Show the desktop until the person quits; returns the exit code, or `START_ANEW`. Call it on the main thread,
    once."""
    application = make_application(argv)
    desktop = Desktop(services, Cycles())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: desktop.quit())
    with_quick = QUICK_ARGUMENT in argv
    desktop.start(with_quick=with_quick)
    if not with_quick:
        # The quick query goes as soon as something else takes the keyboard.
        desktop.introduce()
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
    """Window, tray, quick query and the flow between them and the services.

    `cycles` is given where the process is the window's own: what it does holds for all of the process.
    """

    def __init__(self, services: DesktopServices, cycles: Cycles | None = None) -> None:
        super().__init__()
        self._services = services
        self._cycles = cycles
        settings = services.settings
        self.words = Words(language_for(settings.text("language")))
        self._qt_words = QtWords(self.words)
        self.theme = Theme(settings.text("appearance.theme"))
        self.bridge = Bridge(services.assistant, lambda: self.words.language)
        self.desk = Desk(services=services, words=self.words, theme=self.theme, bridge=self.bridge)
        self.keepsake = Keepsake(services.home, self.bridge)
        self.session = ChatSession(self.desk)
        self.tray = Tray(self.desk)
        self.window = ChatWindow(self.desk, self.session, self.keepsake, self.tray.holds)
        self.quick = QuickQuery(self.desk)
        self.keys = GlobalKeys(self.desk, services.shortcuts) if services.shortcuts is not None else None
        self.further = FurtherWindows(self.desk, self.window)
        self.downloads = DownloadsTold(self.desk, self.window, self.further, self.tray)
        self.pill = PillHolder(self.desk, self.keepsake)
        self.shortcuts: ShortcutsWindow | None = None
        self.settings_dialog: SettingsDialog | None = None
        self.memory_window: MemoryWindow | None = None
        self.first_run: FirstRun | None = None
        self._server: InstanceServer | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self._polling = False
        self._poll_trouble: Exception | None = None
        # Where the desktop gives Jarvis no keys of every program, they work in its own windows all the same.
        self._shortcuts = [
            ("shortcut.quick_query", QShortcut(self.window), self.quick.toggle),
            ("shortcut.quick_query", QShortcut(self.quick), self.quick.toggle),
            ("shortcut.talk", QShortcut(self.window), self.window.spoken.talk),
        ]
        for _, shortcut, act in self._shortcuts:
            shortcut.activated.connect(act)
        self._poll_timer = QTimer(self, interval=POLL_MILLISECONDS)
        self._poll_timer.timeout.connect(self.poll)
        self._first_picture = QTimer(self, interval=FIRST_PICTURE_MILLISECONDS, singleShot=True)
        self._first_picture.timeout.connect(self._shown)
        self._connect()
        self.apply_settings()

    def start(self, *, with_quick: bool = False) -> None:
        """Show the window, or `with_quick` the quick query, and begin to listen to voice, alerts and second starts."""
        self._server = InstanceServer(self._services.run_folder)
        self._server.raised.connect(self.window.forward)
        self._server.quick_wanted.connect(self.quick.pop_up)
        if with_quick:
            self.quick.pop_up()
        # Without a tray nothing but the window leads back to a Jarvis whose quick query was closed.
        if not with_quick or not self.tray.holds():
            self.window.show()
        self._unsubscribe.append(self._services.voice.subscribe(self.bridge.voice_event))
        self._unsubscribe.append(self._services.alerts.subscribe(self._alert_rings))
        for warning in self._services.settings.warnings:
            self.window.banners.show_trouble(warning.sentence(self.words.language), warning.code)
        self._first_picture.start()
        self.bridge.run(self._services.little_motion, self.theme.system_rests)

    def poll(self) -> None:
        """Look again at notices, alerts and options; at most one look is under way."""
        self.apply_settings()
        self.window.spoken.keep_up()
        if self._polling:
            return
        self._polling = True
        services, language = self._services, self.words.language

        def look() -> tuple[list[Notice], list[Alert]]:
            return list(services.notices(language)), list(services.alerts.active())

        def failed(error: Exception) -> None:
            self._polling = False
            # Told once: whoever put it away knows, and two seconds later nothing new has happened.
            if self._poll_trouble is None or self.desk.sentence(self._poll_trouble) != self.desk.sentence(error):
                self._failed(error)
            self._poll_trouble = error

        self.bridge.run(look, self._polled, failed)

    def apply_settings(self) -> None:
        """Bring language, look and shortcut in line with the options."""
        settings = self._services.settings
        self.words.use(language_for(settings.text("language")))
        self.theme.take(settings)
        for name, shortcut, _ in self._shortcuts:
            keys = QKeySequence(settings.text(name))
            if shortcut.key() != keys:
                shortcut.setKey(keys)
        self.pill.apply()
        if self.keys is not None:
            self.keys.apply()

    def open_settings(self) -> None:
        """Show the settings, or bring them forward."""
        from jarvis.desktop.settings_dialog import SettingsDialog

        if self.settings_dialog is None:
            self.settings_dialog = SettingsDialog(self.desk, self.window, self.keys)
            self.settings_dialog.changed.connect(lambda _: self.poll())
            for event in self.window.spoken.devices.values():
                self.settings_dialog.take(event)
            self.settings_dialog.forgotten.connect(self._forgot_everything)
            self.settings_dialog.anew_wanted.connect(lambda: self.quit(START_ANEW))
            self.settings_dialog.shortcuts_wanted.connect(self.open_shortcuts)
        self.settings_dialog.show()
        self.settings_dialog.raise_()
        self.settings_dialog.activateWindow()

    def open_memory(self) -> None:
        """Show what is remembered, or bring it forward."""
        from jarvis.desktop.memory_window import MemoryWindow

        if self.memory_window is None:
            self.memory_window = MemoryWindow(self.desk, self.window)
            for page in (self.memory_window.browse, self.memory_window.folders):
                page.acts.changed.connect(self.session.read_again)
        self.memory_window.show()
        self.memory_window.raise_()
        self.memory_window.activateWindow()

    def open_shortcuts(self) -> None:
        """Show the list of keyboard shortcuts, or bring it forward."""
        from jarvis.desktop.shortcuts_window import ShortcutsWindow

        if self.shortcuts is None:
            self.shortcuts = ShortcutsWindow(self.desk, self.keys, self.window)
            self.shortcuts.settings_wanted.connect(lambda: self.open_place("shortcuts"))
        self.shortcuts.show()
        self.shortcuts.raise_()
        self.shortcuts.activateWindow()

    def quit(self, code: int = 0) -> None:
        """End the event loop; `code` is what `run_desktop` returns."""
        self.window.end()
        self.quick.hide()
        if code:
            QApplication.exit(code)
        else:
            QApplication.quit()

    def close(self) -> None:
        """Let go of everything; running answers are stopped and stored as such."""
        self._services.voice.leave_microphone()
        if self.keys is not None:
            # Before the workers are waited for: one may be waiting for what the person answers the desktop.
            self.keys.close()
        self._first_picture.stop()
        self._poll_timer.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        if self._server is not None:
            self._server.close()
        self.tray.close()
        self.pill.close()
        self._qt_words.close()
        self.keepsake.save_now()
        self.further.close()
        self.downloads.close()
        # What is still on its way is for widgets that may be gone by then.
        self.bridge.heard.disconnect(self._heard)
        self.bridge.close()
        # What came last may have changed a draft.
        self.keepsake.save_now()

    def introduce(self) -> None:
        """Show the first run where it was not shown before."""
        self.first_run = None
        if self.keepsake.flag(INTRODUCED):
            return
        from jarvis.desktop.first_run import introduce

        self.first_run = introduce(self.desk, self.keepsake, self.window)
        self.first_run.changed.connect(lambda _: self.poll())
        self.first_run.keys_wanted.connect(lambda: self.open_place("keys"))

    def open_place(self, place: str) -> None:
        """Show the window or the page of the settings that is called `place` in `ways_on`."""
        if self.further.show_place(place):
            return
        self.open_settings()
        assert self.settings_dialog is not None
        self.settings_dialog.go_to(place)

    def _shown(self) -> None:
        if self._cycles is not None:
            self._cycles.settle()
            looking = QTimer(self, interval=LOOK_MILLISECONDS)
            looking.timeout.connect(self._cycles.look)
            looking.start()
        # The first answer is there the sooner; one drawing takes a millisecond.
        first = [partial(self._draw, icon) for icon in ANSWER_ICONS]
        first.append(partial(richtext.prepare, self.theme.colours, self.window.font(), self.theme.mono()))
        in_slices(self.window, first, budget_seconds=0.001)
        self.bridge.run(markdown.prepare, lambda _: self.bridge.run(highlight.prepare))
        self.poll()
        self._poll_timer.start()
        self._services.on_shown()

    def _draw(self, icon: str) -> None:
        self.theme.icon(icon, "muted")

    def _connect(self) -> None:
        self.tray.open_wanted.connect(self.window.forward)
        self.tray.quick_wanted.connect(self.quick.toggle)
        self.tray.models_wanted.connect(self.further.show_models)
        self.tray.resources_wanted.connect(self.further.show_resources)
        self.tray.usage_wanted.connect(self.further.show_usage)
        self.tray.memory_wanted.connect(self.open_memory)
        self.tray.settings_wanted.connect(self.open_settings)
        self.tray.shortcuts_wanted.connect(self.open_shortcuts)
        self.window.shortcuts_wanted.connect(self.open_shortcuts)
        self.pill.talk_wanted.connect(self.window.spoken.talk)
        self.pill.stop_wanted.connect(lambda: self.bridge.run(self._services.stop_all))
        self.pill.open_wanted.connect(self.window.forward)
        self.pill.trouble.connect(self._failed)
        self.pill.hidden.connect(self._pill_hidden)
        self.tray.quit_wanted.connect(self.quit)
        if self.keys is not None:
            self.keys.pressed.connect(self._key_pressed)
        self.window.settings_wanted.connect(self.open_settings)
        self.window.memory_wanted.connect(self.open_memory)
        self.window.models_wanted.connect(self.further.show_models)
        self.window.resources_wanted.connect(self.further.show_resources)
        self.window.usage_wanted.connect(self.further.show_usage)
        self.window.way_wanted.connect(self.open_place)
        self.quick.way_wanted.connect(self.open_place)
        self.window.quit_wanted.connect(self.quit)
        self.window.hidden_to_tray.connect(self._tell_tray_once)
        self.window.banners.alert_dismissed.connect(self._dismiss_alert)
        self.quick.open_wanted.connect(self._open_from_quick)
        self.keepsake.unkept.connect(self._failed)
        self.keepsake.kept.connect(self._over)
        self.bridge.heard.connect(self._heard)
        self.words.changed.connect(self.poll)

    def _heard(self, event: VoiceEvent) -> None:
        self.window.spoken.take(event)
        self.tray.take(event)
        self.pill.take(event)

    def _key_pressed(self, name: str) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, KeyRecorder):
            # Keys are being chosen: the desktop kept these from reaching the field.
            focused.offer(self._services.settings.text(name))
        elif name == "shortcut.talk":
            self.window.spoken.talk()
        else:
            self.quick.toggle()

    def _pill_hidden(self) -> None:
        if self.settings_dialog is not None:
            self.settings_dialog.show_option(PILL)

    def _over(self, error: Exception) -> None:
        """What `_failed` told holds no longer."""
        self.window.banners.end_trouble(self.desk.sentence(error))

    def _failed(self, error: Exception) -> None:
        self.window.banners.show_trouble(self.desk.sentence(error), code_of(error))

    def _forgot_everything(self) -> None:
        self.session.open(None)
        self.session.refresh()
        self.quick.put_away()
        if self.memory_window is not None:
            self.memory_window.read()
        self.poll()

    def _polled(self, found: tuple[list[Notice], list[Alert]]) -> None:
        self._polling = False
        if self._poll_trouble is not None:
            self._over(self._poll_trouble)
            self._poll_trouble = None
        notices, alerts = found
        self.window.banners.show_notices([*notices, *(self.keys.notices() if self.keys is not None else [])])
        self.window.banners.keep_ringing(alerts)
        self.tray.set_alerts(alerts)

    def _alert_rings(self, alert: Alert) -> None:
        self.bridge.post(lambda: self._show_ringing(alert))

    def _show_ringing(self, alert: Alert) -> None:
        # The desktop's own notification, which has buttons, is shown by whoever rings.
        self.window.banners.show_ringing(alert)

    def _dismiss_alert(self, alert_id: str) -> None:
        alerts = self._services.alerts
        self.bridge.run(lambda: alerts.dismiss(alert_id), lambda _: self.poll(), keep=True)

    def _tell_tray_once(self) -> None:
        if not self.keepsake.flag("tray_told"):
            self.keepsake.keep("tray_told", True)
            self.tray.tell(self.words(texts.TRAY_STAYS))

    def _open_from_quick(self, conversation_id: str, ask_id: str, token: object) -> None:
        from jarvis.contracts.cancel import CancelToken

        assert isinstance(token, CancelToken)
        self.session.adopt(conversation_id, ask_id, token)
        self.window.forward()
