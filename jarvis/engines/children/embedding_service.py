"""Serves vectors and ranks in the OpenAI HTTP shape on a loopback port of its own; standard library only.

`POST /v1/embeddings` and `POST /v1/rerank` go to the functions that a child program hands in. A request with the header
`X-Jarvis-Query` is waited for by somebody and goes before those without: work in bulk has a low priority of the
processor too. Without a request for a while the process ends by itself. Knows no model.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jarvis.processes.child_side import announce

KEY = "JARVIS_ENGINE_KEY"
"""Environment name of the bearer key."""

QUERY_HEADER = "X-Jarvis-Query"

BODY_BYTES = 32 << 20
"""Longest request that is read; one batch is far below."""

_BULK_NICENESS = 10
_SOCKET_SECONDS = 600.0
_FIRST_SECONDS = 60.0
_GIVES_WAY = 2
"""How often one text is given up for questions; more often, and many questions would keep bulk from ever ending."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vectors:
    """Rows of little-endian float32 bytes, one per text; `sparse` maps token ids to weights, one per text or empty."""

    dense: Sequence[bytes]
    sparse: Sequence[Mapping[int, float]] = ()
    tokens: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What a child offers. `embed` and `rank` are called with clean texts; `together` says whether several threads may
    call them at once, else `interrupt` may make work in bulk raise `Interrupted` for a question; it is done again after
    that. `document` is announced beside the address."""

    model: str
    embed: Callable[[Sequence[str]], Vectors] | None = None
    rank: Callable[[str, Sequence[str]], Sequence[float]] | None = None
    together: bool = False
    interrupt: Callable[[], None] | None = None
    document: Mapping[str, Any] = field(default_factory=dict)


class Interrupted(Exception):
    """Work in bulk was given up for a question."""


class Turns:
    """Lets one piece of work run after the other, those that are waited for first; `together` lets them all run.

    `waiting` counts the former.
    """

    def __init__(self, *, together: bool = False, interrupt: Callable[[], None] | None = None) -> None:
        self._together = together
        self._interrupt = interrupt
        self._free = threading.Condition()
        self._busy = self._bulk = False
        self.waiting = 0

    @contextmanager
    def turn(self, *, query: bool, firm: bool = False) -> Iterator[None]:
        """Hold the turn inside the block; a `firm` one is not interrupted."""
        if self._together:
            yield
            return
        with self._free:
            self.waiting += query
            if query and self._bulk and self._interrupt is not None:
                self._interrupt()
            self._free.wait_for(lambda: not self._busy and (query or not self.waiting))
            self.waiting -= query
            self._busy, self._bulk = True, not (query or firm)
        try:
            yield
        finally:
            with self._free:
                self._busy = self._bulk = False
                self._free.notify_all()


class _Idle:
    """Ends this process when nothing was asked for `seconds`; 0 never does."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._running = 0
        # It was started for somebody, who may need a while to come.
        self._since = time.monotonic() + max(0.0, _FIRST_SECONDS - seconds)
        if seconds > 0:
            threading.Thread(target=self._watch, name="idle", daemon=True).start()

    @contextmanager
    def busy(self) -> Iterator[None]:
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._since = time.monotonic()

    def _watch(self) -> None:
        while True:
            with self._changed:
                left = self._since + self._seconds - time.monotonic()
                if left <= 0 and not self._running:
                    # Under the lock: no request can begin in between.
                    os._exit(0)
            time.sleep(min(max(left, self._seconds / 10), self._seconds))


def key_of_environment() -> str:
    """Take the bearer key out of the environment and return it."""
    return os.environ.pop(KEY, "")


