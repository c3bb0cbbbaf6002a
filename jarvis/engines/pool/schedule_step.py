"""The small changes that the scheduler's decisions are made of; pure, and without any rule of its own."""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Refusal
from jarvis.contracts.ports import EngineNotice
from jarvis.engines.pool import sentences as say
from jarvis.engines.pool.eviction import Way, mib_on
from jarvis.engines.pool.state import (
    Act,
    Break,
    Ending,
    Limits,
    Look,
    Note,
    PoolState,
    Refuse,
    Resident,
    Shares,
    Smaller,
    Start,
    Stop,
    Tell,
    Unreadable,
    Waiter,
)
from jarvis.engines.running import ModelToRun, Placer

_MORE_MIB = 512.0
"""So much more free memory makes a size worth trying that ran out of memory before."""


class Step:
    """One decision in the making: `state` is the new one, `acts` are what is to be done so far."""

    def __init__(self, state: PoolState, now: float, placer: Placer, limits: Limits) -> None:
        self.state = state
        self.acts: list[Act] = []
        self.now = now
        self.placer = placer
        self.limits = limits

    def start(self, waiter: Waiter, way: Way) -> None:
        """Begin the load of the waiter's model."""
        serial, place, machine = self.state.next_serial, way.placement, self.state.machine
        one = Resident(
            serial=serial,
            model=waiter.model,
            placement=place,
            phase="loading",
            since=self.now,
            vram=tuple((share.gpu, share.mib) for share in place.devices),
            ram_mib=place.ram_mib,
            load_seconds=place.load_seconds,
            room=self._room(machine) if machine is not None else (),
            ram_room=self._ram_room(machine) if machine is not None else 0.0,
        )
        known = tuple(pair for pair in self.state.smaller if pair.model.id != one.model.id or pair.model == one.model)
        self.change(
            residents=(*self.state.residents, one), next_serial=serial + 1, machine_at=float("-inf"), smaller=known
        )
        if self.state.held and machine is not None and machine.gpus:
            for same in self.waiting_for(waiter.model):
                self.tell(same, say.on_processor(waiter.model.id))
        self.acts.append(Start(serial=serial, model=waiter.model, placement=place))

    def stop(self, one: Resident, ending: Ending, *, why: str = "", kill: bool = False) -> None:
        """Begin the end of `one`, and tell whom it answers; nothing where it is ending already."""
        current = self.state.resident(one.serial)
        if current is None or current.phase == "stopping":
            return
        forced = kill or ending == "stuck"
        for ticket, _ in current.in_flight:
            at_once = ending not in ("died", "hung")
            self.acts.append(Break(ticket=ticket, error=say.ended(ending, one.model.id, why), at_once=at_once))
        self.put(replace(current, phase="stopping", since=self.now, in_flight=(), ending=ending, killed=forced))
        self.acts.append(Stop(serial=one.serial, kill=forced))

    def give_up(self, model: ModelToRun, refusal: Refusal) -> None:
        """Refuse all waiters for a model that has no place."""
        tried = any(one.model == model and not one.proven for one in self.state.smaller)
        if tried:
            self.forget_smaller(model)
        pinned = tuple(one.model.id for one in self.state.residents if self.state.is_pinned(one))
        no_place = say.no_place(refusal, self.state.held, pinned, self.state.foreign)
        error = say.out_of_memory(model.id) if tried else no_place
        if isinstance(refusal, Unreadable):
            error = refusal.error
            self.acts.append(Note(model=model, error=error))
        for waiter in self.waiting_for(model):
            self.refuse(waiter, error)

    def refuse(self, waiter: Waiter, error: EngineError) -> None:
        """Tell a waiter that it gets nothing."""
        self.drop(waiter)
        self.acts.append(Refuse(ticket=waiter.ticket, error=error))

    def tell(self, waiter: Waiter, notice: EngineNotice) -> None:
        """Tell a waiter something, once per code."""
        current = next((one for one in self.state.waiters if one.ticket == waiter.ticket), None)
        if current is None or notice.code in current.told:
            return
        told = replace(current, told=current.told | {notice.code})
        self.change(waiters=tuple(told if one is current else one for one in self.state.waiters))
        self.acts.append(Tell(ticket=waiter.ticket, notice=notice))

    def drop(self, waiter: Waiter) -> None:
        """Take a waiter out of the queue."""
        self.change(waiters=tuple(one for one in self.state.waiters if one.ticket != waiter.ticket))

    def put(self, new: Resident) -> None:
        """Replace the resident with the same serial."""
        self.change(residents=tuple(new if one.serial == new.serial else one for one in self.state.residents))

    def all(self, identity: str) -> list[Resident]:
        """Return the residents with this id."""
        return [one for one in self.state.residents if one.model.id == identity]

    def residents(self, way: Way) -> list[Resident]:
        """Return the residents that `way` makes leave."""
        return [one for one in self.state.residents if one.serial in way.leaving]

    def waiting_for(self, model: ModelToRun) -> list[Waiter]:
        """Return who waits for `model`."""
        return [one for one in self.state.waiters if one.model == model]

    def make_smaller(self, one: Resident) -> None:
        """Have the model of `one`, whose load ran out of memory, loaded smaller from now on."""
        on_gpu = bool(one.placement.devices)
        room = sum(mib for _, mib in one.room) if on_gpu else one.ram_room
        count = self.state.smaller_of(one.model) + 1
        self.forget_smaller(one.model)
        made = Smaller(model=one.model, count=count, on_gpu=on_gpu, room_mib=room)
        self.change(smaller=(*self.state.smaller, made))

    def forget_smaller(self, model: ModelToRun) -> None:
        """Load `model` in full size again."""
        self.change(smaller=tuple(one for one in self.state.smaller if one.model != model))

    def review_smaller(self, machine: Machine) -> None:
        """Forget the sizes that were found when less memory was free than now."""
        room, ram = sum(mib for _, mib in self._room(machine)), self._ram_room(machine)
        for one in self.state.smaller:
            if one.proven and (room if one.on_gpu else ram) > one.room_mib + _MORE_MIB:
                self.forget_smaller(one.model)

    def _room(self, machine: Machine) -> Shares:
        """Return the GPU memory that is free or held by residents."""
        return tuple((gpu.index, gpu.free_mib + mib_on(self.state.residents, gpu.index)) for gpu in machine.gpus)

    def _ram_room(self, machine: Machine) -> float:
        return machine.ram_free_mib + sum(one.ram_mib for one in self.state.residents)

    def change(self, **changes: object) -> None:
        """Replace fields of the state."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def unserved(self) -> list[Waiter]:
        """Return the first waiter of every model that is not ready and may be loaded, oldest first."""
        first: dict[ModelToRun, Waiter] = {}
        for waiter in self.state.waiters:
            coming = any(one.model == waiter.model and one.phase == "loading" for one in self.state.residents)
            if self.state.ready(waiter.model) is None and not coming and not self.state.is_paused(waiter.model.id):
                first.setdefault(waiter.model, waiter)
        return list(first.values())

    def machine(self) -> Machine | None:
        """Return a recent look at the machine, or ask for one and return None."""
        if self.state.machine is not None and self.now - self.state.machine_at <= self.limits.fresh:
            return self.state.machine
        if not self.state.looking:
            self.change(looking=True)
            self.acts.append(Look(placing=True))
        return None
