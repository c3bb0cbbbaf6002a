"""Takes what is forgotten out of the files beside the database: drafts, logs, and what a restore put aside.

Knows where such files lie and nothing of rows. Lines of logs are overwritten where they stand, since their writers keep
on adding to the same files; of a JSON file the strings go, so that it can be read on, and what lies in the cache goes
whole, since it is made again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from jarvis.contracts.errors import StorageError
from jarvis.memory.backup_mark import UNFINISHED
from jarvis.memory.new_file import remove_unfinished
from jarvis.settings.folders import Folders
from jarvis.storage.quotes import Quotes

ASIDE = "before-restore-"
"""How folders begin that keep what a restore took the place of."""

_DRAFTS = "desktop.json"
_HALF_WRITTEN = (".desktop*", ".settings*")
_OLD_SECONDS = 60.0
_BACKUP = ".backup-"
_CHILDREN = "children"
_NESTED = 3
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " "}
_log = logging.getLogger(__name__)


class Leftovers:
    """The files of one Jarvis folder that may hold a person's words besides the database."""

    def __init__(self, places: Folders) -> None:
        self._home = places.home
        self._folders = (places.logs, places.run, places.cache)
        self._cache = places.cache
        self._children = places.run / _CHILDREN

    def aside(self) -> tuple[str, ...]:
        """Return the names of the folders that restores put aside; what is forgotten may lie in them."""
        return tuple(sorted(folder.name for folder in self._home.glob(f"{ASIDE}*") if folder.is_dir()))

    def clean(
        self,
        quotes: Quotes | None,
        conversations: Collection[str] = (),
        messages: Collection[str] = (),
        *,
        aside: bool = True,
    ) -> None:
        """Remove what holds one of the quotes, None for everything; `StorageError` where a file cannot be changed.

        Of `conversations`, by id, what was typed and not sent goes whatever it says, and so do the other words that
        `messages`, by id, were being put in. What a restore put aside goes whole, unless `aside` is False: nobody knows
        what lies in it.
        """
        with _told():
            for name in self.aside() if aside else ():
                shutil.rmtree(self._home / name)
            self._drafts(quotes, conversations, messages)
            self._rest(quotes)

    def correct(self, quotes: Quotes) -> None:
        """Take out quotes of a text that is corrected; raises as `clean`. What a restore put aside stays.

        Of what was typed and not sent only the quote goes: a message of which nothing else is left is three dots.
        """
        if not quotes:
            return
        with _told():
            self._drafts_without(quotes)
            self._rest(quotes)

    def _rest(self, quotes: Quotes | None) -> None:
        remove_broken_off(self._home)
        remove_unfinished(self._home.rglob(".*.jarvis-part"))
        self._half_written()
        for path in self._texts():
            with contextlib.suppress(FileNotFoundError):
                # Children and logs end and turn over meanwhile.
                self._clean_text(path, quotes)

    def _half_written(self) -> None:
        for pattern in _HALF_WRITTEN:
            for path in self._home.glob(pattern):
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _OLD_SECONDS:
                        path.unlink()

    def _drafts(self, quotes: Quotes | None, conversations: Collection[str], messages: Collection[str]) -> None:
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
        kept = {
            name: draft
            for name, draft in drafts.items()
            if quotes is not None and not _belongs(name, conversations, messages) and not _holds(quotes, draft)
        }
        if kept != drafts or quotes is None:
            _replace(path, {**document, "drafts": kept})

    def _drafts_without(self, quotes: Quotes) -> None:
        path = self._home / _DRAFTS
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except ValueError:
            _overwrite(path, quotes)
            return
        drafts = document.get("drafts") if isinstance(document, dict) else None
        if (kept := _redacted(drafts, quotes)) != drafts:
            _replace(path, {**document, "drafts": kept})

    def _clean_text(self, path: Path, quotes: Quotes | None) -> None:
        if quotes is None:
            if ".log" in path.name:
                os.truncate(path, 0)
            elif not path.is_relative_to(self._children):
                # Nobody knows what lies in it; the lists of children hold programs and numbers only.
                path.unlink()
        elif not quotes:
            return
        elif path.is_relative_to(self._cache) and ".log" not in path.name:
            if _line_holding(path, quotes) or _blanked(path, quotes) is not None:
                path.unlink()
        elif _parsed(path) is None:
            _overwrite(path, quotes)
        elif (document := _blanked(path, quotes)) is not None:
            _replace(path, document)

    def _texts(self) -> Iterator[Path]:
        for folder in self._folders:
            for path in folder.rglob("*"):
                text = path.suffix in (".log", ".json", ".jsonl", ".txt") or ".log." in path.name
                if text and path.is_file() and not path.is_symlink():
                    yield path


