"""A server on a loopback port that fails in the way its first argument names; prints its port first."""

import json
import socket
import sys
import threading

CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def event(text: str | None, finish: str | None = None) -> bytes:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({**CHUNK, "choices": [choice]}).encode() + b"\n\n"


def reply(status: int, body: bytes, kind: str = "application/json", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def refusal(status: int, code: str, message: str = "no", **numbers: int) -> bytes:
    error = {"message": message, "type": "t", "code": code, **numbers}
    return reply(status, json.dumps({"error": error}).encode())


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
PAGE = b"<html><body>Welcome to nginx</body></html>"
USAGE = b"data: " + json.dumps({**CHUNK, "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}).encode()
WHOLE = STREAM + event("hello ") + event("there") + event(None, "stop") + USAGE + b"\n\ndata: [DONE]\n\n"
ERROR_EVENT = b'data: {"error": {"message": "oh", "type": "server_error", "code": "generation_failed"}}\n\n'

REPLIES = {
    "whole": WHOLE,
    "wrong_key": refusal(401, "invalid_api_key", "Incorrect key sk-very-secret"),
    "forbidden": refusal(403, "forbidden"),
    "quota": refusal(429, "insufficient_quota"),
    "busy": refusal(429, "rate_limit_exceeded"),
    "too_long": refusal(400, "context_length_exceeded"),
    "too_long_numbers": refusal(400, "context_too_long", prompt_tokens=900, context_tokens=512),
    "too_long_words": refusal(400, "x", "This model's maximum context length is 8192 tokens"),
    "too_large": refusal(413, "x"),
    "no_model": refusal(404, "model_not_found"),
    "bad_request": refusal(400, "unsupported_value"),
    "no_credit": refusal(402, "x", "Insufficient Balance"),
    "overloaded": refusal(529, "x"),
    "slow_behind_a_proxy": reply(504, PAGE, "text/html"),
    "fault": refusal(500, "boom"),
    "gateway": reply(502, PAGE, "text/html"),
    "page": reply(200, PAGE, "text/html"),
    "page_404": reply(404, PAGE, "text/html"),
    "not_json": STREAM + b"data: {nonsense\n\n",
    "plain_json": reply(200, b'{"hello": 1}'),
    "cut_off": STREAM + event("half an ans"),
    "cut_off_chunk": CHUNKED + b"ffff\r\n" + event("half an ans"),
    "empty": STREAM + event("") + event(None, "stop") + b"data: [DONE]\n\n",
    "nothing": b"",
    "error_in_stream": STREAM + event("half") + ERROR_EVENT,
    "mute": b"",
    "stalls": STREAM + event("first ") + b": comment\n\n",
    "headers_only": STREAM,
}
HOLDS_OPEN = {"mute", "stalls", "headers_only"}
"""Behaviours that never end by themselves."""


def read_request(connection: socket.socket) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65_536)):
            return False
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65_536)
    return True


def serve(connection: socket.socket, behaviour: str, number: int) -> None:
    with connection:
        if not read_request(connection):
            return
        say("request")
        if behaviour == "fault_once":
            connection.sendall(REPLIES["fault"] if number == 0 else WHOLE)
            return
        connection.sendall(REPLIES[behaviour])
        if behaviour in HOLDS_OPEN:
            try:
                sent = connection.recv(1)
            except ConnectionResetError:
                # A client that leaves bytes unread resets the connection instead of closing it.
                sent = b""
            say(f"client left: {sent!r}")


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    say(str(listener.getsockname()[1]))
    for number in range(1000):
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, sys.argv[1], number), daemon=True).start()


if __name__ == "__main__":
    main()
