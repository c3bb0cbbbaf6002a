"""Watches the alert book and rings what is due: a thin thread around the decisions of `alert_times`.

Looks at the book every second, so that alerts added, changed or stopped by another process count too. Only the
process that holds the lock rings, so two windows never ring one alert twice. Makes no sound itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import Alert
from jarvis.host.alert_times import Due, alerts_due, with_timers_shifted
from jarvis.host.keeper_lock import KeeperLock

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the book is looked at; one look takes about 0.1 ms."""

CLOCK_SET_SECONDS = 5.0
"""A difference between the wall clock and the uptime from which the clock was set, not merely adjusted."""


class KeptAlerts(Protocol):
    """What the keeper needs of the alert book."""

    def active(self) -> list[Alert]:
        """Return running, paused and ringing alerts."""
        ...

    def advance(self, before: Alert, *after: Alert) -> bool:
        """Store `after` only if `before` is still what is stored; False otherwise."""
        ...


class AlertKeeper:
    """Rings alerts while it is started; `on_*` are called on its thread, each once per alert.

    `on_ring`: it is due now. `on_missed`: it was due while nothing could ring, or nobody stopped it.
    `on_quiet`: it rang and somebody stopped or cancelled it. `uptime` counts seconds, sleep included.
    """

    def __init__(
        self,
        book: KeptAlerts,
        clock: Clock,
        lock: KeeperLock,
        *,
        on_ring: Callable[[Alert], None],
        on_missed: Callable[[Alert], None],
        on_quiet: Callable[[Alert], None],
        uptime: Callable[[], float] | None = None,
    ) -> None:
        self._book = book
        self._clock = clock
        self._lock = lock
        self._on_ring = on_ring
        self._on_missed = on_missed
        self._on_quiet = on_quiet
        self._uptime = uptime or uptime_seconds
        self._ringing: dict[str, tuple[Alert, float]] = {}
        self._seen_at: tuple[datetime, float] | None = None
        self._failing = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Keep alerts on a thread of its own until `stop`; starting twice is the same as once."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="alert-keeper", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and give up the lock; alerts that ring stay stored as ringing for the next keeper."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        self._lock.release()

    def look(self) -> None:
        """Look at the book once and do what is due; does nothing while another process keeps the alerts."""
        if not self._lock.acquire():
            self._seen_at = None
            return
        now, uptime = self._clock.now(), self._uptime()
        alerts = self._book.active()
        self._follow_the_clock(alerts, now, uptime)
        self._notice_stopped(alerts)
        rung = {identity: uptime - since for identity, (_, since) in self._ringing.items()}
        for due in alerts_due(self._book.active(), now, rung):
            if self._book.advance(due.before, *due.after):
                self._carry_out(due, uptime)

    def _run(self) -> None:
        try:
            while True:
                self._look_or_log()
                if self._stop.wait(LOOK_SECONDS):
                    return
        finally:
            # Whoever holds the lock is believed to ring: a thread that ended must not.
            self._lock.release()

    def _look_or_log(self) -> None:
        try:
            self.look()
            self._failing = False
        except (JarvisError, OSError) as error:
            if not self._failing:
                _LOG.warning("alerts cannot be kept now: %s", error)
            self._failing = True
        except Exception:  # noqa: BLE001 - what one look cannot do must not end all later ones
            if not self._failing:
                _LOG.exception("a look at the alerts failed")
            self._failing = True

    def _follow_the_clock(self, alerts: list[Alert], now: datetime, uptime: float) -> None:
        if self._seen_at is not None:
            seen, seen_uptime = self._seen_at
            jump = (now - seen).total_seconds() - (uptime - seen_uptime)
            if abs(jump) >= CLOCK_SET_SECONDS:
                _LOG.info("the clock was set by %.0f s", jump)
                for before, after in with_timers_shifted(alerts, jump):
                    self._book.advance(before, after)
        self._seen_at = now, uptime

    def _notice_stopped(self, alerts: list[Alert]) -> None:
        still = {alert.id for alert in alerts if alert.state == "ringing"}
        for identity in [identity for identity in self._ringing if identity not in still]:
            alert, _ = self._ringing.pop(identity)
            self._tell(self._on_quiet, alert)

    def _carry_out(self, due: Due, uptime: float) -> None:
        if due.act == "ring":
            self._ringing[due.alert.id] = (due.alert, uptime)
            self._tell(self._on_ring, due.alert)
            return
        self._ringing.pop(due.alert.id, None)
        self._tell(self._on_missed, due.alert)

    def _tell(self, listener: Callable[[Alert], None], alert: Alert) -> None:
        try:
            listener(alert)
        except Exception:  # noqa: BLE001 - the next alert must ring even if telling of this one failed
            _LOG.exception("an alert could not be told of")


def uptime_seconds() -> float:
    """Return seconds since some fixed moment that go on while the computer sleeps, where the system counts them."""
    counted = getattr(time, "CLOCK_BOOTTIME", None) or getattr(time, "CLOCK_MONOTONIC", None)
    return time.monotonic() if counted is None else time.clock_gettime(counted)
