"""Finds the files of a folder, and says of everything that is left alone why.

Follows no link, opens nothing, and holds no more than one folder's names at a time for each level.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jarvis.documents.kinds import reader_of, suffix_of
from jarvis.documents.reasons import Reason, reason

_GENERATED = frozenset(
    "node_modules bower_components __pycache__ site-packages dist-packages __MACOSX $RECYCLE.BIN lost+found".split()
)
_FARTHEST_NS = (1 << 63) - 1
_MARKS = ("pyvenv.cfg", "CACHEDIR.TAG", "conda-meta")
"""What lies in environments and caches, whatever their name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file to read, or with `why` something that is left alone. Times are epoch nanoseconds."""

    path: Path
    bytes: int = 0
    modified_ns: int = 0
    why: Reason | None = None


def walk(root: Path, left_out: Callable[[Path], Reason | bool]) -> Iterator[Found]:
    """Yield what is below `root` (or `root` itself, a file), in the order of names.

    `left_out` is asked for every folder: True leaves it out in silence, a reason with a word.
    """
    if not _is_folder(root):
        yield _entry(root, root.name)
        return
    seen: set[tuple[int, int]] = set()
    stack = [iter([root])]
    while stack:
        folder = next(stack[-1], None)
        if folder is None:
            stack.pop()
            continue
        try:
            known = folder.lstat()
            if known.st_ino and (known.st_dev, known.st_ino) in seen:
                continue
            seen.add((known.st_dev, known.st_ino))
            with os.scandir(folder) as entries:
                names = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(path=folder, why=why_not(error))
            continue
        folders: list[Path] = []
        for entry in names:
            path = folder / entry.name
            if not entry.is_dir(follow_symlinks=False) or entry.is_symlink():
                yield _entry(path, entry.name)
                continue
            why = left_out(path) or _not_entered(path, entry.name)
            if isinstance(why, Reason):
                yield Found(path=path, why=why)
            elif not why:
                folders.append(path)
        stack.append(iter(folders))


def modified_ns(status: os.stat_result) -> int:
    """Return when a file was changed, in nanoseconds, within what a database holds; some dates are far beyond."""
    return max(-_FARTHEST_NS, min(status.st_mtime_ns, _FARTHEST_NS))


def why_not(error: OSError) -> Reason:
    """Return why something on the disk cannot be had."""
    if isinstance(error, PermissionError):
        return reason("permission")
    if isinstance(error, FileNotFoundError):
        return reason("vanished")
    return reason("unreadable", why=error.strerror or type(error).__name__)


def reachable(root: Path, path: Path, left_out: Callable[[Path], Reason | bool]) -> bool:
    """Tell whether a walk of `root` would come to `path`: no folder on the way is a link, or left out."""
    folders = [path, *path.parents]
    between = folders[: folders.index(root)] if root in folders else folders
    if between and not _is_folder(path):
        between = between[1:]
    return all(_is_folder(one) and not left_out(one) and not _not_entered(one, one.name) for one in between)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _not_entered(path: Path, name: str) -> Reason | bool:
    if name.startswith("."):
        return reason("hidden")
    if name in _GENERATED or any(os.path.lexists(path / mark) for mark in _MARKS):
        return reason("generated")
    return False


def _entry(path: Path, name: str) -> Found:
    """Return one thing that is no folder."""
    try:
        status = path.lstat()
    except OSError as error:
        return Found(path=path, why=why_not(error))
    why = _why_left_alone(status.st_mode, name)
    return Found(path=path, bytes=status.st_size, modified_ns=modified_ns(status), why=why)


def _why_left_alone(mode: int, name: str) -> Reason | None:
    if stat.S_ISLNK(mode):
        return reason("link")
    if not stat.S_ISREG(mode):
        return reason("special")
    if name.startswith("."):
        return reason("hidden")
    if name.startswith("~$"):
        return reason("temporary")
    if reader_of(name) is None:
        return reason("kind", suffix=suffix_of(name) or name)
    return None
