"""Decides which child is started, ended or handed to whom: `decide(state, event)` is pure and knows no process.

The rules. One child per model, whose waiters share its one load; one load at a time, so that the memory is known
before the next place is chosen. Waiters are served in the order of their arrival, but a ready model serves its own at
once until somebody who needs its place has waited `Limits.starve`. A newcomer may pass a waiter that must wait for
busy children only where nothing has to leave for it and the older one's place stays as good. Every load thus serves
the oldest waiter for it, nobody waits for ever, and two models do not push each other out without an answer between.
Busy children are never evicted; pinned ones leave only when the person says so.
"""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Refusal
from jarvis.engines.pool import sentences as say
from jarvis.engines.pool.eviction import Way, machine_without, mib_on, quality, way_for
from jarvis.engines.pool.schedule_step import Step
from jarvis.engines.pool.state import (
    Acquire,
    Act,
    Close,
    Died,
    Ended,
    Ending,
    Event,
    Grant,
    Hold,
    Leave,
    Limits,
    Loaded,
    LoadFailed,
    LoadingElsewhere,
    Look,
    Looked,
    Note,
    Pause,
    Pin,
    PoolState,
    Progress,
    Resident,
    Resume,
    Settling,
    Stop,
    Unload,
    Waiter,
)
from jarvis.engines.running import Placer

_RECOVERED = 0.75
"""Share of the expected memory that has to be back; Ollama's figure."""

_RETRIES_SMALLER = 1


def decide(
    state: PoolState, event: Event, now: float, placer: Placer, limits: Limits
) -> tuple[PoolState, tuple[Act, ...]]:
    """Return what the pool knows after `event` and what is to be done now. `now` never goes back."""
    step = _Decision(state, now, placer, limits)
    step.take(event)
    step.tend()
    step.settle()
    step.serve()
    step.load()
    return step.state, tuple(step.acts)


