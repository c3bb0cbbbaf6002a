"""The timers in the tray's menu: those that are set, with what can be done about each, and those that rang lately."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtWidgets import QMenu

from jarvis.contracts.skills import Alert
from jarvis.desktop import texts, tray_texts
from jarvis.desktop.banners import ringing_text
from jarvis.desktop.desk import Desk


class TimersMenu(QMenu):
    """Lists what `show_active` and `show_recent` were given; acts on workers."""

    def __init__(self, desk: Desk, parent: QMenu) -> None:
        super().__init__(parent)
        self._desk = desk
        self._active: tuple[Alert, ...] = ()
        self._recent: tuple[Alert, ...] = ()

    def show_active(self, alerts: Sequence[Alert]) -> None:
        """List these at the next filling."""
        self._active = tuple(alerts)

    def show_recent(self, alerts: Sequence[Alert]) -> None:
        """List these as over; at once where they changed."""
        if tuple(alerts) != self._recent:
            self._recent = tuple(alerts)
            self.fill()

    def fill(self) -> None:
        """Write every line anew."""
        self.clear()
        words, alerts = self._desk.words, self._desk.services.alerts
        self.setTitle(words(texts.TIMERS))
        if not self._active:
            self.addAction(words(texts.NO_TIMERS)).setEnabled(False)
        for alert in self._active:
            line = line_for(alert, self._desk)
            part = self.addMenu(line)
            if alert.state == "ringing":
                self._add(part, words(texts.DISMISS), partial(alerts.dismiss, alert.id))
                self._add(part, words(tray_texts.SNOOZE), partial(alerts.snooze, alert.id))
            else:
                label = words(texts.ALERT_CANCEL, label=alert.label or line)
                self._add(part, label, partial(alerts.dismiss, alert.id))
        if self._recent:
            self.addSeparator()
            self.addAction(words(tray_texts.LATELY)).setEnabled(False)
        for alert in self._recent:
            if alert.kind == "timer" and alert.duration_seconds:
                again = self.addMenu(over_line(alert, self._desk))
                self._add(again, words(tray_texts.START_AGAIN), partial(alerts.again, alert.id))
            else:
                self.addAction(over_line(alert, self._desk)).setEnabled(False)

    def _add(self, menu: QMenu, label: str, act: Callable[[], None]) -> None:
        menu.addAction(label, lambda: self._desk.bridge.run(act, keep=True))


def line_for(alert: Alert, desk: Desk) -> str:
    """Return the line of an alert that is set: its name and the time left, or when it is due."""
    words, now = desk.words, desk.services.clock.now()
    if alert.state == "ringing":
        return ringing_text(alert, desk)
    label = _name(alert, desk)
    if alert.state == "paused":
        return words(texts.ALERT_PAUSED, label=label, left=time_left(alert.remaining_seconds or 0))
    if alert.kind == "timer":
        left = (alert.due_at - now.astimezone(UTC)).total_seconds()
        return words(texts.ALERT_LEFT, label=label, left=time_left(left))
    return words(texts.ALERT_AT, label=label, time=f"{alert.due_at.astimezone(now.tzinfo):%d/%m %H:%M}")


def over_line(alert: Alert, desk: Desk) -> str:
    """Return the line of an alert that is over: its name and when it rang, with the day where that is not today."""
    now = desk.services.clock.now()
    at = alert.due_at.astimezone(now.tzinfo)
    text = tray_texts.MISSED_AT if alert.state == "missed" else tray_texts.RANG_AT
    return desk.words(text, label=_name(alert, desk), time=_day_and_time(at, now))


def time_left(seconds: float) -> str:
    """Return seconds as h:mm:ss or m:ss."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _day_and_time(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%H:%M, %d/%m}"


def _name(alert: Alert, desk: Desk) -> str:
    unnamed = {
        "timer": texts.UNNAMED_TIMER,
        "alarm": texts.UNNAMED_ALARM,
        "reminder": texts.UNNAMED_REMINDER,
    }[alert.kind]
    return alert.label or desk.words(unnamed)
