"""Shows desktop notifications: over D-Bus on Linux, through AppleScript on macOS, not at all elsewhere.

Where the desktop can, they have buttons, and what the person presses is heard on one connection that then stays open.
Whoever wants a notification seen must show it in another way too where `notify` returns False.
"""

from __future__ import annotations

import contextlib
import html
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from jarvis.host.bus_link import BusLink, BusSignal
from jarvis.host.session_bus import BusConnection, BusUnavailable, CallFailed, session_bus

_LOG = logging.getLogger(__name__)

_SERVICE = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"

ACTIVATION_SECONDS = 3.0
"""How long the notification service may take; the bus starts it when it is not running yet."""

_CLOSED_KEPT = 8
_NORMAL, _CRITICAL = 1, 2
_APPLESCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"


@dataclass(frozen=True, kw_only=True, slots=True)
class Buttons:
    """What a notification offers: the words on each button by its key, and who is told the key that was pressed.

    `on_pressed` is called once at most, on a thread of the notifier's. `tag` names the notification for `withdraw`.
    """

    tag: str
    words: Mapping[str, str]
    on_pressed: Callable[[str], None]


class _Caller(Protocol):
    def __call__(
        self,
        service: str,
        path: str,
        interface: str,
        method: str,
        signature: str | None = None,
        body: tuple[object, ...] = (),
        timeout: float | None = None,
    ) -> tuple[object, ...]: ...


class DesktopNotifier:
    """Shows notifications as `app_name` with `icon`, a file or theme name. None as `bus_address` is the session's."""

    def __init__(self, app_name: str = "Jarvis", icon: str = "", bus_address: str | None = None) -> None:
        self._app_name = app_name
        self._icon = icon
        self._address = bus_address
        self._lock = threading.Lock()
        self._link: BusLink | None = None
        self._shown: dict[int, Buttons] = {}
        self._closed: dict[int, Buttons] = {}

    def notify(self, title: str, body: str, urgent: bool = False, buttons: Buttons | None = None) -> bool:
        """Show a notification; `urgent` ones stay until dismissed. False where it could not be shown.

        `buttons` are left out where the desktop shows none.
        """
        if sys.platform == "darwin":
            return _notify_macos(title, body)
        try:
            with session_bus(self._address) as bus:
                abilities = _abilities(bus)
                if buttons is None or "actions" not in abilities:
                    self._send(bus.call, abilities, title, body, urgent, {})
                    return True
            self._offer(self._open_link(), abilities, title, body, urgent, buttons)
        except (BusUnavailable, CallFailed) as error:
            _LOG.info("no notification was shown: %s", error)
            return False
        return True

    def withdraw(self, tag: str) -> None:
        """Take a notification with buttons away; one that is gone is left so."""
        with self._lock:
            link = self._link
            gone = [number for number, buttons in self._shown.items() if buttons.tag == tag]
            for number in gone:
                del self._shown[number]
        for number in gone:
            if link is not None:
                with contextlib.suppress(CallFailed):
                    # Only what is on the screen can be closed, and it may have gone by itself.
                    link.call(_SERVICE, _PATH, _SERVICE, "CloseNotification", "u", (number,))

    def close(self) -> None:
        """Take away what has buttons, which nobody would hear any more, and hang up."""
        with self._lock:
            tags = {buttons.tag for buttons in self._shown.values()}
        for tag in tags:
            self.withdraw(tag)
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _offer(
        self, link: BusLink, abilities: list[str], title: str, body: str, urgent: bool, buttons: Buttons
    ) -> None:
        # A press may be heard before the number of its notification: nothing is taken until that is known.
        with self._lock:
            number = self._send(link.call, abilities, title, body, urgent, buttons.words)
            self._shown[number] = buttons

    def _send(
        self, call: _Caller, abilities: list[str], title: str, body: str, urgent: bool, words: Mapping[str, str]
    ) -> int:
        if "body-markup" in abilities:
            body = html.escape(body, quote=False)
        hints = {"urgency": ("y", _CRITICAL if urgent else _NORMAL)}
        lasting = 0 if urgent else -1
        actions = [part for pair in words.items() for part in pair]
        answer = call(
            _SERVICE,
            _PATH,
            _SERVICE,
            "Notify",
            "susssasa{sv}i",
            (self._app_name, 0, self._icon, title, body, actions, hints, lasting),
            timeout=ACTIVATION_SECONDS,
        )
        return int(str(answer[0]))

    def _open_link(self) -> BusLink:
        with self._lock:
            if self._link is not None and not self._link.lost:
                return self._link
            lost, self._link = self._link, None
            self._shown.clear()
            self._closed.clear()
        if lost is not None:
            lost.close()
        link = BusLink(self._address, self._take)
        try:
            link.listen(_SERVICE, "ActionInvoked", _PATH)
            link.listen(_SERVICE, "NotificationClosed", _PATH)
        except CallFailed:
            link.close()
            raise
        with self._lock:
            self._link = link
        return link

    def _take(self, signal: BusSignal) -> None:
        number = int(signal.body[0])
        with self._lock:
            buttons = self._shown.pop(number, None) or self._closed.pop(number, None)
            if buttons is not None and signal.member == "NotificationClosed":
                # Some services say that it is closed before they say which button closed it.
                self._closed = {**dict(list(self._closed.items())[-_CLOSED_KEPT:]), number: buttons}
                return
        key = str(signal.body[1])
        if buttons is not None and signal.member == "ActionInvoked" and key in buttons.words:
            buttons.on_pressed(key)


def _abilities(bus: BusConnection) -> list[str]:
    found = bus.call(_SERVICE, _PATH, _SERVICE, "GetCapabilities", timeout=ACTIVATION_SECONDS)[0]
    return [str(one) for one in found]


def _notify_macos(title: str, body: str) -> bool:
    program = shutil.which("osascript")
    if program is None:
        return False
    try:
        # The words travel as arguments, so that none of them can become script.
        subprocess.run([program, "-e", _APPLESCRIPT, title, body], check=True, capture_output=True, timeout=5)
    except (OSError, subprocess.SubprocessError) as error:
        _LOG.info("no notification was shown: %s", error)
        return False
    return True
