"""Several toolboxes as one: each call goes to the box that its name's beginning says.

Knows only the port.
"""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.messages import Request, ToolCall, ToolSpec
from jarvis.contracts.tools import Toolbox, ToolResult

RESERVED_SHARE = 4
"""One in this many of the offered tools may always be from the further boxes, however many the first one has."""


class CombinedToolbox:
    """The `Toolbox` over others. Names that begin with a key of `further` belong to that box, all others to `first`; a
    tool that a box offers under a name that is not its own is not offered."""

    def __init__(self, first: Toolbox, further: Mapping[str, Toolbox]) -> None:
        self._first = first
        self._further = dict(further)

    def specs(self, question: str, language: Language, limit: int = 8) -> tuple[ToolSpec, ...]:
        """Return the tools that bear on `question`, those of the first box first, at most `limit` in all."""
        own = self._of(self._first, question, language, limit)
        others = [spec for box in self._further.values() for spec in self._of(box, question, language, limit)]
        kept = own[: limit - min(len(others), limit // RESERVED_SHARE)]
        return tuple([*kept, *others][:limit])

    def permission(self, call: ToolCall, *, tainted: bool) -> PermissionLevel:
        """Return what the call's own box says."""
        return self._box(call.name).permission(call, tainted=tainted)

    def read_back(self, call: ToolCall, language: Language) -> str:
        """Return the question of the call's own box."""
        return self._box(call.name).read_back(call, language)

    def run(self, call: ToolCall, request: Request, language: Language, cancel: CancelToken) -> ToolResult:
        """Let the call's own box carry it out."""
        return self._box(call.name).run(call, request, language, cancel)

    def _of(self, box: Toolbox, question: str, language: Language, limit: int) -> list[ToolSpec]:
        return [spec for spec in box.specs(question, language, limit) if self._box(spec.name) is box]

    def _box(self, name: str) -> Toolbox:
        return next((box for prefix, box in self._further.items() if name.startswith(prefix)), self._first)
