"""Everything that Jarvis keeps, as the window's page of data needs it. Knows no widget."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import BackupContents, DataKind, DataPlace, Forgotten, KeptAside
from jarvis.contracts.errors import Cancelled, StorageError
from jarvis.contracts.memory import ForgetTarget
from jarvis.memory import backup_contents, restoring
from jarvis.memory.leftovers import ASIDE
from jarvis.processes.instance import InstanceLock
from jarvis.storage.clearing import clear_books

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_INDEX = "memory"
_DECIDED: list[InstanceLock] = []
"""What keeps other processes out once a restore is decided: held to the end of this one."""
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

    def backup(self, path: Path, *, cancel: CancelToken | None = None) -> None:
        """Write a backup; the dialog that named the file has asked about an older one."""
        self._jarvis.memory_room.desk.backup(path, force=True, cancel=cancel)

    def look_into(
        self,
        path: Path,
        *,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> BackupContents:
        """Unpack a backup, verify it and say what is in it."""
        return backup_contents.look_into(
            path,
            places=self._jarvis.folders,
            default=self._jarvis.routing_room.default_level,
            cancel=cancel,
            progress=progress,
        )

    def drop(self, contents: BackupContents) -> None:
        """Take away what was unpacked."""
        backup_contents.drop(contents)

    def restore(self, contents: BackupContents, *, take_over: bool = False, cancel: CancelToken | None = None) -> Path:
        """Decide on the backup; what is here stays open until this process ends."""
        try:
            aside, lock = restoring.decide(
                contents,
                places=self._jarvis.folders,
                clock=self._jarvis.clock,
                default=self._jarvis.routing_room.default_level,
                take_over=take_over,
                cancel=cancel,
            )
        except Cancelled:
            self.drop(contents)
            raise
        _DECIDED.append(lock)
        return aside

    def kept_aside(self) -> Sequence[KeptAside]:
        """Return the folders that restores put aside."""
        return [
            KeptAside(folder=folder, bytes=_bytes(folder), at=backup_contents.aside_time(folder))
            for folder in sorted(self._jarvis.folders.home.glob(f"{ASIDE}*"), reverse=True)
            if folder.is_dir()
        ]

    def remove_aside(self, folder: Path) -> None:
        """Delete a folder that a restore put aside; any other is left as it is."""
        if folder.parent != self._jarvis.folders.home or not folder.name.startswith(ASIDE):
            return
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise StorageError(
                "data.not_removed",
                en="{folder} could not be deleted whole ({why}). Mend its permissions and try again.",
                es="No se pudo borrar {folder} del todo ({why}). Corrige sus permisos y repite.",
                folder=folder,
                why=error.strerror or error,
            ) from error

    def forget_everything(self, *, cancel: CancelToken | None = None) -> Forgotten:
        """Stop answering, empty the books and let the memory forget in one transaction, then wipe the bytes."""
        jarvis = self._jarvis
        jarvis.stop_hub.stop_all()
        books = [(0, 0, 0)]

        def clear() -> None:
            books[0] = clear_books(jarvis.database)

        memories = jarvis.memory_room.desk.forget(ForgetTarget(kind="everything"), cancel=cancel, also=clear)
        notes, items, alerts = books[0]
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