@contextmanager
def scratch_for_backup(home: Path) -> Iterator[Path]:
    """Yield a folder in which a copy of everything may lie for a while; its name says whose it is."""
    remove_broken_off(home)
    with tempfile.TemporaryDirectory(dir=home, prefix=f"{_BACKUP}{os.getpid()}-") as folder:
        yield Path(folder)


def new_scratch(home: Path) -> Path:
    """Return a new folder like that of `scratch_for_backup`, which whoever asked for it takes away."""
    remove_broken_off(home)
    return Path(tempfile.mkdtemp(dir=home, prefix=f"{_BACKUP}{os.getpid()}-"))


def remove_broken_off(home: Path) -> None:
    """Remove what backups and restores left behind whose process was killed: whole copies of the database, and secrets
    that were never used."""
    for folder in home.glob(f"{_BACKUP}*"):
        pid = folder.name.removeprefix(_BACKUP).partition("-")[0]
        if not pid.isdigit() or not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder)
    for file in home.glob(f"{UNFINISHED}*"):
        pid = file.name.removeprefix(UNFINISHED)
        if not pid.isdigit() or not psutil.pid_exists(int(pid)):
            file.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            "memory.leftovers",
            en="A file beside the memory could not be cleaned ({why}), so nothing was forgotten yet: every memory is "
            "as it was, though some files beside it may be clean already. Mend its permissions and try again.",
            es="No se pudo limpiar un fichero junto a la memoria ({why}), así que aún no se ha olvidado nada: todos "
            "los recuerdos siguen como estaban, aunque algún fichero junto a ellos puede estar ya limpio. Corrige sus "
            "permisos y vuelve a intentarlo.",
            why=error,
        ) from error


def _belongs(name: str, conversations: Collection[str], messages: Collection[str]) -> bool:
    # One of a question that is put in other words is called after its message too.
    conversation, _, message = name.partition("/")
    return conversation in conversations or message in messages


def _holds(quotes: Quotes, draft: object) -> bool:
    return quotes.redacted(json.dumps(draft, ensure_ascii=False).replace('\\"', '"')) is not None


def _says(quotes: Quotes, text: str) -> bool:
    """Tell whether a text quotes, as it stands or in a string of JSON, which may lie in a string of JSON itself."""
    for _ in range(_NESTED):
        if quotes.redacted(text) is not None:
            return True
        if "\\" not in text:
            return False
        text = _ESCAPE.sub(_unescaped, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return False


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _CONTROLS.get(code, code)


def _overwrite(path: Path, quotes: Quotes) -> None:
    with path.open("r+b") as file:
        place = 0
        for line in iter(file.readline, b""):
            if _says(quotes, line.decode("utf-8", "replace")):
                file.seek(place)
                file.write(b" " * len(line.rstrip(b"\n")))
                file.seek(place + len(line))
            place += len(line)


def _line_holding(path: Path, quotes: Quotes) -> bool:
    with path.open("rb") as file:
        return any(_says(quotes, line.decode("utf-8", "replace")) for line in file)


def _parsed(path: Path) -> object:
    """Return what a JSON file holds; None for any other file."""
    if path.suffix != ".json":
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None


def _blanked(path: Path, quotes: Quotes) -> object:
    """Return what a JSON file holds, without the texts that quote; None where none does, and for any other file."""
    document = _parsed(path)
    kept = _without(document, quotes)
    return kept if kept != document else None


def _without(value: object, quotes: Quotes) -> object:
    if isinstance(value, str):
        return "" if _says(quotes, value) else value
    if isinstance(value, list):
        return [_without(each, quotes) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, quotes) for name, each in value.items() if not _says(quotes, name)}
    return value


def _redacted(value: object, quotes: Quotes) -> object:
    if isinstance(value, str):
        return quotes.redacted(value) or value
    if isinstance(value, list):
        return [_redacted(each, quotes) for each in value]
    if isinstance(value, dict):
        return {name: _redacted(each, quotes) for name, each in value.items()}
    return value


def _replace(path: Path, document: object) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".desktop")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
