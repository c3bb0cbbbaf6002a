"""A model child that speaks the OpenAI protocol in raw HTTP and misbehaves in the ways that its arguments name.

"waits=FILE" does not finish loading before that file exists.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from jarvis.processes.child_side import announce, announce_failure, exit_with_parent

NAME, WAYS = sys.argv[1], set(sys.argv[2:])
LEAK: list[bytes] = []
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def event(text: str | None, finish: str | None = None) -> bytes:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": NAME, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def usage(tokens: int) -> bytes:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": NAME, "choices": []}
    counted = {"prompt_tokens": 3, "completion_tokens": tokens, "total_tokens": tokens + 3}
    return b"data: " + json.dumps({**chunk, "usage": counted}).encode() + b"\n\ndata: [DONE]\n\n"


def answer(connection: socket.socket) -> None:
    """Name the model in every word, so that an answer from another child is told at once."""
    connection.sendall(HEAD)
    words = 100_000 if "endless" in WAYS else 200 if "long" in WAYS else 20
    for number in range(words):
        if number == 2 and "dies" in WAYS:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 2 and "closes" in WAYS:
            return
        if number == 2 and "hangs" in WAYS:
            time.sleep(3600)
        if "leaks" in WAYS:
            LEAK.append(bytes(1_000_000))
        connection.sendall(event(NAME + " "))
        time.sleep(0.002)
    connection.sendall(event(None, "stop") + usage(words))


def read_request(connection: socket.socket) -> bytes:
    """Read it whole: closing over unread bytes would reset the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65_536)):
            return b""
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65_536)
    return data


def serve(connection: socket.socket) -> None:
    with connection:
        try:
            data = read_request(connection)
            if data.startswith(b"GET /healthz"):
                if "deaf" in WAYS:
                    time.sleep(3600)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            elif data:
                answer(connection)
        except (BrokenPipeError, ConnectionResetError):
            return


def main() -> None:
    if "stubborn" in WAYS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        exit_with_parent()
    if "garbage" in WAYS:
        os.write(1, b"\xff\xfeloading {\n[1]\n" + b"x" * 100_000 + b"\n")
        os.write(2, b"ggml: \xff\x00 nonsense\n" * 500)
    if "slow" in WAYS:
        time.sleep(0.3)
    for gate in (Path(way.removeprefix("waits=")) for way in WAYS if way.startswith("waits=")):
        while not gate.exists():
            time.sleep(0.01)
    if "no_memory" in WAYS:
        announce_failure("engine.out_of_memory", "No memory.", "Sin memoria.")
        sys.exit(1)
    if "dies_loading" in WAYS:
        sys.exit(3)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    announce({"url": f"http://127.0.0.1:{port}/v1", "model": NAME})
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
