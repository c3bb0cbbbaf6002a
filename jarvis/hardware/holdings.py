"""Splits a GPU's used memory among those who hold it. Pure; knows no driver and no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jarvis.contracts.hardware import GpuSample
from jarvis.contracts.placement import DeviceShare
from jarvis.contracts.resources import GpuHolding, HolderKind

SMALLEST_MIB = 1.0
"""Less than this is no holding: it is what rounding leaves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """One who may hold memory: the ids of its processes, and what was placed where (with its layers)."""

    kind: HolderKind
    name: str
    pids: frozenset[int]
    placed: tuple[DeviceShare, ...] = field(default=())


def holdings(sample: GpuSample, holders: Sequence[Holder]) -> tuple[GpuHolding, ...]:
    """Return who holds the memory of the GPU of `sample`, largest first; the parts add up to its used memory.

    What the driver tells of a process counts; where it tells nothing, what was placed there, cut to what is used. A
    program that is no holder is named by its process. The rest belongs to `others` without a name: the driver itself,
    the screen, and processes that cannot be seen from a container.
    """
    told: dict[Holder, float] = {}
    strangers: dict[str, float] = {}
    for process in sample.processes:
        if process.used_mib is None:
            continue
        holder = next((one for one in holders if process.pid in one.pids), None)
        if holder is not None:
            told[holder] = told.get(holder, 0.0) + process.used_mib
        else:
            strangers[process.name] = strangers.get(process.name, 0.0) + process.used_mib
    found = [_held(holder, sample.index, mib) for holder, mib in told.items()]
    found += [GpuHolding(kind="others", name=name, mib=mib) for name, mib in strangers.items()]
    left = sample.used_mib - sum(one.mib for one in found)
    if left < 0:
        # Shared pages count for every process that maps them.
        found = [_scaled(one, sample.used_mib / (sample.used_mib - left)) for one in found]
        left = 0.0
    for holder in holders:
        placed = sum(share.mib for share in holder.placed if share.gpu == sample.index)
        mib = min(placed, left)
        if holder not in told and mib >= SMALLEST_MIB:
            found.append(replace(_held(holder, sample.index, mib), measured=False))
            left -= mib
    if left >= SMALLEST_MIB:
        found.append(GpuHolding(kind="others", name="", mib=left))
    return tuple(sorted(found, key=lambda one: one.mib, reverse=True))


def _held(holder: Holder, gpu: int, mib: float) -> GpuHolding:
    here = [share for share in holder.placed if share.gpu == gpu]
    return GpuHolding(
        kind=holder.kind,
        name=holder.name,
        mib=mib,
        layers=sum(share.layers for share in here),
        first_layer=here[0].first_layer if len(here) == 1 else None,
    )


def _scaled(one: GpuHolding, by: float) -> GpuHolding:
    return replace(one, mib=one.mib * by)
