"""A server of the OpenAI embeddings protocol on loopback: vectors of a made-up model, limits, refusals, hang-ups,
silence."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.processes import PATIENCE_SECONDS

REFUSED = {"error": {"message": "no", "code": "no"}}


@dataclass
class EmbeddingServer:
    """`seed` and `width` are the model's; `most` characters are read of a text; `answers` go first, one a request:
    (status, document), raw bytes, or None for hanging up. While `go` is cleared it accepts and says nothing; every
    request sets `arrived`."""

    seed: int = 1
    width: int = 6
    most: int = 1_000_000
    too_long: tuple[int, str] = (400, "This model's maximum context length is exceeded.")
    answers: list[tuple[int, Any] | bytes | None] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    port: int = 0
    go: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[list[str]]:
        return [asked["input"] for asked in self.asked]

    def vector(self, text: str) -> list[float]:
        chance = random.Random(f"{self.seed} {text}")
        return [chance.uniform(-1, 1) for _ in range(self.width)]

    def answer(self, asked: dict[str, Any]) -> tuple[int, Any]:
        texts: list[str] = asked["input"]
        if max(map(len, texts)) > self.most:
            status, message = self.too_long
            return status, {"error": {"message": message, "code": status, "type": "server_error"}}
        rows = [{"index": index, "embedding": self.vector(text)} for index, text in enumerate(texts)]
        # Not in order: the protocol numbers the rows.
        return 200, {"data": rows[::-1], "model": "whatever"}


@contextmanager
def embedding_server(**options: Any) -> Iterator[EmbeddingServer]:
    """Yield a running server."""
    state = EmbeddingServer(**options)
    state.go.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(asked)
            state.keys.append(self.headers.get("Authorization"))
            state.arrived.set()
            assert state.go.wait(PATIENCE_SECONDS)
            told = state.answers.pop(0) if state.answers else state.answer(asked)
            if told is None:
                self.close_connection = True
                return
            status, document = (200, told) if isinstance(told, bytes) else told
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/html" if isinstance(document, bytes) else "application/json")
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.go.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_SECONDS)
