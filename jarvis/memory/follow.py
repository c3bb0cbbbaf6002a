"""Follows folders: what changes in them is looked at again once it rests, and everything every now and then.

The system tells of changes; where it cannot (too many folders, a network drive that stays silent), folders are looked
through in turns instead, and `following` says so. Sleeps while nothing happens. Knows nothing about reading.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError, Language
from jarvis.contracts.memory import FileReport

_log = logging.getLogger(__name__)

How = Literal["events", "turns", "missing", "waiting"]

Look = Callable[[Path, Sequence[Path] | None, CancelToken], list[FileReport]]
"""Brings one folder up to date: all of it for None, else what lies at the given paths. Raises `Cancelled` where it has
to be done again, and `JarvisError`."""

Changes = Iterator[set[str]]
"""Sets of paths that changed, as they come, and empty ones now and then."""

Notify = Callable[[Path, threading.Event], Changes]
"""Listens to a folder until the event is set. Its first answer raises `OSError` where the system cannot."""

_TURN_SECONDS = 60.0
"""How often a folder is looked through whose changes the system does not tell of."""

_AGAIN_SECONDS = 5.0
"""Pause before a look that gave way, or failed, is taken up again."""

_LONGEST_UNREST = 60.0
"""After so long a file that never rests is looked at all the same."""

_MOST_PATHS = 200
"""From so many changed paths on, looking through the whole folder is cheaper."""

_STEP_MILLISECONDS = 250
"""How often the listening thread looks whether it is to stop."""

_SENTENCES: dict[How, tuple[str, str]] = {
    "events": ("", ""),
    "waiting": ("", ""),
    "turns": (
        "The system cannot tell of changes in {path}, so it is looked through once a minute ({why}).",
        "El sistema no puede avisar de cambios en {path}; se revisa cada minuto ({why}).",
    ),
    "missing": (
        "{path} is not there now (an unplugged drive?); what was read of it is kept. It is followed when it is back.",
        "{path} no está ahora (¿una unidad desconectada?); lo leído se conserva y se seguirá cuando vuelva.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """How a folder is followed: told by the system, looked through in turns, missing, or not begun yet."""

    path: Path
    how: How
    why: str = ""

    def sentence(self, language: Language) -> str:
        """Return what the person should know of it in `language`; empty where all is well."""
        return _SENTENCES[self.how][language == "es"].format(path=self.path, why=self.why)


@dataclass(slots=True)
class _Root:
    """What is known of one followed folder. Times are those of the monotonic clock: when all of it is looked through,
    and when what changed is."""

    path: Path
    how: How = "waiting"
    why: str = ""
    whole_due: float = 0.0
    changes_due: float | None = None
    first_change: float = 0.0
    changed: set[Path] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    listener: threading.Thread | None = None

    @property
    def due(self) -> float:
        return self.whole_due if self.changes_due is None else min(self.whole_due, self.changes_due)


class Follower:
    """Follows folders on threads of its own: one that looks, and one for each folder that waits for the system."""

    def __init__(
        self,
        *,
        look: Look,
        settle_seconds: float,
        rescan_seconds: float,
        own: Path,
        notify: Notify | None = None,
    ) -> None:
        self._look = look
        self._settle = settle_seconds
        self._rescan = rescan_seconds
        self._own = own
        self._notify = notify or changes_of
        self._changed = threading.Condition()
        self._roots: dict[Path, _Root] = {}
        self._cancel: CancelToken | None = None
        self._thread: threading.Thread | None = None

    def start(self, paths: Sequence[Path]) -> None:
        """Begin to follow, with a look at everything; while it follows already, only the folders are set anew."""
        with self._changed:
            if self._thread is None:
                self._cancel = CancelToken()
                self._thread = threading.Thread(
                    target=self._run, args=(self._cancel,), name="follow-documents", daemon=True
                )
                self._thread.start()
        self.folders(paths)

    def folders(self, paths: Sequence[Path]) -> None:
        """Say which folders are followed from now on; nothing happens while it does not follow at all."""
        with self._changed:
            if self._thread is None:
                return
            for path in set(self._roots) - set(paths):
                self._roots.pop(path).stop.set()
            for path in paths:
                self._roots.setdefault(path, _Root(path))
            self._changed.notify_all()

    def following(self) -> list[Following]:
        """Return how each folder is followed now."""
        with self._changed:
            return [Following(path=root.path, how=root.how, why=root.why) for root in self._roots.values()]

    def stop(self) -> None:
        """Stop, in the middle of a file if need be; returns when no thread runs any more."""
        with self._changed:
            thread, cancel, roots = self._thread, self._cancel, list(self._roots.values())
            self._thread = self._cancel = None
            self._roots = {}
            self._changed.notify_all()
        if thread is None or cancel is None:
            return
        for root in roots:
            root.stop.set()
        cancel.cancel("Jarvis stops following folders")
        with self._changed:
            self._changed.notify_all()
        thread.join()
        for root in roots:
            if root.listener is not None:
                root.listener.join()

    def _run(self, cancel: CancelToken) -> None:
        while True:
            with self._changed:
                # Looked at under the lock: `stop` raises it first and wakes this thread then.
                if cancel.cancelled:
                    return
                root = self._next()
                if root is None:
                    self._changed.wait(self._pause())
                    continue
                whole = root.whole_due <= time.monotonic() or len(root.changed) > _MOST_PATHS
                paths = None if whole else sorted(_topmost(root.changed))
                root.changed, root.changes_due = set(), None
            self._listen(root)
            self._bring_up_to_date(root, paths, cancel)

    def _next(self) -> _Root | None:
        """Return the folder whose turn it is; the lock is held."""
        now = time.monotonic()
        return next((root for root in self._roots.values() if root.due <= now), None)

    def _pause(self) -> float | None:
        dues = [root.due for root in self._roots.values()]
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def _bring_up_to_date(self, root: _Root, paths: Sequence[Path] | None, cancel: CancelToken) -> None:
        again = False
        try:
            self._look(root.path, paths, cancel)
        except Cancelled:
            again = True
        except JarvisError as error:
            _log.warning("a folder could not be followed: %s", error, extra={"facts": {"code": error.code}})
            again = True
        with self._changed:
            now = time.monotonic()
            if paths is None:
                usual = self._rescan if root.how == "events" else _TURN_SECONDS
                root.whole_due = now + (_AGAIN_SECONDS if again else usual)
            elif again:
                root.changed |= set(paths)
                root.changes_due = root.first_change = now + _AGAIN_SECONDS

    def _note(self, root: _Root, paths: set[Path]) -> None:
        """Take down what changed; a look is due when the folder has rested for a while."""
        with self._changed:
            now = time.monotonic()
            if root.changes_due is None:
                root.first_change = now
            root.changed |= paths
            root.changes_due = min(now + self._settle, root.first_change + _LONGEST_UNREST)
            self._changed.notify_all()

    def _listen(self, root: _Root) -> None:
        """Have the system tell of changes; a folder that is missing, or too large for that, is looked through in
        turns."""
        if root.listener is not None and root.listener.is_alive():
            return
        if not root.path.exists():
            root.how, root.why = "missing", ""
            return
        try:
            changes = self._notify(root.path, root.stop)
            # Only the first answer, empty as it is, says that the system listens.
            next(changes, None)
        except (OSError, RuntimeError) as error:
            root.how, root.why = "turns", str(error)
            return
        root.how, root.why = "events", ""
        root.listener = threading.Thread(
            target=self._wait_for_changes, args=(root, changes), name="follow-changes", daemon=True
        )
        root.listener.start()

    def _wait_for_changes(self, root: _Root, changes: Changes) -> None:
        """Note changes until the folder is no longer followed, or gone."""
        try:
            for names in changes:
                paths = {path for path in map(Path, names) if self._concerns(root.path, path)}
                if paths:
                    self._note(root, paths)
                if names and not root.path.exists():
                    break
        except (OSError, RuntimeError) as error:
            _log.warning("changes of a folder are no longer told: %s", error)
        with self._changed:
            # Nobody tells of changes any more: the next look finds out why.
            root.whole_due = time.monotonic()
            self._changed.notify_all()

    def _concerns(self, root: Path, path: Path) -> bool:
        """Tell whether a change may matter: not below hidden folders, nor in Jarvis' own."""
        if path == self._own or self._own in path.parents or not path.is_relative_to(root):
            return False
        return not any(part.startswith(".") for part in path.relative_to(root).parts)


def changes_of(path: Path, stop: threading.Event) -> Changes:
    """Yield what the system tells of changes below `path`, by inotify or its like."""
    from watchfiles import watch

    told = watch(
        path,
        watch_filter=None,
        debounce=2 * _STEP_MILLISECONDS,
        step=_STEP_MILLISECONDS,
        stop_event=stop,
        rust_timeout=2 * _STEP_MILLISECONDS,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=False,
        # Told to ignore folders that it may not read, it would be silent about its own limits too.
        ignore_permission_denied=False,
    )
    for changes in told:
        yield {name for _, name in changes}


def _topmost(paths: set[Path]) -> set[Path]:
    """Leave out what lies below another of the paths."""
    return {path for path in paths if not any(above in paths for above in path.parents)}
