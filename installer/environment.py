"""The folders of an installation: real environments in `.venvs/`, and `.venv`, the link to the one in use.

Scripts inside an environment carry its path, so environments are never renamed; only the link is switched,
in one atomic step. Knows nothing about what is installed into them.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from installer.plan import normalised

RECORD = "jarvis-environment.json"


class AlreadyInstalling(Exception):
    """Another run of the installer holds the lock; carries its process id as text."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation in the clone `root` keeps its things."""

    root: Path

    @property
    def link(self) -> Path:
        """The link to the environment in use."""
        return self.root / ".venv"

    @property
    def environments(self) -> Path:
        """The folder of real environments."""
        return self.root / ".venvs"

    @property
    def logs(self) -> Path:
        """What pip and the compiler said."""
        return self.environments / "logs"

    def create(self) -> None:
        """Make the folders, hidden from git."""
        self.logs.mkdir(parents=True, exist_ok=True)
        ignore = self.environments / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")

    def current(self) -> Path | None:
        """Return the environment in use; None without one, or when `.venv` is a folder that is not ours."""
        return self.link.resolve() if self.link.is_symlink() and self.link.exists() else None


@dataclass(slots=True)
class Environment:
    """One environment and the record of the steps that were finished in it."""

    folder: Path
    python_tag: str = ""
    python_home: str = ""
    complete: bool = False
    steps: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Environment:
        """Read the record in `folder`; a missing or damaged one means that nothing was finished."""
        try:
            document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            if document["folder"] == str(folder):
                return cls(
                    folder, document["python_tag"], document["python_home"], document["complete"], document["steps"]
                )
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return cls(folder)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def save(self) -> None:
        """Write the record atomically."""
        document = {
            "folder": str(self.folder),
            "python_tag": self.python_tag,
            "python_home": self.python_home,
            "complete": self.complete,
            "steps": self.steps,
        }
        write_json(self.folder / RECORD, document)

    def finished(self, step: str, mark: str) -> None:
        """Record that `step` was done for the inputs named by `mark`."""
        self.steps[step] = mark
        self.save()

    def works(self) -> bool:
        """True if its interpreter starts."""
        try:
            return subprocess.run([self.python, "-c", ""], capture_output=True, timeout=20, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def installed(self) -> dict[str, str]:
        """Return normalised name -> version of every installed distribution, from the folder names alone."""
        found = {}
        for info in self.folder.glob("lib/python*/site-packages/*.dist-info"):
            name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
            found[normalised(name)] = version
        return found


def write_json(path: Path, document: object) -> None:
    """Write `document` so that a reader sees the old or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    temporary.replace(path)


def create_environment(environment: Environment, python_tag: str, python_home: str) -> None:
    """Make an empty environment with pip, over whatever an interrupted attempt left there."""
    if environment.folder.exists():
        shutil.rmtree(environment.folder)
    subprocess.run([sys.executable, "-m", "venv", str(environment.folder)], check=True, capture_output=True, text=True)
    environment.python_tag, environment.python_home = python_tag, python_home
    environment.finished("venv", python_tag)


def switch(places: Places, environment: Environment) -> Path | None:
    """Make `.venv` point at `environment`; returns where a folder of that name was kept, if there was one."""
    kept = None
    if places.link.exists() and not places.link.is_symlink():
        kept = places.environments / f"earlier-{time.strftime('%Y%m%d-%H%M%S')}"
        places.link.rename(kept)
    fresh = places.root / f".venv-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(places.environments.name) / environment.folder.name)
    fresh.replace(places.link)
    return kept


def remove_others(places: Places, keep: Environment) -> list[Path]:
    """Delete Jarvis' environments other than `keep` that no process runs from; returns the deleted ones."""
    gone = []
    for folder in places.environments.glob("py*"):
        if folder != keep.folder and (folder / RECORD).exists() and not in_use(folder):
            shutil.rmtree(folder)
            gone.append(folder)
    return gone


def in_use(folder: Path) -> bool:
    """True if a running process was started from `folder` or has a library of it in memory."""
    needle = os.fsencode(folder) + b"/"
    if not Path("/proc/self/cmdline").exists():
        listed = subprocess.run(["ps", "-axo", "command"], capture_output=True, check=False)
        return listed.returncode != 0 or needle in listed.stdout
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "maps"):
            with contextlib.suppress(OSError):
                if needle in (process / name).read_bytes():
                    return True
    return False


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Hold the lock of this installation; `AlreadyInstalling` while another run holds it."""
    file: IO[str]
    with (places.environments / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyInstalling(file.read().strip() or "?") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def pip_lock(environment: Path) -> Iterator[None]:
    """Wait until no other process of the installer changes `environment`, then hold it."""
    with (environment / "pip.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
