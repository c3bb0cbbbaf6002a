"""When speech recognition leaves the GPU and when it comes back, in told time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from jarvis.app.recognition_watch import (
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    ROOM_SECONDS,
    Moves,
    RecognitionWatch,
)
from jarvis.contracts.errors import StorageError


@dataclass
class World:
    """GPUs that are held or not, with room or not, and a recogniser that is busy or not; `done` is what was done."""

    held: bool = False
    room: bool = False
    busy: bool = False
    gpu_works: bool = True
    now: float = 1000.0
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        moves = Moves(held=lambda: self.held, wants_gpu=lambda: self.room, free=self.free, renew=self.renew)
        self.watch = RecognitionWatch(moves, threading.Event())

    def free(self) -> None:
        self.done.append("free")

    def renew(self) -> bool:
        if self.busy:
            return False
        self.done.append("renew")
        self.watch.runs("gpu" if self.gpu_works else "pushed_out", self.now)
        return True

    def after(self, seconds: float) -> list[str]:
        """Return what is done in so many seconds, a look each second."""
        self.done.clear()
        for _ in range(round(seconds)):
            self.now += 1
            self.watch.look(self.now)
        return self.done


def test_a_gpu_is_given_back_once_and_nothing_is_started_while_it_is_wanted_free() -> None:
    world = World(room=True)
    world.watch.runs("gpu", world.now)
    assert world.after(100) == []
    world.held = True
    assert world.after(500) == ["free"]


def test_it_returns_as_soon_as_the_hold_ends_and_nobody_speaks() -> None:
    world = World(held=True, room=True)
    world.watch.runs("processor", world.now)
    assert world.after(500) == []
    world.held, world.busy = False, True
    assert world.after(2) == []
    world.busy = False
    assert world.after(ROOM_SECONDS) == ["renew"]
    assert world.after(500) == []
    world.watch.runs("processor", world.now)
    world.held = True
    world.after(3)
    world.held = False
    assert world.after(1) == ["renew"]


def test_room_is_looked_for_without_any_hold() -> None:
    world = World()
    world.watch.runs("processor", world.now)
    assert world.after(100) == []
    world.room = True
    assert world.after(ROOM_SECONDS) == ["renew"]


def test_a_gpu_that_only_looks_roomy_is_tried_ever_more_rarely() -> None:
    world = World(room=True, gpu_works=False)
    world.watch.runs("pushed_out", world.now)
    assert world.after(FIRST_RETRY_SECONDS - 1) == []
    assert world.after(FIRST_RETRY_SECONDS) == ["renew"]
    assert len(world.after(86_400)) <= 7 + 86_400 / LONGEST_RETRY_SECONDS
    world.gpu_works = True
    assert world.after(2 * LONGEST_RETRY_SECONDS) == ["renew"]
    world.watch.runs("pushed_out", world.now)
    assert world.after(FIRST_RETRY_SECONDS + 1) == ["renew"]


def test_one_that_stays_where_it_is_is_left_alone() -> None:
    world = World(room=True)
    world.watch.runs(None, world.now)
    assert world.after(100_000) == []


def test_a_start_that_fails_is_left_to_the_next_utterance() -> None:
    world = World(room=True)

    def renew() -> bool:
        world.done.append("tried")
        raise StorageError("book.broken", en="Broken.", es="Roto.")

    world.watch = RecognitionWatch(
        Moves(held=lambda: False, wants_gpu=lambda: True, free=world.free, renew=renew), threading.Event()
    )
    world.watch.runs("processor", world.now)
    with pytest.raises(StorageError):
        world.after(ROOM_SECONDS)
    assert world.after(1000) == [] and world.done == []
