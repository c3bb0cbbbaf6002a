"""Measures what a child holds once it is loaded: GPU memory by the driver's figures, RAM by the system's; and names
what other processes hold.

Knows nothing about predictions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import psutil

from jarvis.contracts.hardware import GpuSample, Machine
from jarvis.contracts.models import ModelBook
from jarvis.contracts.placement import DeviceShare, Placement
from jarvis.engines.pool.state import Shares
from jarvis.processes.tree import descendants

_MIB = 1 << 20


def vram_of(pid: int, samples: tuple[GpuSample, ...]) -> Shares | None:
    """Return MiB by GPU of the process and everything below it; None where the driver does not tell."""
    family = {pid, *(process.pid for process in descendants(pid))}
    found: dict[int, float] = {}
    for sample in samples:
        for process in sample.processes:
            if process.pid not in family:
                continue
            if process.used_mib is None:
                return None
            found[sample.index] = found.get(sample.index, 0.0) + process.used_mib
    return tuple(sorted(found.items())) or None


def vram_between(before: Machine, after: Machine, placement: Placement) -> Shares | None:
    """Return MiB by GPU that went missing between two looks, for the GPUs of `placement`; None where none did."""
    was = {gpu.index: gpu.free_mib for gpu in before.gpus}
    now = {gpu.index: gpu.free_mib for gpu in after.gpus}
    gpus = [share.gpu for share in placement.devices if share.gpu in was and share.gpu in now]
    lost = tuple((gpu, float(was[gpu] - now[gpu])) for gpu in gpus)
    return lost if lost and all(mib > 0 for _, mib in lost) else None


def shares_of(placement: Placement, measured: Shares | None, *, in_order: bool) -> tuple[DeviceShare, ...]:
    """Return what of a placed model lies where, by the measured memory where there is one.

    `in_order` is for what cuts as llama.cpp does, see `placement.cuts`: the first layers in RAM, the rest in the order
    of the GPUs' numbers.
    """
    known = dict(measured or ())
    shares, first = [], placement.cpu_layers
    for share in sorted(placement.devices, key=lambda one: one.gpu):
        number = first if in_order and share.layers else None
        shares.append(replace(share, mib=known.get(share.gpu, share.mib), first_layer=number))
        first += share.layers
    return tuple(shares)


def ram_of(pid: int) -> float | None:
    """Return MiB of RAM of the process and everything below it, mapped files included; None when it is gone."""
    try:
        family = [psutil.Process(pid), *descendants(pid)]
        return sum(float(process.memory_info().rss) for process in family) / _MIB
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        # It ended just now, which its watch reports.
        return None


def held_elsewhere(book: ModelBook, own: Collection[int]) -> tuple[str, ...]:
    """Return the models that are noted as loaded in processes other than `own`."""
    return tuple(row.id for row in book.rows() if row.loaded is not None and row.loaded.pid not in own)
