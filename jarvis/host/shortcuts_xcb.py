"""The few calls of libxcb that taking keys needs, through ctypes. Knows no shortcut.

xcb and not Xlib: it reports each request's error to whoever asked, where Xlib has one error handler for the whole
process and ends the process when the display goes away. Every connection belongs to the thread that opened it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any, Literal

KEY_PRESS, KEY_RELEASE, MAPPING_CHANGED = 2, 3, 34
"""Codes of events, of which the highest bit says that a program made them up."""
TAKEN = 10
"""BadAccess: another program has these keys."""
_ASYNCHRONOUS = 1


class NoDisplay(Exception):
    """There is no X display here, or it went away."""


class KeyEvent(ctypes.Structure):
    """xcb_key_press_event_t, which a release is as well; a change of the keyboard has the same first bytes."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("keycode", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("time", ctypes.c_uint32),
        ("root", ctypes.c_uint32),
        ("event", ctypes.c_uint32),
        ("child", ctypes.c_uint32),
        ("root_x", ctypes.c_int16),
        ("root_y", ctypes.c_int16),
        ("event_x", ctypes.c_int16),
        ("event_y", ctypes.c_int16),
        ("state", ctypes.c_uint16),
        ("same_screen", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
    )


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Error(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_uint8), ("code", ctypes.c_uint8))


