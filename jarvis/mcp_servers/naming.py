"""What the tools of servers are called: by models "mcp_SERVER_TOOL", by permissions "mcp.SERVER.TOOL".

Pure. A server's name has no underscore, so both say without doubt which server is meant; both use the same TOOL, so
that a permission can be told from a call alone.
"""

from __future__ import annotations

import hashlib
import re

_MODEL = "mcp_"
_PERMISSION = "mcp"
_LONGEST = 64
"""Characters of a tool's name that every provider of models takes."""

_CLEAN = re.compile(r"[A-Za-z0-9_-]+")
_DIGEST = 6


def part_of(server: str, tool: str) -> str:
    """Return TOOL for the name that a server gave its tool; one that has to be changed gets a digest of itself, so that
    no two tools of a server become one."""
    room = _LONGEST - len(_MODEL) - len(server) - 1
    if _CLEAN.fullmatch(tool) and len(tool) <= room:
        return tool
    digest = hashlib.sha256(tool.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    clean = re.sub(r"[^A-Za-z0-9_-]+", "_", tool).strip("_") or "tool"
    return f"{clean[: room - _DIGEST - 1]}_{digest}"


def model_name(server: str, part: str) -> str:
    """Return the name under which a model calls the tool."""
    return f"{_MODEL}{server}_{part}"


def permission_name(server: str, part: str) -> str:
    """Return the name under which permissions know the tool."""
    return f"{_PERMISSION}.{server}.{part}"


def server_and_part(name: str) -> tuple[str, str] | None:
    """Return what a model's call means, such as ("files", "read_file"); None for a name that is none of a server."""
    if not name.startswith(_MODEL):
        return None
    server, _, part = name.removeprefix(_MODEL).partition("_")
    return (server, part) if server and part else None
