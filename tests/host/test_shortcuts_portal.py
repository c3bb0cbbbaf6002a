"""Global shortcuts through a small desktop portal on a real bus."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from jarvis.contracts.errors import DeviceError, InputError
from jarvis.host.shortcuts_portal import PortalShortcuts
from tests.fakes.processes import PATIENCE_SECONDS, until

Start = Callable[..., subprocess.Popen]


@pytest.fixture
def shortcuts(bus_address: str) -> Iterator[PortalShortcuts]:
    made = PortalShortcuts(bus_address=bus_address)
    yield made
    made.close()


@pytest.fixture
def told() -> SimpleQueue[str]:
    return SimpleQueue()


def bind(shortcuts: PortalShortcuts, told: SimpleQueue[str], keys: str = "Ctrl+Alt+J", name: str = "quick") -> None:
    shortcuts.bind(
        name, keys, "Quick question", lambda token: told.put(f"{name} {token}"), lambda: told.put(f"{name} up")
    )


def asked(portal: subprocess.Popen) -> dict[str, object]:
    return json.loads(portal.stdout.readline())


def press(portal: subprocess.Popen, act: str) -> None:
    portal.stdin.write(act + "\n")
    portal.stdin.flush()


def test_the_desktop_is_asked_and_its_keys_are_heard(
    shortcuts: PortalShortcuts, told: SimpleQueue[str], on_bus: Start
) -> None:
    portal = on_bus("shortcut_portal")
    bind(shortcuts, told)
    assert asked(portal) == {"registered": "jarvis"}
    assert asked(portal) == {"bound": {"quick": ["Quick question", "CTRL+ALT+j"]}, "here": True}
    press(portal, "down quick")
    press(portal, "up quick")
    assert [told.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == ["quick token-1", "quick up"]
    assert shortcuts.why_not("quick") is None
    assert "last word" in shortcuts.where_set("en") and "escritorio" in shortcuts.where_set("es")


def test_a_second_one_and_its_leaving_make_new_sessions(
    shortcuts: PortalShortcuts, told: SimpleQueue[str], on_bus: Start
) -> None:
    portal = on_bus("shortcut_portal", "no-registry")
    bind(shortcuts, told)
    assert list(asked(portal)["bound"]) == ["quick"]
    bind(shortcuts, told, "Meta+Space", "talk")
    assert asked(portal) == {"closed": True}
    assert asked(portal)["bound"] == {
        "quick": ["Quick question", "CTRL+ALT+j"],
        "talk": ["Quick question", "LOGO+space"],
    }
    shortcuts.unbind("quick")
    assert asked(portal) == {"closed": True}
    assert list(asked(portal)["bound"]) == ["talk"]
    press(portal, "down quick")
    press(portal, "down talk")
    assert told.get(timeout=PATIENCE_SECONDS) == "talk token-1"


@pytest.mark.parametrize(
    ("way", "code"),
    [("decline", "shortcut.declined"), ("none", "shortcut.not_given"), ("nothing", "shortcut.no_portal")],
)
def test_what_the_desktop_does_not_give_is_told(
    shortcuts: PortalShortcuts, told: SimpleQueue[str], on_bus: Start, way: str, code: str
) -> None:
    on_bus("shortcut_portal", way)
    with pytest.raises(DeviceError) as raised:
        bind(shortcuts, told)
    assert raised.value.code == code
    assert shortcuts.why_not("quick") is raised.value
    assert shortcuts.why_not("talk") is None


def test_without_a_portal_or_a_bus_the_way_round_is_told(shortcuts: PortalShortcuts, told: SimpleQueue[str]) -> None:
    for one in (shortcuts, PortalShortcuts(bus_address="unix:path=/nonexistent/bus")):
        with pytest.raises(DeviceError) as raised:
            bind(one, told)
        assert "jarvis quick" in raised.value.sentence("en") and "jarvis quick" in raised.value.sentence("es")


def test_odd_keys_are_refused_and_the_others_stay(
    shortcuts: PortalShortcuts, told: SimpleQueue[str], on_bus: Start
) -> None:
    portal = on_bus("shortcut_portal")
    bind(shortcuts, told, "Ctrl+Alt+K", "talk")
    with pytest.raises(InputError):
        bind(shortcuts, told, "J")
    assert [list(line) for line in (asked(portal), asked(portal), asked(portal), asked(portal))] == [
        ["registered"],
        ["bound", "here"],
        ["closed"],
        ["bound", "here"],
    ]
    press(portal, "down talk")
    assert told.get(timeout=PATIENCE_SECONDS) == "talk token-1"


def test_a_portal_that_ends_is_told_and_its_successor_asked(
    shortcuts: PortalShortcuts, told: SimpleQueue[str], on_bus: Start
) -> None:
    first = on_bus("shortcut_portal")
    bind(shortcuts, told)
    first.kill()
    until(lambda: shortcuts.why_not("quick") is not None, "the end of the portal noticed")
    second = on_bus("shortcut_portal", "no-registry")
    assert list(asked(second)["bound"]) == ["quick"]
    until(lambda: shortcuts.why_not("quick") is None, "the shortcut back")
    press(second, "down quick")
    assert told.get(timeout=PATIENCE_SECONDS) == "quick token-1"
