"""The tray icon: the voice's state at a glance, and a menu for what is needed without the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import partial

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceStateName
from jarvis.desktop import texts
from jarvis.desktop.banners import ringing_text
from jarvis.desktop.desk import Desk
from jarvis.desktop.voice_widgets import fill_voice_menu, state_colour, state_text

LOOK_MILLISECONDS, LOOKS = 2000, 150
"""A desktop that begins Jarvis at login may show its panel later; for five minutes it is waited for."""


class Tray(QObject):
    """A tray icon and its menu; on desktops without a tray there is none, and one that comes late is looked out for."""

    open_wanted = Signal()
    quick_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._state: VoiceStateName = "off"
        self._alerts: tuple[Alert, ...] = ()
        self._menu = QMenu()
        self._menu.aboutToShow.connect(self._fill)
        self._timers = QMenu(self._menu)
        self._voice = QMenu(self._menu)
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

    def set_state(self, state: VoiceStateName) -> None:
        """Show the voice's state in the icon."""
        if state != self._state:
            self._state = state
            self._draw()

    def set_alerts(self, alerts: Sequence[Alert]) -> None:
        """Take the timers and alarms to list."""
        self._alerts = tuple(alerts)

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
        colours = self._desk.theme.colours
        icon = QIcon()
        for size in (22, 32, 48, 64):
            pixmap = self._desk.theme.icon("jarvis", "accent").pixmap(size, size)
            if self._state != "sleeping":
                painter = QPainter(pixmap)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(state_colour(self._state, colours)))
                reach = size * 0.2
                painter.drawEllipse(QPointF(size - reach, size - reach), reach, reach)
                painter.end()
            icon.addPixmap(pixmap)
        self._icon.setIcon(icon)
        words = self._desk.words
        self._icon.setToolTip(f"{words(texts.APP)}: {state_text(self._desk, self._state)}")

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.quick_wanted.emit()
        elif reason in (QSystemTrayIcon.ActivationReason.DoubleClick, QSystemTrayIcon.ActivationReason.MiddleClick):
            self.open_wanted.emit()

    def _fill(self) -> None:
        words, menu, run = self._desk.words, self._menu, self._desk.bridge.run
        menu.clear()
        menu.addAction(words(texts.OPEN_WINDOW), self.open_wanted.emit)
        menu.addAction(words(texts.QUICK), self.quick_wanted.emit)
        menu.addSeparator()
        self._voice.setTitle(words(texts.VOICE_MENU, state=state_text(self._desk, self._state)))
        fill_voice_menu(self._voice, self._desk, self._state)
        menu.addMenu(self._voice)
        self._timers.setTitle(words(texts.TIMERS))
        self._fill_timers()
        menu.addMenu(self._timers)
        menu.addAction(words(texts.STOP_ALL), lambda: run(self._desk.services.stop_all))
        menu.addSeparator()
        menu.addAction(words(texts.QUIT), self.quit_wanted.emit)
        self._draw()

    def _fill_timers(self) -> None:
        self._timers.clear()
        words = self._desk.words
        if not self._alerts:
            self._timers.addAction(words(texts.NO_TIMERS)).setEnabled(False)
        for alert in self._alerts:
            part = self._timers.addMenu(self.line_for(alert))
            ringing = alert.state == "ringing"
            label = alert.label or self.line_for(alert)
            part.addAction(
                words(texts.DISMISS) if ringing else words(texts.ALERT_CANCEL, label=label),
                partial(self._dismiss, alert.id),
            )

    def _dismiss(self, alert_id: str) -> None:
        alerts = self._desk.services.alerts
        self._desk.bridge.run(lambda: alerts.dismiss(alert_id))

    def line_for(self, alert: Alert) -> str:
        """Return the menu line of an alert: its name and the time left, or when it is due."""
        words, now = self._desk.words, self._desk.services.clock.now()
        if alert.state == "ringing":
            return ringing_text(alert, self._desk)
        unnamed = {
            "timer": texts.UNNAMED_TIMER,
            "alarm": texts.UNNAMED_ALARM,
            "reminder": texts.UNNAMED_REMINDER,
        }[alert.kind]
        label = alert.label or words(unnamed)
        if alert.state == "paused":
            return words(texts.ALERT_PAUSED, label=label, left=time_left(alert.remaining_seconds or 0))
        if alert.kind == "timer":
            left = (alert.due_at - now.astimezone(UTC)).total_seconds()
            return words(texts.ALERT_LEFT, label=label, left=time_left(left))
        return words(texts.ALERT_AT, label=label, time=f"{alert.due_at.astimezone(now.tzinfo):%d/%m %H:%M}")


def time_left(seconds: float) -> str:
    """Return seconds as h:mm:ss or m:ss."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
