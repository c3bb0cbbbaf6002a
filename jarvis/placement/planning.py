"""What stays resident together, and what is swapped in when asked. Pure: the same machine and wishes, the same plan.

A plan is worth the seconds that people wait with it: how often a role is asked, times how long it takes to answer. A
model that stays answers at once from the place that is left for it; one that is left out is loaded when asked, in the
others' place, and they are loaded again when they are asked next. A large model in a slow place beside the others can
so be worth less than the memory it takes. Hearing, remembering, the fast model and what is pinned stay wherever they
fit, for a person would hear their swap; of the plans that keep the most of them the one with the fewest seconds wins.

Memory is given in the order pinned, then by role (hearing, remembering, the fast model, code, big ones), smaller before
larger. Every alternative place is weighed (each GPU alone, all together, both types of cache, RAM, left out), keeping
the best `BEAM` partial plans after each model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from jarvis.contracts.hardware import GpuDevice, GpuVendor, Machine
from jarvis.contracts.placement import KvType, Measurement, Placement, Plan, Refusal, placement_signature
from jarvis.placement import reasons
from jarvis.placement.fitting import Margin
from jarvis.placement.one_piece import one_piece
from jarvis.placement.place import place
from jarvis.placement.speeds import with_measurements
from jarvis.placement.wishes import ROLES, Role, Wish

BEAM = 24
"""Partial plans kept by value after each model, and as many again by the memory that they leave."""

DESKTOP_RESERVE_MIB = 256
"""What is left on the display's GPU for windows that open later, beyond what they hold now."""

ANSWERS: dict[Role, float] = {"recognition": 14.0, "embedding": 14.0, "fast": 10.0, "code": 2.0, "big": 2.0}
"""How many times each role is asked for every two questions to a big model; several models of a role share them.

Every question is heard, and what is remembered is looked up for it, whoever answers.
"""

SILENCE = 4.0
"""How much longer a second counts in which a question is heard and looked up than one in which the answer already comes
and is spoken or read. Judged, not measured; seconds of loading are announced and count once."""

ANSWER_TOKENS: dict[Role, float] = {"fast": 60.0, "code": 300.0, "big": 300.0}
"""Length of an answer: two spoken sentences, or half a screen."""

GPU_SECONDS: dict[Role, float] = {"recognition": 0.3, "embedding": 0.02}
"""One utterance or one question on any GPU; they are far below what a person notices between two GPUs."""

CPU_SECONDS: dict[Role, float] = {"recognition": 2.5, "embedding": 0.2}
"""The same on the CPU."""

HALVED_CONTEXT = 1.1
"""How much longer an answer counts for each halving of the context that was wished."""

SMALLER_CACHE = 1.1
"""How much longer it counts with a cache in 8 bit: a plan that leaves the cache whole is worth a little speed."""

PATIENCE_SECONDS = 600.0
"""What an answer counts that takes longer, or never comes since the model has no place at all."""

STAYING: tuple[Role, ...] = ("recognition", "embedding", "fast")
"""Roles that are resident wherever they fit."""

