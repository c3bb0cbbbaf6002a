"""One server: connected when first needed, asked with a time limit, connected again after a crash, closed as a whole.

Decides when; how a connection is made is in `life`, which is imported only when there is one to make. Safe to use from
several threads.
"""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, Cancelled, JarvisError, Language
from jarvis.contracts.ports import Clock
from jarvis.mcp_servers.children import ChildKeeping
from jarvis.mcp_servers.configuration import ServerEntry, resolved
from jarvis.mcp_servers.failures import server_failure
from jarvis.mcp_servers.listing import LeftOut, ServerTool
from jarvis.mcp_servers.remembered import RememberedTools

if TYPE_CHECKING:
    from jarvis.mcp_servers.life import Life

START_SECONDS = 60.0
"""How long a server may take to be ready: one that is fetched first (npx, uvx) needs most of it."""

CALL_SECONDS = 60.0
"""How long a tool may take."""

LONGEST_REST_SECONDS = 60.0
"""Longest pause after failures; the first new try is made at once, the next ones after 1, 2, 4, ... seconds."""

_CLOSE_SECONDS = 30.0
_ANSWER_SLACK_SECONDS = 5.0

_log = logging.getLogger(__name__)

State = Literal["off", "starting", "ready", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long things may take, in seconds; `grace` is given twice before a process is ended by force."""

    start: float = START_SECONDS
    call: float = CALL_SECONDS
    grace: float = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What a tool gave back; `ok` False: the tool itself says that it failed."""

    text: str
    ok: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerStatus:
    """How a server is. `tools` are those that it has, or had when it was last connected, where it may be connected now
    and is not; `left_out` are those that it lists and that are not offered."""

    state: State
    tools: tuple[ServerTool, ...] = field(default=(), repr=False)
    left_out: tuple[LeftOut, ...] = ()
    failure: JarvisError | None = None


class ServerConnection:
    """One configured server. `secret` returns a stored key by its name, `keeping` looks after its process, `remembered`
    keeps its tools for when it is not connected."""

    def __init__(
        self,
        entry: ServerEntry,
        *,
        secret: Callable[[str], str | None],
        keeping: ChildKeeping,
        clock: Clock,
        remembered: RememberedTools,
        limits: Limits | None = None,
    ) -> None:
        self.entry = entry
        self._remembered = remembered
        self._secret = secret
        self._keeping = keeping
        self._log = keeping.log(entry.name)
        self._clock = clock
        self._limits = limits or Limits()
        self._changed = threading.Condition()
        self._state: State = "off"
        self._closed = False
        self._life: Life | None = None
        self._thread: threading.Thread | None = None
        self._failure: JarvisError | None = None
        self._failures = 0
        self._rests_until = float("-inf")

    def status(self) -> ServerStatus:
        """Return how it is now; nothing is started."""
        with self._changed:
            life = self._life if self._state == "ready" else None
            return ServerStatus(
                state=self._state,
                tools=life.tools if life is not None else self._tools_before(),
                left_out=life.left_out if life is not None else (),
                failure=self._failure if self._state == "failed" else None,
            )

    def wake(self) -> None:
        """Begin to connect where that is sensible now; returns at once."""
        with self._changed:
            if self._refusal() is None:
                self._begin()

    def ensure_ready(self, cancel: CancelToken | None = None, seconds: float | None = None) -> ServerStatus:
        """Connect if needed, wait at most `seconds` (None: as long as a start may take) and return how it is then.

        Raises `ServerFailure` for a server that is off, rests or failed, and `Cancelled`: the start then goes on.
        """
        limit = seconds if seconds is not None else self._limits.start + 3 * self._limits.grace + _CLOSE_SECONDS
        unregister = cancel.on_cancel(self._tell) if cancel is not None else None
        try:
            with self._changed:
                if (refusal := self._refusal()) is not None:
                    raise refusal
                self._begin()
                self._changed.wait_for(
                    lambda: self._state != "starting" or (cancel is not None and cancel.cancelled), limit
                )
                if cancel is not None:
                    cancel.raise_if_cancelled()
                if self._state == "failed" and self._failure is not None:
                    raise self._failure
            return self.status()
        finally:
            if unregister is not None:
                unregister()

    def call(self, tool: str, arguments: dict[str, object], language: Language, cancel: CancelToken) -> Answered:
        """Call `tool` by its name at the server; raises `ServerFailure`, and `Cancelled` after telling the server."""
        self.ensure_ready(cancel)
        cancel.raise_if_cancelled()
        with self._changed:
            life = self._life
        name, seconds = self.entry.name, self._limits.call
        if life is None:
            raise self._failure or server_failure("closed", name)
        try:
            future = life.call(tool, dict(arguments), seconds)
        except RuntimeError as error:
            raise self._after_loss() from error
        unregister = cancel.on_cancel(lambda: _stop(future))
        try:
            result = future.result(seconds + _ANSWER_SLACK_SECONDS)
        except concurrent.futures.CancelledError as error:
            if cancel.cancelled:
                raise Cancelled(cancel.reason) from error
            raise self._after_loss() from error
        except Exception as error:
            # Whatever the library raises is told as a sentence; what nobody foresaw is logged with its trace as well.
            future.cancel()
            raise self._failed_call(life, tool, error) from error
        finally:
            unregister()
        with self._changed:
            self._failures = 0
        from jarvis.mcp_servers.results import result_text

        return Answered(text=result_text(result, language), ok=not result.is_error)

    def close(self) -> None:
        """End the connection and its process with everything below it; blocks until that is gone. Final."""
        with self._changed:
            self._closed = True
            life, thread = self._life, self._thread
        if life is not None:
            life.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_SECONDS)

    def _tools_before(self) -> tuple[ServerTool, ...]:
        """Return the tools that a connection would most likely bring; the lock is held."""
        return self._remembered.tools(self.entry) if self._refusal() is None else ()

    def _refusal(self) -> JarvisError | None:
        """Return why it may not be started now; the lock is held."""
        name = self.entry.name
        if self._closed:
            return server_failure("closed", name)
        if self.entry.disabled:
            return server_failure("off", name, file="mcp.json")
        left = self._rests_until - self._clock.monotonic()
        if self._state == "failed" and left > 0 and self._failure is not None:
            last = {language: self._failure.sentence(language) for language in LANGUAGES}
            return _resting(name, self._failures, left, last)
        return None

    def _begin(self) -> None:
        """Start a connection where there is none; the lock is held."""
        if self._state in ("starting", "ready"):
            return
        self._move("starting")
        self._thread = threading.Thread(target=self._run, name=f"mcp-{self.entry.name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            life = self._new_life()
        except JarvisError as error:
            self._over(None, error)
            return
        except Exception as error:  # noqa: BLE001 - the last line of defence of a thread: who waits must be told
            _log.exception("the server %s could not be started", self.entry.name)
            self._over(None, server_failure("odd", self.entry.name, why=type(error).__name__))
            return
        with self._changed:
            self._life = life
            closed = self._closed
        if closed:
            life.close()
        life.run()

    def _new_life(self) -> Life:
        name = self.entry.name
        environment = resolved(self.entry.env, name, self._secret)
        headers = resolved(self.entry.headers, name, self._secret)
        try:
            from jarvis.mcp_servers.life import Life, LifeEvents
        except ImportError as error:
            raise server_failure("package", name) from error

        return Life(
            self.entry,
            environment=environment,
            headers=headers,
            keeping=self._keeping,
            log=self._log,
            start_seconds=self._limits.start,
            grace_seconds=self._limits.grace,
            events=LifeEvents(ready=self._ready, changed=self._renewed, over=self._over),
        )

    def _renewed(self, life: Life) -> None:
        self._remembered.remember(self.entry, life.tools)
        self._tell()

    def _ready(self, life: Life) -> None:
        self._remembered.remember(self.entry, life.tools)
        with self._changed:
            if life is self._life and self._state == "starting":
                self._move("ready")

    def _over(self, life: Life | None, failure: JarvisError | None) -> None:
        with self._changed:
            if life is not self._life and life is not None:
                return
            self._life = None
            if failure is None:
                self._move("off")
                return
            self._failure = failure
            self._failures += 1
            # The first new try is made at once: one crash is most often the fault of one call.
            rest = 0.0 if self._failures == 1 else min(2.0 ** (self._failures - 2), LONGEST_REST_SECONDS)
            self._rests_until = self._clock.monotonic() + rest
            self._move("failed")

    def _after_loss(self) -> JarvisError:
        """Return the reason why the connection is over, once that is known."""
        with self._changed:
            self._changed.wait_for(lambda: self._state != "ready", _CLOSE_SECONDS)
            return self._failure or server_failure("closed", self.entry.name)

    def _failed_call(self, life: Life, tool: str, error: Exception) -> JarvisError:
        from jarvis.mcp_servers.trouble import call_failure

        failure, lost = call_failure(error, self.entry, tool, self._limits.call)
        if not lost:
            return failure
        life.lost()
        return self._after_loss() if self.entry.command else failure

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _move(self, state: State) -> None:
        self._state = state
        self._changed.notify_all()


def _resting(name: str, times: int, left: float, last: dict[Language, str]) -> JarvisError:
    seconds = max(1, round(left))
    return server_failure("resting", name, times=times, seconds=seconds, last_en=last["en"], last_es=last["es"])


def _stop(future: concurrent.futures.Future[Any]) -> None:
    future.cancel()
