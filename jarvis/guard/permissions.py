"""What a skill or tool may do as long as nobody said otherwise. Pure.

Names are "timers.start" for a skill and "mcp.SERVER.TOOL" for a tool of an MCP server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.skills import SkillRisk

BY_RISK: Mapping[SkillRisk, PermissionLevel] = {"none": "allow", "acts": "allow", "could_lose": "ask"}
"""A skill that only reads, or whose act is easily undone, may; one that could lose something asks."""
_FOREIGN = "mcp"
_SHELL = re.compile(
    r"(?<![a-z])(?:shell|bash|zsh|sh|cmd|powershell|terminal|console|exec|execute|eval|spawn|subprocess|sudo|ssh"
    r"|(?:run|execute|exec)_?(?:command|cmd|code|script|shell|python|process|program|sql)|command|interpreter|repl)(?![a-z])"
)


def default_level(name: str, risk: SkillRisk | None) -> PermissionLevel:
    """Return what holds for `name`; `risk` is that of a skill, None where none is known.

    Tools of MCP servers ask, and never run where their name says that they run any command at all; whatever else is
    unknown asks.
    """
    if name.partition(".")[0] == _FOREIGN:
        return "never" if runs_commands(name) else "ask"
    return "ask" if risk is None else BY_RISK[risk]


def runs_commands(name: str) -> bool:
    """Tell whether a tool, by its name, runs commands or code of the caller's choice."""
    tool = name.rpartition(".")[2]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", tool).lower().replace("-", "_")
    return _SHELL.search(words) is not None


def defaults_for(risks: Callable[[], Mapping[str, SkillRisk]]) -> Callable[[str], PermissionLevel]:
    """Return the default of each name, given the risk of every skill."""

    def level(name: str) -> PermissionLevel:
        return default_level(name, risks().get(name))

    return level
