"""One model behind a server program that speaks the OpenAI protocol: start, port, key, health and end.

Knows nothing about what the program is; a subclass gives its command line. The port is chosen here, so another
program may take it first: then the start is repeated with another one. Ready means that the server lists this model
to whoever has this start's key, so that a stranger on the port is never taken for it.
"""

from __future__ import annotations

import abc
import http.client
import json
import logging
import secrets
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.engines.runners.out_of_memory import killed_for_memory, out_of_memory_error, out_of_memory_line
from jarvis.engines.running import Endpoint, ModelProcess, ModelToRun
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry

_LOG = logging.getLogger(__name__)

PORT_ATTEMPTS = 4
"""Starts with ports that turned out to be taken before that is said."""

PROBE_SECONDS = 2.0
"""Longest single question whether it is ready; a server that loads answers at once or not at all."""

KEPT_LINES = 400
"""Lines that explain an end: vLLM writes tracebacks of several processes after the line that matters."""

_PORT_TAKEN = ("couldn't bind", "address already in use", "failed to bind", "errno 98", "errno 48")


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """How one start is made. `secret_file`, if any, is deleted as soon as the server answers or has ended."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    secret_file: Path | None = None


class HttpModelProcess(ModelProcess, abc.ABC):
    """A `ModelProcess` around a server program; safe to use from several threads."""

    def __init__(
        self,
        *,
        model: ModelToRun,
        log: Path,
        registry: ChildRegistry,
        start_seconds: float,
        grace_seconds: float = 5.0,
        free_port: Callable[[], int] | None = None,
    ) -> None:
        self.model = model
        self._log = log
        self._registry = registry
        self._start_seconds = start_seconds
        self._grace_seconds = grace_seconds
        self._free_port = free_port or unused_port
        self._lock = threading.Lock()
        self._life: _ServerLife | None = None

    @abc.abstractmethod
    def _launch(self, port: int, key: str) -> Launch:
        """Return how the server is started on `port` so that only `key` is let in; raises `EngineError`."""

    def _described(self, port: int, key: str, listed: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be known of the ready server, from its entry in the list of models or by asking it."""
        del port, key
        return dict(listed)

    @property
    def served_name(self) -> str:
        """The name under which the server knows the model; a comma would begin another name."""
        return self.model.id.replace(",", "_")

    def start(self, cancel: CancelToken | None = None) -> Endpoint:
        """Start it and wait until it answers; see `ModelProcess.start`."""
        for attempt in range(1, PORT_ATTEMPTS + 1):
            life = self._running_life()
            try:
                document = life.child.ensure_ready(cancel)
            except EngineError as error:
                life.forget_secret()
                lines = _last_lines(life.child)
                if line := out_of_memory_line(lines):
                    raise out_of_memory_error(self.model.id, line) from error
                how = life.child.last_exit
                if error.code == "child.exited" and how is not None and killed_for_memory(how):
                    raise out_of_memory_error(self.model.id, "SIGKILL") from error
                if _port_taken(lines) and attempt < PORT_ATTEMPTS:
                    _LOG.info("port %d was taken meanwhile; %s is started on another one", life.port, self.model.id)
                    continue
                raise
            return Endpoint(
                base_url=document["url"], key=life.key, model=self.served_name, pid=life.pid, document=document
            )
        raise AssertionError("the last attempt returns or raises")

    def stop(self) -> None:
        """End it; see `ModelProcess.stop`."""
        if (life := self._present()) is not None:
            life.child.stop()
            life.forget_secret()

    def kill(self) -> None:
        """End it by force, at once."""
        if (life := self._present()) is not None:
            life.child.kill()
            life.forget_secret()

    def running(self) -> bool:
        """True while its process exists."""
        life = self._present()
        return life is not None and life.child.pid is not None

    def healthy(self, seconds: float) -> bool:
        """True when it answers its health check within `seconds`."""
        life = self._present()
        return (
            life is not None and life.child.state == "ready" and get(life.port, "/health", life.key, seconds)[0] == 200
        )

    def ending(self, seconds: float) -> str:
        """Wait at most `seconds` for its end and say how it ended; "" while it runs."""
        life = self._present()
        how = life.child.wait_exit(seconds) if life is not None else None
        if how is None:
            return ""
        line = out_of_memory_line(how.last_lines)
        return f"{how.signal or f'exit code {how.code}'}: {line}" if line else how.why

    def _present(self) -> _ServerLife | None:
        with self._lock:
            return self._life

    def _running_life(self) -> _ServerLife:
        """Return the start that is going on or done, else a new one with a port and a key of its own."""
        with self._lock:
            if self._life is None or self._life.child.state == "exited":
                self._life = self._new_life()
            return self._life

    def _new_life(self) -> _ServerLife:
        port, key = self._free_port(), secrets.token_urlsafe(32)
        launch = self._launch(port, key)
        life = _ServerLife(port=port, key=key, secret_file=launch.secret_file)
        life.child = Child(
            name=self.model.id,
            command=launch.command,
            environment=launch.environment,
            mode="http",
            probe=lambda: self._asked(life),
            log=self._log,
            registry=self._registry,
            start_seconds=self._start_seconds,
            grace_seconds=self._grace_seconds,
            kept_lines=KEPT_LINES,
            on_exit=lambda _: life.forget_secret(),
        )
        return life

    def _asked(self, life: _ServerLife) -> dict[str, Any] | None:
        """Return the document of a server that is ready; None while it is not, or when it is somebody else's."""
        if get(life.port, "/health", life.key, PROBE_SECONDS)[0] != 200:
            return None
        status, document = get(life.port, "/v1/models", life.key, PROBE_SECONDS)
        entries = document.get("data") if status == 200 and isinstance(document, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("id") == self.served_name:
                life.forget_secret()
                url = f"http://127.0.0.1:{life.port}/v1"
                return {**self._described(life.port, life.key, entry), "url": url, "model": self.served_name}
        return None


class _ServerLife:
    """One start: its port, its key and the child. The child is set right after the making."""

    child: Child

    def __init__(self, *, port: int, key: str, secret_file: Path | None) -> None:
        self.port = port
        self.key = key
        self._secret_file = secret_file

    @property
    def pid(self) -> int:
        """The process id; 0 when it ended just now."""
        return self.child.pid or 0

    def forget_secret(self) -> None:
        """Delete the file with the key; a second call does nothing."""
        if self._secret_file is not None:
            self._secret_file.unlink(missing_ok=True)


def get(port: int, path: str, key: str, seconds: float) -> tuple[int, Any]:
    """Return status and JSON document of a GET on this computer; (0, None) without an answer within `seconds`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        reply = connection.getresponse()
        body = reply.read()
    except (OSError, http.client.HTTPException):
        # Not listening yet, or too busy to answer: both mean "not now".
        return 0, None
    finally:
        connection.close()
    try:
        return reply.status, json.loads(body)
    except ValueError:
        return reply.status, None


def unused_port() -> int:
    """Return a port of this computer on which nobody listens now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gpu_environment(indexes: Sequence[int]) -> dict[str, str]:
    """Return the variables under which CUDA sees only the GPUs `indexes`, in the order of the PCI bus; none for ()."""
    visible = ",".join(str(index) for index in sorted(indexes)) or "-1"
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": visible}


def _last_lines(child: Child) -> tuple[str, ...]:
    how = child.last_exit
    return how.last_lines if how is not None else child.last_lines()


def _port_taken(lines: Sequence[str]) -> bool:
    return any(mark in line.lower() for line in lines for mark in _PORT_TAKEN)
