"""The tools that a server lists: each made plain, the bad ones left out with a reason.

Knows no connection and imports nothing of the protocol: it works on the JSON that came.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from jarvis.mcp_servers.naming import model_name, part_of, permission_name
from jarvis.mcp_servers.schemas import BadSchema, plain_schema, tame_text

MOST_TOOLS = 500
"""Tools of one server; the largest in use have about a hundred."""

MOST_NAME = 128
"""Characters of a tool's name, as the protocol's own advice has it."""

DESCRIPTION = 600
"""Characters of a tool's description that models are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerTool:
    """One usable tool. `tool` is its name at the server, `part` that within names here; `parameters` a plain schema.

    `destroys`: the server itself says that it may destroy something; that it only reads is never believed. `digest` is
    over everything that the server says about it.
    """

    server: str
    tool: str
    part: str
    description: str
    parameters: dict[str, Any] = field(repr=False)
    destroys: bool
    digest: str = field(repr=False)

    @property
    def model_name(self) -> str:
        """How models call it."""
        return model_name(self.server, self.part)

    @property
    def permission_name(self) -> str:
        """How permissions know it."""
        return permission_name(self.server, self.part)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A listed tool that is not offered, and why; `tool` is what it calls itself, "?" where that is no name."""

    tool: str
    en: str
    es: str


def tame_listing(result: dict[str, Any]) -> tuple[LeftOut, ...]:
    """Change the result of "tools/list" so that only plain, usable tools stand in it; returns why others do not.

    Without it one bad tool would make the library refuse the whole list. What the tools give back is not described any
    more, so nothing is held against a schema of the server's.
    """
    kept: list[dict[str, Any]] = []
    reasons: list[LeftOut] = []
    listed = result.get("tools")
    for raw in listed[: MOST_TOOLS + 1] if isinstance(listed, list) else ():
        try:
            if len(kept) == MOST_TOOLS:
                raise BadSchema("too_many")
            kept.append(_plain_tool(raw))
        except BadSchema as error:
            name = raw.get("name") if isinstance(raw, dict) else None
            reasons.append(LeftOut(tool=tame_text(name, 60) or "?", en=error.en, es=error.es))
    result["tools"] = kept
    return tuple(reasons)


def server_tool(server: str, name: str, description: str, schema: dict[str, Any], destroys: bool) -> ServerTool:
    """Return the tool of a tamed listing."""
    said = json.dumps([name, description, schema, destroys], sort_keys=True, ensure_ascii=True)
    return ServerTool(
        server=server,
        tool=name,
        part=part_of(server, name),
        description=description,
        parameters=schema,
        destroys=destroys,
        digest=hashlib.sha256(said.encode()).hexdigest(),
    )


def _plain_tool(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadSchema("no_tool")
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > MOST_NAME or not name.isprintable():
        raise BadSchema("no_name")
    notes = raw.get("annotations")
    destroys = isinstance(notes, dict) and notes.get("destructiveHint") is True
    return {
        "name": name,
        "description": tame_text(raw.get("description"), DESCRIPTION) or tame_text(raw.get("title"), 100),
        "inputSchema": plain_schema(raw.get("inputSchema", {})),
        "annotations": {"destructiveHint": destroys},
    }
