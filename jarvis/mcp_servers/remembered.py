"""The tools that servers had when they were last connected, so that they can be offered before anything is started.

A file that can be made again at any time; what stands in it is judged like what a server sends. Safe to use from
several threads.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jarvis.mcp_servers.configuration import ServerEntry
from jarvis.mcp_servers.listing import ServerTool, server_tool, tame_listing

MOST_BYTES = 20_000_000
"""A larger file is none of ours."""

_log = logging.getLogger(__name__)


class RememberedTools:
    """The tools by server, in `file`; None keeps them only as long as this object lives."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._rows: dict[str, Any] | None = None
        self._made: dict[str, tuple[object, tuple[ServerTool, ...]]] = {}

    def tools(self, entry: ServerEntry) -> tuple[ServerTool, ...]:
        """Return what `entry` had; nothing where it was another program or address then."""
        with self._lock:
            row = self._read().get(entry.name)
            if not isinstance(row, dict) or row.get("what") != _what(entry):
                return ()
            made = self._made.get(entry.name)
            if made is None or made[0] is not row:
                made = self._made[entry.name] = (row, _tools_of(entry.name, row))
            return made[1]

    def remember(self, entry: ServerEntry, tools: Sequence[ServerTool]) -> None:
        """Keep `tools` as those of `entry`."""
        row = {
            "what": _what(entry),
            "tools": [
                {
                    "name": tool.tool,
                    "description": tool.description,
                    "inputSchema": tool.parameters,
                    "annotations": {"destructiveHint": tool.destroys},
                }
                for tool in tools
            ],
        }
        with self._lock:
            rows = self._read()
            if rows.get(entry.name) != row:
                rows[entry.name] = row
                self._write(rows)

    def _read(self) -> dict[str, Any]:
        """Return the rows; the lock is held."""
        if self._rows is None:
            self._rows = {}
            try:
                if self._file is not None and self._file.stat().st_size <= MOST_BYTES:
                    found = json.loads(self._file.read_text(encoding="utf-8"))
                    self._rows = found if isinstance(found, dict) else {}
            except FileNotFoundError:
                _log.debug("no tools are remembered yet")
            except (OSError, ValueError, RecursionError) as error:
                _log.warning("the remembered tools cannot be read and are asked for anew: %s", type(error).__name__)
        return self._rows

    def _write(self, rows: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as written:
                json.dump(rows, written)
            Path(part).replace(self._file)
        except OSError as error:
            _log.warning("the tools of servers could not be remembered: %s", error)


def _tools_of(server: str, row: dict[str, Any]) -> tuple[ServerTool, ...]:
    listing = {"tools": row.get("tools")}
    tame_listing(listing)
    return tuple(
        server_tool(
            server, tool["name"], tool["description"], tool["inputSchema"], tool["annotations"]["destructiveHint"]
        )
        for tool in listing["tools"] or ()
    )


def _what(entry: ServerEntry) -> str:
    """Return what the server is, without its keys."""
    told = json.dumps([entry.command, entry.args, entry.cwd, entry.url])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