def serve(service: Service, *, key: str, idle_seconds: float) -> None:
    """Announce the address and answer until this process is ended."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.service, server.key = service, key.encode("utf-8")
    server.turns, server.idle = Turns(together=service.together, interrupt=service.interrupt), _Idle(idle_seconds)
    announce({"url": f"http://127.0.0.1:{server.server_port}/v1", "model": service.model, **service.document})
    server.serve_forever()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    service: Service
    key: bytes
    turns: Turns
    idle: _Idle

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            _LOG.exception("a request failed")


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet, sent at once: else 40 ms per answer.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = _SOCKET_SECONDS
    server: _Server

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        with self.server.idle.busy():
            self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: every request would be a line."""

    def _answer(self, make: Callable[[], dict[str, Any]]) -> None:
        status = 200
        try:
            document = make()
        except _Refused as error:
            status, document = error.status, {"error": {"code": error.code, "message": str(error)}}
        except Exception as error:  # noqa: BLE001
            # Whatever a native library raises: this request is lost, the next one may succeed.
            _LOG.exception("a request failed")
            status = 500
            document = {"error": {"code": "failed", "message": f"{type(error).__name__}: {error}"[:300]}}
        body = json.dumps(document).encode("ascii")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _get(self) -> dict[str, Any]:
        self._guard()
        if self.path == "/healthz":
            return {"status": "ok"}
        if self.path == "/v1/models":
            entry = {"id": self.server.service.model, "object": "model", "created": 0, "owned_by": "jarvis"}
            return {"object": "list", "data": [entry]}
        raise _Refused(404, "not_found", "There is nothing here.")

    def _post(self) -> dict[str, Any]:
        asked = self._body()
        self._guard()
        service = self.server.service
        query = bool(self.headers.get(QUERY_HEADER))
        if self.path == "/v1/embeddings" and service.embed is not None:
            texts = _texts(asked.get("input"))
            if not query:
                _yield_processor()
            return _embeddings(
                self._embedded(service.embed, texts, query=query),
                service.model,
                plain=asked.get("encoding_format") != "base64",
            )
        if self.path == "/v1/rerank" and service.rank is not None:
            question, texts = _texts(asked.get("query"))[0], _texts(asked.get("documents"))
            with self.server.turns.turn(query=True):
                scores = service.rank(question, texts)
            rows = [{"index": index, "relevance_score": float(score)} for index, score in enumerate(scores)]
            return {"model": service.model, "results": rows}
        raise _Refused(404, "not_found", "There is nothing here.")

    def _embedded(self, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str], *, query: bool) -> Vectors:
        if query or self.server.service.interrupt is None:
            with self.server.turns.turn(query=query):
                return embed(texts)
        parts = [self._giving_way(embed, text) for text in texts]
        return Vectors(
            dense=[dense for part in parts for dense in part.dense],
            sparse=[sparse for part in parts for sparse in part.sparse],
            tokens=sum(part.tokens for part in parts),
        )

    def _giving_way(self, embed: Callable[[Sequence[str]], Vectors], text: str) -> Vectors:
        for _ in range(_GIVES_WAY):
            with self.server.turns.turn(query=False), suppress(Interrupted):
                return embed([text])
        with self.server.turns.turn(query=False, firm=True):
            return embed([text])

    def _body(self) -> dict[str, Any]:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_BYTES:
            self.close_connection = True
            raise _Refused(413, "too_long", "The request is too long, or its length is missing.")
        body = self.rfile.read(length)
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise _Refused(400, "invalid_request", "The body is no JSON object.")
        return document

    def _guard(self) -> None:
        offered = self.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "replace")
        if not self.server.key or not hmac.compare_digest(offered, self.server.key):
            raise _Refused(401, "invalid_api_key", "The key is missing or wrong.")


def _yield_processor() -> None:
    """Lower this thread's share of the processor; only Linux knows one per thread.

    It cannot be raised again, so the thread stays as it is: clients keep a connection of its own for work in bulk.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(_BULK_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def _texts(given: object) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or not texts:
        raise _Refused(400, "invalid_request", "A text or a list of texts is needed.")
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def _embeddings(made: Vectors, model: str, *, plain: bool) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for index, dense in enumerate(made.dense):
        vector = list(memoryview(dense).cast("f")) if plain else base64.b64encode(dense).decode("ascii")
        rows.append({"object": "embedding", "index": index, "embedding": vector})
        if made.sparse:
            rows[-1]["sparse"] = {str(token): weight for token, weight in made.sparse[index].items()}
    usage = {"prompt_tokens": made.tokens, "total_tokens": made.tokens}
    return {"object": "list", "model": model, "data": rows, "usage": usage}
