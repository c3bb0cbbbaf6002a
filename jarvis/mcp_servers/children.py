"""What a server's process needs from the rest of Jarvis: to be noted, logged, and ended with all that it started.

Knows no process; `app` hands in who does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class ChildLog(Protocol):
    """Where the standard error of one server goes; bounded."""

    def write(self, data: bytes) -> None:
        """Append."""
        ...

    def last_lines(self) -> tuple[str, ...]:
        """Return the newest lines, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildKeeping:
    """The acts: `add(pid, name)` notes a process, so that the next start ends it if this one is killed; `remove(pid)`
    forgets it; `kill_tree(pid)` ends it and everything below it; `log(server)` returns the log of a server."""

    add: Callable[[int, str], None]
    remove: Callable[[int], None]
    kill_tree: Callable[[int], None]
    log: Callable[[str], ChildLog]
