"""What the window remembers of itself in `desktop.json`: drafts, place, what was told once. No messages live here.

Others may change the file meanwhile: what forgetting took out of it stays out, whatever is still held in memory here.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from jarvis.contracts.errors import JarvisError, StorageError
from jarvis.desktop.bridge import Bridge

SAVE_MILLISECONDS = 400
"""A change is on disk at most this long after it, plus the write."""
AGAIN_MILLISECONDS = 3000
"""Pause before another try where it could not be written."""
LAST_SECONDS = 2.0
"""How long the end waits for a save that is under way."""
INTRODUCED = "introduced"
"""What is kept once the first run was shown, however it ended."""
LONGEST_EDIT = 100_000
"""Characters of a question put in other words that are kept: all is written anew with every change."""
MOST_EDITS = 50
"""Questions whose other words are kept, the newest."""
_DRAFTS = "drafts"
_EDIT = "/"
_ABSENT = object()
_log = logging.getLogger(__name__)


class Keepsake(QObject):
    """Small values by name; changed ones are saved together in the background, again and again where that fails."""

    unkept = Signal(object)
    """A `JarvisError`: nothing can be saved now. Told once, until it works again."""
    kept = Signal(object)
    """The error that was told holds no longer."""

    def __init__(self, home: Path, bridge: Bridge) -> None:
        super().__init__()
        self._path = home / "desktop.json"
        self._bridge = bridge
        self._holding = threading.Lock()
        self._writing = threading.Lock()
        self._seen = _identity(self._path)
        self._stored = _read(self._path) or {}
        self._values = dict(self._stored)
        self._timer = QTimer(self, interval=SAVE_MILLISECONDS, singleShot=True)
        self._timer.timeout.connect(self._save_soon)
        self._trouble: JarvisError | None = None

    def text(self, name: str) -> str:
        """Return a kept text, empty when there is none."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Return a kept yes or no, no when there is none."""
        return self._values.get(name) is True

    def texts(self, name: str) -> list[str]:
        """Return a kept list of texts."""
        value = self._values.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def keep(self, name: str, value: object) -> None:
        """Keep a JSON-ready `value`; an empty one is dropped."""
        with self._holding:
            changed = self._hold(name, value)
        if changed:
            self._save_later()

    def draft(self, conversation_id: str | None) -> tuple[str, str]:
        """Return what was typed and pasted in a conversation but not sent, unless it was forgotten meanwhile."""
        with self._holding:
            self._look_again()
        draft = _drafts(self._values).get(conversation_id or "")
        if isinstance(draft, list) and len(draft) == 2 and all(isinstance(part, str) for part in draft):
            return draft[0], draft[1]
        return "", ""

    def keep_draft(self, conversation_id: str | None, typed: str, pasted: str) -> None:
        """Keep what is typed and pasted in a conversation."""
        with self._holding:
            self._look_again()
            kept = dict(_drafts(self._values))
            kept.pop(conversation_id or "", None)
            if typed or pasted:
                kept[conversation_id or ""] = [typed, pasted]
            changed = self._hold(_DRAFTS, kept)
        if changed:
            self._save_later()

    def drop_drafts(self, is_there: Callable[[str], bool]) -> None:
        """Drop the drafts of conversations that are not there, on disk too when it returns; for worker threads.

        What cannot be written is told by `unkept` and tried again. Raises what `is_there` does; all are kept then.
        """
        with self._holding:
            self._look_again()
            known = list(_drafts(self._values))
        gone = {name for name in known if name and not is_there(name.partition(_EDIT)[0])}
        if not gone:
            return
        with self._holding:
            self._hold(_DRAFTS, {name: draft for name, draft in _drafts(self._values).items() if name not in gone})
        try:
            self._save()
        except StorageError as error:
            told = error
            self._bridge.post(lambda: self._failed(told))

    def edit(self, conversation_id: str, message_id: str) -> str:
        """Return the words that a question was being put in, empty for none, as `draft` does."""
        return self.draft(_edit_of(conversation_id, message_id))[0]

    def keep_edit(self, conversation_id: str, message_id: str, words: str) -> None:
        """Keep the words that a question is being put in; none where they are empty or longer than `LONGEST_EDIT`.

        They are drafts of their conversation, and are forgotten and deleted with those.
        """
        self.keep_draft(_edit_of(conversation_id, message_id), words if len(words) <= LONGEST_EDIT else "", "")
        for old in [name for name in _drafts(self._values) if _EDIT in name][:-MOST_EDITS]:
            self.keep_draft(old, "", "")

    def save_now(self) -> None:
        """Write on this thread what no file has yet, as when the program ends; a save that is under way comes first."""
        self._timer.stop()
        if not self._writing.acquire(timeout=LAST_SECONDS):
            _log.error("the window's own notes could not be saved at the end: a save before did not end")
            return
        try:
            self._save_all()
        except StorageError as error:
            _log.error("the window's own notes could not be saved at the end: %s", error.sentence("en"))
        finally:
            self._writing.release()

    def _hold(self, name: str, value: object) -> bool:
        """Take a value over, the lock being held; tells whether it is another."""
        if self._values.get(name) == value:
            return False
        values = {key: kept for key, kept in self._values.items() if key != name}
        self._values = values if value in ("", [], {}, None) else {**values, name: value}
        return True

    def _save_later(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _save_soon(self) -> None:
        self._bridge.run(self._save, lambda _: self._worked(), self._failed)

    def _worked(self) -> None:
        self._timer.setInterval(SAVE_MILLISECONDS)
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            self.kept.emit(trouble)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, JarvisError):
            _log.error("the window's own notes could not be saved", exc_info=error)
            return
        self._timer.start(AGAIN_MILLISECONDS)
        if self._trouble is None:
            self._trouble = error
            self.unkept.emit(error)

    def _save(self) -> None:
        with self._writing:
            self._save_all()

    def _save_all(self) -> None:
        while not self._saved():
            pass

    def _saved(self) -> bool:
        """Write what is held, brought together with what the file says; False where it changed in between."""
        with self._holding:
            self._look_again()
            values, seen = self._values, self._seen
            if values == self._stored:
                return True
        written = _write(self._path, values, seen)
        if written is None:
            return False
        with self._holding:
            self._stored, self._seen = values, written
        return True

    def _look_again(self) -> None:
        """Take over what somebody else changed in the file; the lock is held."""
        now = _identity(self._path)
        if now == self._seen:
            return
        found = _read(self._path)
        if found is not None:
            self._values, self._stored = _together(self._values, self._stored, found), found
        self._seen = now