Measured = Callable[[str], Sequence[Measurement]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """A partial plan. `machine` has what is left; `core` what is left beside only what is never swapped out."""

    machine: Machine
    core: Machine
    kept: tuple[tuple[Wish, Placement], ...] = ()
    left_out: tuple[tuple[Wish, Placement | Refusal], ...] = ()
    missed: tuple[bool, ...] = ()
    seconds: float = 0.0
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planner:
    measured: Measured
    margin: Margin
    models_by_role: Counter[Role]
    vendors: frozenset[GpuVendor] | None
    known: dict[tuple[str, Machine], list[Placement | Refusal]] = field(default_factory=dict)

    def often(self, wish: Wish) -> float:
        """How many times `wish` is asked."""
        return ANSWERS[wish.role] / self.models_by_role[wish.role]

    def options(self, wish: Wish, machine: Machine) -> list[Placement | Refusal]:
        """Every different place for `wish` on what is left, or one refusal."""
        if self.vendors is not None and wish.role != "recognition":
            machine = replace(machine, gpus=tuple(gpu for gpu in machine.gpus if gpu.vendor in self.vendors))
        key = (wish.model, machine)
        if key not in self.known:
            outcomes = one_piece(wish, machine, self.margin) if wish.shape is None else self._cut_options(wish, machine)
            places: dict[str, Placement] = {}
            for outcome in outcomes:
                if isinstance(outcome, Placement):
                    measured = with_measurements(outcome, self.measured(wish.model))
                    if _leaves(measured, machine, self.margin):
                        places.setdefault(placement_signature(measured), measured)
            refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
            self.known[key] = list(places.values()) or [refusals[0]]
        return self.known[key]

    def _cut_options(self, wish: Wish, machine: Machine) -> list[Placement | Refusal]:
        assert wish.shape is not None
        caches: tuple[tuple[KvType, ...], ...] = (("f16", "q8_0"), ("q8_0",))
        subsets = [machine.gpus, *((gpu,) for gpu in machine.gpus if len(machine.gpus) > 1)]
        ways = [(gpus, kv_types) for gpus in subsets if gpus for kv_types in caches] + [((), caches[0])]
        return [
            place(
                wish.model,
                wish.shape,
                replace(machine, gpus=gpus),
                context=wish.context,
                kv_types=kv_types,
                margin=self.margin,
            )
            for gpus, kv_types in ways
        ]

    def best(self, wish: Wish, machine: Machine) -> Placement | Refusal:
        """The place of `wish` on what is left that answers soonest, or the refusal."""
        options = self.options(wish, machine)
        places = [option for option in options if isinstance(option, Placement)]
        return min(places, key=lambda option: round(_seconds(wish, option), 6), default=options[0])


def plan(
    machine: Machine,
    wishes: Iterable[Wish],
    measurements: Measured | None = None,
    *,
    display_gpu: int | None = 0,
    margin: Margin | None = None,
    vendors: frozenset[GpuVendor] | None = None,
) -> Plan:
    """Return the places of all `wishes` together, and which have none beside the others and how much is missing.

    `measurements` gives a model's, newest first; what was measured replaces the prediction. `display_gpu` is the index
    of the one that shows the desktop, None when nothing is shown. `vendors` are those whose GPUs can hold what is not
    for hearing, None all.
    """
    return weighed(machine, wishes, measurements, display_gpu=display_gpu, margin=margin, vendors=vendors)[0]


def weighed(
    machine: Machine,
    wishes: Iterable[Wish],
    measurements: Measured | None = None,
    *,
    display_gpu: int | None = 0,
    margin: Margin | None = None,
    vendors: frozenset[GpuVendor] | None = None,
) -> tuple[Plan, float]:
    """Return `plan` with the seconds that it counts for: all answers to `ANSWERS` questions, silent seconds more."""
    wishes = tuple(wishes)
    planner = _planner(wishes, measurements, margin, vendors)
    best = _best_state(_with_reserve(machine, display_gpu), wishes, planner)
    found = Plan(
        placements=tuple(placement for _, placement in best.kept),
        refused=tuple(_refusal(best, wish, alone, planner) for wish, alone in best.left_out),
    )
    return found, _total(best, planner)


def swapped(
    machine: Machine,
    wishes: Sequence[Wish],
    measurements: Measured | None = None,
    *,
    display_gpu: int | None = 0,
    margin: Margin | None = None,
    vendors: frozenset[GpuVendor] | None = None,
) -> Plan:
    """Return where each text model goes when it is loaded alone beside what is never swapped out, in the wishes' order.

    Hearing, remembering and pinned models stay where `plan` puts them. That is what happens with what has no place, or
    a slow one, in `plan`: it takes the others' place when it is asked.
    """
    planner = _planner(wishes, measurements, margin, vendors)
    best = _best_state(_with_reserve(machine, display_gpu), wishes, planner)
    pinned = {wish.model: placement for wish, placement in best.kept if wish.pinned}
    text = [wish for wish in wishes if wish.shape is not None]
    found = [pinned.get(wish.model) or planner.best(wish, best.core) for wish in text]
    return Plan(
        placements=tuple(each for each in found if isinstance(each, Placement)),
        refused=tuple(each for each in found if isinstance(each, Refusal)),
    )


def remaining(machine: Machine, placement: Placement) -> Machine:
    """Return `machine` with the memory gone that `placement` takes; on a unified one from GPU and RAM alike."""
    ram = placement.ram_mib + (placement.vram_mib if machine.unified else 0.0)
    shared = placement.ram_mib if machine.unified else 0.0
    return replace(
        machine,
        ram_free_mib=max(0, math.floor(machine.ram_free_mib - ram)),
        gpus=tuple(_less(gpu, placement.mib_on(gpu.index) + shared) for gpu in machine.gpus),
    )


def _rank(wish: Wish) -> tuple[bool, int, float, str]:
    return not wish.pinned, ROLES.index(wish.role), wish.size_mib, wish.model


def _planner(
    wishes: Sequence[Wish],
    measurements: Measured | None,
    margin: Margin | None,
    vendors: frozenset[GpuVendor] | None,
) -> _Planner:
    roles = Counter(wish.role for wish in wishes)
    return _Planner(measurements or _nothing_measured, margin or Margin(), roles, vendors)


def _best_state(machine: Machine, wishes: Iterable[Wish], planner: _Planner) -> _State:
    states = [_State(machine=machine, core=machine)]
    for wish in sorted(wishes, key=_rank):
        states = _pruned([state for before in states for state in _after(before, wish, planner)], planner)
    return min(states, key=lambda state: _cost(state, planner))


def _after(before: _State, wish: Wish, planner: _Planner) -> list[_State]:
    """Every plan that comes of `before` with `wish` kept somewhere, or left out where that may be."""
    states = []
    must_stay = wish.pinned or wish.role in STAYING
    options = planner.options(wish, before.machine)
    for number, option in enumerate(options):
        if isinstance(option, Placement):
            machine = remaining(before.machine, option)
            states.append(
                replace(
                    before,
                    machine=machine,
                    core=machine if wish.pinned or wish.shape is None else before.core,
                    kept=(*before.kept, (wish, option)),
                    missed=(*before.missed, False),
                    seconds=before.seconds + planner.often(wish) * min(PATIENCE_SECONDS, _seconds(wish, option)),
                    order=(*before.order, number),
                )
            )
    if not states or not must_stay:
        alone = options[0] if wish.shape is None else planner.best(wish, before.core)
        states.append(
            replace(
                before,
                left_out=(*before.left_out, (wish, alone)),
                missed=(*before.missed, must_stay),
                order=(*before.order, len(options)),
            )
        )
    return states


def _pruned(states: list[_State], planner: _Planner) -> list[_State]:
    """Keep the best by value and those that leave the most memory; of equal remainders the best."""
    costs = {id(state): _cost(state, planner) for state in states}
    by_machine: dict[tuple[Machine, tuple[str, ...]], _State] = {}
    for state in sorted(states, key=lambda state: costs[id(state)]):
        by_machine.setdefault((state.machine, tuple(wish.model for wish, _ in state.left_out)), state)
    distinct = list(by_machine.values())
    roomy = sorted(distinct, key=lambda state: (state.missed, -_left(state.machine), costs[id(state)]))[:BEAM]
    return list({id(state): state for state in distinct[:BEAM] + roomy}.values())


def _cost(state: _State, planner: _Planner) -> tuple[tuple[bool, ...], float, tuple[int, ...]]:
    return state.missed, round(_total(state, planner), 6), state.order


def _total(state: _State, planner: _Planner) -> float:
    """Seconds for all answers, with the loads of what is left out, and of what it displaces.

    A displaced model is loaded again once for every time that it is displaced, at most as often as it is asked.
    """
    seconds = state.seconds
    displaced: dict[str, float] = {}
    for wish, alone in state.left_out:
        often, waits = planner.often(wish), PATIENCE_SECONDS
        if isinstance(alone, Placement):
            waits = min(waits, alone.load_seconds + _seconds(wish, alone))
            lacking = _lacking(state.machine, alone, planner.margin)
            for each, placement in state.kept:
                if _makes_room(each, placement, lacking):
                    displaced[each.model] = displaced.get(each.model, 0.0) + often
        seconds += often * waits
    for wish, placement in state.kept:
        times = min(displaced.get(wish.model, 0.0), planner.often(wish))
        seconds += times * placement.load_seconds
    return seconds


def _makes_room(wish: Wish, placement: Placement, lacking: Iterable[int | None]) -> bool:
    """True if it may be swapped out and has memory where some is lacking; more than those never leave."""
    if wish.shape is None or wish.pinned:
        return False
    return any(placement.ram_mib if where is None else placement.mib_on(where) for where in lacking)


def _lacking(machine: Machine, placement: Placement, margin: Margin) -> dict[int | None, float]:
    """MiB that `placement` needs beyond what is free, by GPU, and under None in RAM."""
    free: dict[int | None, float] = {gpu.index: gpu.free_mib - margin.one_mib for gpu in machine.gpus}
    needs: dict[int | None, float] = {share.gpu: share.mib for share in placement.devices}
    free[None], needs[None] = machine.ram_free_mib - margin.ram_mib, placement.ram_mib
    return {where: mib - free[where] for where, mib in needs.items() if mib > max(0.0, free[where])}


def _refusal(state: _State, wish: Wish, alone: Placement | Refusal, planner: _Planner) -> Refusal:
    """Why `wish` is not kept: it has no place at all, or is better swapped in when asked."""
    if isinstance(alone, Refusal):
        return alone
    beside = planner.best(wish, state.machine)
    missing = sum(_lacking(state.machine, alone, planner.margin).values())
    en, es = reasons.left_out(beside if isinstance(beside, Placement) else None, alone)
    return Refusal(model=wish.model, missing_mib=max(1.0, missing), why_en=en, why_es=es)


def _left(machine: Machine) -> float:
    return machine.ram_free_mib + sum(gpu.free_mib for gpu in machine.gpus)


def _seconds(wish: Wish, placement: Placement) -> float:
    """What one answer counts at `placement`, longer with less context or a smaller cache than wished."""
    if wish.shape is None:
        return SILENCE * (GPU_SECONDS if placement.devices else CPU_SECONDS)[wish.role]
    halvings = max(
        0.0,
        math.log2(min(wish.context, wish.shape.context_tokens or wish.context)) - math.log2(placement.context_tokens),
    )
    longer = math.pow(HALVED_CONTEXT, halvings) * (1.0 if placement.kv_type == "f16" else SMALLER_CACHE)
    return ANSWER_TOKENS[wish.role] / placement.tokens_per_second * longer


def _leaves(placement: Placement, machine: Machine, margin: Margin) -> bool:
    """True if also the measured sizes leave the margin."""
    if any(
        placement.mib_on(gpu.index) > gpu.free_mib - margin.one_mib
        for gpu in machine.gpus
        if placement.mib_on(gpu.index)
    ):
        return False
    return placement.ram_mib <= machine.ram_free_mib - margin.ram_mib or not placement.ram_mib


def _with_reserve(machine: Machine, display_gpu: int | None) -> Machine:
    gpus = tuple(_less(gpu, DESKTOP_RESERVE_MIB) if gpu.index == display_gpu else gpu for gpu in machine.gpus)
    return replace(machine, gpus=gpus)


def _less(gpu: GpuDevice, mib: float) -> GpuDevice:
    return replace(gpu, free_mib=max(0, math.floor(gpu.free_mib - mib)))


def _nothing_measured(_model: str) -> Sequence[Measurement]:
    return ()
