"""Frees the GPUs of every Jarvis process from outside: sets the hold in the model book, and ends who does not follow.

For a process that runs no models itself, such as the command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from jarvis.contracts.hardware import HardwareProbe
from jarvis.contracts.models import ModelBook, ModelRow
from jarvis.engines.pool.bounded import within
from jarvis.engines.pool.events import Freed
from jarvis.engines.pool.turn import somebody_loads
from jarvis.processes.tree import kill_tree

_LOOK_SECONDS = 0.1
_MEASURE_SECONDS = 1.0
_SAME_START_SECONDS = 1.0


def free_everywhere(
    book: ModelBook,
    probe: HardwareProbe,
    *,
    seconds: float = 6.0,
    load_lock: Path | None = None,
    now: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Freed:
    """Hold the GPUs free and wait at most `seconds` until no model is noted on one; kill the children that are left.

    Processes that run models see the hold within a quarter of a second; one that is just loading has `load_lock` and
    is waited for too. A child is known by its process id together
    with its start time, so a stranger is never killed.
    """
    begun = now()
    book.set_hold(True)
    known = {row.id: row for row in _on_gpu(book)}
    born = {row.id: _born(row) for row in known.values()}
    before = within(_MEASURE_SECONDS, lambda: _free_mib(probe))
    while ((left := _on_gpu(book)) or somebody_loads(load_lock)) and now() - begun < seconds:
        for row in left:
            if known.setdefault(row.id, row) is row:
                born[row.id] = _born(row)
        wait(_LOOK_SECONDS)
    for row in left:
        started = born.get(row.id, _born(row))
        if row.loaded is not None and started is not None and _is_same(row.loaded.pid, started):
            kill_tree(row.loaded.pid)
        book.set_loaded(row.id, None)
    on_gpu = tuple(known.values())
    after = within(_MEASURE_SECONDS, lambda: _free_mib(probe))
    told = before is not None and after is not None and on_gpu
    noted = sum(row.loaded.vram_mib for row in on_gpu if row.loaded is not None)
    freed = max(0.0, (after or 0.0) - (before or 0.0)) if told else noted
    return Freed(freed_mib=freed, seconds=now() - begun, models=tuple(row.id for row in on_gpu))


def _on_gpu(book: ModelBook) -> list[ModelRow]:
    return [row for row in book.rows() if row.loaded is not None and row.loaded.vram_mib > 0]


def _born(row: ModelRow) -> float | None:
    try:
        return psutil.Process(row.loaded.pid).create_time() if row.loaded is not None else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        # Gone, or somebody else's: then it is not to be killed.
        return None


def _is_same(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) <= _SAME_START_SECONDS
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _free_mib(probe: HardwareProbe) -> float | None:
    samples = probe.gpu_samples()
    return float(sum(sample.free_mib for sample in samples)) if samples else None
