"""A server as a child process: started, spoken to line by line, and ended with everything that it started.

Only the way of its messages; what they mean is not known here. Imports the protocol's package, so import it late.
"""

from __future__ import annotations

import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from jarvis.mcp_servers.children import ChildKeeping, ChildLog
from jarvis.mcp_servers.failures import server_failure

LONGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes of one message; a picture of a whole screen has about 4 MiB. A server that sends more is ended."""

_REAP_SECONDS = 10.0
_INHERITED = frozenset(
    "HOME LOGNAME PATH SHELL TERM USER LANG LANGUAGE TZ TMPDIR DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR "
    "XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS SSL_CERT_FILE SSL_CERT_DIR "
    "NODE_EXTRA_CA_CERTS HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT "
    "PROCESSOR_ARCHITECTURE PROGRAMFILES SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR COMSPEC".split()
)
"""Names of the environment that a server is given: it is written by others, and keys often stand in the rest."""

_LEASH = 'read -r _; kill -9 "-$1"'
"""Waits on a pipe that this process holds open and ends the server's process group when this process is gone."""

_log = logging.getLogger(__name__)

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What is run; `environment` is added to the little that a server is given of this process' own."""

    name: str
    command: str
    args: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    grace_seconds: float = 2.0


@asynccontextmanager
async def child_streams(
    launch: Launch, keeping: ChildKeeping, log: ChildLog, on_end: Callable[[bool], None]
) -> AsyncIterator[Streams]:
    """Yield the streams of a started server; `on_end` is called in the loop when it no longer speaks, with True
    where it was not let speak on because a message was too long.

    Raises `ServerFailure`. On leaving, it is asked to end by the end of its input, then by a signal, each with
    `grace_seconds`, then ended by force with everything below it.
    """
    child = _Child(launch, keeping)
    to_session, from_child = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    to_child, from_session = anyio.create_memory_object_stream[SessionMessage](0)
    ended = anyio.Event()
    token = anyio.lowlevel.current_token()

    def deliver(message: SessionMessage) -> None:
        anyio.from_thread.run(to_session.send, message, token=token)

    def over(too_long: bool) -> None:
        ended.set()
        to_session.close()
        on_end(too_long)

    def silent(too_long: bool) -> None:
        # The loop may be gone: then nobody waits for this any more.
        with suppress(RuntimeError):
            anyio.from_thread.run_sync(over, too_long, token=token)

    async def send() -> None:
        async with from_session:
            async for message in from_session:
                child.outgoing.put(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")

    child.watch(deliver, silent, log)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        try:
            yield from_child, to_child
        finally:
            with anyio.CancelScope(shield=True):
                from_child.close()
                to_child.close()
                child.outgoing.put(None)
                await _end(child, ended, launch.grace_seconds)
            tasks.cancel_scope.cancel()


async def _end(child: _Child, ended: anyio.Event, grace_seconds: float) -> None:
    with anyio.move_on_after(grace_seconds):
        await ended.wait()
    if not ended.is_set():
        child.ask_to_end()
        with anyio.move_on_after(grace_seconds):
            await ended.wait()
    await anyio.to_thread.run_sync(child.kill_and_reap)
    with anyio.move_on_after(grace_seconds):
        # The reading thread calls back into this loop, which must not be gone by then.
        await ended.wait()


class _Child:
    """The process and its three threads. It is reaped only after its whole tree was ended, so its id stays its own."""

    def __init__(self, launch: Launch, keeping: ChildKeeping) -> None:
        self.outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._name = launch.name
        self._keeping = keeping
        self._leash: subprocess.Popen[bytes] | None = None
        self._process = _spawned(launch)
        keeping.add(self._process.pid, f"mcp {launch.name}")
        try:
            self._leash = _leashed(self._process.pid)
        except OSError as error:
            self.kill_and_reap()
            raise server_failure("spawn", launch.name, why=error.strerror or error) from error

    def watch(self, deliver: Callable[[SessionMessage], None], silent: Callable[[bool], None], log: ChildLog) -> None:
        """Begin to read and write it."""
        for what, work in (
            ("stdin", self._write),
            ("stdout", lambda: self._read(deliver, silent, log)),
            ("stderr", lambda: self._log_errors(log)),
        ):
            threading.Thread(target=work, name=f"mcp-{self._name}-{what}", daemon=True).start()

    def ask_to_end(self) -> None:
        """Send the signal that asks; it is not reaped yet, so the id cannot be somebody else's."""
        if sys.platform == "win32":
            self._process.terminate()
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGTERM)

    def kill_and_reap(self) -> None:
        """End it and everything that it started by force, and forget it."""
        pid = self._process.pid
        self._keeping.kill_tree(pid)
        if self._leash is not None:
            self._leash.kill()
            self._leash.communicate()
        try:
            self._process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("the server %s (process %d) cannot be ended; the next start tries again", self._name, pid)
            return
        self._keeping.remove(pid)

    def _write(self) -> None:
        pipe = cast(IO[bytes], self._process.stdin)
        try:
            while (data := self.outgoing.get()) is not None:
                pipe.write(data)
                pipe.flush()
        except OSError:
            # It closed its input or is gone; the reader of its output tells the session which.
            _log.debug("the server %s no longer reads", self._name)
        with suppress(OSError):
            pipe.close()

    def _read(self, deliver: Callable[[SessionMessage], None], silent: Callable[[bool], None], log: ChildLog) -> None:
        listening, too_long = True, False
        try:
            with cast(IO[bytes], self._process.stdout) as pipe:
                while line := pipe.readline(LONGEST_MESSAGE):
                    if too_long := len(line) >= LONGEST_MESSAGE:
                        return
                    if listening and (message := _message(line, log)) is not None:
                        try:
                            deliver(message)
                        except (anyio.BrokenResourceError, anyio.ClosedResourceError, RuntimeError):
                            # The session is over; what the server still says is read so that it can end.
                            listening = False
        finally:
            silent(too_long)

    def _log_errors(self, log: ChildLog) -> None:
        with cast(IO[bytes], self._process.stderr) as pipe:
            while data := pipe.readline(65_536):
                log.write(data)


def _message(line: bytes, log: ChildLog) -> SessionMessage | None:
    """Return the message on `line`; what is none (many programs print there) goes to the log."""
    if not line.strip():
        return None
    try:
        return SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        log.write(line[:500].rstrip(b"\n") + b"\n")
        return None


def _spawned(launch: Launch) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if _is_inherited(name)}
    environment = {**inherited, **launch.environment}
    folder = Path(launch.folder).expanduser() if launch.folder else Path.home()
    command = Path(launch.command).expanduser()
    where = str(folder / command) if len(command.parts) > 1 else launch.command
    program = shutil.which(where, path=environment.get("PATH"))
    if program is None:
        raise server_failure("program", launch.name, program=launch.command)
    try:
        return subprocess.Popen(
            [program, *launch.args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
            start_new_session=sys.platform != "win32",
            creationflags=_creation_flags(),
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise server_failure("spawn", launch.name, why=why) from error


def _is_inherited(name: str) -> bool:
    return name.upper() in _INHERITED or name.startswith("LC_")


def _leashed(pid: int) -> subprocess.Popen[bytes] | None:
    """Start the guard of one server; on Windows there is none, and the note of the process serves at the next start."""
    if sys.platform == "win32":
        return None
    return subprocess.Popen(
        ["/bin/sh", "-c", _LEASH, "sh", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0
