"""Whether the desktop asks programs to move little. Knows no window."""

from __future__ import annotations

from jarvis.host.session_bus import BusConnection, BusUnavailable, CallFailed, session_bus

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_SETTINGS = "org.freedesktop.portal.Settings"
_ASKED = (
    ("org.freedesktop.appearance", "reduced-motion", 1),
    ("org.gnome.desktop.interface", "enable-animations", False),
)
"""Where the portal keeps it and which value asks for little motion: the common key (xdg-desktop-portal 1.21), and
GNOME's own, which older portals hand out."""


def asks_for_little_motion(address: str | None = None) -> bool:
    """Ask the desktop's portal on the session bus, or on the one at `address`; False where none answers."""
    try:
        with session_bus(address) as bus:
            return any(_value(bus, space, key) == value for space, key, value in _ASKED)
    except BusUnavailable:
        return False


def _value(bus: BusConnection, space: str, key: str) -> object:
    try:
        # "Read" wraps the value once more than "ReadOne", which older portals lack.
        found: object = bus.call(_PORTAL, _PATH, _SETTINGS, "Read", "ss", (space, key))[0]
    except CallFailed:
        return None
    while isinstance(found, tuple) and len(found) == 2:
        found = found[1]
    return found
