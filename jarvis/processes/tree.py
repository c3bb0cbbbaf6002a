"""Ends a process together with everything it started.

POSIX: a child leads its own session, so its process group still names orphaned grandchildren after the child
itself has died. Elsewhere descendants are found through their parents while these live.
"""

from __future__ import annotations

import os
import signal
import sys

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """Return the processes below `pid`, deepest included; empty when it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_group(pid: int) -> None:
    """Kill every member of the process group led by `pid`; `pid` must not have been reaped, or only just."""
    if sys.platform == "win32":
        return
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group of which only a zombie is left.
        return


def kill_tree(pid: int) -> None:
    """Kill `pid`, its group, and its descendants in whatever group they are; call only while `pid` is not reaped."""
    doomed = descendants(pid)
    kill_group(pid)
    for process in (*doomed, *_alive(pid)):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def kill_orphans_of(pid: int, since: float) -> None:
    """Kill what the already reaped `pid` started after `since` (epoch seconds) and left running."""
    kill_group(pid)
    for process in psutil.process_iter():
        try:
            if process.ppid() == pid and process.create_time() >= since - 1:
                kill_tree(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            # It ended by itself, or belongs to the system and so is none of ours.
            continue


def _alive(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []
