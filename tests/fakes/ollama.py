"""A stand-in for an Ollama daemon: its management routes and its OpenAI ones, over a dict of models."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Ollama:
    """Has `models` (name -> bytes), can pull `pullable`; `page` answers HTML, `stop_pull` ends the stream early."""

    def __init__(self) -> None:
        self.models: dict[str, int] = {"llama3.2:3b": 2_000}
        self.pullable: dict[str, int] = {"qwen3:4b": 3_000}
        self.loaded: dict[str, int] = {}
        self.answer = ["Hel", "lo"]
        self.page = False
        self.stop_pull = False
        self.bodies: list[dict[str, Any]] = []
        daemon = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                tags = [daemon.described(name) for name in daemon.models]
                running = [{**daemon.described(name), "size_vram": vram} for name, vram in daemon.loaded.items()]
                answers: dict[str, dict[str, Any]] = {
                    "/api/version": {"version": "0.12.3"},
                    "/api/tags": {"models": tags},
                    "/api/ps": {"models": running},
                    "/v1/models": {"object": "list", "data": [{"id": n, "object": "model"} for n in daemon.models]},
                }
                self._json(answers.get(self.path))

            def do_DELETE(self) -> None:
                name = self._body()["model"]
                self._json({} if daemon.models.pop(name, None) is not None else None)

            def do_POST(self) -> None:
                body = self._body()
                daemon.bodies.append(body)
                name = body["model"]
                if self.path == "/api/pull":
                    self._lines(daemon.pulling(name))
                elif name not in daemon.models:
                    self._json(None)
                elif self.path == "/api/chat":
                    daemon.loaded[name] = daemon.models[name]
                    said = [
                        {"message": {"role": "assistant", "content": text}, "done": False} for text in daemon.answer
                    ]
                    end = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 2}
                    self._lines([*said, {"message": {"role": "assistant", "content": ""}, **end}])
                elif self.path == "/v1/chat/completions":
                    self._chat(body)
                elif self.path == "/api/generate":
                    if body.get("keep_alive") == 0:
                        daemon.loaded.pop(name, None)
                    self._json({"model": name, "response": "", "done": True})
                else:
                    self._json({"details": {"family": "llama"}, "model_info": {}} if self.path == "/api/show" else None)

            def _chat(self, body: dict[str, Any]) -> None:
                usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
                base = {"id": "c", "created": 1, "model": body["model"]}
                if not body.get("stream"):
                    message = {"role": "assistant", "content": "".join(daemon.answer)}
                    choice = {"index": 0, "message": message, "finish_reason": "stop"}
                    return self._json({**base, "object": "chat.completion", "choices": [choice], "usage": usage})
                deltas = [({"role": "assistant", "content": text}, None) for text in daemon.answer]
                chunks: list[dict[str, Any]] = [
                    {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
                    for delta, end in [*deltas, ({}, "stop")]
                ]
                self._start("text/event-stream")
                for chunk in [*chunks, {"choices": [], "usage": usage}]:
                    text = json.dumps({**base, "object": "chat.completion.chunk", **chunk})
                    self.wfile.write(f"data: {text}\n\n".encode())
                self.wfile.write(b"data: [DONE]\n\n")
                return None

            def _body(self) -> dict[str, Any]:
                return dict(json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0")))))

            def _lines(self, lines: list[dict[str, Any]]) -> None:
                self._start("application/x-ndjson")
                for line in lines:
                    self.wfile.write(json.dumps(line).encode() + b"\n")

            def _json(self, answer: dict[str, Any] | None) -> None:
                if daemon.page:
                    self._start("text/html")
                    self.wfile.write(b"<html>")
                    return
                self._start("application/json", 404 if answer is None else 200)
                self.wfile.write(json.dumps({"error": "model not found"} if answer is None else answer).encode())

            def _start(self, kind: str, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def described(self, name: str) -> dict[str, Any]:
        size = self.models.get(name, 0)
        details = {"quantization_level": "Q4_K_M"}
        return {"name": name, "model": name, "digest": f"d{size}", "size": size, "details": details}

    def pulling(self, name: str) -> list[dict[str, Any]]:
        if name not in self.pullable:
            return [{"error": "pull model manifest: file does not exist"}]
        total = self.pullable[name]
        steps = [
            {"status": "pulling", "digest": "sha256:1", "total": total, "completed": part}
            for part in (total // 2, total)
        ]
        if self.stop_pull:
            return steps[:1]
        self.models[name] = total
        return [*steps, {"status": "success"}]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
