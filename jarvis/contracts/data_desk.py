"""What a door can do with everything that Jarvis keeps: see where it is and how big, back it up, forget it.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

DataKind = Literal["rows", "index", "models", "settings", "logs", "cache", "other"]
"""`rows`: conversations, memories, notes, lists, the record; `index`: what finds memories again, made from the rows;
`cache` can be made anew at any time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPlace:
    """One kind of what is kept: the file or folder, and its bytes on disk."""

    kind: DataKind
    path: Path
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What forgetting everything took away."""

    memories: int
    notes: int
    list_items: int
    alerts: int


class DataDesk(Protocol):
    """The doors' way to all that is kept; every call may take a while. Raises `JarvisError` with one sentence."""

    def home(self) -> Path:
        """Return the folder that everything lies in."""
        ...

    def places(self) -> Sequence[DataPlace]:
        """Return what is kept by kind, in a fixed order; a kind of which there is nothing has 0 bytes."""
        ...

    def backup(self, path: Path) -> None:
        """Write a consistent copy of everything but models, caches and keys to a file, in the place of an older one."""
        ...

    def forget_everything(self) -> Forgotten:
        """Take away conversations, memories, attachments, notes, lists, alerts and what was learned from ratings, for
        good; afterwards no byte of them is in the data folder. Settings, keys, permissions, models and the record of
        what left stay. A file elsewhere, such as a backup or a document that was read, is never touched."""
        ...
