"""Whether the desktop asks for little motion, from a real portal on a real bus."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from jarvis.host.motion import asks_for_little_motion

OnBus = Callable[..., subprocess.Popen]


@pytest.mark.parametrize(
    ("setting", "little"),
    [
        (("org.freedesktop.appearance", "reduced-motion", "u", "1"), True),
        (("org.freedesktop.appearance", "reduced-motion", "u", "0"), False),
        (("org.gnome.desktop.interface", "enable-animations", "b", "false"), True),
        (("org.gnome.desktop.interface", "enable-animations", "b", "true"), False),
        (("org.example", "other", "u", "1"), False),
    ],
)
def test_the_portal_is_believed(on_bus: OnBus, bus_address: str, setting: tuple[str, ...], little: bool) -> None:
    on_bus("settings_portal", *setting)
    assert asks_for_little_motion(bus_address) is little


def test_without_a_bus_or_a_portal_things_may_move(bus_address: str) -> None:
    assert asks_for_little_motion("unix:path=/nowhere") is False
    assert asks_for_little_motion(bus_address) is False
