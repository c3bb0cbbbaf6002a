"""Decides what has to leave so that a model gets the place that it deserves; pure.

Asks the placer with the residents in place, and again without those that may go. Knows nothing about processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.placement import KV_TYPES, Placement, Refusal
from jarvis.engines.pool.state import PoolState, Resident
from jarvis.engines.running import ModelToRun, Placer

_MOST_SUBSETS_OF = 6
"""So many candidates are tried in every combination; more residents than that go in order."""

_HOW_RANK = {"one_gpu": 3, "split": 2, "partial": 1, "cpu": 0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How a model gets in: at `placement`, once `leaving` (serials, some of them perhaps busy) are gone."""

    placement: Placement
    leaving: tuple[int, ...] = ()


def way_for(model: ModelToRun, state: PoolState, machine: Machine, placer: Placer, now: float) -> Way | Refusal:
    """Return the way that makes fewest and cheapest residents leave for a place as good as the best.

    A child of the same model with other settings leaves in any case. Idle ones leave before busy ones; what is busy
    leaves only where there is no full place on GPUs beside it. A model that does not fit whole on the GPUs shares
    no card with another: one big model at a time.
    """
    smaller = state.smaller_of(model)
    replaced = tuple(one.serial for one in state.residents if one.model.id == model.id)
    others = [one for one in state.residents if one.serial not in replaced]
    movable = [one for one in others if not state.is_pinned(one)]

    def place(gone: Iterable[int]) -> Placement | Refusal:
        return placer(model, machine_without(machine, state, {*replaced, *gone}), smaller=smaller)

    best = place(one.serial for one in movable)
    if isinstance(best, Refusal):
        return best
    fallback: Way | None = None
    order = in_order_of_eviction(movable, now)
    idle = [one for one in order if not one.in_flight]
    for candidates in (idle, order):
        for leaving in _subsets(candidates):
            found = place(one.serial for one in leaving)
            if isinstance(found, Refusal):
                continue
            staying = [one for one in others if one not in leaving]
            way = Way(placement=found, leaving=(*replaced, *(one.serial for one in leaving)))
            if quality(found) >= quality(best) and _stands_apart(found, staying, state):
                return way
            if fallback is None and found.how in ("one_gpu", "split") and found.context_tokens >= best.context_tokens:
                fallback = way
        if fallback is not None:
            return fallback
    return Way(placement=best, leaving=(*replaced, *(one.serial for one in movable)))


def quality(placement: Placement) -> tuple[float, ...]:
    """Return what makes one place better than another: whole on GPUs, more layers there, more context, finer cache."""
    return (
        _HOW_RANK[placement.how],
        placement.gpu_layers,
        -placement.expert_cpu_layers,
        placement.context_tokens,
        -KV_TYPES.index(placement.kv_type),
    )


def in_order_of_eviction(residents: Iterable[Resident], now: float) -> list[Resident]:
    """Return them so that the first is missed least: idle beyond its keep-alive longest, then cheapest to reload."""

    def missed(one: Resident) -> tuple[bool, float, float]:
        keep = one.model.keep_alive_seconds
        over = now - one.idle_since - keep if keep is not None and not one.in_flight else -1.0
        return (over <= 0, -over if over > 0 else one.load_seconds, one.idle_since)

    return sorted(residents, key=missed)


def machine_without(machine: Machine, state: PoolState, gone: Iterable[int]) -> Machine:
    """Return `machine` with what would be free if the children `gone` were not there.

    Free per GPU is what the driver says plus what they give back, and never more than the total less what all others
    hold; RAM likewise, and on a unified machine both are one. While the GPUs are held there are none.
    """
    leaving = set(gone)
    left = [one for one in state.residents if one.serial in leaving]
    stay = [one for one in state.residents if one.serial not in leaving]
    gpus = tuple(_gpu_without(gpu, left, stay, machine.unified) for gpu in machine.gpus)

    def ram_of(residents: Iterable[Resident]) -> float:
        return sum(one.ram_mib + (one.vram_mib if machine.unified else 0.0) for one in residents)

    ram = min(machine.ram_free_mib + ram_of(left), machine.ram_mib - ram_of(stay))
    return replace(machine, gpus=() if state.held else gpus, ram_free_mib=max(0, int(ram)))


def mib_on(residents: Iterable[Resident], gpu: int) -> float:
    """Return the memory that they hold on one GPU."""
    return sum(mib for one in residents for index, mib in one.vram if index == gpu)


def _gpu_without(gpu: GpuDevice, left: Sequence[Resident], stay: Sequence[Resident], unified: bool) -> GpuDevice:
    shared = sum(one.ram_mib for one in left) if unified else 0.0
    free = min(gpu.free_mib + mib_on(left, gpu.index) + shared, gpu.total_mib - mib_on(stay, gpu.index))
    return replace(gpu, free_mib=max(0, int(free)))


def _subsets(candidates: Sequence[Resident]) -> Iterable[tuple[Resident, ...]]:
    """Yield sets to make leave, smallest first and cheapest first among equals."""
    if len(candidates) > _MOST_SUBSETS_OF:
        return (tuple(candidates[:count]) for count in range(len(candidates) + 1))
    return (chosen for count in range(len(candidates) + 1) for chosen in combinations(candidates, count))


def _stands_apart(placement: Placement, staying: Iterable[Resident], state: PoolState) -> bool:
    """True unless it does not fit whole and would share a card with a model that could leave."""
    if placement.how != "partial":
        return True
    used = {share.gpu for share in placement.devices}
    return not any(used & {index for index, _ in one.vram} for one in staying if not state.is_pinned(one))
