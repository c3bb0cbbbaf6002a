"""Runs the scheduler: feeds it events, and has what it decides carried out by threads that report back.

`take` and `tick` belong to one thread, which alone touches the state; nothing here waits for anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from jarvis.contracts.errors import Cancelled, EngineError, JarvisError
from jarvis.contracts.hardware import HardwareProbe, Machine
from jarvis.contracts.models import LoadedModel, ModelBook
from jarvis.contracts.placement import Measurement, Placement, Refusal, placement_signature
from jarvis.engines.pool import state as s
from jarvis.engines.pool.bounded import within
from jarvis.engines.pool.events import LoadedNow, PoolEvent, PoolView
from jarvis.engines.pool.lease import Lease, Ticket
from jarvis.engines.pool.life import Life
from jarvis.engines.pool.memory import held_elsewhere, ram_of, shares_of, vram_between, vram_of
from jarvis.engines.pool.notes import PoolNotes
from jarvis.engines.pool.schedule import decide
from jarvis.engines.pool.sentences import device_of, start_failed
from jarvis.engines.pool.turn import LoadTurn
from jarvis.engines.pool.watch import PoolWatch, Watched
from jarvis.engines.running import Launcher, ModelToRun, Placer

_LOG = logging.getLogger(__name__)

_BLIND = Machine(ram_mib=0, ram_free_mib=0, ram_bandwidth_gbs=1.0, cores=1)
"""What is seen of a machine that cannot be looked at: nothing fits there, and whoever waits is told so."""

_LOOK_SECONDS = 1.5
"""How long a look may hold up the end of a child: a driver can hang."""

_START_ENDS_SECONDS = 15.0
"""How long a start may take to notice that its child was killed."""


class PoolLoop:
    """The state of a pool and the hands of its scheduler; see `EnginePool` for the arguments.

    `post` reports back from other threads, `publish` shows the state after every step, `announce` tells listeners.
    """

    def __init__(
        self,
        *,
        placer: Placer,
        launcher: Launcher,
        probe: HardwareProbe,
        book: ModelBook | None,
        notes: PoolNotes,
        limits: s.Limits,
        now: Callable[[], float],
        check_seconds: float,
        health_seconds: float,
        turn: LoadTurn,
        post: Callable[[s.Event], None],
        publish: Callable[[PoolView], None],
        announce: Callable[[PoolEvent], None],
    ) -> None:
        self._placer = placer
        self._launcher = launcher
        self._probe = probe
        self._book = book
        self._notes = notes
        self._limits = limits
        self._turn = turn
        self._run = object()
        self._now = now
        self._post = post
        self._publish = publish
        self._announce = announce
        self._state = s.PoolState()
        self._lives: dict[int, Life] = {}
        self._tickets: dict[int, Ticket] = {}
        self._leases: dict[int, Lease] = {}
        self._progress: dict[int, float] = {}
        self._watch = PoolWatch(
            post=post, book=book, now=now, check_seconds=check_seconds, health_seconds=health_seconds
        )

    @property
    def busy(self) -> bool:
        """True while time alone may change something."""
        return bool(self._state.residents or self._state.waiters or self._state.settling or self._state.paused)

    @property
    def finished(self) -> bool:
        """True once everything ended after `Close`."""
        return self._state.closing and not self._state.residents

    def begin(self, held: bool) -> None:
        """Start with no children; what was paused or pinned stays so."""
        self._run = object()
        self._state = s.PoolState(
            held=held, paused=self._state.paused, pinned=self._state.pinned, next_serial=self._state.next_serial
        )

    def take(self, event: s.Event, ticket: Ticket | None = None) -> None:
        """Deal with one event; `ticket` belongs to an `Acquire`."""
        if isinstance(event, s.Acquire):
            if ticket is not None:
                self._tickets[event.ticket] = ticket
            self._notice_deaths(event.model)
        self._step(event)

    def tick(self) -> None:
        """Let time pass: enter the progress of answers, and look after the children."""
        for ticket, lease in tuple(self._leases.items()):
            if lease.tokens and lease.progress_at > self._progress.get(ticket, float("-inf")):
                self._progress[ticket] = lease.progress_at
                self._step(s.Progress(ticket=ticket, at=lease.progress_at))
        self._watch.look([life.watched for life in self._lives.values() if life.watched and not life.stopping])
        self.take(s.Tick())

    def abandon(self, error: EngineError) -> None:
        """Give everything up with `error`, after a fault of the loop itself; the next request starts anew."""
        self.kill_all()
        for ticket in self._tickets.values():
            ticket.put(error)
        for lease in self._leases.values():
            lease.end(error, True)
        self._lives, self._tickets, self._leases = {}, {}, {}
        self._state = s.PoolState(next_serial=self._state.next_serial)
        self._publish(PoolView())

    def rest(self) -> None:
        """Let go of what is only needed while there are children; after `finished` or `abandon`."""
        self._run = object()
        self._watch.close()
        self._turn.give()

    def kill_all(self) -> None:
        """Kill every child at once; for the end, from any thread."""
        for life in tuple(self._lives.values()):
            if life.process is not None:
                life.process.kill()

    def _step(self, event: s.Event) -> None:
        if isinstance(event, s.Leave):
            self._tickets.pop(event.ticket, None)
            self._leases.pop(event.ticket, None)
            self._progress.pop(event.ticket, None)
        if isinstance(event, s.Ended):
            self._forget(event.serial)
        self._state, acts = decide(self._state, event, self._now(), self._place, self._limits)
        if isinstance(event, s.Loaded):
            self._note_loaded(event)
        for act in acts:
            if not isinstance(act, s.Grant):
                self._do(act)
        self._end_turn()
        # Whoever gets a child finds it in the view.
        self._publish(self._view())
        for act in acts:
            if isinstance(act, s.Grant):
                self._grant(act)

    def _end_turn(self) -> None:
        """Let other processes load while this one neither looks for a place nor loads; then the look is of no use."""
        loading = any(one.phase != "ready" for one in self._state.residents)
        if self._turn.shared and not loading and not self._state.looking:
            self._turn.give()
            self._state = replace(self._state, machine_at=float("-inf"))

    def _do(self, act: s.Act) -> None:
        match act:
            case s.Start():
                life = Life(serial=act.serial, model=act.model, placement=act.placement)
                self._lives[act.serial] = life
                life.starter = self._thread("start", lambda: self._start(life))
                self._announce(PoolEvent(kind="loading", model=act.model, placement=act.placement))
            case s.Stop():
                self._end(self._lives[act.serial], act.kill)
            case s.Refuse():
                ticket = self._tickets.pop(act.ticket, None)
                if ticket is not None:
                    ticket.put(act.error)
            case s.Tell():
                if act.ticket in self._tickets:
                    self._tickets[act.ticket].put(act.notice)
            case s.Break():
                if act.ticket in self._leases:
                    self._leases.pop(act.ticket).end(act.error, act.at_once)
            case s.Look():
                run = self._run
                self._thread("look", lambda: self._look(act.placing, run))
            case s.Note():
                self._note_failure(act)

    def _grant(self, act: s.Grant) -> None:
        life = self._lives[act.serial]
        ticket = self._tickets.pop(act.ticket, None)
        assert life.endpoint is not None and life.process is not None
        lease = Lease(
            ticket=act.ticket,
            model=life.model,
            placement=life.placement,
            endpoint=life.endpoint,
            process=life.process,
            now=self._now,
            died=lambda why: self._post(s.Died(serial=act.serial, why=why)),
            speed=lambda speed: self._note_speed(life, speed),
            pulse=life.pulse,
        )
        if ticket is None or not ticket.offer(lease):
            self._step(s.Leave(ticket=act.ticket))
            return
        self._leases[act.ticket] = lease
        if self._book is not None:
            book, identity = self._book, life.model.id
            self._notes.later(lambda: book.used(identity))

    def _place(self, model: ModelToRun, machine: Machine, *, smaller: int = 0) -> Placement | Refusal:
        try:
            return self._placer(model, machine, smaller=smaller)
        except (JarvisError, OSError) as fault:
            error = fault if isinstance(fault, EngineError) else start_failed(model.id, str(fault))
            en, es = error.sentence("en"), error.sentence("es")
            return s.Unreadable(model=model.id, missing_mib=0.0, why_en=en, why_es=es, error=error)

    # On threads of their own.

    def _start(self, life: Life) -> None:
        """Start the child, measure it, and report; whatever happens, something is reported."""
        report: s.Event = s.LoadFailed(serial=life.serial, error=start_failed(life.model.id, ""))
        try:
            life.process = self._launcher(life.model, life.placement)
            before, begun = self._probe.machine(), self._now()
            life.token.raise_if_cancelled()
            life.endpoint = life.process.start(life.token)
            seconds = self._now() - begun
            life.watched = Watched(serial=life.serial, process=life.process, checked_at=self._now())
            report = self._measured(life, before, seconds)
        except EngineError as error:
            report = s.LoadFailed(serial=life.serial, error=error)
        except (JarvisError, OSError) as error:
            report = s.LoadFailed(serial=life.serial, error=start_failed(life.model.id, str(error)))
        except Cancelled:
            # Whoever cancelled it reports that, but may have given up waiting for what was only started now.
            if life.process is not None:
                life.process.kill()
        finally:
            if not life.token.cancelled:
                self._post(report)

    def _end(self, life: Life, kill: bool) -> None:
        if life.stopping:
            self._thread("kill", lambda: life.process.kill() if life.process is not None else None)
            return
        life.stopping = True
        loading = life.endpoint is None
        for other in self._lives.values():
            other.disturbed = True
        self._thread("stop", lambda: self._stop(life, kill or loading))

    def _stop(self, life: Life, kill: bool) -> None:
        before: Machine | None = None
        try:
            if life.placement.devices:
                before = within(_LOOK_SECONDS, self._probe.machine)
            life.token.cancel("unloaded")
            if kill and life.process is not None:
                life.process.kill()
            if life.starter is not None:
                life.starter.join(_START_ENDS_SECONDS)
            if life.process is not None:
                # What was started meanwhile has to go too.
                life.process.kill() if kill else life.process.stop()
        except (JarvisError, OSError) as error:
            _LOG.warning("the end of %s: %s", life.model.id, error)
        finally:
            self._post(s.Ended(serial=life.serial, before=before))

    def _look(self, placing: bool, run: object) -> None:
        looked = s.Looked(machine=_BLIND)
        try:
            if placing:
                wanted = lambda: run is self._run and bool(self._state.waiters)  # noqa: E731
                self._turn.take(wanted, lambda: self._post(s.LoadingElsewhere()))
            looked = s.Looked(machine=self._probe.machine())
            if placing and self._book is not None:
                own = {life.endpoint.pid for life in tuple(self._lives.values()) if life.endpoint is not None}
                looked = replace(looked, foreign=held_elsewhere(self._book, own), held=self._book.hold())
        except (JarvisError, OSError) as error:
            _LOG.warning("a look at the machine: %s", error)
        finally:
            self._post(looked)

    def _measured(self, life: Life, before: Machine, seconds: float) -> s.Loaded:
        assert life.endpoint is not None
        pid, place = life.endpoint.pid, life.placement
        vram: s.Shares | None = ()
        if place.devices:
            vram = vram_of(pid, self._probe.gpu_samples())
            if vram is None and not life.disturbed:
                vram = vram_between(before, self._probe.machine(), place)
        return s.Loaded(serial=life.serial, seconds=seconds, vram=vram, ram_mib=ram_of(pid))

    def _thread(self, what: str, work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work, name=f"pool-{what}", daemon=True)
        thread.start()
        return thread

    # What is kept and shown.

    def _notice_deaths(self, model: ModelToRun) -> None:
        """See at once that a child is gone, ahead of handing it to somebody."""
        one = self._state.ready(model)
        process = self._lives[one.serial].process if one is not None else None
        if one is not None and process is not None and not process.running():
            self._step(s.Died(serial=one.serial, why=process.ending(0.0)))

    def _note_loaded(self, event: s.Loaded) -> None:
        life, one = self._lives.get(event.serial), self._state.resident(event.serial)
        if life is None or one is None or one.phase != "ready" or life.endpoint is None:
            return
        place = life.placement
        self._announce(PoolEvent(kind="loaded", model=life.model, placement=place, seconds=event.seconds))
        if self._book is None:
            return
        book, identity = self._book, life.model.id
        note = LoadedModel(
            device=device_of(place),
            vram_mib=one.vram_mib,
            ram_mib=one.ram_mib,
            url=life.endpoint.base_url,
            pid=life.endpoint.pid,
            shares=shares_of(place, event.vram, in_order=life.model.runner != "vllm"),
        )
        self._notes.later(lambda: book.set_loaded(identity, note))
        if event.vram is not None and event.ram_mib is not None:
            life.measurement = measurement = Measurement(
                model=identity,
                signature=placement_signature(place),
                vram_mib=event.vram,
                ram_mib=event.ram_mib,
                load_seconds=event.seconds,
            )
            self._notes.later(lambda: book.measured(measurement))

    def _note_speed(self, life: Life, speed: float) -> None:
        """Keep a measured speed; on the thread of the answer."""
        life.speed = speed
        if self._book is not None and life.measurement is not None:
            book, measurement = self._book, replace(life.measurement, tokens_per_second=speed)
            self._notes.later(lambda: book.measured(measurement))

    def _note_failure(self, act: s.Note) -> None:
        _LOG.warning("model %s: %s", act.model.id, act.error.code)
        self._announce(PoolEvent(kind="died" if act.died else "failed", model=act.model, error=act.error))

    def _forget(self, serial: int) -> None:
        life, one = self._lives.pop(serial, None), self._state.resident(serial)
        if life is None or one is None:
            return
        self._announce(PoolEvent(kind="unloaded", model=life.model, placement=life.placement, why=one.ending))
        if self._book is not None:
            book, identity = self._book, life.model.id
            self._notes.later(lambda: book.set_loaded(identity, None))

    def _view(self) -> PoolView:
        state = self._state
        shown = tuple(self._shown(one) for one in state.residents)
        return PoolView(loaded=shown, waiting=len(state.waiters), held=state.held, settling=state.settling is not None)

    def _shown(self, one: s.Resident) -> LoadedNow:
        life = self._lives[one.serial]
        endpoint = life.endpoint if one.phase == "ready" else None
        return LoadedNow(
            model=one.model,
            placement=one.placement,
            phase=one.phase,
            device=device_of(one.placement),
            vram_mib=one.vram_mib,
            ram_mib=one.ram_mib,
            in_flight=len(one.in_flight),
            idle_seconds=0.0 if one.in_flight or one.phase != "ready" else max(0.0, self._now() - one.idle_since),
            load_seconds=one.load_seconds,
            pid=endpoint.pid if endpoint is not None else None,
            url=endpoint.base_url if endpoint is not None else "",
            pinned=self._state.is_pinned(one),
            tokens_per_second=life.speed,
        )
