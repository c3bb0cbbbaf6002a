"""Real servers of test programs, configured in a real file, always closed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis.mcp_servers.children import ChildKeeping
from jarvis.mcp_servers.configuration import FILE_NAME
from jarvis.mcp_servers.connection import Limits
from jarvis.mcp_servers.servers import ConfiguredServers
from jarvis.processes.capped_log import CappedLog
from jarvis.processes.registry import ChildRegistry
from jarvis.processes.tree import kill_tree
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(start=120.0, call=120.0, grace=60.0)
"""Generous: only a failing test ever uses them up."""


def module(name: str, *arguments: str, **env: str) -> dict[str, Any]:
    """Return the configured entry of a test program."""
    return {
        "command": sys.executable,
        "args": ["-m", f"tests.programs.{name}", *arguments],
        "env": {"PYTHONPATH": str(ROOT), **env},
        "cwd": str(ROOT),
    }


def shop(**env: str) -> dict[str, Any]:
    """Return the entry of the real server."""
    return module("mcp_server", "stdio", **env)


def naughty(how: str, *arguments: str) -> dict[str, Any]:
    """Return the entry of one that misbehaves."""
    return module("mcp_naughty", how, *arguments)


def keeping(folder: Path) -> ChildKeeping:
    """Return what looks after processes, as in the real program."""
    registry = ChildRegistry(folder / "run")
    return ChildKeeping(
        add=registry.add,
        remove=registry.remove,
        kill_tree=kill_tree,
        log=lambda name: CappedLog(folder / "logs" / f"mcp-{name}.log"),
    )


@contextmanager
def configured(
    folder: Path,
    servers: Mapping[str, object],
    *,
    limits: Limits = LIMITS,
    secret: Callable[[str], str | None] = lambda name: None,
    clock: FakeClock | None = None,
) -> Iterator[ConfiguredServers]:
    """Yield the servers of a file that holds `servers`."""
    file = folder / FILE_NAME
    file.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
    made = ConfiguredServers(
        file,
        secret=secret,
        keeping=keeping(folder),
        clock=clock or FakeClock(),
        limits=limits,
        memory=folder / "cache" / "tools.json",
    )
    try:
        yield made
    finally:
        made.close()
