"""Calls methods on the D-Bus session bus. Knows no service.

jeepney, which comes with SecretStorage, speaks D-Bus in pure Python and blocks; there is no event loop to run.
Each use opens its own connection (about 2 ms), so that any thread may.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

_LOG = logging.getLogger(__name__)

CALL_SECONDS = 1.0
"""How long one call waits for its answer; programs answer in milliseconds unless they hang."""


class BusUnavailable(Exception):
    """There is no session bus here, or it does not answer."""


class CallFailed(Exception):
    """The called program answered with an error, too late or not at all."""


class BusConnection:
    """One open connection, for one thread."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

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

        try:
            address = DBusAddress(path, bus_name=service, interface=interface)
            message = new_method_call(address, method, signature, body)
            reply = self._connection.send_and_get_reply(message, timeout=timeout or CALL_SECONDS)
        except (OSError, ValueError) as error:
            raise CallFailed(f"{service} {method}: {type(error).__name__} {error}") from error
        if reply.header.message_type is MessageType.error:
            raise CallFailed(f"{service} {method}: {reply.body}")
        return tuple(reply.body)

    def properties(self, service: str, path: str, interface: str) -> dict[str, Any]:
        """Return all properties of `interface` by name, without their type tags; `CallFailed` as for `call`."""
        found = self.call(service, path, "org.freedesktop.DBus.Properties", "GetAll", "s", (interface,))
        return {name: value for name, (_, value) in found[0].items()}

    def names(self) -> list[str]:
        """Return the names that are taken on the bus."""
        names = self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames")[0]
        return [str(name) for name in names]


@contextmanager
def session_bus(address: str | None = None) -> Iterator[BusConnection]:
    """Yield a connection to the bus at `address`, by default the session's; `BusUnavailable` when there is none."""
    address = address or default_address()
    if not address:
        raise BusUnavailable("DBUS_SESSION_BUS_ADDRESS is not set")
    try:
        from jeepney import DBusErrorResponse
        from jeepney.auth import AuthenticationError
        from jeepney.io.blocking import open_dbus_connection
    except ImportError as error:
        raise BusUnavailable("jeepney is not installed") from error
    try:
        connection = open_dbus_connection(address, auth_timeout=CALL_SECONDS)
    except (OSError, RuntimeError, ValueError, StopIteration, DBusErrorResponse, AuthenticationError) as error:
        raise BusUnavailable(f"{address}: {error}") from error
    try:
        yield BusConnection(connection)
    finally:
        connection.close()


def default_address() -> str:
    """Return the address of the session's bus; empty when there is none."""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if address or not hasattr(os, "getuid"):
        return address
    # systemd puts the bus here; a program started outside the session has no variable that says so.
    socket = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    return f"unix:path={socket}" if socket.exists() else ""