class _Reply(ctypes.Structure):
    """The head that replies share; `per_item` is the number of entries per key or per modifier."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("per_item", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("pad", ctypes.c_uint8 * 24),
    )


class _Setup(ctypes.Structure):
    _fields_ = (("head", ctypes.c_uint8 * 34), ("lowest_keycode", ctypes.c_uint8), ("highest_keycode", ctypes.c_uint8))


class _ScreenIterator(ctypes.Structure):
    _fields_ = (("screen", ctypes.POINTER(ctypes.c_uint32)), ("remaining", ctypes.c_int), ("index", ctypes.c_int))


class XConnection:
    """A connection to `display`, such as ":0"; raises `NoDisplay`."""

    def __init__(self, display: str) -> None:
        self._xcb, self._free = _libraries()
        number = ctypes.c_int(0)
        self._connection = ctypes.c_void_p(self._xcb.xcb_connect(display.encode(), ctypes.byref(number)))
        if self.broken():
            self.close()
            raise NoDisplay(display)
        self._setup = self._xcb.xcb_get_setup(self._connection).contents
        self._roots = self._all_roots()

    def descriptor(self) -> int:
        """Return the file descriptor that becomes readable when something comes."""
        return int(self._xcb.xcb_get_file_descriptor(self._connection))

    def broken(self) -> bool:
        """True when the display is gone."""
        return bool(self._xcb.xcb_connection_has_error(self._connection))

    def close(self) -> None:
        """Close it; the display gives back every key that was taken."""
        self._xcb.xcb_disconnect(self._connection)

    def next_event(self) -> KeyEvent | None:
        """Return the next event that has come, None when there is none."""
        found = self._xcb.xcb_poll_for_event(self._connection)
        if not found:
            return None
        event = KeyEvent.from_buffer_copy(found.contents)
        self._free(found)
        event.kind &= 0x7F
        return event

    def grab(self, keycode: int, modifiers: int) -> int:
        """Take a key with exactly `modifiers`, on every screen; returns 0 or the code of the error."""
        failed = 0
        for root in self._roots:
            cookie = self._xcb.xcb_grab_key_checked(
                self._connection, 0, root, modifiers, keycode, _ASYNCHRONOUS, _ASYNCHRONOUS
            )
            failed = failed or self._checked(cookie)
        return failed

    def ungrab(self, keycode: int, modifiers: int) -> None:
        """Give a key back."""
        for root in self._roots:
            self._checked(self._xcb.xcb_ungrab_key_checked(self._connection, keycode, root, modifiers))

    def keysyms(self) -> dict[int, tuple[int, ...]]:
        """Return what is on each key of the keyboard: by keycode, unshifted first."""
        lowest = self._setup.lowest_keycode
        count = self._setup.highest_keycode - lowest + 1
        cookie = self._xcb.xcb_get_keyboard_mapping(self._connection, lowest, count)
        per_key, entries = self._reply("xcb_get_keyboard_mapping_reply", cookie, ctypes.c_uint32, 1)
        return {lowest + at: tuple(entries[at * per_key : (at + 1) * per_key]) for at in range(count)}

    def modifier_keycodes(self) -> list[tuple[int, ...]]:
        """Return the keycodes of the eight modifiers: shift, lock, control, and the five that keyboards name."""
        cookie = self._xcb.xcb_get_modifier_mapping(self._connection)
        per_item, entries = self._reply("xcb_get_modifier_mapping_reply", cookie, ctypes.c_uint8, 4)
        return [tuple(entries[at * per_item : (at + 1) * per_item]) for at in range(8)]

    def _all_roots(self) -> list[int]:
        iterator = self._xcb.xcb_setup_roots_iterator(ctypes.byref(self._setup))
        roots = []
        while iterator.remaining:
            roots.append(int(iterator.screen.contents.value))
            self._xcb.xcb_screen_next(ctypes.byref(iterator))
        return roots

    def _checked(self, cookie: _Cookie) -> int:
        error = self._xcb.xcb_request_check(self._connection, cookie)
        if not error:
            return 0
        code = int(error.contents.code)
        self._free(error)
        return code

    def _reply(
        self, name: str, cookie: _Cookie, kind: type[ctypes.c_uint8] | type[ctypes.c_uint32], per_word: Literal[1, 4]
    ) -> tuple[int, Sequence[int]]:
        reply = getattr(self._xcb, name)(self._connection, cookie, None)
        if not reply:
            raise NoDisplay(name)
        head = reply.contents
        entries = (kind * (head.length * per_word)).from_address(ctypes.addressof(head) + ctypes.sizeof(_Reply))
        found = list(entries)
        per_item = int(head.per_item)
        self._free(reply)
        return per_item, found


def _libraries() -> tuple[Any, Any]:
    try:
        xcb = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
        free = ctypes.CDLL(None).free
    except OSError as error:
        raise NoDisplay(str(error)) from error
    connection, byte, word, number = ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    grab = (connection, byte, number, word, byte, byte, byte)
    ungrab = (connection, byte, number, word)
    reply = (connection, _Cookie, ctypes.c_void_p)
    for name, arguments, result in (
        ("xcb_connect", (ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)), connection),
        ("xcb_disconnect", (connection,), None),
        ("xcb_connection_has_error", (connection,), ctypes.c_int),
        ("xcb_get_file_descriptor", (connection,), ctypes.c_int),
        ("xcb_get_setup", (connection,), ctypes.POINTER(_Setup)),
        ("xcb_setup_roots_iterator", (ctypes.POINTER(_Setup),), _ScreenIterator),
        ("xcb_screen_next", (ctypes.POINTER(_ScreenIterator),), None),
        ("xcb_poll_for_event", (connection,), ctypes.POINTER(KeyEvent)),
        ("xcb_request_check", (connection, _Cookie), ctypes.POINTER(_Error)),
        ("xcb_grab_key_checked", grab, _Cookie),
        ("xcb_ungrab_key_checked", ungrab, _Cookie),
        ("xcb_get_keyboard_mapping", (connection, byte, byte), _Cookie),
        ("xcb_get_keyboard_mapping_reply", reply, ctypes.POINTER(_Reply)),
        ("xcb_get_modifier_mapping", (connection,), _Cookie),
        ("xcb_get_modifier_mapping_reply", reply, ctypes.POINTER(_Reply)),
    ):
        function = getattr(xcb, name)
        function.argtypes, function.restype = arguments, result
    return xcb, free
