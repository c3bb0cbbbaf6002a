"""Owns every running model: one thread holds all state, asks the pure scheduler, and has its decisions carried out.

Whatever takes time (starting, ending, measuring, health) happens on threads that report back as events. Knows
nothing about what is asked of the models.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, JarvisError
from jarvis.contracts.hardware import HardwareProbe
from jarvis.contracts.models import ModelBook
from jarvis.contracts.ports import EngineNotice
from jarvis.engines.pool.bounded import within
from jarvis.engines.pool.events import Freed, LoadedNow, PoolEvent, PoolView
from jarvis.engines.pool.lease import Lease, Ticket
from jarvis.engines.pool.loop import PoolLoop
from jarvis.engines.pool.notes import PoolNotes
from jarvis.engines.pool.sentences import broken
from jarvis.engines.pool.state import (
    Acquire,
    Close,
    Event,
    Hold,
    Leave,
    Limits,
    Pause,
    Pin,
    Resume,
    Unload,
)
from jarvis.engines.pool.turn import LoadTurn
from jarvis.engines.running import Launcher, ModelToRun, Placer

_LOG = logging.getLogger(__name__)

_Inbox = queue.SimpleQueue[tuple[Event | threading.Event, Ticket | None]]
"""Events for the loop, each perhaps with its ticket; a `threading.Event` is set when its turn comes."""

_CLOSE_SECONDS = 15.0
_FREE_SECONDS = 9.0
_MEASURE_SECONDS = 1.0
_UNLOAD_SECONDS = 20.0
_FAILED_SECONDS = 60.0
"""How long a model that would not load is reported as failed before it is worth another try."""


class EnginePool:
    """Hands out ready children, and starts, swaps and ends them as `schedule` decides; safe from any thread.

    `book` shares the hold and what is loaded with other processes. `model_of` names what to run for an id when it is
    to be loaded again after an update. `now` gives monotonic seconds. `check_seconds` is the pace of health checks,
    each of which may take `health_seconds`; `tick_seconds` that of everything else that time does. `load_lock` is the
    file by which processes on this computer load one after the other.
    """

    def __init__(
        self,
        *,
        placer: Placer,
        launcher: Launcher,
        probe: HardwareProbe,
        book: ModelBook | None = None,
        model_of: Callable[[str], ModelToRun | None] | None = None,
        limits: Limits | None = None,
        now: Callable[[], float] = time.monotonic,
        tick_seconds: float = 0.25,
        check_seconds: float = 5.0,
        health_seconds: float = 5.0,
        load_lock: Path | None = None,
    ) -> None:
        self._probe = probe
        self._book = book
        self._model_of = model_of
        self._now = now
        self._numbers = itertools.count(1)
        self._notes = PoolNotes()
        self._listeners: tuple[Callable[[PoolEvent], None], ...] = ()
        self._failed: dict[ModelToRun, tuple[EngineError, float]] = {}
        self._known: dict[str, ModelToRun] = {}
        self._held = False
        self._published = threading.Condition()
        self._view = PoolView()
        self._life = threading.Lock()
        self._inbox: _Inbox | None = None
        self._thread: threading.Thread | None = None
        limits = limits or Limits()
        self._loop = PoolLoop(
            placer=placer,
            launcher=launcher,
            probe=probe,
            book=book,
            notes=self._notes,
            limits=limits,
            now=now,
            check_seconds=check_seconds,
            health_seconds=health_seconds,
            turn=LoadTurn(load_lock, limits.elsewhere),
            post=self._post_if_running,
            publish=self._publish,
            announce=self._announce,
        )
        self._tick_seconds = tick_seconds

    # Using a model.

    def leasing(self, model: ModelToRun, cancel: CancelToken) -> Generator[EngineNotice | Lease, None, None]:
        """Yield notices while `model` is waited for, and then its lease, which ends when the iterator is closed.

        Raises `EngineError` when there is no place, the load fails or others take too long, and `Cancelled` at once;
        a load that went on for nobody but the cancelled one is not ended, unless somebody else needs its place.
        """
        cancel.raise_if_cancelled()
        ticket = Ticket(next(self._numbers))
        self._known[model.id] = model
        self._post(Acquire(ticket=ticket.number, model=model), ticket)
        unregister = cancel.on_cancel(ticket.wake)
        try:
            while True:
                item = ticket.take()
                if cancel.cancelled:
                    raise Cancelled(cancel.reason)
                if isinstance(item, EngineError):
                    raise item
                if item is not None:
                    yield item
                if isinstance(item, Lease):
                    return
        finally:
            unregister()
            ticket.leave()
            self._post_if_running(Leave(ticket=ticket.number))

    @contextmanager
    def lease(
        self, model: ModelToRun, cancel: CancelToken, on_notice: Callable[[EngineNotice], None] = lambda _: None
    ) -> Iterator[Lease]:
        """Wait for `model` and use it inside the block; raises as `leasing` does."""
        with closing(self.leasing(model, cancel)) as items:
            for item in items:
                if isinstance(item, Lease):
                    yield item
                    return
                on_notice(item)

    def preload(self, model: ModelToRun) -> None:
        """Have `model` loaded in its turn; returns at once. A failure is told to listeners."""
        self._known[model.id] = model
        self._post(Acquire(ticket=next(self._numbers), model=model, preload=True))

    # Showing.

    def view(self) -> PoolView:
        """Return the pool as it is now; waits for nothing."""
        return self._view

    def now_loaded(self) -> tuple[LoadedNow, ...]:
        """Return the children as they are now."""
        return self._view.loaded

    def loaded(self) -> Sequence[str]:
        """Return the ids of the models in memory."""
        return tuple(one.model.id for one in self._view.loaded)

    def failure(self, model: ModelToRun) -> EngineError | None:
        """Return why `model` did not load within the last minute, None when it did or was not tried."""
        error, at = self._failed.get(model, (None, 0.0))
        return error if error is not None and self._now() - at < _FAILED_SECONDS else None

    def subscribe(self, listener: Callable[[PoolEvent], None]) -> Callable[[], None]:
        """Call `listener` on a background thread after every change; returns a function that ends this."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    # Steering.

    def hold(self, held: bool) -> None:
        """Leave the GPUs alone from now on ("gaming mode"), or use them again; returns at once."""
        self._note_hold(held)
        self._post_if_running(Hold(held=held))

    def free(self) -> Freed:
        """Hold the GPUs free, end every child that uses one, and return when their memory is back (10 s at most).

        Running answers end with `engine.freed`.
        """
        begun = self._now()
        self._note_hold(True)
        self._until(lambda _: True, _FREE_SECONDS)
        on_gpu = [one for one in self._view.loaded if one.vram_mib]
        before = within(_MEASURE_SECONDS, self._free_mib)
        self._post_if_running(Hold(held=True))
        self._until(lambda view: not view.settling and not any(one.vram_mib for one in view.loaded), _FREE_SECONDS)
        after = within(_MEASURE_SECONDS, self._free_mib)
        told = before is not None and after is not None and on_gpu
        freed = max(0.0, (after or 0.0) - (before or 0.0)) if told else sum(one.vram_mib for one in on_gpu)
        return Freed(freed_mib=freed, seconds=self._now() - begun, models=tuple(one.model.id for one in on_gpu))

    def _note_hold(self, held: bool) -> None:
        self._held = held
        if self._book is not None:
            self._book.set_hold(held)

    def pause(self, identity: str, seconds: float = 60.0) -> bool:
        """Let running answers end (at most `seconds`), unload it and load it no more; True if it was loaded."""
        self._until(lambda _: True, seconds)
        was = identity in self.loaded()
        self._post(Pause(identity=identity, until=self._now() + seconds))
        self._gone(identity, seconds + _UNLOAD_SECONDS)
        return was

    def resume(self, identity: str, *, load: bool) -> None:
        """Allow it again; `load` starts it at once, in the background."""
        self._post(Resume(identity=identity))
        named = self._model_of(identity) if self._model_of is not None else None
        model = named or self._known.get(identity)
        if load and model is not None:
            self.preload(model)

    def unload(self, identity: str, *, drain: bool = True) -> None:
        """Unload it, with `drain` after its running answers, else at once; returns at once."""
        self._post_if_running(Unload(identity=identity, drain=drain))

    def pin(self, identity: str, pinned: bool) -> None:
        """Never evict it from now on, or allow that again."""
        self._post(Pin(identity=identity, pinned=pinned))

    def close(self) -> None:
        """End everything, by force what does not end by itself; the next request starts anew."""
        with self._life:
            thread = self._thread
            if self._inbox is not None:
                self._inbox.put((Close(), None))
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_SECONDS)
            if thread.is_alive():
                _LOG.warning("models did not end in time and are killed")
                self._loop.kill_all()
        self._notes.close(_CLOSE_SECONDS)

    # The thread.

    def _post(self, event: Event, ticket: Ticket | None = None) -> None:
        """Hand `event` to the loop, which is started when there is none."""
        with self._life:
            if self._inbox is None:
                self._inbox = queue.SimpleQueue()
                self._thread = threading.Thread(target=self._run, args=(self._inbox,), name="pool", daemon=True)
                self._thread.start()
            self._inbox.put((event, ticket))

    def _post_if_running(self, event: Event) -> None:
        with self._life:
            if self._inbox is not None:
                self._inbox.put((event, None))

    def _run(self, inbox: _Inbox) -> None:
        try:
            self._loop.begin(self._held_now())
            while not self._loop.finished:
                try:
                    event, ticket = inbox.get(timeout=self._tick_seconds if self._loop.busy else None)
                except queue.Empty:
                    self._loop.tick()
                else:
                    self._take(event, ticket)
        finally:
            with self._life:
                self._inbox = None
                if self._loop.finished:
                    while not inbox.empty():
                        self._take(*inbox.get())
                else:
                    self._loop.abandon(broken())
                    while not inbox.empty():
                        _turn_away(*inbox.get())
                self._loop.rest()

    def _held_now(self) -> bool:
        """Return the hold as the book has it; where that cannot be read, what was said in this process."""
        try:
            return self._book.hold() if self._book is not None else self._held
        except (JarvisError, OSError) as error:
            _LOG.warning("the hold on the graphics cards could not be read: %s", error)
            return self._held

    def _take(self, event: Event | threading.Event, ticket: Ticket | None) -> None:
        if isinstance(event, threading.Event):
            event.set()
        else:
            self._loop.take(event, ticket)

    def _publish(self, view: PoolView) -> None:
        with self._published:
            self._view = view
            self._published.notify_all()

    def _announce(self, event: PoolEvent) -> None:
        if event.kind == "loaded":
            self._failed.pop(event.model, None)
        elif event.kind == "failed" and event.error is not None:
            self._failed[event.model] = (event.error, self._now())
        for listener in self._listeners:
            self._notes.later(lambda listener=listener: listener(event))  # type: ignore[misc]

    def _until(self, condition: Callable[[PoolView], bool], seconds: float) -> bool:
        """Wait until everything posted so far is dealt with and the pool meets `condition`, at most `seconds`."""
        reached = threading.Event()
        with self._life:
            if self._inbox is None:
                return condition(self._view)
            self._inbox.put((reached, None))
        reached.wait(seconds)
        with self._published:
            return self._published.wait_for(lambda: condition(self._view), seconds)

    def _gone(self, identity: str, seconds: float) -> bool:
        return self._until(lambda view: all(one.model.id != identity for one in view.loaded), seconds)

    def _free_mib(self) -> float | None:
        samples = self._probe.gpu_samples()
        return float(sum(sample.free_mib for sample in samples)) if samples else None


def _turn_away(event: Event | threading.Event, ticket: Ticket | None) -> None:
    """Answer for an event that no loop will deal with any more."""
    if isinstance(event, threading.Event):
        event.set()
    elif ticket is not None:
        ticket.put(broken())
