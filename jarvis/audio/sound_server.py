"""The microphone and the speaker that PulseAudio or PipeWire take where a program chooses none.

PortAudio knows such a device as “default” and does not learn when it is another one. libpulse, which that device is
played through, tells, and is called by nobody but who asks here: no thread, no child. Opens no device.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
import time
from collections.abc import Callable
from typing import Any, Literal

RECONNECT_SECONDS = 10.0
"""How often a server is looked for that is not there or has gone, and one is waited for that did not answer."""

_STEP_SECONDS = 0.02
_NO_AUTOSPAWN = 1
_READY, _FAILED = 4, 5
_SERVER_CHANGES = 0x0080

_StateCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_EventCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
_ServerCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_DeviceCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class _ServerInfo(ctypes.Structure):
    """The beginning of `pa_server_info`."""

    _fields_ = (
        ("user_name", ctypes.c_char_p),
        ("host_name", ctypes.c_char_p),
        ("server_version", ctypes.c_char_p),
        ("server_name", ctypes.c_char_p),
        ("sample_format", ctypes.c_int),
        ("sample_rate", ctypes.c_uint32),
        ("channels", ctypes.c_uint8),
        ("default_sink_name", ctypes.c_char_p),
        ("default_source_name", ctypes.c_char_p),
    )


class _DeviceInfo(ctypes.Structure):
    """The beginning of `pa_source_info` and of `pa_sink_info`."""

    _fields_ = (("name", ctypes.c_char_p), ("index", ctypes.c_uint32), ("description", ctypes.c_char_p))


class SoundServer:
    """Follows the default device of one direction. One thread at a time; `close` when it is no longer asked.

    `name` is the device as people know it, empty while nobody tells.
    """

    def __init__(self, direction: Literal["input", "output"], clock: Callable[[], float] = time.monotonic) -> None:
        self._direction = direction
        self._clock = clock
        self._lib = _libpulse()
        self._loop: Any = None
        self._context: Any = None
        self._asked = self._asking = self._news = False
        self._looks_at = self._waits_from = -RECONNECT_SECONDS
        self._identity = b""
        self.name = ""
        # libpulse holds pointers to these only.
        self._on_event = _EventCallback(self._changed)
        self._on_server = _ServerCallback(self._told_server)
        self._on_device = _DeviceCallback(self._told_device)

    def look(self, seconds: float = 0.0) -> str:
        """Return `name` as it is now, after at most `seconds` of waiting for the server; without, what it has said.

        Who waits has just opened a device, so the server is looked for at once; one that lately did not answer in time
        is not waited for again.
        """
        waits = seconds > 0 and self._clock() >= self._waits_from
        if self._context is not None:
            self._turn()
        if self._lib is None or not self._connected(at_once=waits):
            return self.name
        self._turn()
        if waits:
            self._wait(self._clock() + seconds)
        return self.name

    def close(self) -> None:
        """Leave the server, of which nothing is known then; a later `look` finds it again."""
        lib, loop, context = self._lib, self._loop, self._context
        self._loop = self._context = None
        self._asked = self._asking = self._news = False
        self._forget()
        if context is not None:
            lib.pa_context_disconnect(context)
            lib.pa_context_unref(context)
        if loop is not None:
            lib.pa_mainloop_free(loop)
        self._looks_at = self._clock() - RECONNECT_SECONDS

    def _connected(self, *, at_once: bool) -> bool:
        if self._context is not None:
            return True
        if not at_once and self._clock() - self._looks_at < RECONNECT_SECONDS:
            return False
        # libpulse has neither where no file can be opened any more, and ends the process that hands it a null pointer.
        self._loop = self._lib.pa_mainloop_new()
        if self._loop is not None:
            self._context = self._lib.pa_context_new(self._lib.pa_mainloop_get_api(self._loop), b"Jarvis")
        if self._context is None or self._lib.pa_context_connect(self._context, None, _NO_AUTOSPAWN, None) < 0:
            self._gone()
            return False
        return True

    def _wait(self, until: float) -> None:
        if self._context is not None and self._asked and not self._asking and not self.name:
            self._ask()
        while self._context is not None and (not self._asked or self._asking):
            if self._clock() >= until:
                self._waits_from = self._clock() + RECONNECT_SECONDS
                return
            # Where one of these failed libpulse does not stand being asked for the next.
            if (
                self._lib.pa_mainloop_prepare(self._loop, round(_STEP_SECONDS * 1e6)) < 0
                or self._lib.pa_mainloop_poll(self._loop) < 0
                or self._lib.pa_mainloop_dispatch(self._loop) < 0
            ):
                self._gone()
                return
            self._turn()

    def _gone(self) -> None:
        self.close()
        self._looks_at = self._clock()

    def _turn(self) -> None:
        """Take what the server has said so far."""
        while self._lib.pa_mainloop_iterate(self._loop, 0, None) > 0:
            pass
        state = self._lib.pa_context_get_state(self._context)
        if state >= _FAILED:
            self._gone()
        elif state == _READY and not self._asked:
            self._asked = True
            self._lib.pa_context_set_subscribe_callback(self._context, self._on_event, None)
            self._started(self._lib.pa_context_subscribe(self._context, _SERVER_CHANGES, None, None))
            self._ask()

    def _ask(self) -> None:
        self._asking, self._news = True, False
        self._started(self._lib.pa_context_get_server_info(self._context, self._on_server, None))

    def _started(self, operation: Any) -> None:
        if operation:
            self._lib.pa_operation_unref(operation)

    def _changed(self, _context: Any, _event: int, _index: int, _data: Any) -> None:
        if self._asking:
            self._news = True
        else:
            self._ask()

    def _told_server(self, _context: Any, info: Any, _data: Any) -> None:
        source = self._direction == "input"
        name = b""
        if info:
            told = ctypes.cast(info, ctypes.POINTER(_ServerInfo)).contents
            name = (told.default_source_name if source else told.default_sink_name) or b""
        if not name:
            self._forget()
        elif name != self._identity:
            self._identity, self.name = name, ""
            ask = self._lib.pa_context_get_source_info_by_name if source else self._lib.pa_context_get_sink_info_by_name
            self._started(ask(self._context, name, self._on_device, None))
            return
        self._answered()

    def _told_device(self, _context: Any, info: Any, end: int, _data: Any) -> None:
        if end == 0 and info:
            told = ctypes.cast(info, ctypes.POINTER(_DeviceInfo)).contents
            self.name = (told.description or told.name or b"").decode(errors="replace")
            return
        if not self.name:
            self._forget()
        self._answered()

    def _answered(self) -> None:
        self._asking = False
        if self._news:
            self._ask()

    def _forget(self) -> None:
        self._identity, self.name = b"", ""


@functools.cache
def _libpulse() -> Any:
    """Return the library with its signatures; None where it is not installed."""
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError):
        lib = ctypes.CDLL("libpulse.so.0")
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        for name, result, arguments in (
            ("pa_mainloop_new", pointer, ()),
            ("pa_mainloop_free", None, (pointer,)),
            ("pa_mainloop_get_api", pointer, (pointer,)),
            ("pa_mainloop_iterate", number, (pointer, number, pointer)),
            ("pa_mainloop_prepare", number, (pointer, number)),
            ("pa_mainloop_poll", number, (pointer,)),
            ("pa_mainloop_dispatch", number, (pointer,)),
            ("pa_context_new", pointer, (pointer, text)),
            ("pa_context_connect", number, (pointer, text, number, pointer)),
            ("pa_context_disconnect", None, (pointer,)),
            ("pa_context_unref", None, (pointer,)),
            ("pa_context_get_state", number, (pointer,)),
            ("pa_context_set_subscribe_callback", None, (pointer, _EventCallback, pointer)),
            ("pa_context_subscribe", pointer, (pointer, number, pointer, pointer)),
            ("pa_context_get_server_info", pointer, (pointer, _ServerCallback, pointer)),
            ("pa_context_get_source_info_by_name", pointer, (pointer, text, _DeviceCallback, pointer)),
            ("pa_context_get_sink_info_by_name", pointer, (pointer, text, _DeviceCallback, pointer)),
            ("pa_operation_unref", None, (pointer,)),
        ):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
        return lib
    return None
