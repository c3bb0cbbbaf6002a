"""The servers as a door sees them: listed, tried, added, removed. Knows no window and no command line."""

from __future__ import annotations

import time
from collections.abc import Sequence

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError
from jarvis.contracts.guard import AuditLog, Permissions
from jarvis.contracts.mcp_desk import McpLeftOut, McpServerRow, McpToolRow, NewMcpServer
from jarvis.mcp_servers.configuration import ServerEntry, add_server, remove_server, switch_server
from jarvis.mcp_servers.connection import ServerConnection
from jarvis.mcp_servers.naming import permission_name
from jarvis.mcp_servers.servers import ConfiguredServers


class ServerDesk:
    """The `McpDesk` port. Who is added, removed or switched is recorded in `audit`, without arguments and keys."""

    def __init__(self, servers: ConfiguredServers, permissions: Permissions, audit: AuditLog | None = None) -> None:
        self._servers = servers
        self._permissions = permissions
        self._audit = audit

    def servers(self, cancel: CancelToken, *, connect: bool = True) -> Sequence[McpServerRow]:
        """Return every configured server; see the port. All are connected at the same time."""
        connections = self._servers.connections()
        if connect:
            for connection in connections:
                connection.wake()
            for connection in connections:
                _settle(connection, cancel)
        return [self._row(connection) for connection in connections]

    def test(self, name: str, cancel: CancelToken) -> tuple[McpServerRow, float]:
        """Connect to one server and list its tools; see the port."""
        connection = self._servers.fresh(name)
        began = time.monotonic()
        connection.ensure_ready(cancel)
        return self._row(connection), time.monotonic() - began

    def add(self, server: NewMcpServer) -> None:
        """Write it into the configuration; see the port."""
        entry = ServerEntry(
            name=server.name,
            command=server.command,
            args=server.args,
            env=server.env,
            url=server.url,
            headers=server.headers,
            private=server.private,
        )
        add_server(self._servers.file, entry)
        self._record("added", server.name)

    def switch(self, name: str, on: bool) -> None:
        """Offer its tools or not; see the port."""
        switch_server(self._servers.file, name, on)
        self._servers.connections()
        self._record("enabled" if on else "disabled", name)

    def remove(self, name: str) -> None:
        """Take it out; see the port. Whoever comes later under its name starts without its permissions."""
        remove_server(self._servers.file, name)
        for permission in self._permissions.explicit():
            if permission.startswith(permission_name(name, "")):
                self._permissions.reset(permission)
        self._servers.connections()
        self._record("removed", name)

    def _row(self, connection: ServerConnection) -> McpServerRow:
        status, entry = connection.status(), connection.entry
        failure = status.failure
        return McpServerRow(
            name=entry.name,
            kind="program" if entry.command else "address",
            target=entry.target,
            disabled=entry.disabled,
            state=status.state,
            tools=tuple(
                McpToolRow(
                    name=tool.tool,
                    permission_name=tool.permission_name,
                    description=tool.description,
                    level=self._permissions.level(tool.permission_name),
                    destroys=tool.destroys,
                )
                for tool in status.tools
            ),
            left_out=tuple(McpLeftOut(name=each.tool, en=each.en, es=each.es) for each in status.left_out),
            keys=entry.keys,
            sentence_en=failure.sentence("en") if failure is not None else "",
            sentence_es=failure.sentence("es") if failure is not None else "",
        )

    def _record(self, what: str, name: str) -> None:
        if self._audit is not None:
            self._audit.record("mcp_server", {"what": what, "server": name})


def _settle(connection: ServerConnection, cancel: CancelToken) -> None:
    """Wait until the server is ready or has failed; which of both its status tells."""
    try:
        connection.ensure_ready(cancel)
    except JarvisError:
        return
