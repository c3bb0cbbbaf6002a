"""Chooses how keys are taken from every program, by what kind of desktop session this is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from jarvis.contracts.desktop_ports import GlobalShortcuts
from jarvis.contracts.errors import DeviceError, JarvisError, Language


def shortcuts_for(environment: Mapping[str, str], platform: str = sys.platform) -> GlobalShortcuts:
    """Return what takes keys in the session that `environment` tells of; never raises.

    A Wayland session has an X display too, for older programs, but keys taken there reach only those.
    """
    if platform.startswith(("linux", "freebsd", "openbsd")):
        if environment.get("XDG_SESSION_TYPE") == "wayland" or environment.get("WAYLAND_DISPLAY"):
            from jarvis.host.shortcuts_portal import PortalShortcuts

            return PortalShortcuts()
        if display := environment.get("DISPLAY"):
            from jarvis.host.shortcuts_x11 import X11Shortcuts

            return X11Shortcuts(display)
    return NoShortcuts()


class NoShortcuts:
    """Where no way is known: every `bind` says so."""

    def __init__(self) -> None:
        self._wanted: set[str] = set()

    def bind(
        self,
        shortcut_id: str,
        keys: str,
        description: str,
        pressed: Callable[[str], None],
        released: Callable[[], None] | None = None,
    ) -> None:
        """Raise `DeviceError`."""
        del keys, description, pressed, released
        self._wanted.add(shortcut_id)
        raise _no_way()

    def unbind(self, shortcut_id: str) -> None:
        """There is nothing to give back."""
        self._wanted.discard(shortcut_id)

    def why_not(self, shortcut_id: str) -> JarvisError | None:
        """Return the sentence for a shortcut that was wanted."""
        return _no_way() if shortcut_id in self._wanted else None

    def where_set(self, language: Language) -> str:
        """Nowhere."""
        del language
        return ""

    def close(self) -> None:
        """There is nothing to give back."""


def _no_way() -> DeviceError:
    return DeviceError(
        "shortcut.no_way",
        en="Jarvis cannot take keys from other programs on this system. Bind the command “jarvis quick” to a key in "
        "the system's own settings.",
        es="Jarvis no puede tomar teclas de otros programas en este sistema. Asigna la orden «jarvis quick» a una "
        "tecla en los ajustes del propio sistema.",
    )
