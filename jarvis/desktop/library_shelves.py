"""What the sidebar reads of the conversations at once, and how many of them. Runs on worker threads; knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jarvis.contracts.conversation_desk import ConversationDesk
from jarvis.contracts.messages import Conversation

AT_ONCE = 100
"""Conversations of one group that are read and listed before "show more"; each further step adds twice as many."""
PINNED, REST, ARCHIVE = "pinned", "rest", "archive"
"""Keys of the groups that are no folder; a folder's key is `folder_key` of its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Some conversations of one group, and whether there are more of it."""

    conversations: tuple[Conversation, ...] = ()
    more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderShelf:
    """A folder, how many open conversations it holds, and those read of it; None while it is closed."""

    name: str
    count: int
    group: Group | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which groups are open (by key), and how many conversations of a group are wanted where that is not `AT_ONCE`."""

    opened: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)

    def limit(self, key: str) -> int:
        """Return how many conversations of a group are wanted."""
        return self.limits.get(key, AT_ONCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelves:
    """The list as it was read. `archive` is None while it is closed; `archived` says whether it holds anything."""

    pinned: Group = Group()
    folders: tuple[FolderShelf, ...] = ()
    rest: Group = Group()
    archived: bool = False
    archive: Group | None = None

    def empty(self) -> bool:
        """True when there is no conversation at all."""
        return not (self.pinned.conversations or self.folders or self.rest.conversations or self.archived)


def folder_key(name: str) -> str:
    """Return the key of a folder's group."""
    return f"folder:{name}"


def read_shelves(desk: ConversationDesk, wanted: Wanted) -> Shelves:
    """Read what `wanted` shows; a pinned conversation stands on top and, where it has one, in its folder."""
    most = wanted.limit(PINNED)
    pinned = [one for one in desk.conversations(limit=most + 1) if one.pinned]
    in_no_folder = desk.conversations(folder="", limit=wanted.limit(REST) + 1 + len(pinned))
    folders = tuple(_folder(desk, wanted, name, count) for name, count in desk.folders())
    archive = desk.conversations(shelf="archived", limit=wanted.limit(ARCHIVE) + 1 if ARCHIVE in wanted.opened else 1)
    return Shelves(
        pinned=_group(pinned, most),
        folders=tuple(folder for folder in folders if folder.count),
        rest=_group([one for one in in_no_folder if not one.pinned], wanted.limit(REST)),
        archived=bool(archive),
        archive=_group(archive, wanted.limit(ARCHIVE)) if ARCHIVE in wanted.opened else None,
    )


def _folder(desk: ConversationDesk, wanted: Wanted, name: str, count: int) -> FolderShelf:
    key = folder_key(name)
    if key not in wanted.opened:
        return FolderShelf(name=name, count=count)
    found = desk.conversations(folder=name, limit=wanted.limit(key) + 1)
    return FolderShelf(name=name, count=count, group=_group(found, wanted.limit(key)))


def _group(found: list[Conversation], limit: int) -> Group:
    return Group(conversations=tuple(found[:limit]), more=len(found) > limit)
