"""A server on loopback that gives scripted raw answers and remembers what it was asked, and the OpenAI wire."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.processes import PATIENCE_SECONDS


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What goes over the wire; with `hold` the connection then stays open until the client leaves."""

    data: bytes
    hold: bool = False


def http(status: int, body: Any, *, kind: str = "application/json", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return a whole answer; a `body` that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n{more}"
    return Reply(data=head.encode() + b"\r\n" + data)


def streamed(data: bytes, *, hold: bool = False, kind: str = "text/event-stream") -> Reply:
    """Return an answer that ends with the connection."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
    return Reply(data=head.encode() + data, hold=hold)


PAGE = http(200, b"<html><body>Welcome</body></html>", kind="text/html")
MUTE = Reply(data=b"", hold=True)
"""Takes the request and says nothing."""
GONE = Reply(data=b"")
"""Takes the request and hangs up."""


@dataclass
class ScriptedServer:
    """Gives `replies` in turn, the last one for ever; `by_path` ones go first."""

    replies: list[Reply]
    by_path: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    arrivals: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    left: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_asked(self) -> str:
        """Wait for the next request; return its path."""
        return self.arrivals.get(timeout=PATIENCE_SECONDS)

    def serve(self, connection: socket.socket) -> None:
        with connection:
            if (asked := _read(connection)) is None:
                return
            reply = self.by_path.get(asked.path)
            if reply is None:
                self.asked.append(asked)
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                self.arrivals.put(asked.path)
            try:
                connection.sendall(reply.data)
                if reply.hold:
                    connection.recv(1)
                    self.left.set()
            except OSError:
                self.left.set()


@contextmanager
def scripted(*replies: Reply, by_path: dict[str, Reply] | None = None) -> Iterator[ScriptedServer]:
    """Yield a server that gives `replies`."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = ScriptedServer(replies=list(replies), by_path=by_path or {}, port=listener.getsockname()[1])

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE_SECONDS)


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65_536)):
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return Asked(path=lines[0].split(" ")[1], headers=headers, body=json.loads(body) if body else None)


def chunk(*, finish: str | None = None, usage: dict[str, Any] | None = None, **delta: Any) -> bytes:
    """Return one chat-completions event."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices = [] if usage is not None else [choice]
    return b"data: " + json.dumps({**told, "choices": choices, "usage": usage}).encode() + b"\n\n"


def call_piece(**piece: Any) -> dict[str, Any]:
    """Return a piece of a tool call; name and arguments go into its function."""
    function = {name: piece.pop(name) for name in ("name", "arguments") if name in piece}
    return {**piece, "function": function} if function else piece


def refusal(status: int, code: str, message: str = "no", *, param: str | None = None, **headers: str) -> Reply:
    """Return OpenAI's error."""
    error = {"message": message, "type": "t", "code": code, "param": param}
    return http(status, {"error": error}, headers=tuple((name.replace("_", "-"), v) for name, v in headers.items()))


DONE = b"data: [DONE]\n\n"
USAGE = chunk(usage={"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}})
HELLO = streamed(chunk(content="hello ") + chunk(content="there") + chunk(finish="stop") + USAGE + DONE)
