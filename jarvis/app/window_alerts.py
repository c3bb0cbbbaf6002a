"""What happens when an alert is due while the window runs: a notification, a tone, the words, again until stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.skills import Alert
from jarvis.host.alert_keeper import AlertKeeper
from jarvis.host.keeper_lock import KeeperLock
from jarvis.host.notify import DesktopNotifier

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.app.window_voice import WindowVoice
    from jarvis.voice.announcements import Notice

RING_AGAIN_SECONDS = 6.0
"""Pause between two rings of an alert that nobody has stopped."""
_log = logging.getLogger(__name__)


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
        self._ringing: dict[str, _Ring] = {}
        jarvis.stop_hub.register(self.silence)

    def start(self) -> None:
        """Begin to ring what is due."""
        self._keeper.start()

    def stop(self) -> None:
        """Ring no more."""
        self._keeper.stop()
        with self._lock:
            ringing, self._ringing = self._ringing, {}
        for ring in ringing.values():
            ring.stop()

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
                self._stop_sound(alert)

    def silence(self) -> bool:
        """Stop everything that rings; True if something did."""
        ringing = [alert for alert in self.active() if alert.state == "ringing"]
        for alert in ringing:
            self.dismiss(alert.id)
        return bool(ringing)

    def _ring(self, alert: Alert) -> None:
        self._notifier.notify("Jarvis", words_for(alert), urgent=True)
        ring = _Ring()
        with self._lock:
            callbacks = list(self._callbacks)
            self._ringing[alert.id] = ring
        for callback in callbacks:
            callback(alert)
        threading.Thread(target=self._sound, args=(alert, ring), name="jarvis-ring", daemon=True).start()

    def _sound(self, alert: Alert, ring: _Ring) -> None:
        """Ring until stopped: the next time only after the last one was heard, so that none piles up."""
        from jarvis.audio.tones import alert_tone

        words = words_for(alert)
        while not ring.stopped.is_set():
            notice = self._voice.announce(words, alert.language, alert_tone(), lambda: self._rings(alert, ring))
            words = ""
            if notice is not None:
                ring.wait_for(notice)
            ring.stopped.wait(RING_AGAIN_SECONDS)

    def _rings(self, alert: Alert, ring: _Ring) -> bool:
        """Tell whether nobody has stopped `alert`, by whichever door; True when the book cannot be asked."""
        if ring.stopped.is_set():
            return False
        try:
            return any(one.id == alert.id and one.state == "ringing" for one in self.active())
        except JarvisError as error:
            _log.warning("the alert book could not be asked", extra={"facts": {"code": error.code}})
            return True

    def _missed(self, alert: Alert) -> None:
        spanish = alert.language == "es"
        lead = "Sin atender: " if spanish else "Missed: "
        self._stop_sound(alert)
        self._notifier.notify("Jarvis", lead + words_for(alert))

    def _quiet(self, alert: Alert) -> None:
        self._stop_sound(alert)
        _log.info("alert silenced", extra={"facts": {"kind": alert.kind}})

    def _stop_sound(self, alert: Alert) -> None:
        with self._lock:
            ring = self._ringing.pop(alert.id, None)
        if ring is not None:
            ring.stop()


class _Ring:
    """The ringing of one alert; at most one announcement of it waits or sounds."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._notice: Notice | None = None

    def wait_for(self, notice: Notice) -> None:
        """Wait until `notice` is over; one that came too late is withdrawn."""
        with self._lock:
            self._notice = notice
        if self.stopped.is_set():
            notice.cancel()
        notice.over.wait()

    def stop(self) -> None:
        """Ring no more, and fall silent at once."""
        self.stopped.set()
        with self._lock:
            notice = self._notice
        if notice is not None:
            notice.cancel()


def words_for(alert: Alert) -> str:
    """Return what is said when `alert` is due, in its own language."""
    spanish = alert.language == "es"
    if alert.kind == "reminder":
        return f"Recordatorio: {alert.label}." if spanish else f"Reminder: {alert.label}."
    if alert.kind == "alarm":
        named = f" {alert.label}" if alert.label else ""
        return f"Es la hora de tu alarma{named}." if spanish else f"It is time for your alarm{named}."
    if alert.label:
        return f"El temporizador «{alert.label}» ha terminado." if spanish else f"Your {alert.label} timer is done."
    return "Tu temporizador ha terminado." if spanish else "Your timer is done."
