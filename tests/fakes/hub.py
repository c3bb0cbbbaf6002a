"""A stand-in for the model hub: the requests that its real client makes, answered from a dict of files."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Serves `files` ("owner/name/path" -> bytes) on loopback; `gated` repositories answer 403 as the hub does."""

    def __init__(self, files: dict[str, bytes], gated: set[str] | None = None) -> None:
        self.files = files
        self.gated = gated or set()
        self.gets: list[str] = []
        self.truncate: set[str] = set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, *, body: bool) -> None:
                repository, _, name = unquote(self.path).strip("/").partition("/resolve/")
                key = f"{repository}/{name.partition('/')[2]}"
                content = hub.files.get(key)
                if repository in hub.gated:
                    self._headers(403, {"X-Error-Code": "GatedRepo", "Content-Length": "0"})
                elif content is None:
                    self._headers(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})
                else:
                    etag = hashlib.sha256(content).hexdigest()
                    self._headers(
                        200, {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"', "Content-Length": str(len(content))}
                    )
                    if body:
                        hub.gets.append(key)
                        self.wfile.write(content[: len(content) // 2] if key in hub.truncate else content)

            def _headers(self, status: int, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
