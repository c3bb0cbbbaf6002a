"""The tools of the servers as a `Toolbox`: offered when they bear on the question, asked about, checked and recorded.

Everything that a server says is taken for data from elsewhere. Knows connections, not how they are made.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError, Language, StorageError
from jarvis.contracts.guard import AuditLog, PermissionLevel, Permissions
from jarvis.contracts.messages import Request, ToolCall, ToolSpec
from jarvis.contracts.tools import ToolResult
from jarvis.mcp_servers.arguments import complaint_about
from jarvis.mcp_servers.bearing import bearing
from jarvis.mcp_servers.connection import Answered, ServerConnection
from jarvis.mcp_servers.listing import ServerTool
from jarvis.mcp_servers.naming import permission_name, server_and_part
from jarvis.mcp_servers.schemas import tame_text
from jarvis.mcp_servers.servers import ConfiguredServers

FIRST_WAIT_SECONDS = 4.0
"""How long the first question waits for servers that are just starting; each is waited for only once."""

SPECS_CHARACTERS = 5_000
"""Characters of all offered tools together as JSON, about 1,500 tokens: a third of the smallest context in use."""

READ_BACK_CHARACTERS = 600
"""Characters of the arguments in the question whether a tool may be used."""

_log = logging.getLogger(__name__)

_MAY_I: dict[Language, str] = {
    "en": "May I use “{tool}” of the server “{server}”{where}{arguments}?",
    "es": "¿Puedo usar «{tool}» del servidor «{server}»{where}{arguments}?",
}
_WHERE: dict[Language, str] = {"en": ", which is at {host},", "es": ", que está en {host},"}
_WITH: dict[Language, str] = {"en": " with {arguments}", "es": " con {arguments}"}
_MORE: dict[Language, str] = {"en": "… (and {left} more characters)", "es": "… (y {left} caracteres más)"}
_DESTROYS: dict[Language, str] = {
    "en": " The server says that this may destroy something.",
    "es": " El servidor dice que esto puede destruir algo.",
}
_SENTENCES: dict[str, dict[Language, str]] = {
    "unknown": {
        "en": "There is no tool {tool} now; nothing was done.",
        "es": "Ahora no hay ninguna herramienta {tool}; no se hizo nada.",
    },
    "never": {
        "en": "The person does not allow {tool}; nothing was done.",
        "es": "La persona no permite {tool}; no se hizo nada.",
    },
    "stays": {
        "en": "{tool} is on another computer and this question may not leave this one; nothing was done.",
        "es": "{tool} está en otro equipo y esta pregunta no puede salir de este; no se hizo nada.",
    },
    "changed": {
        "en": "{tool} describes itself differently than before; nothing was done. Call it again to be asked about.",
        "es": "{tool} se describe de otro modo que antes; no se hizo nada. Llámala otra vez para que se pregunte.",
    },
    "arguments": {
        "en": "The arguments do not fit {tool}: {complaint}. Nothing was done. Call it again with other arguments.",
        "es": "Los argumentos no sirven para {tool}: {complaint}. No se hizo nada. Llámala con otros argumentos.",
    },
    "unrecorded": {
        "en": "{tool} was not used because that could not be recorded.",
        "es": "No se usó {tool} porque no se pudo registrar.",
    },
}


class McpToolbox:
    """The `Toolbox` of the servers; results are never trusted.

    `audit` None records nothing. `stays` tells whether nothing may leave this computer now: tools on other computers
    are then neither offered nor used.
    """

    def __init__(
        self,
        servers: ConfiguredServers,
        permissions: Permissions,
        audit: AuditLog | None = None,
        *,
        stays: Callable[[], bool] = lambda: False,
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        self._servers = servers
        self._permissions = permissions
        self._audit = audit
        self._stays = stays
        self._first_wait_seconds = first_wait_seconds
        self._lock = threading.Lock()
        self._waited: set[ServerConnection] = set()
        self._offered: dict[str, str] = {}
        self._asked: dict[str, str] = {}

    def specs(self, question: str, language: Language, limit: int = 8) -> tuple[ToolSpec, ...]:  # noqa: ARG002
        """Return the tools that share a word with `question` in either language, best first.

        Servers whose tools are not known from before are connected for it, the others only for a call.
        """
        stays = self._stays()
        connections = [c for c in self._connections() if not (c.entry.disabled or (stays and c.entry.host))]
        self._await_new(connections)
        tools = [tool for connection in connections for tool in connection.status().tools]
        private = {connection.entry.name for connection in connections if connection.entry.private}
        offered: list[ToolSpec] = []
        left = SPECS_CHARACTERS
        for tool in bearing(tools, question):
            if len(offered) >= limit:
                break
            self._remember(tool)
            spec = ToolSpec(
                name=tool.model_name,
                description=_described(tool),
                parameters=tool.parameters,
                private=tool.server in private,
            )
            size = len(json.dumps([spec.name, spec.description, spec.parameters]))
            if size <= left and self._permissions.level(tool.permission_name) != "never":
                offered.append(spec)
                left -= size
        return tuple(offered)

    def permission(self, call: ToolCall, *, tainted: bool) -> PermissionLevel:
        """Return what is set for the tool. What is allowed is asked about all the same in a tainted prompt, for a tool
        that says that it destroys, and for one that says something else of itself than when it was first offered."""
        meant = server_and_part(call.name)
        if meant is None:
            return "never"
        level = self._permissions.level(permission_name(*meant))
        if level != "allow":
            return level
        tool = self._known(*meant)
        doubtful = tool is not None and (tool.destroys or self._offered.get(call.name, tool.digest) != tool.digest)
        return "ask" if tainted or doubtful else level

    def read_back(self, call: ToolCall, language: Language) -> str:
        """Return the question that names the server, its computer where that is another one, the tool and all that it
        would be given."""
        server, part = server_and_part(call.name) or ("?", call.name)
        connection = self._connection(server)
        tool = self._known(server, part)
        if tool is not None:
            with self._lock:
                self._asked[call.name] = tool.digest
        where = _WHERE[language].format(host=connection.entry.host) if connection and connection.entry.host else ""
        given = _told(call.arguments, language)
        sentence = _MAY_I[language].format(
            tool=tool.tool if tool is not None else part,
            server=server,
            where=where,
            arguments=_WITH[language].format(arguments=given) if given else "",
        )
        return sentence + (_DESTROYS[language] if tool is not None and tool.destroys else "")

    def run(self, call: ToolCall, request: Request, language: Language, cancel: CancelToken) -> ToolResult:
        """Connect, check the arguments, record, call, record. All trouble is a result with `ok` False."""
        cancel.raise_if_cancelled()
        server, part = server_and_part(call.name) or ("", "")
        connection = self._connection(server)
        if connection is None:
            return _refused("unknown", language, tool=call.name[:64])
        if self._permissions.level(permission_name(server, part)) == "never":
            return _refused("never", language, tool=call.name)
        if connection.entry.host and (self._stays() or request.privacy == "local"):
            return _refused("stays", language, tool=call.name)
        try:
            connection.ensure_ready(cancel)
            tool = self._known(server, part)
            if tool is None:
                return _refused("unknown", language, tool=call.name)
            if not self._is_as_known(tool):
                return _refused("changed", language, tool=call.name)
            if complaint := complaint_about(call.arguments, tool.parameters):
                return _refused("arguments", language, tool=call.name, complaint=complaint)
            return self._recorded(connection, tool, call, language, cancel)
        except JarvisError as error:
            return ToolResult(text=error.sentence(language), ok=False, trusted=False)

    def _recorded(
        self, connection: ServerConnection, tool: ServerTool, call: ToolCall, language: Language, cancel: CancelToken
    ) -> ToolResult:
        facts: dict[str, object] = {"name": tool.permission_name, "server": tool.server, "tool": tool.tool}
        size = len(json.dumps(call.arguments))
        try:
            self._record({**facts, "stage": "called", "arguments_characters": size})
        except StorageError as error:
            _log.error("a call was not made because it could not be recorded: %s", error)
            return _refused("unrecorded", language, tool=call.name)
        began = time.monotonic()
        outcome: Answered | None = None
        ended = "failed"
        try:
            outcome = connection.call(tool.tool, call.arguments, language, cancel)
            ended = "answered" if outcome.ok else "refused"
        except Cancelled:
            ended = "cancelled"
            raise
        finally:
            seconds = round(time.monotonic() - began, 3)
            characters = len(outcome.text) if outcome is not None else 0
            try:
                self._record({**facts, "stage": ended, "result_characters": characters, "seconds": seconds})
            except StorageError as error:
                # That it was called stands in the log already, and its answer is not to be lost.
                _log.error("how a call ended could not be recorded: %s", error)
        return ToolResult(text=outcome.text, ok=outcome.ok, trusted=False)

    def _record(self, facts: dict[str, object]) -> None:
        if self._audit is not None:
            self._audit.record("tool_call", facts)

    def _connections(self) -> tuple[ServerConnection, ...]:
        try:
            return self._servers.connections()
        except JarvisError as error:
            _log.warning("no tools of servers: %s", error)
            return ()

    def _connection(self, server: str) -> ServerConnection | None:
        return next((each for each in self._connections() if each.entry.name == server), None)

    def _known(self, server: str, part: str) -> ServerTool | None:
        connection = self._connection(server)
        tools = connection.status().tools if connection is not None else ()
        return next((tool for tool in tools if tool.part == part), None)

    def _await_new(self, connections: list[ServerConnection]) -> None:
        """Begin to connect to those whose tools are not known, and wait once for those never waited for."""
        unknown = [each for each in connections if not each.status().tools]
        for connection in unknown:
            connection.wake()
        with self._lock:
            new = [each for each in unknown if each not in self._waited]
            self._waited.update(new)
        deadline = time.monotonic() + self._first_wait_seconds
        for connection in new:
            try:
                connection.ensure_ready(seconds=max(0.0, deadline - time.monotonic()))
            except JarvisError as error:
                _log.warning("no tools of the server %s: %s", connection.entry.name, error)

    def _remember(self, tool: ServerTool) -> None:
        with self._lock:
            self._offered.setdefault(tool.model_name, tool.digest)

    def _is_as_known(self, tool: ServerTool) -> bool:
        """Tell whether a tool still is what it was when it was first offered, or when the person was asked about it: a
        server may show one thing, be allowed, and become another when it is called."""
        with self._lock:
            offered = self._offered.get(tool.model_name, tool.digest)
            return tool.digest in (offered, self._asked.get(tool.model_name))


def _described(tool: ServerTool) -> str:
    return f"[{tool.server}] {tool.description or tool.tool}"


def _told(arguments: dict[str, object], language: Language) -> str:
    """Return the arguments in plain words, such as: path “/tmp/a”, lines 3; says how much it does not show."""
    told = ", ".join(f"{_shown(name)} {_value(value)}" for name, value in arguments.items())
    left = len(told) - READ_BACK_CHARACTERS
    return told if left <= 0 else told[:READ_BACK_CHARACTERS] + _MORE[language].format(left=left)


def _value(value: object) -> str:
    if isinstance(value, str):
        return f"“{_shown(value)}”"
    return _shown(json.dumps(value, ensure_ascii=False, default=str))


def _shown(text: str) -> str:
    return tame_text(text, len(text) + 1)


def _refused(kind: str, language: Language, **values: object) -> ToolResult:
    return ToolResult(text=_SENTENCES[kind][language].format(**values), ok=False, trusted=False)
