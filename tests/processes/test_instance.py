"""One instance: the second is told who holds the lock; a crash leaves nothing to clean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis.contracts.errors import AlreadyRunning, StorageError
from jarvis.processes.instance import single_instance
from tests.fakes.processes import program


def test_the_second_is_told_the_process(tmp_path: Path) -> None:
    with single_instance(tmp_path, "desktop"):
        with pytest.raises(AlreadyRunning) as caught:
            single_instance(tmp_path, "desktop")
        assert str(os.getpid()) in caught.value.sentence("en")
        assert str(os.getpid()) in caught.value.sentence("es")
        with single_instance(tmp_path, "other"):
            pass


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    first = single_instance(tmp_path, "desktop")
    first.release()
    first.release()
    with single_instance(tmp_path, "desktop"):
        assert (tmp_path / "desktop.lock").read_text(encoding="ascii") == str(os.getpid())


def test_a_stale_file_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "desktop.lock").write_text("999999 and more", encoding="ascii")
    with single_instance(tmp_path, "desktop"):
        assert (tmp_path / "desktop.lock").read_text(encoding="ascii") == str(os.getpid())


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    with program("tests.programs.lock_holder", str(tmp_path), "desktop") as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            single_instance(tmp_path, "desktop")
        holder.kill()
        holder.wait()
        with single_instance(tmp_path, "desktop"):
            pass


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="did not start"):
        single_instance(blocked / "run", "desktop")