def _together(mine: dict[str, object], before: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    """Return the values of both sides, `before` being what they began with: this side's changes, else the other's."""
    values = {
        name: value for name in {**theirs, **mine} if (value := _newer(name, mine, before, theirs)) is not _ABSENT
    }
    drafts = {
        name: value
        for name in {**_drafts(theirs), **_drafts(mine)}
        # What was taken out of the file was forgotten; typing on does not bring it back.
        if name in _drafts(theirs) or name not in _drafts(before)
        if (value := _newer(name, _drafts(mine), _drafts(before), _drafts(theirs))) is not _ABSENT
    }
    values.pop(_DRAFTS, None)
    return {**values, _DRAFTS: drafts} if drafts else values


def _newer(name: str, mine: dict[str, object], before: dict[str, object], theirs: dict[str, object]) -> object:
    value = mine.get(name, _ABSENT)
    return theirs.get(name, _ABSENT) if value == before.get(name, _ABSENT) else value


def _drafts(values: dict[str, object]) -> dict[str, object]:
    drafts = values.get(_DRAFTS)
    return drafts if isinstance(drafts, dict) else {}


def _edit_of(conversation_id: str, message_id: str) -> str:
    """Return under which name among the drafts an edited question is kept."""
    return f"{conversation_id}{_EDIT}{message_id}"


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Return what tells one state of the file from another; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, object] | None:
    """Return what the file says, empty where there is none; None where it cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        _log.warning("the window's own notes could not be read; it goes on without them", exc_info=True)
        return None
    return document if isinstance(document, dict) else {}


def _write(path: Path, values: dict[str, object], seen: tuple[int, int, int] | None) -> tuple[int, int, int] | None:
    """Replace the file as it was `seen` and return how it is now; None, and nothing is done, where it is another."""
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".desktop")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        if _identity(path) != seen:
            Path(name).unlink()
            return None
        written = _identity(Path(name))
        Path(name).replace(path)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise _unwritten(path, error) from error
    return written


def _unwritten(path: Path, error: OSError) -> StorageError:
    return StorageError(
        "storage.full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "storage.failed",
        en="What you type cannot be kept in {path} ({why}): it is lost if Jarvis ends now. Free some space or check "
        "the folder's permissions; Jarvis keeps trying.",
        es="Lo que escribes no se puede guardar en {path} ({why}): se perderá si Jarvis termina ahora. Libera espacio "
        "o comprueba los permisos de la carpeta; Jarvis lo sigue intentando.",
        path=path,
        why=error.strerror or error,
    )
