"""The pool in trouble: what leaks, hangs, fails, comes too late, or is done by another process at the same time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, StorageError
from jarvis.contracts.hardware import Machine
from jarvis.contracts.models import LoadedModel
from jarvis.engines.pool import loop as pool_loop
from jarvis.engines.pool.free import free_everywhere
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.pool.state import Limits
from jarvis.engines.pool.turn import LoadTurn, somebody_loads
from jarvis.engines.pool.watch import PoolWatch
from tests.fakes.model_processes import MemoryBook, Rig, SizePlacer, model
from tests.fakes.processes import PATIENCE_SECONDS, gone, until

SIZES = {"big": 14_000, "other": 13_000, "small": 3_000}
LOCKED = StorageError("storage.busy", en="Locked.", es="Bloqueado.")


class Room:
    """A rig, a book, and the pools that a test makes over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rig = Rig(folder)
        self.book = MemoryBook()
        self.placer = SizePlacer(dict(SIZES))
        self.pools: list[EnginePool] = []

    def pool(self, **options: Any) -> EnginePool:
        given: dict[str, Any] = {
            "placer": self.placer, "launcher": self.rig.launch, "probe": self.rig, "book": self.book,
            "limits": Limits(vram=0.5, look=0.02, patience=PATIENCE_SECONDS, starve=0.3), "tick_seconds": 0.02,
        }  # fmt: skip
        self.pools.append(EnginePool(**{**given, **options}))
        return self.pools[-1]

    def close(self) -> None:
        for pool in self.pools:
            pool.close()
        assert self.rig.over == []
        assert [pid for pid in self.rig.pids() if not gone(pid)] == []


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.close()


class Asking:
    """One request on a thread of its own: its notices, its place, or its error."""

    def __init__(self, pool: EnginePool, identity: str) -> None:
        self.codes: list[str] = []
        self.how = ""
        self.error: EngineError | None = None
        self.pool, self.model = pool, model(identity)
        self.cancel = CancelToken()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        try:
            with self.pool.lease(self.model, self.cancel, lambda notice: self.codes.append(notice.code)) as lease:
                self.how = lease.placement.how
        except EngineError as error:
            self.error = error

    def done(self) -> Asking:
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive(), "the request never ended"
        return self


def test_one_thread_watches_for_as_long_as_there_are_children() -> None:
    book, seen = MemoryBook(), set()

    def revision() -> int:
        seen.add(threading.get_ident())
        looks.release()
        return 0

    looks = threading.Semaphore(0)
    book.revision = revision  # type: ignore[method-assign]
    watch = PoolWatch(post=lambda _: None, book=book, now=time.monotonic, check_seconds=5, health_seconds=5)
    keep = threading.current_thread()
    for _ in range(300):
        while not looks.acquire(timeout=0.001):
            watch.look([])
    watch.close()
    assert len(seen) == 1 and keep.ident not in seen


def test_unloading_during_the_load_ends_the_wait(room: Room) -> None:
    room.rig.gate("big")
    pool = room.pool()
    asking = Asking(pool, "big")
    until(lambda: bool(room.rig.launched), "the load begins")
    pool.unload("big")
    error = asking.done().error
    assert error is not None and error.code == "engine.unloaded" and "antes de poder" in error.sentence("es")
    until(lambda: pool.loaded() == (), "it is gone")
    assert room.rig.launched == ["big"]


def test_an_update_ends_the_wait(room: Room) -> None:
    room.rig.gate("big")
    pool = room.pool(limits=Limits(patience=600.0))
    asking = Asking(pool, "big")
    until(lambda: bool(room.rig.launched), "the load begins")
    pool.pause("big")
    error = asking.done().error
    assert error is not None and error.code == "engine.updating" and pool.loaded() == ()


