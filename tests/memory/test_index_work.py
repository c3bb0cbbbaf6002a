"""The background work outlives what fails in it, and says what that was."""

from __future__ import annotations

import errno
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.memory import NewMemory
from jarvis.memory import index_work
from jarvis.memory.index_lock import IndexLock
from jarvis.memory.index_work import IndexWork
from jarvis.memory.vector_folders import FILE, VectorFolders
from tests.fakes.memory import HashedEmbedder, MemoryWorld


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("where", ["forget", "check", "fill", "place"])
def test_the_thread_outlives_whatever_fails(tmp_path: Path, where: str) -> None:
    fails, went = threading.Event(), threading.Event()
    fails.set()

    def step(name: str) -> bool:
        if name == where and fails.is_set():
            raise RuntimeError("unheard of")
        if name == "place":
            went.set()
        return False

    lock = IndexLock(tmp_path)
    work = IndexWork(
        lock=lock,
        check=lambda: step("check") and None,
        forget=lambda: step("forget") and None,
        fill=lambda: step("fill"),
        place=lambda: step("place"),
    )
    work.start()
    until(lambda: work.trouble is not None)
    assert work.trouble is not None
    assert "(RuntimeError)" in work.trouble.sentence("en") and "se vuelve a intentar" in work.trouble.sentence("es")
    assert lock.held and not went.is_set()
    fails.clear()
    work.wake()
    assert went.wait(60)
    until(lambda: work.trouble is None)
    work.stop()
    assert not lock.held


def test_a_full_disk_is_told_and_the_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_work, "POLL_SECONDS", 0.01)
    world = MemoryWorld(tmp_path)
    world.remember("Ana likes green pears")
    with monkeypatch.context() as patch:
        patch.setattr(world.keeper._shards, "place", full)
        world.keeper.start()
        until(lambda: "No space left on device" in world.keeper.progress("en").sentence)
        world.memories.add([NewMemory(text="the moon is far away")])
        world.keeper.wake()
    world.keeper.wake()
    assert world.settled().done == 2
    world.close()


def test_an_unexpected_failure_in_the_background_is_the_state_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = MemoryWorld(tmp_path)
    world.remember("Ana likes green pears")

    def unheard_of(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(world.keeper._shards, "place", unheard_of)
        world.keeper.start()
        until(lambda: world.keeper.progress("en").state == "failed")
        assert "(RuntimeError)" in world.keeper.progress("es").sentence
    world.keeper.wake()
    world.settled()
    world.close()


def test_catching_up_on_a_full_disk_is_told_and_not_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = MemoryWorld(tmp_path)
    world.memories.add([NewMemory(text="Ana likes green pears")])
    with monkeypatch.context() as patch:
        patch.setattr(VectorFolders, "use", full)
        state = world.keeper._fill(8), world.keeper._fill_trouble
    assert state[0] == 0 and state[1] is not None and "No space left" in state[1].sentence("es")
    assert world.keeper.catch_up().state == "ready"
    world.close()


def test_an_old_folder_that_cannot_be_deleted_yet_is_deleted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = MemoryWorld(tmp_path)
    world.remember("Ana likes green pears")
    old = tmp_path / "memory" / world.embedder.info().tag
    (old / "chroma-0000").mkdir()
    (old / "chroma-0000" / "data").write_text("x")
    world.embedder = HashedEmbedder("hashed-2")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", full)
        assert world.keeper.catch_up().state == "failed"
    assert (old / FILE).exists() and (old / "chroma-0000").exists()
    assert world.keeper.catch_up().state == "ready"
    assert not old.exists()
    world.close()
