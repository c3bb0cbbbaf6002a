"""Whether windows can be see-through here. Knows no window."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Mapping
from typing import Any


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Reply(ctypes.Structure):
    """The replies to both questions have the same form: `value` is the atom, or the window that owns the selection."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("value", ctypes.c_uint32),
    )


def composites(environment: Mapping[str, str]) -> bool:
    """Tell whether the desktop mixes windows with what lies below them: always but on X11 without a compositor.

    Without one, what is see-through is black. May wait for the display.
    """
    display = environment.get("DISPLAY", "")
    if environment.get("WAYLAND_DISPLAY") or not display:
        return True
    try:
        xcb, free = _libraries()
    except OSError:
        return False
    number = ctypes.c_int(0)
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), ctypes.byref(number)))
    try:
        if xcb.xcb_connection_has_error(connection):
            return False
        name = f"_NET_WM_CM_S{number.value}".encode()
        atom = _value(xcb.xcb_intern_atom_reply, connection, xcb.xcb_intern_atom(connection, 1, len(name), name), free)
        if not atom:
            return False
        cookie = xcb.xcb_get_selection_owner(connection, atom)
        return bool(_value(xcb.xcb_get_selection_owner_reply, connection, cookie, free))
    finally:
        xcb.xcb_disconnect(connection)


def _value(ask: Any, connection: ctypes.c_void_p, cookie: _Cookie, free: Any) -> int:
    reply = ask(connection, cookie, None)
    if not reply:
        return 0
    value = int(reply.contents.value)
    free(reply)
    return value


def _libraries() -> tuple[Any, Any]:
    xcb = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
    free = ctypes.CDLL(None).free
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    connection, reply = ctypes.c_void_p, (ctypes.c_void_p, _Cookie, ctypes.c_void_p)
    for name, arguments, result in (
        ("xcb_connect", (ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)), connection),
        ("xcb_disconnect", (connection,), None),
        ("xcb_connection_has_error", (connection,), ctypes.c_int),
        ("xcb_intern_atom", (connection, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_char_p), _Cookie),
        ("xcb_intern_atom_reply", reply, ctypes.POINTER(_Reply)),
        ("xcb_get_selection_owner", (connection, ctypes.c_uint32), _Cookie),
        ("xcb_get_selection_owner_reply", reply, ctypes.POINTER(_Reply)),
    ):
        function = getattr(xcb, name)
        function.argtypes, function.restype = arguments, result
    return xcb, free
