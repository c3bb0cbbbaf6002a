"""Children under test: made with short grace, and always stopped."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry

PATIENCE_SECONDS = 60.0
"""Bound of every wait for another process: long, because only a failing test ever uses it up."""


@contextmanager
def naughty(folder: Path, *arguments: str, **options: Any) -> Iterator[Child]:
    """Yield a `Child` that runs one behaviour of `tests.programs.naughty_child`."""
    child = Child(
        name="naughty",
        module="tests.programs.naughty_child",
        arguments=arguments,
        log=folder / "logs" / "naughty.log",
        registry=ChildRegistry(folder),
        grace_seconds=options.pop("grace_seconds", PATIENCE_SECONDS),
        start_seconds=options.pop("start_seconds", PATIENCE_SECONDS),
        **options,
    )
    try:
        yield child
    finally:
        child.kill()


def gone(pid: int) -> bool:
    """True when no living process has this id (a zombie does not live)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for another process to make `condition` true; fail with `what` after a long while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.01)


@contextmanager
def program(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m module` with text pipes; kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
