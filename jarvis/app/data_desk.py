"""Everything that Jarvis keeps, as the window's page of data needs it. Knows no widget."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.contracts.data_desk import DataKind, DataPlace, Forgotten
from jarvis.contracts.memory import ForgetTarget
from jarvis.storage.clearing import clear_books

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_INDEX = "memory"
_SETTINGS = ("settings.json", "roles.json", "mcp.json", "keys.json", "desktop.json")


class AppDataDesk:
    """See `DataDesk`."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis

    def home(self) -> Path:
        """Return the data folder."""
        return self._jarvis.folders.home

    def places(self) -> Sequence[DataPlace]:
        """Measure what lies in the data folder; a file that goes meanwhile counts nothing."""
        folders = self._jarvis.folders
        sizes: dict[DataKind, tuple[Path, int]] = {
            "rows": (folders.database, sum(_bytes(file) for file in _database_files(folders.database))),
            "index": (folders.home / _INDEX, _bytes(folders.home / _INDEX)),
            "models": (folders.models, _bytes(folders.models)),
            "settings": (folders.settings_file, sum(_bytes(folders.home / name) for name in _SETTINGS)),
            "logs": (folders.logs, _bytes(folders.logs)),
            "cache": (folders.cache, _bytes(folders.cache)),
        }
        rest = _bytes(folders.home) - sum(size for _, size in sizes.values())
        found = [DataPlace(kind=kind, path=path, bytes=size) for kind, (path, size) in sizes.items()]
        return [*found, DataPlace(kind="other", path=folders.home, bytes=max(rest, 0))]

    def backup(self, path: Path) -> None:
        """Write a backup; the dialog that named the file has asked about an older one."""
        self._jarvis.memory_room.desk.backup(path, force=True)

    def forget_everything(self) -> Forgotten:
        """Stop answering, empty the books, then let the memory forget all the rest and wipe its bytes."""
        jarvis = self._jarvis
        jarvis.stop_hub.stop_all()
        notes, items, alerts = clear_books(jarvis.database)
        memories = jarvis.memory_room.desk.forget(ForgetTarget(kind="everything"))
        jarvis.database.scrub()
        return Forgotten(memories=memories, notes=notes, list_items=items, alerts=alerts)


def data_desk(jarvis: Jarvis) -> AppDataDesk:
    """Return the data of a whole Jarvis."""
    return AppDataDesk(jarvis)


def _database_files(database: Path) -> list[Path]:
    return [database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm")]


def _bytes(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; links are not followed."""
    try:
        if not path.is_dir():
            return path.lstat().st_size
        with os.scandir(path) as entries:
            return sum(
                _bytes(Path(entry.path)) if entry.is_dir(follow_symlinks=False) else _size(entry) for entry in entries
            )
    except OSError:
        return 0


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
