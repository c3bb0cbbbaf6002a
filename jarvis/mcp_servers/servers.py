"""The servers that are configured now, each with its one connection: read again whenever the file changes.

Knows no tool. Safe to use from several threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.ports import Clock
from jarvis.mcp_servers.children import ChildKeeping
from jarvis.mcp_servers.configuration import ServerEntry, read_servers
from jarvis.mcp_servers.connection import Limits, ServerConnection
from jarvis.mcp_servers.failures import bad_configuration
from jarvis.mcp_servers.remembered import RememberedTools

_log = logging.getLogger(__name__)
_Stamp = tuple[int, int, int] | None


class ConfiguredServers:
    """Every configured server; `file` is the configuration, `secret` returns a stored key by its name, `memory` is
    where their tools are remembered (None: nowhere)."""

    def __init__(
        self,
        file: Path,
        *,
        secret: Callable[[str], str | None],
        keeping: ChildKeeping,
        clock: Clock,
        limits: Limits | None = None,
        memory: Path | None = None,
    ) -> None:
        self.file = file
        self._remembered = RememberedTools(memory)
        self._closed = False
        self._secret = secret
        self._keeping = keeping
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._stamp: _Stamp | str = "never read"
        self._trouble: JarvisError | None = None
        self._connections: dict[str, ServerConnection] = {}

    def connections(self) -> tuple[ServerConnection, ...]:
        """Return the servers in the file's order; raises `InputError` for a file that cannot be used."""
        dropped: list[ServerConnection] = []
        with self._lock:
            if not self._closed and (stamp := self._now()) != self._stamp:
                self._stamp = stamp
                dropped = self._read()
            found, trouble = tuple(self._connections.values()), self._trouble
        for connection in dropped:
            connection.close()
        if trouble is not None:
            raise trouble
        return found

    def connection(self, name: str) -> ServerConnection:
        """Return one server; raises `InputError` where there is none of that name."""
        for connection in self.connections():
            if connection.entry.name == name:
                return connection
        raise bad_configuration("unknown", name=name[:60])

    def fresh(self, name: str) -> ServerConnection:
        """Return one server with a connection that was never used, in place of the one that it had."""
        before = self.connection(name)
        with self._lock:
            connection = self._connections[name] = self._made(before.entry)
        before.close()
        return connection

    def start(self) -> None:
        """Begin to connect to every server; returns at once. A file that cannot be used is logged."""
        try:
            connections = self.connections()
        except JarvisError as error:
            _log.warning("no server was started: %s", error)
            return
        for connection in connections:
            connection.wake()

    def close(self) -> None:
        """End every connection with its process; blocks until they are gone. Final: there are no servers after it."""
        with self._lock:
            self._closed = True
            connections, self._connections = list(self._connections.values()), {}
        threads = [threading.Thread(target=connection.close, name="mcp-close") for connection in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self) -> list[ServerConnection]:
        """Read the file and keep the connections whose entries are as before; returns those that are to be closed."""
        try:
            entries, self._trouble = read_servers(self.file), None
        except JarvisError as error:
            entries, self._trouble = (), error
        before, self._connections = self._connections, {}
        for entry in entries:
            kept = before.get(entry.name)
            if kept is not None and kept.entry == entry:
                self._connections[entry.name] = before.pop(entry.name)
            else:
                self._connections[entry.name] = self._made(entry)
        return list(before.values())

    def _made(self, entry: ServerEntry) -> ServerConnection:
        return ServerConnection(
            entry,
            secret=self._secret,
            keeping=self._keeping,
            clock=self._clock,
            remembered=self._remembered,
            limits=self._limits,
        )

    def _now(self) -> _Stamp:
        try:
            stat = self.file.stat()
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
