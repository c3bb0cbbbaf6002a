"""What happens when an alert is due while the window runs: a notification, a tone, the words, again until stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING

from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.skills import Alert
from jarvis.host.alert_keeper import AlertKeeper
from jarvis.host.keeper_lock import KeeperLock
from jarvis.host.notify import Buttons, DesktopNotifier

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.app.window_voice import WindowVoice
    from jarvis.voice.announcements import Notice

RING_AGAIN_SECONDS = 6.0
"""Pause between two rings of an alert that nobody has stopped."""
SNOOZED_FOR = timedelta(minutes=5)
"""How long an alert waits that was put off."""
RECENT_ALERTS = 5
"""How many that are over are listed."""
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
        self._notifier.close()

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
        self._change(alert_id, lambda alert: replace(alert, state="done" if alert.state == "ringing" else "cancelled"))

    def snooze(self, alert_id: str) -> None:
        """Silence a ringing alert and let it ring again after `SNOOZED_FOR`."""
        # As stored as any other alert: it rings in time whatever becomes of this process.
        due_at = self._jarvis.clock.now().astimezone(UTC) + SNOOZED_FOR
        self._change(
            alert_id,
            lambda alert: replace(alert, state="running", due_at=due_at) if alert.state == "ringing" else None,
        )

    def recent(self) -> Sequence[Alert]:
        """Return what rang or was missed last, newest first."""
        return self._jarvis.alert_book.recent(RECENT_ALERTS)

    def again(self, alert_id: str) -> None:
        """Start a timer that is over once more."""
        for alert in self.recent():
            if alert.id == alert_id and alert.kind == "timer" and alert.duration_seconds:
                self._jarvis.alert_book.add(
                    "timer",
                    alert.label,
                    self._jarvis.clock.now() + timedelta(seconds=alert.duration_seconds),
                    duration_seconds=alert.duration_seconds,
                    language=alert.language,
                )

    def silence(self) -> bool:
        """Stop everything that rings; True if something did."""
        ringing = [alert for alert in self.active() if alert.state == "ringing"]
        for alert in ringing:
            self.dismiss(alert.id)
        return bool(ringing)

    def _ring(self, alert: Alert) -> None:
        ring = _Ring()
        with self._lock:
            callbacks = list(self._callbacks)
            self._ringing[alert.id] = ring
        for callback in callbacks:
            callback(alert)
        threading.Thread(target=self._sound, args=(alert, ring), name="jarvis-ring", daemon=True).start()
        buttons = Buttons(tag=alert.id, words=button_words(alert.language), on_pressed=partial(self._pressed, alert.id))
        self._notifier.notify("Jarvis", words_for(alert), urgent=True, buttons=buttons)
        if ring.stopped.is_set():
            self._notifier.withdraw(alert.id)

    def _pressed(self, alert_id: str, button: str) -> None:
        """A button of the notification was pressed."""
        if button == "stop":
            self.dismiss(alert_id)
        else:
            self.snooze(alert_id)

    def _change(self, alert_id: str, change: Callable[[Alert], Alert | None]) -> None:
        """Store what `change` makes of an active alert, whoever changes it meanwhile; None leaves it."""
        book = self._jarvis.alert_book
        while True:
            before = next((alert for alert in book.active() if alert.id == alert_id), None)
            after = change(before) if before is not None else None
            if before is None or after is None:
                return
            if book.advance(before, after):
                self._stop_sound(before)
                return

    def _sound(self, alert: Alert, ring: _Ring) -> None:
        """Ring until stopped: the next time only after the last one was heard, so that none piles up.

        A stop word that was said meanwhile does what the stop button does.
        """
        from jarvis.audio.tones import alert_tone

        words = words_for(alert)
        while not ring.stopped.is_set():
            notice = self._voice.announce(
                words, alert.language, alert_tone(), lambda: self._rings(alert, ring), ring.stop_for_word
            )
            if notice is not None:
                ring.wait_for(notice)
                # What only waited is said in full the next time.
                words = "" if notice.rung else words
            ring.stopped.wait(RING_AGAIN_SECONDS)
        ring.stop()
        if ring.by_word:
            self._stop_for_word(alert)

    def _stop_for_word(self, alert: Alert) -> None:
        try:
            # Whoever has put it off meanwhile wants it to come back.
            self._change(alert.id, lambda now: replace(now, state="done") if now.state == "ringing" else None)
        except JarvisError as error:
            _log.warning("an alert is silent, but not stored as stopped", extra={"facts": {"code": error.code}})

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
        self._notifier.withdraw(alert.id)


class _Ring:
    """The ringing of one alert; at most one announcement of it waits or sounds."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.by_word = False
        self._lock = threading.Lock()
        self._notice: Notice | None = None

    def wait_for(self, notice: Notice) -> None:
        """Wait until `notice` is over; one that came too late is withdrawn. The one before rings no more."""
        with self._lock:
            before, self._notice = self._notice, notice
        if before is not None:
            before.cancel()
        if self.stopped.is_set():
            self.stop()
        notice.over.wait()

    def stop_for_word(self) -> None:
        """A stop word was said: ring no more. Returns at once; what is stored is changed by who rings."""
        self.by_word = self.by_word or not self.stopped.is_set()
        self.stopped.set()

    def stop(self) -> None:
        """Ring no more, and fall silent at once."""
        self.stopped.set()
        with self._lock:
            notice, self._notice = self._notice, None
        if notice is not None:
            notice.cancel()


def button_words(language: Language) -> dict[str, str]:
    """Return what the buttons of a notification say, by their keys."""
    if language == "es":
        return {"stop": "Parar", "snooze": "5 minutos más"}
    return {"stop": "Stop", "snooze": "5 more minutes"}


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
