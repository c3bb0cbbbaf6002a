"""What becomes of the MCP servers of a backup: a server can be any program, and the file may be a stranger's.

Starts nothing, and knows of a server only which program or address it is, its secrets, and whether it is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SERVERS_FILE = "mcp.json"
MOST_BYTES = 1_000_000
"""A larger file is not a list of servers."""
_SAME = ("command", "args", "cwd", "url")
"""What makes two servers of one name the same: what runs, or what is reached."""
_SECRETS = ("env", "headers")
_REFERENCE = "keyring:"


def servers_not_here(backup: Path, here: Path) -> tuple[str, ...]:
    """Return the names of a backup's servers that are not the very same here; none where it has no such file.

    Raises `ValueError` for a file that no backup of Jarvis holds, and `OSError`.
    """
    document = _document(backup)
    known = _known(here)
    return () if document is None else tuple(name for name, raw in _servers(document).items() if _new(name, raw, known))


def tame_servers(backup: Path, here: Path) -> None:
    """Rewrite a backup's servers so that putting them in place runs nothing new: those that are not here already are
    off, those that are keep their secrets, and no variable or header comes along but references to the keyring.

    Raises as `servers_not_here` does.
    """
    document = _document(backup)
    if document is None:
        return
    known = _known(here)
    for name, raw in _servers(document).items():
        mine = {} if _new(name, raw, known) else known[name]
        for part in _SECRETS:
            if part in raw or part in mine:
                own = mine.get(part)
                raw[part] = {**_references(raw.get(part)), **(own if isinstance(own, dict) else {})}
        for flag in ("disabled", "private"):
            # What is off here stays off, or a second restore of the same file would switch on what the first one did
            # not; and what is for this computer alone stays so.
            if mine.get(flag) is True or (flag == "disabled" and not mine):
                raw[flag] = True
    with backup.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def _document(file: Path) -> dict[str, Any] | None:
    """Return what the file holds, None where there is none; what another reader could take otherwise is refused."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(document, dict):
        raise ValueError("not a list of servers")
    _servers(document)
    return document


def _servers(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    servers = document.get("mcpServers", {})
    if not isinstance(servers, dict) or not all(isinstance(raw, dict) for raw in servers.values()):
        raise ValueError("not a list of servers")
    return servers


def _known(here: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        return _servers(_document(here) or {})
    except (ValueError, OSError):
        # Nothing that Jarvis could read either: every server is one that is not here.
        return {}


def _new(name: str, raw: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> bool:
    return name not in known or any(raw.get(part) != known[name].get(part) for part in _SAME)


def _references(values: object) -> dict[str, str]:
    found = values.items() if isinstance(values, dict) else ()
    return {name: value for name, value in found if isinstance(value, str) and value.startswith(_REFERENCE)}
