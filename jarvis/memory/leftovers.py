"""Takes what is forgotten out of the files beside the database: drafts, logs, and what a restore put aside.

Knows where such files lie and nothing of rows. Lines of logs are overwritten where they stand, since their writers keep
on adding to the same files.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from jarvis.contracts.errors import StorageError
from jarvis.settings.folders import Folders
from jarvis.storage.quotes import Quotes

ASIDE = "before-restore-"
"""How folders begin that keep what a restore took the place of."""

_DRAFTS = "desktop.json"
_HALF_WRITTEN = (".desktop*", ".settings*")
_OLD_SECONDS = 60.0
_log = logging.getLogger(__name__)


class Leftovers:
    """The files of one Jarvis folder that may hold a person's words besides the database."""

    def __init__(self, places: Folders) -> None:
        self._home = places.home
        self._folders = (places.logs, places.run, places.cache)

    def aside(self) -> tuple[str, ...]:
        """Return the names of the folders that restores put aside; what is forgotten may lie in them."""
        return tuple(sorted(folder.name for folder in self._home.glob(f"{ASIDE}*") if folder.is_dir()))

    def clean(self, quotes: Quotes | None) -> None:
        """Remove what holds one of the quotes, None for everything; `StorageError` where a file cannot be changed.

        What a restore put aside goes whole: nobody knows what lies in it.
        """
        try:
            for name in self.aside():
                shutil.rmtree(self._home / name)
            self._half_written()
            self._drafts(quotes)
            for path in self._texts():
                _overwrite(path, quotes)
        except OSError as error:
            raise StorageError(
                "memory.leftovers",
                en="A file beside the memory could not be cleaned ({why}), so nothing was forgotten yet. "
                "Mend its permissions and forget again.",
                es="No se pudo limpiar un archivo junto a la memoria ({why}), así que aún no se ha olvidado nada. "
                "Corrige sus permisos y vuelve a olvidar.",
                why=error,
            ) from error

    def _half_written(self) -> None:
        for pattern in _HALF_WRITTEN:
            for path in self._home.glob(pattern):
                if time.time() - path.stat().st_mtime > _OLD_SECONDS:
                    path.unlink(missing_ok=True)

    def _drafts(self, quotes: Quotes | None) -> None:
        path = self._home / _DRAFTS
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except ValueError:
            _log.warning("the window's own notes cannot be read; they were emptied, since they may hold anything")
            document = {"drafts": {}}
            quotes = None
        drafts = document.get("drafts") if isinstance(document, dict) else None
        if not isinstance(drafts, dict):
            return
        kept = {name: draft for name, draft in drafts.items() if quotes is not None and not _holds(quotes, draft)}
        if kept != drafts or quotes is None:
            _replace(path, {**document, "drafts": kept})

    def _texts(self) -> Iterator[Path]:
        for folder in self._folders:
            for path in folder.rglob("*"):
                text = path.suffix in (".log", ".json", ".jsonl", ".txt") or ".log." in path.name
                if text and path.is_file() and not path.is_symlink():
                    yield path


def _holds(quotes: Quotes, draft: object) -> bool:
    return quotes.redacted(json.dumps(draft, ensure_ascii=False).replace('\\"', '"')) is not None


def _overwrite(path: Path, quotes: Quotes | None) -> None:
    if quotes is None:
        if ".log" in path.name:
            os.truncate(path, 0)
        return
    if not quotes:
        return
    with path.open("r+b") as file:
        place = 0
        for line in iter(file.readline, b""):
            if quotes.redacted(line.decode("utf-8", "replace")) is not None:
                file.seek(place)
                file.write(b" " * len(line.rstrip(b"\n")))
                file.seek(place + len(line))
            place += len(line)


def _replace(path: Path, document: dict[str, object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".desktop")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