class _Decision(Step):
    """The rules, in the order in which they are applied."""

    def take(self, event: Event) -> None:  # noqa: PLR0912
        """Enter what happened."""
        match event:
            case Acquire():
                waiter = Waiter(ticket=event.ticket, model=event.model, since=self.now, preload=event.preload)
                self.change(waiters=(*self.state.waiters, waiter))
                if self.state.ready(event.model) is None:
                    # What was seen before may be older than a hold that another process set or ended.
                    self.change(machine_at=float("-inf"))
            case Leave():
                self._leave(event.ticket)
            case Progress():
                self._progress(event)
            case Loaded():
                self._loaded(event)
            case LoadFailed():
                self._load_failed(event)
            case Died():
                self._died(event)
            case Ended():
                self._ended(event)
            case Looked():
                self._looked(event)
            case LoadingElsewhere():
                for waiter in self.state.waiters:
                    self.tell(waiter, say.loading_elsewhere(waiter.model.id))
            case Hold():
                self.change(held=event.held, machine_at=float("-inf"))
            case Pause():
                others = tuple(pair for pair in self.state.paused if pair[0] != event.identity)
                self.change(paused=(*others, (event.identity, event.until)))
                self._withdraw(event.identity, "updated")
            case Resume():
                self.change(paused=tuple(pair for pair in self.state.paused if pair[0] != event.identity))
            case Unload():
                self._withdraw(event.identity, "unloaded")
                for one in self.all(event.identity):
                    if event.drain and one.phase == "ready":
                        self.put(replace(one, draining=True))
                    else:
                        self.stop(one, "unloaded")
            case Pin():
                pinned = self.state.pinned - {event.identity}
                self.change(pinned=pinned | {event.identity} if event.pinned else pinned)
            case Close():
                self.change(closing=True)
            case _:
                pass

    def tend(self) -> None:
        """End what has to end: by rule, by order or because its time is over."""
        self._drop_untried_sizes()
        state = self.state
        if state.closing:
            for waiter in state.waiters:
                self.refuse(waiter, say.ended("closed", waiter.model.id))
        for one in state.residents:
            if one.phase == "stopping":
                self._force(one)
            elif ending := self._ending_of(one):
                self.stop(one, ending, why=f"{self._patience_with(one):.0f} s" if ending == "stuck" else "")
        self._end_long_waits()

    def settle(self) -> None:
        """Wait for the memory of ended children, looking now and then, but not for ever."""
        settling, machine = self.state.settling, self.state.machine
        if settling is None:
            return
        if machine is not None and self.state.machine_at >= settling.looked_at > float("-inf"):
            free = {gpu.index: gpu.free_mib for gpu in machine.gpus}
            missing = [(gpu, mib - free[gpu]) for gpu, mib in settling.expected if gpu in free and mib > free[gpu]]
            if not missing or self.now >= settling.until:
                self.change(settling=None)
                for waiter in self.state.waiters if missing else ():
                    self.tell(waiter, say.vram_missing(*max(missing, key=lambda pair: pair[1])))
                return
        if not self.state.looking and self.now - settling.looked_at >= self.limits.look:
            self.change(settling=replace(settling, looked_at=self.now), looking=True)
            self.acts.append(Look())

    def serve(self) -> None:
        """Hand ready children to their waiters."""
        reserved = self._reserved()
        for waiter in self.state.waiters:
            one = self.state.ready(waiter.model)
            if one is None or self.state.is_paused(waiter.model.id):
                continue
            by = reserved.get(one.serial)
            if by is not None and by.ticket < waiter.ticket:
                self.tell(waiter, say.queued(waiter.model.id, by.model.id))
                continue
            self.drop(waiter)
            if not waiter.preload:
                self.put(replace(one, model=waiter.model, in_flight=(*one.in_flight, (waiter.ticket, self.now))))
                self.acts.append(Grant(ticket=waiter.ticket, serial=one.serial))

    def load(self) -> None:
        """Begin the next load, or make room for it."""
        wanted = self.unserved()
        changing = [one for one in self.state.residents if one.phase != "ready"]
        if changing:
            self._end_unwanted_load(wanted)
            self._tell_of_loads(wanted)
            return
        if not wanted or self.state.settling is not None or self.state.closing:
            return
        machine = self.machine()
        if machine is None:
            return
        self.review_smaller(machine)
        blocked: Waiter | None = None
        for waiter in wanted:
            way = way_for(waiter.model, self.state, machine, self.placer, self.now)
            if isinstance(way, Refusal):
                self.give_up(waiter.model, way)
            elif blocked is not None:
                if not way.leaving and self._leaves_room(way, blocked, machine):
                    self.start(waiter, way)
                    return
            elif self._make_way(waiter, way):
                return
            else:
                blocked = waiter

    def _make_way(self, waiter: Waiter, way: Way) -> bool:
        """Start the load or end what has to leave for it; False while that is busy."""
        leaving = self.residents(way)
        busy = [one.model.id for one in leaving if one.in_flight]
        names = tuple(one.model.id for one in leaving)
        notice = say.queued(waiter.model.id, busy[0]) if busy else say.swapping(waiter.model.id, names)
        for same in self.waiting_for(waiter.model) if leaving else ():
            self.tell(same, notice)
        for one in leaving if not busy else ():
            self.stop(one, "evicted")
        if not leaving:
            self.start(waiter, way)
        return not busy

    # What an event changes.

    def _leave(self, ticket: int) -> None:
        self.change(waiters=tuple(one for one in self.state.waiters if one.ticket != ticket))
        for one in self.state.residents:
            left = tuple(pair for pair in one.in_flight if pair[0] != ticket)
            if len(left) != len(one.in_flight):
                self.put(replace(one, in_flight=left, begun=one.begun - {ticket}, idle_since=self.now))

    def _looked(self, event: Looked) -> None:
        self.change(machine=event.machine, machine_at=self.now, looking=False)
        if event.held is not None:
            self.change(held=event.held)
        if event.foreign is not None:
            self.change(foreign=event.foreign)

    def _withdraw(self, identity: str, ending: Ending) -> None:
        """Refuse who waits for a model that is to go: served, they would only have it loaded again."""
        for waiter in self.state.waiters:
            if waiter.model.id == identity:
                self.refuse(waiter, say.withdrawn(ending, identity))

    def _progress(self, event: Progress) -> None:
        for one in self.state.residents:
            if any(ticket == event.ticket for ticket, _ in one.in_flight):
                seen = tuple((ticket, event.at if ticket == event.ticket else at) for ticket, at in one.in_flight)
                self.put(replace(one, in_flight=seen, begun=one.begun | {event.ticket}))

    def _loaded(self, event: Loaded) -> None:
        one = self.state.resident(event.serial)
        if one is None or one.phase != "loading":
            return
        self.put(
            replace(
                one,
                phase="ready",
                since=self.now,
                idle_since=self.now,
                vram=one.vram if event.vram is None else event.vram,
                ram_mib=one.ram_mib if event.ram_mib is None else event.ram_mib,
                load_seconds=event.seconds,
            )
        )
        sizes = tuple(replace(size, proven=True) if size.model == one.model else size for size in self.state.smaller)
        self.change(machine_at=float("-inf"), smaller=sizes)

    def _load_failed(self, event: LoadFailed) -> None:
        one = self.state.resident(event.serial)
        if one is None or one.phase != "loading":
            return
        self.stop(one, "failed")
        memory = event.error.code == "engine.out_of_memory"
        waiting = self.waiting_for(one.model)
        if memory and waiting and self.state.smaller_of(one.model) < _RETRIES_SMALLER:
            self.make_smaller(one)
            for waiter in waiting:
                self.tell(waiter, say.retrying_smaller(one.model.id))
            return
        if memory:
            self.forget_smaller(one.model)
        error = say.out_of_memory(one.model.id) if memory else event.error
        self.acts.append(Note(model=one.model, error=error))
        for waiter in waiting:
            self.refuse(waiter, error)

    def _died(self, event: Died) -> None:
        one = self.state.resident(event.serial)
        if one is not None and one.phase == "ready":
            ending: Ending = "hung" if event.hung else "died"
            self.acts.append(Note(model=one.model, error=say.ended(ending, one.model.id, event.why), died=True))
            self.stop(one, ending, why=event.why, kill=True)

    def _ended(self, event: Ended) -> None:
        one = self.state.resident(event.serial)
        if one is None:
            return
        before = event.before or self.state.machine
        left = tuple(other for other in self.state.residents if other is not one)
        self.change(residents=left, machine_at=float("-inf"))
        if before is None or not one.vram_mib or one.ending == "failed":
            return
        known = dict(self.state.settling.expected) if self.state.settling is not None else {}
        room = dict(one.room)
        for gpu in before.gpus:
            if share := mib_on((one,), gpu.index):
                # A child that died or was still loading had given back, or not yet taken, some of it before that look.
                most = room.get(gpu.index, gpu.total_mib) - (1 - _RECOVERED) * share
                back = min(gpu.free_mib + _RECOVERED * share, most - mib_on(left, gpu.index))
                known[gpu.index] = max(known.get(gpu.index, 0.0), back)
        if known:
            expected = tuple(sorted(known.items()))
            self.change(settling=Settling(expected=expected, until=self.now + self.limits.vram))

    # What time and orders end.

    def _ending_of(self, one: Resident) -> Ending | None:
        """Return why it has to go now, None when it may stay."""
        state, now = self.state, self.now
        if state.closing:
            return "closed"
        if state.held and one.vram_mib:
            return "freed"
        until = next((until for name, until in state.paused if name == one.model.id), None)
        if until is not None and (not one.in_flight or now >= until):
            return "updated"
        if one.phase == "loading":
            return None
        if one.in_flight and now - one.last_sign > self._patience_with(one):
            return "stuck"
        if one.in_flight:
            return None
        if one.draining:
            return "unloaded"
        keep = one.model.keep_alive_seconds
        wanted = any(waiter.model == one.model for waiter in state.waiters)
        loading = any(other.phase == "loading" for other in state.residents)
        over = keep is not None and now - one.idle_since > keep
        return "idle" if over and not wanted and not loading and not state.is_pinned(one) else None

    def _patience_with(self, one: Resident) -> float:
        """Return how long its answers may show no sign of life: before the first word its health checks count."""
        return self.limits.stuck if one.begun else self.limits.prompt

    def _drop_untried_sizes(self) -> None:
        """Forget the smaller sizes that nobody waits for any more and that never loaded."""
        wanted = [waiter.model for waiter in self.state.waiters]
        wanted += [one.model for one in self.state.residents if one.phase == "loading"]
        kept = tuple(size for size in self.state.smaller if size.proven or size.model in wanted)
        self.change(smaller=kept)

    def _force(self, one: Resident) -> None:
        patience = self.limits.grace if one.ending == "freed" or self.state.held else self.limits.stop
        if not one.killed and self.now - one.since >= patience:
            self.put(replace(one, killed=True))
            self.acts.append(Stop(serial=one.serial, kill=True))

    def _end_long_waits(self) -> None:
        """Refuse whoever waited longer than patience for the answers or loads of others, or for an update to end."""
        if any(one.phase == "stopping" for one in self.state.residents):
            return
        loading = [one for one in self.state.residents if one.phase == "loading"]
        for waiter in self.state.waiters:
            its_own = any(one.model == waiter.model for one in loading)
            if self.now - waiter.since <= self.limits.patience or waiter.preload or its_own:
                continue
            if self.state.is_paused(waiter.model.id):
                self.refuse(waiter, say.ended("updated", waiter.model.id))
            elif loading:
                self.refuse(waiter, say.still_loading(waiter.model.id, loading[0].model.id))
            elif busy := [one for one in self.state.residents if one.in_flight]:
                self.refuse(waiter, say.still_busy(waiter.model.id, busy[0].model.id))

    def _end_unwanted_load(self, wanted: list[Waiter]) -> None:
        """End a load that nobody waits for any more when somebody else waits."""
        for one in self.state.residents:
            if one.phase == "loading" and wanted and not self.waiting_for(one.model):
                self.stop(one, "unwanted", kill=True)

    def _tell_of_loads(self, wanted: list[Waiter]) -> None:
        """Tell whoever has to wait for it that another model is being loaded."""
        for one in self.state.residents:
            for first in wanted if one.phase == "loading" else ():
                for waiter in self.waiting_for(first.model):
                    self.tell(waiter, say.loading_first(waiter.model.id, one.model.id))

    # Looking ahead.

    def _reserved(self) -> dict[int, Waiter]:
        """Return the children that must take no new answers, because the oldest waiter needs their place."""
        wanted, machine = self.unserved(), self.state.machine
        if not wanted or machine is None or self.now - wanted[0].since < self.limits.starve:
            return {}
        way = way_for(wanted[0].model, self.state, machine, self.placer, self.now)
        return dict.fromkeys(way.leaving, wanted[0]) if isinstance(way, Way) else {}

    def _leaves_room(self, way: Way, blocked: Waiter, machine: Machine) -> bool:
        """True if the blocked waiter's place stays as good when `way` is gone first."""
        hers = way_for(blocked.model, self.state, machine, self.placer, self.now)
        if isinstance(hers, Refusal):
            return True
        after = machine_without(machine, self.state, hers.leaving)
        taken = {share.gpu: share.mib for share in way.placement.devices}
        gpus = tuple(replace(g, free_mib=max(0, int(g.free_mib - taken.get(g.index, 0)))) for g in after.gpus)
        ram = max(0, int(after.ram_free_mib - way.placement.ram_mib))
        smaller = self.state.smaller_of(blocked.model)
        then = self.placer(blocked.model, replace(after, gpus=gpus, ram_free_mib=ram), smaller=smaller)
        return not isinstance(then, Refusal) and quality(then) >= quality(hers.placement)
