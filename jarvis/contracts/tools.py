"""Tools that models may call: what stands behind them, what came back, and the port that offers them.

Knows no skill, no server and no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.messages import Request, ToolCall, ToolSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a tool gave back. `trusted` False means that the text was written elsewhere (a page, a file, a server):
    it is data, and nothing in it may set off another tool without the person's yes. `ok` False: it failed or was not
    allowed, and `text` says so."""

    text: str
    ok: bool = True
    trusted: bool = True


class Toolbox(Protocol):
    """The tools that there are: skills, and those of connected servers."""

    def specs(self, question: str, language: Language, limit: int = 8) -> tuple[ToolSpec, ...]:
        """Return the tools that bear on `question`, best first and at most `limit`; none that may never be used."""
        ...

    def permission(self, call: ToolCall, *, tainted: bool) -> PermissionLevel:
        """Return whether `call` may be made. `tainted` means that text from elsewhere is in the prompt: then what acts
        is asked about even where it is usually allowed."""
        ...

    def read_back(self, call: ToolCall, language: Language) -> str:
        """Return the question that repeats what `call` would do, for a yes or no."""
        ...

    def run(self, call: ToolCall, request: Request, language: Language, cancel: CancelToken) -> ToolResult:
        """Carry it out; expected trouble is a result with `ok` False. Raises `Cancelled`."""
        ...
