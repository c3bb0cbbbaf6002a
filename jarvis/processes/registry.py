"""Writes down which children run, so that the next start ends those of a Jarvis that was killed.

A process is known by its id together with its start time, so a reused id is never taken for a child.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from jarvis.processes.tree import kill_tree

_LOG = logging.getLogger(__name__)

_SAME_START_SECONDS = 1.0
"""Start times are derived from the boot time, which a clock correction moves a little."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    name: str
    pid: int
    create_time: float
    parent_pid: int
    parent_create_time: float


class ChildRegistry:
    """One small file per running child below `run_folder`; safe from several threads and processes."""

    def __init__(self, run_folder: Path) -> None:
        self._folder = run_folder / "children"

    def add(self, pid: int, name: str) -> None:
        """Note that this process started `pid`; a child that is gone already is not noted."""
        try:
            entry = _Entry(
                name=name,
                pid=pid,
                create_time=psutil.Process(pid).create_time(),
                parent_pid=os.getpid(),
                parent_create_time=psutil.Process().create_time(),
            )
        except psutil.NoSuchProcess:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._folder / f".{pid}.part"
            part.write_text(json.dumps(asdict(entry)), encoding="utf-8")
            part.replace(self._file(pid))
        except OSError as error:
            # The child watches its parent by itself; the note is the second net, so a full disk may not stop it.
            _LOG.warning("child %s (process %d) could not be noted: %s", name, pid, error)

    def remove(self, pid: int) -> None:
        """Forget `pid`."""
        try:
            self._file(pid).unlink(missing_ok=True)
        except OSError as error:
            _LOG.warning("the note of process %d could not be removed: %s", pid, error)

    def running(self) -> dict[int, str]:
        """Return the names of the children of all living processes of this home, by process id."""
        found: dict[int, str] = {}
        for file in sorted(self._folder.glob("*.json")):
            try:
                entry = _Entry(**json.loads(file.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                # It ended as it was looked at; a note that stays unreadable is told, and dropped, by `kill_orphans`.
                continue
            if _is_running(entry.pid, entry.create_time):
                found[entry.pid] = entry.name
        return found

    def kill_orphans(self) -> list[str]:
        """Kill the noted children whose parent no longer runs; returns their names."""
        killed = []
        for file in sorted(self._folder.glob("*.json")):
            entry = _read(file)
            if entry is not None and _is_running(entry.parent_pid, entry.parent_create_time):
                continue
            if entry is not None and _is_running(entry.pid, entry.create_time):
                kill_tree(entry.pid)
                killed.append(entry.name)
            file.unlink(missing_ok=True)
        return killed

    def kill_own(self) -> list[str]:
        """Kill what this process noted and did not forget, before it goes on as another program; returns the names."""
        killed = []
        for file in sorted(self._folder.glob("*.json")):
            entry = _read(file)
            if entry is None or entry.parent_pid != os.getpid():
                continue
            if _is_running(entry.pid, entry.create_time):
                kill_tree(entry.pid)
                killed.append(entry.name)
            file.unlink(missing_ok=True)
        return killed

    def _file(self, pid: int) -> Path:
        return self._folder / f"{pid}.json"


def _read(file: Path) -> _Entry | None:
    try:
        return _Entry(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        _LOG.warning("the note %s cannot be read and is dropped: %s", file.name, error)
        return None


def _is_running(pid: int, create_time: float) -> bool:
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - create_time) <= _SAME_START_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # Children and parents are processes of this user; one that may not be read is somebody else's.
        return False
