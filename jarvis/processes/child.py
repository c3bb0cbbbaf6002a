"""One child process as a state machine: new, starting, ready, stopping, exited, and from there started again.

Every transition happens under one lock. Knows nothing about what the child does: it is a Python module that
either announces one JSON document (mode "announce") or speaks over its standard input and output (mode "pipes"), or
any program that is ready when a probe says so (mode "http").
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.processes.capped_log import LAST_LINES, CappedLog
from jarvis.processes.exits import ChildExit, start_failure, start_timeout
from jarvis.processes.life import Life
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.child_environment import for_program, for_python_child

_KILLED_SECONDS = 10.0
"""How long the end of what was killed is waited for at least: it cannot refuse, but a busy computer, or a driver that
takes its memory back, needs a while, and until then its memory is not free."""

ChildState = Literal["new", "starting", "ready", "stopping", "exited"]
Mode = Literal["announce", "pipes", "http"]

Probe = Callable[[], dict[str, Any] | None]
"""Asks a started program whether it is ready: its document, not empty, or None for "not yet". Bounded in time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """The pipes of one life of a child; `pid` tells lives apart.

    Write to `to_child` (and flush), read from `from_child`. The wire belongs to whoever took it: call `close`
    after the end of the child was read.
    """

    to_child: BinaryIO
    from_child: BinaryIO
    pid: int

    def close(self) -> None:
        """Close both ends; unsent bytes are dropped when the child is gone."""
        with contextlib.suppress(BrokenPipeError):
            # Where the buffer cannot be flushed any more, the descriptor is closed all the same.
            self.to_child.close()
        self.from_child.close()


