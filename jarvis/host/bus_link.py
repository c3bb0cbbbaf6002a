"""A connection to the session bus that stays open: calls from any thread, and the signals that come. Knows no service.

Whoever speaks to a service that answers later must do so on one connection, because services know their callers by it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from jarvis.host import session_bus
from jarvis.host.session_bus import BusUnavailable, CallFailed

if TYPE_CHECKING:
    from jeepney import Message

_LOG = logging.getLogger(__name__)

_BUS, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"


@dataclass(frozen=True, kw_only=True, slots=True)
class BusSignal:
    """A signal as it came; `sender` is a unique name such as `:1.7`."""

    sender: str
    path: str
    interface: str
    member: str
    body: tuple[Any, ...]


class BusLink:
    """Open until `close` or until the bus goes away; raises `BusUnavailable` where there is none.

    `on_signal` gets what `listen` asked for, one after another, on a thread that may make calls; `on_lost` is called
    once there when the bus went away by itself.
    """

    def __init__(
        self,
        address: str | None,
        on_signal: Callable[[BusSignal], None],
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = _opened(address)
        self._on_signal = on_signal
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Message]] = {}
        self._signals: SimpleQueue[BusSignal | None] = SimpleQueue()
        self._closing = False
        self._lost = False
        self._receiver = threading.Thread(target=self._receive, name="bus-receiver", daemon=True)
        self._teller = threading.Thread(target=self._tell, name="bus-signals", daemon=True)
        self._receiver.start()
        self._teller.start()

    @property
    def lost(self) -> bool:
        """True once nothing can come any more."""
        return self._lost

    @property
    def name(self) -> str:
        """What the bus calls this connection."""
        return str(self._connection.unique_name)

    def call(
        self,
        service: str,
        path: str,
        interface: str,
        method: str,
        signature: str | None = None,
        body: tuple[Any, ...] = (),
        timeout: float | None = None,
    ) -> tuple[Any, ...]:
        """Call a method and return what it returned; `CallFailed` when that did not work within `timeout` seconds."""
        from jeepney import DBusAddress, MessageType, new_method_call

        address = DBusAddress(path, bus_name=service, interface=interface)
        answer: Future[Message] = Future()
        serial = next(self._connection.outgoing_serial)
        with self._lock:
            if self._lost:
                raise CallFailed(f"{service} {method}: the bus is gone")
            self._waiting[serial] = answer
        try:
            self._connection.send(new_method_call(address, method, signature, body), serial=serial)
            reply = answer.result(timeout or session_bus.CALL_SECONDS)
        except (OSError, ValueError, FutureTimeout) as error:
            raise CallFailed(f"{service} {method}: {type(error).__name__} {error}") from error
        finally:
            with self._lock:
                self._waiting.pop(serial, None)
        if reply.header.message_type is MessageType.error:
            raise CallFailed(f"{service} {method}: {reply.body}")
        return tuple(reply.body)

    def listen(self, interface: str, member: str, path: str | None = None) -> None:
        """Ask the bus for the signals `member` of `interface`, from `path` alone where one is given."""
        rule = f"type='signal',interface='{interface}',member='{member}'"
        if path is not None:
            rule += f",path='{path}'"
        self.call(_BUS, _BUS_PATH, _BUS, "AddMatch", "s", (rule,))

    def close(self) -> None:
        """Hang up; no signal is told after it, unless this is called while one is."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        # Also where the receiver has ended by itself, the pipe to it is open until the connection is closed.
        self._connection.interrupt()
        self._receiver.join()
        if threading.current_thread() is not self._teller:
            self._teller.join()
        self._connection.close()

    def _receive(self) -> None:
        from jeepney.io.threading import ReceiveStopped

        try:
            while True:
                self._take(self._connection.receive())
        except ReceiveStopped:
            pass
        except (OSError, ValueError) as error:
            _LOG.info("the session bus went away: %s", error)
        finally:
            with self._lock:
                self._lost = True
                waiting, self._waiting = list(self._waiting.values()), {}
            for answer in waiting:
                answer.set_exception(ConnectionResetError("the bus is gone"))
            self._signals.put(None)

    def _take(self, message: Message) -> None:
        from jeepney import HeaderFields, MessageType

        fields = message.header.fields
        if message.header.message_type in (MessageType.method_return, MessageType.error):
            with self._lock:
                answer = self._waiting.pop(fields.get(HeaderFields.reply_serial, -1), None)
            if answer is not None:
                answer.set_result(message)
        elif message.header.message_type is MessageType.signal:
            self._signals.put(
                BusSignal(
                    sender=str(fields.get(HeaderFields.sender, "")),
                    path=str(fields.get(HeaderFields.path, "")),
                    interface=str(fields.get(HeaderFields.interface, "")),
                    member=str(fields.get(HeaderFields.member, "")),
                    body=tuple(message.body),
                )
            )

    def _tell(self) -> None:
        while (signal := self._signals.get()) is not None:
            if self._closing:
                continue
            try:
                self._on_signal(signal)
            except Exception:  # noqa: BLE001 - what one signal led to must not end the hearing of all later ones
                _LOG.exception("a signal of the session bus could not be taken")
        if not self._closing:
            self._on_lost()


def _opened(address: str | None) -> Any:
    address = address or session_bus.default_address()
    if not address:
        raise BusUnavailable("DBUS_SESSION_BUS_ADDRESS is not set")
    try:
        from jeepney import DBusErrorResponse
        from jeepney.auth import AuthenticationError
        from jeepney.io.threading import open_dbus_connection
    except ImportError as error:
        raise BusUnavailable("jeepney is not installed") from error
    try:
        return open_dbus_connection(address, auth_timeout=session_bus.CALL_SECONDS)
    except (OSError, RuntimeError, ValueError, StopIteration, DBusErrorResponse, AuthenticationError) as error:
        raise BusUnavailable(f"{address}: {error}") from error
