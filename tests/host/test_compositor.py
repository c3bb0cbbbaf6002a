"""Whether windows can be see-through: by who owns the selection that compositors take, on a display of one's own."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from jarvis.host.compositor import composites
from tests.fakes.screen import MISSING_PROGRAMS, VirtualScreen, wait

needs_display = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


def test_wayland_and_no_display_at_all_have_it() -> None:
    assert composites({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":99"})
    assert composites({})


def test_a_display_that_is_not_there_has_none() -> None:
    assert not composites({"DISPLAY": ":987"})


@needs_display
def test_x11_has_it_while_something_composites(screen: VirtualScreen) -> None:
    display = {"DISPLAY": screen.environment["DISPLAY"]}
    assert not composites(display)
    x11 = ctypes.CDLL("libX11.so.6")
    for name in ("XOpenDisplay", "XInternAtom", "XCreateSimpleWindow", "XDefaultRootWindow"):
        getattr(x11, name).restype = ctypes.c_void_p
    connection = ctypes.c_void_p(x11.XOpenDisplay(display["DISPLAY"].encode()))
    root = ctypes.c_void_p(x11.XDefaultRootWindow(connection))
    window = ctypes.c_void_p(x11.XCreateSimpleWindow(connection, root, 0, 0, 1, 1, 0, 0, 0))
    atom = ctypes.c_void_p(x11.XInternAtom(connection, b"_NET_WM_CM_S0", 0))
    x11.XSetSelectionOwner(connection, atom, window, 0)
    x11.XSync(connection, 0)
    assert composites(display)
    x11.XCloseDisplay(connection)
    wait(lambda: not composites(display))
