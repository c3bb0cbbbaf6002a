"""One connection to one server, from the greeting to the end, in an event loop of its own.

Knows the protocol's package and the way to one server; when to connect, and what to do after a failure, is decided
elsewhere. Imports the protocol's package, so import it late.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import mcp_types as types
from mcp import Client, MCPError
from mcp.client.session import IncomingMessage
from mcp.client.subscriptions import SubscriptionLost
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from jarvis.contracts.errors import JarvisError
from jarvis.mcp_servers.address import address_streams
from jarvis.mcp_servers.children import ChildKeeping, ChildLog
from jarvis.mcp_servers.configuration import ServerEntry
from jarvis.mcp_servers.failures import last_words, server_failure
from jarvis.mcp_servers.listing import MOST_TOOLS, LeftOut, ServerTool, server_tool, tame_listing
from jarvis.mcp_servers.stdio import LONGEST_MESSAGE, Launch, child_streams
from jarvis.mcp_servers.trouble import start_failure

MOST_PAGES = 50
"""Pages of a list of tools; one that never ends is cut there."""

RELIST_SECONDS = 0.25
"""Pause before the list is asked for again: a server may announce changes as fast as it likes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class LifeEvents:
    """What is told: `ready` and `changed` once the life has its tools, in the loop's thread, and how it was `over`."""

    ready: Callable[[Life], None]
    changed: Callable[[Life], None]
    over: Callable[[Life, JarvisError | None], None]


