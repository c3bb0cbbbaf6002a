"""The two ways to a Wyoming service: a child process of ours, or an address on the network.

Knows nothing about what is said over the connection.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from jarvis.contracts.errors import EngineError, InputError
from jarvis.engines.reach import is_this_host
from jarvis.engines.speech.wyoming_connection import WyomingConnection

if TYPE_CHECKING:
    from jarvis.processes.child import Child

CONNECT_SECONDS = 5.0
"""How long a service on the network may take to accept."""

GOODBYE_SECONDS = 2.0
"""How long a child of ours may take to notice the end of its wire, for instance in the middle of a sentence."""


class Connector(Protocol):
    """Makes connections to one service."""

    @property
    def name(self) -> str:
        """What to call the service in sentences."""
        ...

    @property
    def ours(self) -> bool:
        """True for our own child: it drops an unfinished request when told to, so the connection can stay open."""
        ...

    @property
    def on_this_computer(self) -> bool:
        """True where what is said to the service surely stays on this computer."""
        ...

    def connect(self) -> WyomingConnection:
        """Return a fresh connection, starting the service if it is ours; raises `EngineError`."""
        ...

    def discard(self) -> None:
        """The service no longer answers: end it at once if it is ours."""
        ...

    def close(self) -> None:
        """End the service if it is ours."""
        ...


class ChildConnector:
    """Speaks to a `Child` in mode "pipes"; a child that has died is started again by the next `connect`.

    With `again`, which is asked before every start, another child takes the place of the one that has ended: when the
    model or the device has changed meanwhile.
    """

    ours = True
    on_this_computer = True

    def __init__(self, child: Child, again: Callable[[], Child] | None = None) -> None:
        self._child = child
        self._again = again

    @property
    def name(self) -> str:
        """The child's own name."""
        return self._child.name

    def connect(self) -> WyomingConnection:
        """Start the child if it does not run and take its pipes."""
        if self._again is not None and self._child.state == "exited":
            self._child = self._again()
        wire = self._child.wire()
        return WyomingConnection(reader=wire.from_child, writer=wire.to_child)

    def discard(self) -> None:
        """Kill it."""
        self._child.kill()

    def close(self) -> None:
        """Let it end by the end of its wire, else stop it."""
        self._child.wait_exit(GOODBYE_SECONDS)
        self._child.stop()


class TcpConnector:
    """Speaks to a service at `address`, `tcp://host:port`; `InputError` for anything else."""

    ours = False

    def __init__(self, address: str) -> None:
        self.name = address
        parts = urlsplit(address)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme != "tcp" or not parts.hostname or port is None:
            raise InputError(
                "speech.address",
                en="“{address}” is not the address of a speech service; nothing was changed. "
                "Write it as tcp://host:port.",
                es="«{address}» no es la dirección de un servicio de voz; no se ha cambiado nada. "
                "Escríbela como tcp://equipo:puerto.",
                address=address,
            )
        self._host, self._port = parts.hostname, port
        self.on_this_computer = is_this_host(parts.hostname)

    def connect(self) -> WyomingConnection:
        """Open a TCP connection within `CONNECT_SECONDS`."""
        try:
            link = socket.create_connection((self._host, self._port), CONNECT_SECONDS)
        except OSError as error:
            raise EngineError(
                "speech.unreachable",
                en="The speech service {address} does not answer ({why}). Check that it runs, then try again.",
                es="El servicio de voz {address} no responde ({why}). Comprueba que esté en marcha y repite.",
                address=self.name,
                why=error.strerror or error,
            ) from error
        link.settimeout(None)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return WyomingConnection(reader=link.makefile("rb"), writer=link.makefile("wb"), hang_up=lambda: _hang_up(link))

    def discard(self) -> None:
        """Somebody else's service is left alone."""

    def close(self) -> None:
        """Somebody else's service is left alone."""


def _hang_up(link: socket.socket) -> None:
    # It fails when the peer has already hung up.
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
