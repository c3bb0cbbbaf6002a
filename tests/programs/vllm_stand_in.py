"""Stands in for `vllm serve` of vLLM 0.33: its flags, routes, error documents and log lines, without a GPU.

STAND_IN names what goes wrong: "" nothing, "oom" too little memory free, "kv" none left for the cache, "taken" the
port is in use on the first start (counted in STAND_IN_FILE), "dead" the engine has died after the start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MODE = os.environ.get("STAND_IN", "")
FILE = Path(os.environ.get("STAND_IN_FILE", "/nonexistent"))
CORE = "(EngineCore_DP0 pid=4711) ERROR 11-21 06:00:00 [core.py:843] "
NO_MEMORY = (
    "ValueError: Free memory on device cuda:0 (3.21/15.46 GiB) on startup is less than desired GPU memory utilization "
    "(0.9, 13.91 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes."
)
NO_CACHE = (
    "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing "
    "the engine."
)
ROOT = "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}"


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def info(text: str) -> None:
    sys.stdout.write(f"(APIServer pid={os.getpid()}) INFO 11-21 06:00:00 [api_server.py:1] {text}\n")
    sys.stdout.flush()


def options(words: list[str]) -> argparse.Namespace:
    """Read the command line; an unknown flag ends the program as vLLM's parser does."""
    parser = argparse.ArgumentParser(prog="vllm serve", allow_abbrev=False)
    parser.add_argument("model")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--served-model-name")
    parser.add_argument("--max-model-len", type=int)
    parser.add_argument("--max-num-seqs", type=int)
    parser.add_argument("--gpu-memory-utilization", type=float)
    parser.add_argument("--kv-cache-dtype", choices=("auto", "fp8"))
    parser.add_argument("--tensor-parallel-size", type=int, default=1)
    parser.add_argument("--pipeline-parallel-size", type=int, default=1)
    parser.add_argument("--enable-auto-tool-choice", action="store_true")
    parser.add_argument("--tool-call-parser")
    parser.add_argument("--uvicorn-log-level", choices=("warning", "info"))
    parser.add_argument("--disable-uvicorn-access-log", action="store_true")
    return parser.parse_args(words)


class Server(ThreadingHTTPServer):
    """Holds what the handlers need."""

    daemon_threads = True
    options: argparse.Namespace


class Handler(BaseHTTPRequestHandler):
    """Answers as vLLM does: health and version to everybody, what is under /v1 with the key."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *words: object) -> None:
        del format, words

    def do_GET(self) -> None:
        if self.path == "/health":
            self._send(503 if MODE == "dead" and FILE.exists() else 200, b"")
        elif self.path == "/version":
            self._reply(200, {"version": "0.33.0"})
        elif self.path == "/metrics":
            self._send(200, b'vllm:num_requests_running{engine="0",model_name="x"} 0.0\n', "text/plain")
        elif self.path == "/v1/models" and self._let_in():
            chosen = self.server.options
            card = {
                "id": chosen.served_model_name,
                "object": "model",
                "created": int(time.time()),
                "owned_by": "vllm",
                "root": chosen.model,
                "parent": None,
                "max_model_len": chosen.max_model_len,
                "permission": [],
            }
            self._reply(200, {"object": "list", "data": [card]})
        elif not self.path.startswith("/v1/models"):
            self._reply(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path != "/v1/chat/completions" or not self._let_in():
            return
        if asked["model"] != self.server.options.served_model_name:
            self._error(404, "NotFoundError", f"The model `{asked['model']}` does not exist.", "model")
        elif asked.get("max_tokens", 0) > self.server.options.max_model_len:
            message = f"This model's maximum context length is {self.server.options.max_model_len} tokens."
            self._error(400, "BadRequestError", message, "max_tokens")
        elif asked.get("stream"):
            self._stream()
        else:
            message = {"role": "assistant", "content": "Stand-in.", "tool_calls": []}
            self._reply(200, self._chunk("chat.completion", {"message": message, "finish_reason": "stop"}))

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        for delta in ({"role": "assistant", "content": ""}, {"content": "Stand"}, {"content": "-in."}):
            self._event(self._chunk("chat.completion.chunk", {"delta": delta, "finish_reason": None}))
        self._event(self._chunk("chat.completion.chunk", {"delta": {"content": ""}, "finish_reason": "stop"}))
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _chunk(self, kind: str, choice: dict[str, Any]) -> dict[str, Any]:
        model = self.server.options.served_model_name
        return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": model, "choices": [{"index": 0, **choice}]}

    def _event(self, document: object) -> None:
        self.wfile.write(f"data: {json.dumps(document)}\n\n".encode())

    def _let_in(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {os.environ['VLLM_API_KEY']}":
            return True
        self._reply(401, {"error": "Unauthorized"})
        return False

    def _error(self, code: int, kind: str, message: str, parameter: str) -> None:
        self._reply(code, {"error": {"message": message, "type": kind, "param": parameter, "code": code}})

    def _reply(self, status: int, document: object) -> None:
        self._send(status, json.dumps(document).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(words: list[str]) -> int:
    if words[:1] != ["serve"]:
        say("usage: vllm [-h] {chat,complete,serve,bench,collect-env,run-batch} ...")
        return 2
    chosen = options(words[1:])
    info("vLLM API server version 0.33.0")
    if MODE in ("oom", "kv"):
        say(f"{CORE}EngineCore failed to start.")
        say(f"{CORE}{NO_MEMORY if MODE == 'oom' else NO_CACHE}")
        for line in range(120):
            say(f'(APIServer pid={os.getpid()})   File "/x/vllm/v1/engine/core_client.py", line {line}, in __init__')
        say(ROOT)
        return 1
    if MODE == "taken" and not FILE.exists():
        FILE.write_text(str(chosen.port))
        say("OSError: [Errno 98] Address already in use")
        return 1
    server = Server((chosen.host, chosen.port), Handler)
    server.options = chosen
    seen = {name: os.environ.get(name) for name in ("CUDA_VISIBLE_DEVICES", "VLLM_PP_LAYER_PARTITION", "PYTHONPATH")}
    info(f"environment {json.dumps(seen)}")
    info(f"Starting vLLM server on http://{chosen.host}:{chosen.port}")
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
