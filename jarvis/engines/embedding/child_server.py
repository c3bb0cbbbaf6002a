"""A child process that makes vectors or ranks, asked over HTTP: started when needed, started again when it has ended.

It ends by itself when nothing was asked for a while. Questions and work in bulk have a connection each, and of bulk one
request runs at a time, so that a question waits for little. Knows no model.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError, Language
from jarvis.engines.embedding.wire import Address, Lost, Refused, ask, refused_failure
from jarvis.processes.child import Child
from jarvis.processes.exits import literal
from jarvis.processes.registry import ChildRegistry

if TYPE_CHECKING:
    from httpx2 import Client

KEY = "JARVIS_ENGINE_KEY"
QUERY_HEADER = "X-Jarvis-Query"
"""Both as in the child."""

ATTEMPTS = 2
"""A child that ended in the middle is started once more for the same request."""

_ENDING_SECONDS, _LOOK_SECONDS = 5.0, 0.1
"""How long the end of a child that no longer answers is waited for before it is ended by force."""


class ChildServer:
    """One child program and the connections to it; any thread may call anything.

    `name` is what sentences call it. `request_seconds` is the longest single request, `idle_seconds` how long the
    child stays without one.
    """

    def __init__(
        self,
        *,
        name: str,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        log: Path,
        registry: ChildRegistry,
        start_seconds: float = 120.0,
        request_seconds: float = 120.0,
        idle_seconds: float = 300.0,
    ) -> None:
        self.name = name
        self._key = secrets.token_urlsafe(32)
        self._request_seconds = request_seconds
        self._lock = threading.Lock()
        self._bulk = threading.Lock()
        self._clients: dict[bool, Client] = {}
        self._closings = 0
        self._problem: EngineError | None = None
        self._child = Child(
            name=name,
            module=module,
            arguments=[*arguments, f"--idle-seconds={idle_seconds:g}"],
            environment={**(environment or {}), KEY: self._key},
            log=log,
            registry=registry,
            start_seconds=start_seconds,
        )

    @property
    def announced(self) -> dict[str, Any]:
        """What the running child said of itself; {} while none is ready."""
        return self._child.document

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid

    def why_not(self, language: Language = "en") -> str | None:
        """Return why it cannot work here, as its last start said; None where it can or was not tried."""
        problem = self._problem
        return problem.sentence(language) if problem is not None else None

    def document(self) -> dict[str, Any]:
        """Start it if needed and return what it announced. Raises `EngineError`."""
        try:
            document = self._child.ensure_ready()
        except EngineError as error:
            self._problem = None if error.retryable else error
            raise
        self._problem = None
        return document

    def ask(self, path: str, body: Mapping[str, Any], *, query: bool = False) -> dict[str, Any]:
        """Return what the child answers at `path`, starting it where needed. Raises `EngineError`."""
        closings = self._closings
        with contextlib.nullcontext() if query else self._bulk:
            for attempt in range(1, ATTEMPTS + 1):
                if closings != self._closings:
                    raise self._was_closed()
                try:
                    return self._asked(path, body, query=query)
                except Lost as error:
                    if closings != self._closings:
                        raise self._was_closed() from error
                    if error.late or attempt == ATTEMPTS:
                        raise self._failure(error) from error
                except EngineError as error:
                    if closings != self._closings:
                        raise self._was_closed() from error
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _asked(self, path: str, body: Mapping[str, Any], *, query: bool) -> dict[str, Any]:
        address, pid = self._address(query=query), self._child.pid
        try:
            return ask(self._client(query=query), address, path, body, seconds=self._request_seconds)
        except Refused as error:
            raise self._refusal(error, address) from error
        except Lost as error:
            self._see_off(pid, wait=not error.late)
            raise

    def close(self) -> None:
        """End it and its connections; the next question starts it again."""
        with self._lock:
            self._closings += 1
            clients, self._clients = self._clients, {}
        self._child.stop()
        for client in clients.values():
            client.close()

    def _address(self, *, query: bool) -> Address:
        document = self.document()
        return Address(
            base_url=str(document["url"]),
            model=str(document["model"]),
            where=self.name,
            key=self._key,
            headers={QUERY_HEADER: "1"} if query else {},
        )

    def _client(self, *, query: bool) -> Client:
        import httpx2

        with self._lock:
            if query not in self._clients:
                # It speaks plain HTTP on loopback; to read the list of certificates would cost 80 ms.
                self._clients[query] = httpx2.Client(trust_env=False, follow_redirects=False, verify=False)
            return self._clients[query]

    def _see_off(self, pid: int | None, *, wait: bool) -> None:
        """See the child `pid`, which gave no answer, to its end; another thread may have started the next one."""
        deadline = time.monotonic() + _ENDING_SECONDS
        while wait and self._child.pid == pid and time.monotonic() < deadline:
            self._child.wait_exit(_LOOK_SECONDS)
        if pid is not None and self._child.pid == pid:
            self._child.kill()

    def _refusal(self, error: Refused, address: Address) -> EngineError:
        if error.refusal.status != 500:
            return refused_failure(error, address)
        return EngineError(
            "embedding.failed",
            en="{name} failed at a text ({why}). Nothing was lost; its log is in the logs folder.",
            es="{name} falló con un texto ({why}). No se perdió nada; su registro está en la carpeta de registros.",
            name=self.name,
            why=literal(error.refusal.message.strip()[:160]),
        )

    def _was_closed(self) -> EngineError:
        return EngineError(
            "embedding.closed",
            en="{name} was ended in the middle of its work, because Jarvis ends or the settings changed. The rest is "
            "done at the next start.",
            es="{name} se cerró en mitad de su trabajo porque Jarvis se cierra o cambiaron los ajustes. El resto se "
            "hace en el próximo arranque.",
            name=self.name,
        )

    def _failure(self, error: Lost) -> EngineError:
        if error.late:
            return EngineError(
                "embedding.timeout",
                en="{name} did not answer within {seconds:.0f} seconds and was stopped. It starts again by itself; "
                "until then memories are found by their words.",
                es="{name} no respondió en {seconds:.0f} segundos y se detuvo. Arranca de nuevo por sí solo; hasta "
                "entonces los recuerdos se buscan por sus palabras.",
                name=self.name,
                seconds=self._request_seconds,
            )
        how = self._child.last_exit
        return EngineError(
            "embedding.ended",
            en="{name} ended in the middle of its work ({why}). It starts again by itself; until then memories are "
            "found by their words.",
            es="{name} terminó en mitad de su trabajo ({why}). Arranca de nuevo por sí solo; hasta entonces los "
            "recuerdos se buscan por sus palabras.",
            name=self.name,
            why=how.why if how is not None else "?",
        )