class Child:
    """A Python module, or any program, run in a process group of its own; safe to use from several threads.

    Either `module`, or `command` with its `probe` (mode "http", which is ready as soon as the probe gives a document).
    `arguments` go on the command line (never a secret), `environment` is added to this process' own without its API
    keys; a `command` gets none of Jarvis' own Python settings either. It never imports from the folder that Jarvis was
    started in. `log` is the file that keeps its standard error, of a `command` also its standard output; `kept_lines`
    of it explain an end. `on_exit` is called on a thread of its own after every end.
    """

    def __init__(
        self,
        *,
        name: str,
        module: str = "",
        command: Sequence[str] = (),
        probe: Probe | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        log: Path,
        registry: ChildRegistry,
        mode: Mode = "announce",
        start_seconds: float = 120.0,
        grace_seconds: float = 3.0,
        kept_lines: int = LAST_LINES,
        on_exit: Callable[[ChildExit], None] | None = None,
    ) -> None:
        if bool(module) == bool(command) or not (bool(command) == (mode == "http") == (probe is not None)):
            raise ValueError("a child is a module, or a command with a probe in mode http")
        self.name = name
        own = [sys.executable, "-m", module] if module else list(command)
        self._command = [*own, *arguments]
        self._environment = {**(for_python_child() if module else for_program()), **(environment or {})}
        self._probe = probe
        self._log = CappedLog(log, kept_lines=kept_lines)
        self._registry = registry
        self._mode = mode
        self._start_seconds = start_seconds
        self._grace_seconds = grace_seconds
        self._on_exit = on_exit
        self._changed = threading.Condition()
        self._state: ChildState = "new"
        self._life: Life | None = None
        self._exit: ChildExit | None = None

    @property
    def state(self) -> ChildState:
        """What it is doing now; for showing only, since it may change at once: `ensure_ready` decides."""
        with self._changed:
            return self._state

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        with self._changed:
            return self._life.pid if self._life is not None and self._state != "exited" else None

    @property
    def document(self) -> dict[str, Any]:
        """What it announced, while it is ready; {} otherwise."""
        with self._changed:
            return self._life.document if self._life is not None and self._state == "ready" else {}

    @property
    def last_exit(self) -> ChildExit | None:
        """How its latest life ended; None before the first end."""
        with self._changed:
            return self._exit

    def ensure_ready(self, cancel: CancelToken | None = None) -> dict[str, Any]:
        """Start it if needed and return the document that it announced ({} in mode "pipes").

        Callers at the same time share one start. Raises `EngineError` when it fails, ends or takes longer than
        `start_seconds`, and `Cancelled` at once when `cancel` is raised: the start then goes on for the next caller.
        """
        return self._ready_life(cancel).document

    def wire(self, cancel: CancelToken | None = None) -> Wire:
        """Start it if needed and return its pipes (mode "pipes" only); raises as `ensure_ready` does."""
        life = self._ready_life(cancel)
        return Wire(to_child=life.stdin, from_child=life.stdout, pid=life.pid)

    def stop(self) -> None:
        """End it and everything that it started: politely first, by force after `grace_seconds`. Blocks until gone."""
        with self._changed:
            life = self._life
            if life is None or self._state in ("new", "exited"):
                return
            self._move("stopping")
        life.ask_to_end()
        if not self._wait_exited(life, self._grace_seconds):
            life.kill()
            self._wait_exited(life, max(self._grace_seconds, _KILLED_SECONDS))

    def kill(self) -> None:
        """End it and everything that it started by force, at once; for a child that no longer answers."""
        with self._changed:
            life = self._life
            if life is None or self._state in ("new", "exited"):
                return
            self._move("stopping")
        life.kill()
        self._wait_exited(life, max(self._grace_seconds, _KILLED_SECONDS))

    def last_lines(self) -> tuple[str, ...]:
        """Return what it said last, oldest first."""
        return self._log.last_lines()

    def wait_exit(self, seconds: float) -> ChildExit | None:
        """Block until no process runs, at most `seconds`; returns how it ended, None while it still runs."""
        with self._changed:
            ended = self._changed.wait_for(lambda: self._state in ("new", "exited"), seconds)
            return self._exit if ended else None

    def _ready_life(self, cancel: CancelToken | None) -> Life:
        unregister = cancel.on_cancel(self._wake) if cancel is not None else None
        try:
            with self._changed:
                life = self._joined_life(cancel)
                while True:
                    if cancel is not None and cancel.cancelled:
                        raise Cancelled(cancel.reason)
                    if life.exit is not None:
                        raise start_failure(self.name, life.exit, life.failure)
                    if life is self._life and self._state == "ready":
                        return life
                    if time.monotonic() >= life.deadline:
                        break
                    self._changed.wait(life.deadline - time.monotonic())
            self.kill()
            raise start_timeout(self.name, self._start_seconds, self._log.last_lines())
        finally:
            if unregister is not None:
                unregister()

    def _joined_life(self, cancel: CancelToken | None) -> Life:
        """Return the life to wait for, starting one when there is none; the lock is held."""
        self._changed.wait_for(
            lambda: self._state != "stopping" or (cancel is not None and cancel.cancelled), self._start_seconds
        )
        if self._life is not None and self._state in ("starting", "ready", "stopping"):
            return self._life
        self._move("starting")
        try:
            if self._probe is not None and shutil.which(self._command[0]) is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self._command[0])
            self._life = Life(
                command=self._command,
                environment=self._environment,
                pipes=self._mode == "pipes",
                probe=self._probe,
                log=self._log,
                deadline=time.monotonic() + self._start_seconds,
                on_ready=self._became_ready,
                on_exit=self._became_exited,
            )
        except OSError as error:
            self._move("exited")
            raise EngineError(
                "child.spawn",
                en="{name} could not be started ({why}). Free some memory and try again.",
                es="No se pudo iniciar {name} ({why}). Libera memoria e inténtalo de nuevo.",
                name=self.name,
                why=error.strerror or error,
            ) from error
        self._registry.add(self._life.pid, self.name)
        self._life.watch()
        return self._life

    def _became_ready(self, life: Life) -> None:
        with self._changed:
            if life is self._life and self._state == "starting":
                self._move("ready")

    def _became_exited(self, life: Life, how: ChildExit) -> None:
        self._registry.remove(life.pid)
        with self._changed:
            wanted = self._state == "stopping"
            self._exit = life.exit = ChildExit(
                code=how.code, signal=how.signal, last_lines=how.last_lines, wanted=wanted
            )
            self._move("exited")
        if self._on_exit is not None:
            self._on_exit(self._exit)

    def _wait_exited(self, life: Life, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: life.exit is not None, seconds)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _move(self, state: ChildState) -> None:
        self._state = state
        self._changed.notify_all()