class Life:
    """One connection. `run` blocks a thread of its own until the end; `tools` and `left_out` hold from "ready" on."""

    def __init__(
        self,
        entry: ServerEntry,
        *,
        environment: Mapping[str, str],
        headers: Mapping[str, str],
        keeping: ChildKeeping,
        log: ChildLog,
        start_seconds: float,
        grace_seconds: float,
        events: LifeEvents,
    ) -> None:
        self.tools: tuple[ServerTool, ...] = ()
        self.left_out: tuple[LeftOut, ...] = ()
        self._entry = entry
        self._environment = environment
        self._headers = headers
        self._keeping = keeping
        self._log = log
        self._start_seconds = start_seconds
        self._grace_seconds = grace_seconds
        self._events = events
        self._reasons: list[LeftOut] = []
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signal: anyio.Event | None = None
        self._start: anyio.CancelScope | None = None
        self._closing = False
        self._lost = False
        self._too_long = False
        self._changed = False

    def run(self) -> None:
        """Connect, stay, and tell how it ended; nothing is raised."""
        failure: JarvisError | None = None
        try:
            anyio.run(self._live)
        except BaseException as error:  # noqa: BLE001 - the last line of defence of a thread: who waits must be told
            failure = start_failure(error, self._entry, self._said(), was_ready=self._client is not None)
        if self._too_long:
            failure = server_failure("too_long", self._entry.name, mib=LONGEST_MESSAGE // 2**20)
        elif failure is None and self._lost and not self._closing:
            failure = server_failure("ended", self._entry.name, **last_words(self._said()))
        self._client = None
        self._events.over(self, failure)

    def close(self) -> None:
        """Ask it to end; from any thread, and more than once."""
        self._closing = True
        self._wake()

    def lost(self) -> None:
        """Give the connection up: what it was last asked showed that nobody answers."""
        self._lost = True
        self._wake()

    def call(self, tool: str, arguments: dict[str, Any], seconds: float) -> Future[types.CallToolResult]:
        """Begin a call; returns the `concurrent.futures.Future` of its `CallToolResult`, whose `cancel` tells the
        server to stop. Raises `RuntimeError` where the connection is over."""
        client, loop = self._client, self._loop
        if client is None or loop is None:
            raise RuntimeError("not connected")
        coroutine = client.call_tool(tool, arguments, read_timeout_seconds=seconds)
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, loop)
        except RuntimeError:
            coroutine.close()
            raise

    async def _live(self) -> None:
        self._signal = anyio.Event()
        self._loop = asyncio.get_running_loop()
        if self._closing:
            return
        with anyio.CancelScope(deadline=anyio.current_time() + self._start_seconds) as self._start:
            async with Client(
                self._streams(), mode="auto", cache=None, message_handler=self._heard, client_info=_SELF
            ) as client:
                self.tools, self.left_out = await self._listed(client)
                self._start.deadline = math.inf
                self._client = client
                self._events.ready(self)
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._listen, client)
                    await self._stay(client)
                    tasks.cancel_scope.cancel()
        if self._start.cancelled_caught and not self._closing:
            raise server_failure(
                "start_timeout", self._entry.name, seconds=round(self._start_seconds), **last_words(self._said())
            )

    async def _stay(self, client: Client) -> None:
        while not (self._closing or self._lost):
            assert self._signal is not None
            await self._signal.wait()
            self._signal = anyio.Event()
            if self._changed and not (self._closing or self._lost):
                await anyio.sleep(RELIST_SECONDS)
                self._changed = False
                await self._list_again(client)

    async def _list_again(self, client: Client) -> None:
        try:
            with anyio.move_on_after(self._start_seconds):
                self.tools, self.left_out = await self._listed(client)
                self._events.changed(self)
        except (MCPError, ValidationError) as error:
            _log.warning("the server %s did not list its tools again: %s", self._entry.name, type(error).__name__)

    async def _listed(self, client: Client) -> tuple[tuple[ServerTool, ...], tuple[LeftOut, ...]]:
        self._reasons.clear()
        if client.server_capabilities.tools is None:
            return (), ()
        found: dict[str, ServerTool] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            for tool in page.tools:
                destroys = tool.annotations is not None and tool.annotations.destructive_hint is True
                made = server_tool(self._entry.name, tool.name, tool.description or "", tool.input_schema, destroys)
                found.setdefault(made.part, made)
            if page.next_cursor is None or page.next_cursor == cursor or len(found) >= MOST_TOOLS:
                break
            cursor = page.next_cursor
        for reason in self._reasons:
            _log.info("the tool %s of the server %s is left out: %s", reason.tool, self._entry.name, reason.en)
        return tuple(found.values()), tuple(self._reasons)

    async def _listen(self, client: Client) -> None:
        """Hear of changed tools where the protocol wants that asked for; older servers simply say so."""
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            return
        try:
            async with client.listen(tools_list_changed=True) as changes:
                async for _ in changes:
                    self._say_changed()
        except (MCPError, SubscriptionLost, TimeoutError) as error:
            _log.debug("the server %s does not tell when its tools change: %s", self._entry.name, error)

    async def _heard(self, message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._say_changed()

    def _say_changed(self) -> None:
        self._changed = True
        if self._signal is not None:
            self._signal.set()

    def _gone(self, too_long: bool) -> None:
        self._too_long = too_long
        self.lost()

    def _wake(self) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._set_signal)
        except RuntimeError:
            _log.debug("the loop of the server %s is over already", self._entry.name)

    def _set_signal(self) -> None:
        if self._closing and self._client is None and self._start is not None:
            self._start.cancel()
        if self._signal is not None:
            self._signal.set()

    @asynccontextmanager
    async def _streams(self) -> AsyncIterator[Any]:
        """Yield the way to the server, its lists of tools made plain on the way."""
        if self._entry.command:
            launch = Launch(
                name=self._entry.name,
                command=self._entry.command,
                args=self._entry.args,
                environment=self._environment,
                folder=self._entry.cwd,
                grace_seconds=self._grace_seconds,
            )
            async with child_streams(launch, self._keeping, self._log, self._gone) as (read, write):
                yield _Tamed(read, self._reasons), write
        else:
            async with address_streams(self._entry.url, self._headers, here=not self._entry.host) as (read, write):
                yield _Tamed(read, self._reasons), write

    def _said(self) -> tuple[str, ...]:
        return self._log.last_lines() if self._entry.command else ()


_SELF = types.Implementation(name="jarvis", version="1")


class _Tamed:
    """The messages of a server, with every list of tools made plain before the library judges it."""

    def __init__(self, stream: Any, reasons: list[LeftOut]) -> None:
        self._stream = stream
        self._reasons = reasons

    @property
    def last_context(self) -> Any:
        """The context that the sender of the last message had, where the stream knows it."""
        return getattr(self._stream, "last_context", None)

    async def receive(self) -> Any:
        """Return the next message."""
        return self._tame(await self._stream.receive())

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()

    def __aiter__(self) -> _Tamed:
        return self

    async def __anext__(self) -> Any:
        return self._tame(await self._stream.__anext__())

    async def __aenter__(self) -> _Tamed:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stream.__aexit__(*error)

    def _tame(self, item: Any) -> Any:
        message = getattr(item, "message", None)
        if isinstance(message, types.JSONRPCResponse) and isinstance(message.result.get("tools"), list):
            self._reasons += tame_listing(message.result)
        return item
