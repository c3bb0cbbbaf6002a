"""Which keys can be taken everywhere, what they are called, and which way a session has."""

from __future__ import annotations

import pytest

from jarvis.contracts.errors import DeviceError, InputError
from jarvis.host.shortcuts_keys import chord_of
from jarvis.host.shortcuts_portal import PortalShortcuts
from jarvis.host.shortcuts_session import NoShortcuts, shortcuts_for
from jarvis.host.shortcuts_x11 import X11Shortcuts


@pytest.mark.parametrize(
    ("keys", "keysym", "trigger"),
    [
        ("Ctrl+Alt+J", 0x6A, "CTRL+ALT+j"),
        ("ctrl + alt + j", 0x6A, "CTRL+ALT+j"),
        ("Meta+Space", 0x20, "LOGO+space"),
        ("Shift+Ctrl+F5", 0xFFC2, "CTRL+SHIFT+F5"),
        ("F12", 0xFFC9, "F12"),
        ("Shift+Pause", 0xFF13, "SHIFT+Pause"),
        ("Ctrl++", 0x2B, "CTRL+plus"),
        ("Ctrl+Alt++", 0x2B, "CTRL+ALT+plus"),
        ("Ctrl+,", 0x2C, "CTRL+comma"),
        ("Ctrl+7", 0x37, "CTRL+7"),
        ("Ctrl+Ñ", 0xF1, "CTRL+ntilde"),
        ("Ctrl+Alt+Del", 0xFFFF, "CTRL+ALT+Delete"),
        ("Media Play", 0x1008FF14, "XF86AudioPlay"),
    ],
)
def test_keys_have_their_names(keys: str, keysym: int, trigger: str) -> None:
    chord = chord_of(keys)
    assert (chord.keysym, chord.portal_trigger()) == (keysym, trigger)


@pytest.mark.parametrize("keys", ["", "+", "J", "Shift+J", "Space", "Return", "Shift++"])
def test_what_every_program_needs_is_not_taken(keys: str) -> None:
    with pytest.raises(InputError):
        chord_of(keys)


@pytest.mark.parametrize(
    "keys", ["Ctrl", "Ctrl+Alt", "Ctrl+K, Ctrl+J", "Hyper+J", "Ctrl+Nonsense", "Ctrl+F36", "Ctrl+日"]
)
def test_what_is_no_key_is_refused_in_both_languages(keys: str) -> None:
    with pytest.raises(InputError) as raised:
        chord_of(keys)
    assert keys in raised.value.sentence("en") and keys in raised.value.sentence("es")


@pytest.mark.parametrize(
    ("environment", "platform", "kind"),
    [
        ({"DISPLAY": ":0"}, "linux", X11Shortcuts),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}, "linux", X11Shortcuts),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "linux", PortalShortcuts),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", PortalShortcuts),
        ({}, "linux", NoShortcuts),
        ({"DISPLAY": ":0"}, "darwin", NoShortcuts),
        ({}, "win32", NoShortcuts),
    ],
)
def test_the_session_decides_the_way(environment: dict[str, str], platform: str, kind: type) -> None:
    made = shortcuts_for(environment, platform)
    assert type(made) is kind
    made.close()


def test_where_there_is_no_way_the_command_is_named() -> None:
    shortcuts = NoShortcuts()
    assert shortcuts.why_not("quick") is None
    with pytest.raises(DeviceError) as raised:
        shortcuts.bind("quick", "Ctrl+Alt+J", "", lambda token: None)
    assert "jarvis quick" in raised.value.sentence("en") and "jarvis quick" in raised.value.sentence("es")
    assert shortcuts.why_not("quick") is not None
    shortcuts.unbind("quick")
    assert shortcuts.why_not("quick") is None
