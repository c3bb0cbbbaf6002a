"""What a door can do with everything that Jarvis keeps: see where it is and how big, back it up, forget it.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken

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


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """Something of a backup from elsewhere that stays as it is on this computer, unless the person takes it over.

    `address` and `consent` are options with the `value` that they have in the backup; `permission` is what a skill or
    tool may do, with its level there; `model` a cloud model that may be asked there, or one whose file may lie on
    another computer; `folder` one that is followed there, or whose pieces may leave.
    """

    kind: Literal["address", "consent", "permission", "model", "folder"]
    name: str
    value: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupContents:
    """What is in a sound backup, which lies unpacked in `staged` until it is restored or dropped.

    `made_at` is an aware time, None where it is not known; `jarvis` is the version that wrote it, "" unknown, and
    `older` says that it was brought up to date from an older one. `bytes` is the size of its file. `new_servers` are
    the names of its MCP servers that are not the very same here: they come along switched off. `own` tells that it was
    written here; of any other, `set_aside` is what this computer neither uses nor allows.
    """

    path: Path
    made_at: datetime | None
    jarvis: str
    older: bool
    conversations: int
    messages: int
    memories: int
    bytes: int
    staged: Path
    new_servers: tuple[str, ...] = ()
    own: bool = False
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAside:
    """What a restore took the place of: its folder, its bytes, and when (aware), None where its name does not tell."""

    folder: Path
    bytes: int
    at: datetime | None


class DataDesk(Protocol):
    """The doors' way to all that is kept; every call may take a while. Raises `JarvisError` with one sentence."""

    def home(self) -> Path:
        """Return the folder that everything lies in."""
        ...

    def places(self) -> Sequence[DataPlace]:
        """Return what is kept by kind, in a fixed order; a kind of which there is nothing has 0 bytes."""
        ...

    def backup(self, path: Path, *, cancel: CancelToken | None = None) -> None:
        """Write a consistent copy of everything but models, caches and keys to a file, in the place of an older one.
        Raises `Cancelled`; the older one stays then."""
        ...

    def look_into(
        self,
        path: Path,
        *,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> BackupContents:
        """Verify a backup, or a folder of `kept_aside`, and say what is in it; nothing of what is here is touched.
        `progress` gets the bytes that are unpacked and those there are. Raises `InputError` for one that is damaged, of
        a newer Jarvis, or no backup at all, `StorageError` where there is no room to unpack it, `Cancelled`; nothing is
        left of it then."""
        ...

    def drop(self, contents: BackupContents) -> None:
        """Take away what `look_into` unpacked: it is not wanted."""
        ...

    def restore(self, contents: BackupContents, *, take_over: bool = False, cancel: CancelToken | None = None) -> Path:
        """Decide that the backup takes the place of what is here at the next start, whatever happens until then;
        returns the folder that what is here is kept in from then on. What it says is set aside stays as it is here,
        unless the person wants to `take_over` that as well. Jarvis has to start anew right away. Raises
        `AlreadyRunning` while another process works with what is here, `StorageError` where nothing can be written, and
        `Cancelled`, which takes away what was unpacked; then nothing is decided."""
        ...

    def kept_aside(self) -> Sequence[KeptAside]:
        """Return the folders that keep what restores took the place of, newest first."""
        ...

    def remove_aside(self, folder: Path) -> None:
        """Delete a folder of `kept_aside` for good."""
        ...

    def forget_everything(self, *, cancel: CancelToken | None = None) -> Forgotten:
        """Take away conversations, memories, attachments, notes, lists, alerts, what was learned from ratings and what
        restores put aside, for good; afterwards no byte of them is in the data folder. Settings, keys, permissions,
        models and the record of what left stay. A file elsewhere, such as a backup or a document that was read, is
        never touched. Raised before anything goes, `cancel` raises `Cancelled` and everything stays; afterwards all of
        it goes, and bytes that are left are wiped at the next start."""
        ...
