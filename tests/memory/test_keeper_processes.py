"""Several processes over one index: one keeps it, the others search, add and forget; a killed one is followed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from tests.fakes.memory import MemoryWorld, bytes_of, texts_near

TEXTS = ("Ana likes green pears", "Luis drives an old train", "the moon is far away", "my sister sings on Tuesday")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MemoryWorld]:
    found = MemoryWorld(tmp_path)
    yield found
    found.close()


def process(world: MemoryWorld, what: str, *texts: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.programs.memory_process", str(world.home), what, *texts]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(other: subprocess.Popen[str]) -> str:
    assert other.stdout is not None
    return other.stdout.readline().strip()


def ended(other: subprocess.Popen[str]) -> None:
    assert other.stdin is not None and other.stdout is not None
    other.stdin.close()
    other.stdout.close()
    assert other.wait(30) == 0


def test_a_second_process_searches_adds_and_forgets_beside_the_keeper(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    keeper = process(world, "keep")
    assert said(keeper) == "kept"
    progress = world.keeper.progress("en")
    assert progress.state == "elsewhere" and f"process {keeper.pid}" in progress.sentence
    assert f"proceso {keeper.pid}" in world.keeper.progress("es").sentence
    assert texts_near(world, "moon") == [TEXTS[2]]
    world.remember("a green boat")
    assert texts_near(world, "boat") == ["a green boat"]
    world.memories.delete([3])
    world.keeper.purge()
    assert world.memories.forgotten() == [] and b"moon" not in bytes_of(world.home)
    ended(keeper)
    assert world.keeper.progress("en").state == "ready"


def test_forgetting_beside_a_keeper_that_does_not_answer_is_told_and_done_when_it_is_gone(
    world: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.remember(*TEXTS)
    holder = process(world, "hold")
    assert said(holder) == "held"
    monkeypatch.setattr(world.keeper._purging, "_owner_seconds", 0.2)
    world.memories.delete([3])
    with pytest.raises(StorageError, match=str(holder.pid)):
        world.keeper.purge()
    assert world.memories.forgotten() == [3]
    assert b"moon" not in bytes_of(world.home / "memory")
    waiting = process(world, "forget", "train")
    deadline = time.monotonic() + 60
    while len(world.memories.forgotten()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    assert said(waiting) == "forgotten"
    ended(waiting)
    assert world.memories.forgotten() == []


def test_two_processes_that_fill_at_once_make_every_vector(world: MemoryWorld) -> None:
    texts = [f"text{at} alone" for at in range(300)]
    others = [process(world, "add", *texts[at::3]) for at in range(3)]
    for other in others:
        assert said(other) in ("ready", "building", "elsewhere")
        ended(other)
    world.keeper.catch_up()
    assert world.keeper.progress("en").done == 300
    for text in random.Random(1).sample(texts, 20):
        assert texts_near(world, text) == [text]


def test_the_next_process_takes_over_and_finishes_what_a_killed_one_left(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    keeper = process(world, "keep")
    assert said(keeper) == "kept"
    world.keeper.start()
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.communicate()
    world.memories.delete([1])
    world.keeper.wake()
    deadline = time.monotonic() + 30
    while world.memories.forgotten():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert b"pears" not in bytes_of(world.home)
