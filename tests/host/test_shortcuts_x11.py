"""Global shortcuts on a real X display, with keys pressed from outside and a second program that has some."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.host.shortcuts_x11 import X11Shortcuts
from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, VirtualScreen, wait

pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {MISSING_PROGRAMS}")

Make = Callable[[], X11Shortcuts]


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def make(screen: VirtualScreen) -> Iterator[Make]:
    made: list[X11Shortcuts] = []

    def one() -> X11Shortcuts:
        made.append(X11Shortcuts(screen.environment["DISPLAY"]))
        return made[-1]

    yield one
    for shortcuts in made:
        shortcuts.close()


class Heard:
    """What shortcuts told, in order."""

    def __init__(self) -> None:
        self._told: SimpleQueue[str] = SimpleQueue()

    def bind(self, shortcuts: X11Shortcuts, keys: str, name: str = "quick") -> None:
        shortcuts.bind(
            name, keys, "Quick question", lambda token: self._told.put(f"{name} down{token}"), self._up(name)
        )

    def next(self) -> str:
        return self._told.get(timeout=PATIENCE_SECONDS)

    def nothing_else(self) -> bool:
        return self._told.empty()

    def _up(self, name: str) -> Callable[[], None]:
        return lambda: self._told.put(f"{name} up")


def test_a_shortcut_is_told_down_and_up_whatever_has_the_keyboard(make: Make, screen: VirtualScreen) -> None:
    heard = Heard()
    heard.bind(make(), "Ctrl+Alt+J")
    screen.keys("keydown", "ctrl", "keydown", "alt", "keydown", "j")
    assert heard.next() == "quick down"
    assert heard.nothing_else()
    screen.keys("keyup", "alt", "keyup", "j", "keyup", "ctrl")
    assert heard.next() == "quick up"


@pytest.mark.parametrize("lock", ["Caps_Lock", "Num_Lock"])
def test_locks_make_no_difference(make: Make, screen: VirtualScreen, lock: str) -> None:
    heard = Heard()
    heard.bind(make(), "Ctrl+Alt+K")
    screen.keys("key", lock)
    try:
        screen.keys("key", "ctrl+alt+k")
        assert [heard.next(), heard.next()] == ["quick down", "quick up"]
    finally:
        screen.keys("key", lock)


def test_other_modifiers_make_another_shortcut(make: Make, screen: VirtualScreen) -> None:
    heard = Heard()
    shortcuts = make()
    heard.bind(shortcuts, "Ctrl+Alt+J")
    heard.bind(shortcuts, "Meta+F9", "talk")
    screen.keys("key", "ctrl+j", "key", "ctrl+alt+shift+j", "key", "super+F9", "key", "ctrl+alt+j")
    assert [heard.next() for _ in range(4)] == ["talk down", "talk up", "quick down", "quick up"]


def test_what_another_program_has_is_told_and_nothing_of_it_is_kept(make: Make, screen: VirtualScreen) -> None:
    first, second = Heard(), Heard()
    owner, late = make(), make()
    first.bind(owner, "Ctrl+Alt+J")
    with pytest.raises(DeviceError) as raised:
        second.bind(late, "Ctrl+Alt+J")
    assert raised.value.code == "shortcut.taken" and "Ctrl+Alt+J" in raised.value.sentence("es")
    assert late.why_not("quick") is raised.value and owner.why_not("quick") is None
    screen.keys("key", "ctrl+alt+j")
    assert [first.next(), first.next()] == ["quick down", "quick up"]
    owner.unbind("quick")
    second.bind(late, "Ctrl+Alt+J")
    assert late.why_not("quick") is None
    screen.keys("key", "ctrl+alt+j")
    assert second.next() == "quick down" and first.nothing_else()


def test_a_partly_taken_shortcut_is_given_back_whole(make: Make, screen: VirtualScreen) -> None:
    """Another program that has the keys with Num Lock alone must not leave Jarvis with the rest of them."""
    blocker = make()
    blocker.bind("x", "Ctrl+Alt+L", "", lambda token: None)
    worker = blocker._worker
    assert worker is not None
    with_locks = [grab for grab in worker.bindings["x"].grabs if grab[1] & 0x02]
    worker.do(lambda own: [own._connection.ungrab(*grab) for grab in own.bindings["x"].grabs if grab not in with_locks])
    late, third = make(), make()
    with pytest.raises(DeviceError):
        late.bind("quick", "Ctrl+Alt+L", "", lambda token: None)
    blocker.unbind("x")
    heard = Heard()
    heard.bind(third, "Ctrl+Alt+L")
    screen.keys("key", "ctrl+alt+l")
    assert heard.next() == "quick down"


def test_new_keys_replace_the_old_and_closing_gives_all_back(make: Make, screen: VirtualScreen) -> None:
    heard, other = Heard(), Heard()
    shortcuts, later = make(), make()
    heard.bind(shortcuts, "Ctrl+Alt+J")
    heard.bind(shortcuts, "Ctrl+Alt+O")
    other.bind(later, "Ctrl+Alt+J", "other")
    screen.keys("key", "ctrl+alt+j", "key", "ctrl+alt+o")
    assert [other.next(), other.next()] == ["other down", "other up"]
    assert [heard.next(), heard.next()] == ["quick down", "quick up"]
    shortcuts.close()
    other.bind(later, "Ctrl+Alt+O", "freed")
    screen.keys("key", "ctrl+alt+o")
    assert other.next() == "freed down" and heard.nothing_else()


def test_a_change_of_keyboard_takes_the_key_where_it_is_now(make: Make, screen: VirtualScreen) -> None:
    heard = Heard()
    shortcuts = make()
    heard.bind(shortcuts, "Ctrl+Alt+Y")
    try:
        layout(screen, "de")
        # Where an English keyboard has Z, a German one has Y; xdotool goes by the layout in use.
        screen.keys("key", "ctrl+alt+y")
        assert [heard.next(), heard.next()] == ["quick down", "quick up"]
        layout(screen, "gr")
        wait(lambda: shortcuts.why_not("quick") is not None)
        lost = shortcuts.why_not("quick")
        assert lost is not None and lost.code == "shortcut.no_such_key"
    finally:
        layout(screen, "us")
    wait(lambda: shortcuts.why_not("quick") is None)
    screen.keys("key", "ctrl+alt+y")
    assert heard.next() == "quick down"


def test_without_a_display_it_says_so() -> None:
    shortcuts = X11Shortcuts(":987")
    with pytest.raises(DeviceError) as raised:
        shortcuts.bind("quick", "Ctrl+Alt+J", "", lambda token: None)
    assert raised.value.code == "shortcut.no_display" and ":987" in raised.value.sentence("en")
    assert shortcuts.why_not("quick") is raised.value
    shortcuts.unbind("quick")
    shortcuts.close()


def test_a_display_that_goes_away_takes_nobody_along() -> None:
    screen = VirtualScreen()
    shortcuts = X11Shortcuts(screen.environment["DISPLAY"])
    shortcuts.bind("quick", "Ctrl+Alt+J", "", lambda token: None)
    screen.close()
    wait(lambda: shortcuts.why_not("quick") is not None)
    lost = shortcuts.why_not("quick")
    assert lost is not None and lost.code == "shortcut.no_display"
    with pytest.raises(DeviceError):
        shortcuts.bind("quick", "Ctrl+Alt+J", "", lambda token: None)
    shortcuts.close()


def test_a_held_key_that_repeats_is_pressed_once() -> None:
    """A display whose keys repeat, unlike that of the other tests."""
    screen = VirtualScreen(repeats=True)
    heard = Heard()
    shortcuts = X11Shortcuts(screen.environment["DISPLAY"])
    try:
        heard.bind(shortcuts, "Ctrl+Alt+J")
        screen.keys("keydown", "ctrl", "keydown", "alt", "keydown", "j", "sleep", "1.2")
        assert heard.next() == "quick down"
        assert heard.nothing_else()
        screen.keys("keyup", "j", "keyup", "alt", "keyup", "ctrl")
        assert heard.next() == "quick up" and heard.nothing_else()
    finally:
        shortcuts.close()
        screen.close()


def layout(screen: VirtualScreen, name: str) -> None:
    subprocess.run(["setxkbmap", name], env=screen.environment, check=True, timeout=PATIENCE_SECONDS)