def test_a_silent_answer_does_not_end_one_that_goes_on(room: Room) -> None:
    pool = room.pool()
    with pool.lease(model("big"), CancelToken()) as first, pool.lease(model("big"), CancelToken()) as second:
        first.progress()
        second.kill(silence_seconds=60.0)
        assert room.rig.living() != []
        second.kill(silence_seconds=0.0)
        until(lambda: room.rig.living() == [], "the child is ended")


@pytest.mark.parametrize("fault", [LOCKED, FileNotFoundError("projector.gguf")])
def test_a_fault_of_the_placer_refuses_one_model_only(room: Room, fault: Exception) -> None:
    def place(wanted: Any, machine: Machine, *, smaller: int = 0) -> Any:
        if wanted.id == "other":
            raise fault
        return room.placer(wanted, machine, smaller=smaller)

    pool = room.pool(placer=place)
    with pool.lease(model("small"), CancelToken()) as lease:
        error = Asking(pool, "other").done().error
        assert error is not None and error.code == "engine.start_failed"
        assert lease.failure is None and pool.loaded() == ("small",)


def test_a_locked_book_does_not_keep_the_pool_from_starting(room: Room) -> None:
    def locked() -> bool:
        raise LOCKED

    room.book.hold = locked  # type: ignore[method-assign]
    assert Asking(room.pool(), "small").done().how == "one_gpu"


@pytest.mark.parametrize("hangs", [True, False])
def test_a_probe_that_fails_or_hangs_ends_children_all_the_same(
    room: Room, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_loop, "_LOOK_SECONDS", 0.1)
    release, real = threading.Event(), room.rig.machine

    def machine() -> Machine:
        if hangs:
            release.wait(PATIENCE_SECONDS)
            return real()
        raise OSError("no driver")

    pool = room.pool()
    Asking(pool, "big").done()
    (pid,) = room.rig.pids()
    room.rig.machine = machine  # type: ignore[method-assign]
    pool.unload("big")
    try:
        until(lambda: gone(pid), "the child ended")
    finally:
        release.set()


def test_a_start_that_outlasts_its_end_leaves_no_child(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_loop, "_START_ENDS_SECONDS", 0.05)
    release, made = threading.Event(), threading.Event()
    processes: list[Any] = []

    def launch(*arguments: Any) -> Any:
        release.wait(PATIENCE_SECONDS)
        processes.append(room.rig.launch(*arguments))
        made.set()
        return processes[-1]

    pool = room.pool(launcher=launch)
    asking = Asking(pool, "big")
    until(lambda: bool(pool.loaded()), "the load begins")
    pool.unload("big")
    asking.done()
    until(lambda: pool.loaded() == (), "the pool takes it for gone")
    release.set()
    assert made.wait(PATIENCE_SECONDS)
    until(lambda: not any(thread.name == "pool-start" for thread in threading.enumerate()), "the start ends")
    assert not processes[0].begun and room.rig.pids() == []


def test_a_hold_of_another_process_is_seen_at_the_next_question(room: Room) -> None:
    pool = room.pool()
    Asking(pool, "small").done()
    pool.unload("small")
    until(lambda: pool.loaded() == (), "the pool is idle")
    room.book.set_hold(True)
    assert Asking(pool, "big").done().how == "cpu"
    pool.unload("big")
    until(lambda: pool.loaded() == (), "the pool is idle again")
    room.book.set_hold(False)
    assert Asking(pool, "big").done().how == "one_gpu"


def test_the_memory_of_a_child_that_died_is_not_missed(room: Room) -> None:
    room.rig.stuck_mib = 800
    pool = room.pool()
    Asking(pool, "big").done()
    os.kill(room.rig.pids()[0], signal.SIGKILL)
    until(lambda: room.rig.living() == [], "it died")
    asking = Asking(pool, "big").done()
    assert asking.how == "one_gpu" and "engine.vram" not in asking.codes


