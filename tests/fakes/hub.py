"""A stand-in for the model hub: the requests that its real client makes, answered from a dict of files.

Speaks Range, LFS headers, a redirect to a content path, gates, rate limits and what breaks; slow only when told.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Serves `files` ("owner/name/path" -> bytes) on loopback; `gated` repositories answer 403 without `token`.

    `truncate` cuts every answer in half, `cut_after` drops the connection once after so many bytes, `pages` are
    answered with HTML, `statuses` are given out before the real answer, so many `refuse_ranges` wishes for a rest are
    answered 416, `gate` holds bodies after their first half, `unauthorized` answers everything with 401 and that
    error code. Asked as a proxy, it answers for every host.
    """

    def __init__(self, files: dict[str, bytes], gated: set[str] | None = None) -> None:
        self.files = files
        self.gated = gated or set()
        self.commit = COMMIT
        self.token = "hf_right"
        self.gets: list[str] = []
        self.ranges: list[str] = []
        self.proxied: list[str] = []
        self.truncate: set[str] = set()
        self.cut_after: dict[str, int] = {}
        self.pages: set[str] = set()
        self.wrong_etag: set[str] = set()
        self.no_etag: set[str] = set()
        self.unauthorized: str | None = None
        self.ignore_range = False
        self.refuse_ranges = 0
        self.statuses: list[tuple[int, dict[str, str]]] = []
        self.gate: threading.Event | None = None
        self.half_sent = threading.Event()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def do_CONNECT(self) -> None:
                hub.proxied.append(self.path)
                self._headers(502, {"Content-Length": "0"})

            def _answer(self, *, body: bool) -> None:
                asked = urlsplit(self.path)
                if asked.netloc:
                    hub.proxied.append(asked.netloc)
                path = unquote(asked.path).strip("/")
                if hub.statuses and body:
                    status, headers = hub.statuses.pop(0)
                    return self._headers(status, {**headers, "Content-Length": "0"})
                if path.startswith("api/models/"):
                    return self._info(path.removeprefix("api/models/").partition("/revision/")[0])
                cdn = path.startswith("cdn/")
                repository, _, name = path.removeprefix("cdn/").partition("/resolve/")
                key = f"{repository}/{name.partition('/')[2]}"
                content = hub.files.get(key)
                if hub.unauthorized is not None and not cdn:
                    code = {"X-Error-Code": hub.unauthorized} if hub.unauthorized else {}
                    self._headers(401, {**code, "Content-Length": "0"})
                elif not cdn and repository in hub.gated and self.headers.get("Authorization") != f"Bearer {hub.token}":
                    self._headers(403, {"X-Error-Code": "GatedRepo", "Content-Length": "0"})
                elif content is None:
                    self._headers(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})
                elif key in hub.pages:
                    self._headers(200, {"Content-Type": "text/html", "Content-Length": "6"})
                    if body:
                        self.wfile.write(b"<html>")
                elif not cdn:
                    etag = hashlib.sha256(b"other" if key in hub.wrong_etag else content).hexdigest()
                    etag = "opaque-1" if key in hub.no_etag else etag
                    linked = {"X-Linked-ETag": f'"{etag}"', "X-Linked-Size": str(len(content)), "ETag": '"cdn"'}
                    where = {"Location": f"{hub.cdn}/cdn/{path}", "Content-Length": "0"}
                    self._headers(302, {"X-Repo-Commit": hub.commit, **linked, **where})
                else:
                    self._content(key, content, body=body)
                return None

            def _content(self, key: str, content: bytes, *, body: bool) -> None:
                wish = self.headers.get("Range", "")
                found = re.fullmatch(r"bytes=(\d+)-", wish)
                start = int(found[1]) if found and not hub.ignore_range else 0
                refused = bool(start) and hub.refuse_ranges > 0
                hub.refuse_ranges -= refused
                if refused or (found and start >= len(content)):
                    return self._headers(416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
                part = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
                self._headers(206 if start else 200, {**part, "Content-Length": str(len(content) - start)})
                if not body:
                    return None
                hub.gets.append(key)
                hub.ranges.append(wish)
                end = len(content) // 2 if key in hub.truncate else len(content)
                end = min(end, start + hub.cut_after.pop(key, len(content)))
                half = start + (end - start) // 2
                self.wfile.write(content[start:half])
                if hub.gate is not None:
                    self.wfile.flush()
                    hub.half_sent.set()
                    hub.gate.wait(60)
                self.wfile.write(content[half:end])
                return None

            def _info(self, repository: str) -> None:
                names = [key.removeprefix(f"{repository}/") for key in hub.files if key.startswith(f"{repository}/")]
                said = {"id": repository, "sha": hub.commit, "siblings": [{"rfilename": name} for name in names]}
                text = json.dumps(said).encode()
                self._headers(200, {"Content-Type": "application/json", "Content-Length": str(len(text))})
                self.wfile.write(text)

            def _headers(self, status: int, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is what some tests want."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.cdn = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self.gate is not None:
            self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
