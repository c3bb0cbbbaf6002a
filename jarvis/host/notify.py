"""Shows desktop notifications: over D-Bus on Linux, through AppleScript on macOS, not at all elsewhere.

Whoever wants it seen must show it in another way too where `notify` returns False.
"""

from __future__ import annotations

import html
import logging
import shutil
import subprocess
import sys

from jarvis.host.session_bus import BusUnavailable, CallFailed, session_bus

_LOG = logging.getLogger(__name__)

_SERVICE = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"

ACTIVATION_SECONDS = 3.0
"""How long the notification service may take; the bus starts it when it is not running yet."""

_NORMAL, _CRITICAL = 1, 2
_APPLESCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"


class DesktopNotifier:
    """Shows notifications as `app_name` with `icon`, a file or theme name. None as `bus_address` is the session's."""

    def __init__(self, app_name: str = "Jarvis", icon: str = "", bus_address: str | None = None) -> None:
        self._app_name = app_name
        self._icon = icon
        self._address = bus_address

    def notify(self, title: str, body: str, urgent: bool = False) -> bool:
        """Show a notification; `urgent` ones stay until dismissed. False where it could not be shown."""
        if sys.platform == "darwin":
            return _notify_macos(title, body)
        try:
            return self._notify_over_bus(title, body, urgent)
        except (BusUnavailable, CallFailed) as error:
            _LOG.info("no notification was shown: %s", error)
            return False

    def _notify_over_bus(self, title: str, body: str, urgent: bool) -> bool:
        with session_bus(self._address) as bus:
            abilities = bus.call(_SERVICE, _PATH, _SERVICE, "GetCapabilities", timeout=ACTIVATION_SECONDS)[0]
            if "body-markup" in abilities:
                body = html.escape(body, quote=False)
            hints = {"urgency": ("y", _CRITICAL if urgent else _NORMAL)}
            lasting = 0 if urgent else -1
            bus.call(
                _SERVICE,
                _PATH,
                _SERVICE,
                "Notify",
                "susssasa{sv}i",
                (self._app_name, 0, self._icon, title, body, [], hints, lasting),
                timeout=ACTIVATION_SECONDS,
            )
            return True


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