def test_processes_load_in_turns(room: Room) -> None:
    """Memory counts as taken only when a child is ready, so two at once would both take the same."""
    lock, real = room.folder / "loading.lock", room.rig.living
    seen_ready = lambda: [one for one in real() if one.child.state == "ready"]  # noqa: E731
    loaded = room.rig.gate("big")
    room.rig.living = seen_ready  # type: ignore[method-assign]
    first, second = (room.pool(load_lock=lock, book=MemoryBook()) for _ in range(2))
    one = Asking(first, "big")
    until(lambda: bool(room.rig.launched), "the first loads")
    assert somebody_loads(lock)
    two = Asking(second, "other")
    until(lambda: "engine.loading_elsewhere" in two.codes, "the second waits for its turn")
    loaded.touch()
    two.done()
    assert one.done().how == "one_gpu" and two.how == "partial"
    assert two.codes[0] == "engine.loading_elsewhere"
    until(lambda: not somebody_loads(lock), "the turn is given back")


def test_the_turn_is_waited_for_only_so_long_and_only_while_wanted(tmp_path: Path) -> None:
    file = tmp_path / "loading.lock"
    owner, impatient, leaving = LoadTurn(file, 1.0), LoadTurn(file, 0.0), LoadTurn(file, 1.0)
    owner.take(lambda: True, lambda: None)
    told: list[str] = []
    leaving.take(lambda: False, lambda: told.append("leaving"))
    impatient.take(lambda: True, lambda: told.append("impatient"))
    leaving.give()
    assert somebody_loads(file) and told == []
    owner.give()
    assert not somebody_loads(file)


def test_freeing_from_outside_waits_for_a_load_that_goes_on(room: Room) -> None:
    lock = room.folder / "loading.lock"
    room.rig.gate("big")
    pool = room.pool(load_lock=lock)
    asking = Asking(pool, "big")
    until(lambda: bool(room.rig.launched), "the load begins")
    room.rig.ways.clear()
    free_everywhere(room.book, room.rig, load_lock=lock, seconds=PATIENCE_SECONDS)
    assert room.rig.placements[0].how == "one_gpu"
    assert not [one for one in room.rig.living() if one.placement.devices]
    assert asking.done().how == "cpu"


def test_whoever_waits_behind_a_load_is_told_and_not_for_ever(room: Room) -> None:
    loaded = room.rig.gate("big")
    pool = room.pool(limits=Limits(patience=0.1))
    one = Asking(pool, "big")
    until(lambda: bool(room.rig.launched), "the first loads")
    two = Asking(pool, "small").done()
    assert two.codes == ["engine.loading_first"] and two.error is not None
    assert two.error.code == "engine.busy" and "cargando" in two.error.sentence("es")
    loaded.touch()
    assert one.done().how == "one_gpu"


def test_a_refusal_names_who_holds_the_memory(room: Room) -> None:
    room.placer.cpu = False
    pool = room.pool()
    Asking(pool, "big").done()
    pool.pin("big", True)
    room.book.set_loaded("foreign", LoadedModel(device="GPU 1", vram_mib=5000, ram_mib=1, url="", pid=os.getpid()))
    error = Asking(pool, "other").done().error
    assert error is not None and error.code == "engine.no_place"
    for language in ("en", "es"):
        assert "big" in error.sentence(language) and "foreign" in error.sentence(language)


def test_a_listener_that_fails_stops_no_notes(room: Room) -> None:
    pool = room.pool()

    def fail(_: object) -> None:
        raise ValueError("listener")

    pool.subscribe(fail)
    Asking(pool, "small").done()
    until(lambda: "small" in room.book.notes, "the load is noted")


def test_freeing_holds_before_it_measures(room: Room) -> None:
    pool, held = room.pool(), []
    Asking(pool, "big").done()
    real = room.rig.gpu_samples

    def samples() -> Any:
        held.append(room.book.held)
        return real()

    room.rig.gpu_samples = samples  # type: ignore[method-assign]
    assert pool.free().freed_mib == 14_000 and held == [True, True]
