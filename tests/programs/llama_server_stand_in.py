"""Stands in for llama-server: its flags, routes, error documents and log lines, without a model.

What it does wrong is named by the environment variable STAND_IN: "" nothing, "slow" waits for the file STAND_IN_FILE
before it has loaded, "oom" and "oom_later" run out of memory at start or in an answer, "taken" cannot bind the port
on the first start (counted in STAND_IN_FILE), "stranger" serves another model, "deaf" ignores SIGTERM, "hangs" answers
nothing after it was ready, "unknown_flag" refuses an argument.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODE = os.environ.get("STAND_IN", "")
FILE = Path(os.environ.get("STAND_IN_FILE", "/nonexistent"))
OOM = (
    "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4403.49 MiB on device 0: cudaMalloc failed: out of memory\n"
    "alloc_tensor_range: failed to allocate CUDA0 buffer of size 4617394176\n"
    "llama_model_load: error loading model: unable to allocate CUDA0 buffer\n"
    "llama_model_load_from_file_impl: failed to load model\n"
    "srv    load_model: failed to load model, '/models/big.gguf'\n"
    "srv    operator(): operator(): cleaning up before exit...\n"
    "main: exiting due to model loading error\n"
)
WITH_VALUE = {
    "-m", "-a", "-c", "-np", "-b", "-ub", "-t", "-tb", "-ctk", "-ctv", "-fa", "--cache-ram", "--fit", "--log-colors",
    "--ctx-checkpoints", "--load-mode",
    "-ngl", "-sm", "-mg", "-ts", "-ot", "--mmproj", "--host", "--port", "--api-key-file", "--device",
}  # fmt: skip
ALONE = {"--offline", "--no-webui", "--no-slots", "--jinja", "--no-mmproj-offload", "--no-repack"}


def options(words: list[str]) -> dict[str, str]:
    """Read the command line as strictly as llama-server does."""
    found, rest = {}, list(words)
    while rest:
        word = rest.pop(0)
        if word in ALONE:
            found[word] = ""
        elif word in WITH_VALUE and MODE != "unknown_flag":
            found[word] = rest.pop(0)
        else:
            say(f"error: invalid argument: {word}\n")
            raise SystemExit(1)
    return found


def say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


class Server(ThreadingHTTPServer):
    """Holds what the handlers need."""

    daemon_threads = True
    loaded = False
    options: dict[str, str]
    key = ""

    @property
    def name(self) -> str:
        return "another model" if MODE == "stranger" else self.options["-a"]


class Handler(BaseHTTPRequestHandler):
    """Answers as llama-server does."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *words: object) -> None:
        del format, words

    def do_GET(self) -> None:
        if MODE == "hangs" and FILE.exists():
            time.sleep(600)
        if self.path in ("/health", "/v1/health"):
            self._reply(200, {"status": "ok"}) if self.server.loaded else self._loading()
        elif self._let_in():
            if self.path == "/v1/models":
                entry = {"id": self.server.name, "object": "model", "owned_by": "llamacpp", "meta": {"size": 970240}}
                self._reply(200, {"object": "list", "data": [entry]})
            elif self.path == "/props":
                settings = {"n_ctx": int(self.server.options["-c"])}
                vision = "--mmproj" in self.server.options
                told = {name: os.environ.get(name) for name in ("CUDA_VISIBLE_DEVICES", "PYTHONPATH")}
                document = {"default_generation_settings": settings, "modalities": {"vision": vision}, "seen": told}
                self._reply(200, document)
            else:
                self._reply(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if MODE == "oom_later":
            say("CUDA error: out of memory\n  current device: 0, in function alloc at ggml-cuda.cu:503\n")
            # Not a signal to the process: that may be taken by another thread while this one still answers.
            os.abort()
        if self._let_in():
            message = {"role": "assistant", "content": "Stand-in."}
            self._reply(200, {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})

    def _let_in(self) -> bool:
        if not self.server.loaded:
            self._loading()
            return False
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            error = {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}
            self._reply(401, {"error": error})
            return False
        return True

    def _loading(self) -> None:
        self._reply(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})

    def _reply(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def load(server: Server) -> None:
    while MODE == "slow" and not FILE.exists():
        time.sleep(0.02)
    server.loaded = True
    say("srv  llama_server: model loaded\n")


def main(words: list[str]) -> int:
    chosen = options(words)
    key = Path(chosen["--api-key-file"]).read_text(encoding="ascii").strip()
    if MODE == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if MODE == "oom":
        say(OOM)
        return 1
    if MODE == "taken" and not FILE.exists():
        FILE.write_text(chosen["--port"])
        say(f"srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: {chosen['--port']}\n")
        return 1
    server = Server((chosen["--host"], int(chosen["--port"])), Handler)
    server.options, server.key = chosen, key
    threading.Thread(target=load, args=(server,), daemon=True).start()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
