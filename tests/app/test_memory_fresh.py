"""Short commands look into the memory at once, whatever another process or a backlog is busy with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis.app import memory_work
from jarvis.app.build import Jarvis
from jarvis.app.memory_fresh import freshen
from jarvis.contracts.errors import StorageError
from jarvis.contracts.memory import NewMemory
from jarvis.memory.purging import Purging
from jarvis.settings.folders import Folders
from tests.app.test_memory_work import Steps

ROOT = Path(__file__).parents[2]


def _holder(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.programs.memory_process", str(home), "hold"]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert other.stdout is not None and other.stdout.readline().strip() == "held"
    return other


def _ended(other: subprocess.Popen[str]) -> None:
    assert other.stdin is not None and other.stdout is not None
    other.stdin.close()
    other.stdout.close()
    assert other.wait(60) == 0


def _listed(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JARVIS_HOME": str(home), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "jarvis", "memory", "list"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_commands_work_while_another_process_is_busy_with_a_forgetting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    jarvis = Jarvis(Folders(home=home))
    kept, gone = jarvis.memories.add([NewMemory(text="Ana likes green pears"), NewMemory(text="the vault is open")])
    jarvis.memories.delete([gone.seq])
    other = _holder(home)
    with monkeypatch.context() as patch:

        def waits(*_: Any) -> None:
            raise AssertionError("it waited")

        patch.setattr(Purging, "_await_owner", waits)
        (notice,) = jarvis.memory_room.freshen()
    assert str(other.pid) in notice and jarvis.memories.forgotten(1)
    jarvis.close()
    busy = _listed(home)
    assert busy.returncode == 0 and kept.text in busy.stdout and f"process {other.pid}" in busy.stderr, busy.stderr
    _ended(other)
    free = _listed(home)
    assert free.returncode == 0 and kept.text in free.stdout and not free.stderr
    again = Jarvis(Folders(home=home))
    assert not again.memories.forgotten(1)
    again.close()


def test_a_long_backlog_is_not_waited_for_but_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_work, "QUESTION_SECONDS", 0.0)
    steps = Steps(100_000)
    work = steps.work()
    (notice,) = freshen(lambda: None, work, "en")
    assert steps.calls == 1 and notice.startswith("Not everything")
    (notice,) = freshen(lambda: None, work, "es")
    assert steps.calls == 2 and notice.startswith("Aún no se ha recordado todo")
    steps.left = 3
    assert freshen(lambda: None, work, "en") == ()
    assert steps.left == 0


def test_what_cannot_be_finished_or_remembered_is_told_and_ends_nothing() -> None:
    def cannot() -> None:
        raise StorageError("a", en="Not {now}.", es="Ahora no.", now="now")

    def fails() -> None:
        raise StorageError("b", en="Not this.", es="Esto no.")

    steps = Steps(1, fails)
    assert freshen(cannot, steps.work(), "en") == ("Not now.", "Not this.")


def test_the_days_work_begins_even_where_a_forgetting_cannot_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_work, "LOOK_SECONDS", 0.01)
    began: list[str] = []
    steps = Steps(0)
    work = steps.work()

    def cannot() -> bool:
        raise StorageError("a", en="Not now.", es="Ahora no.")

    class Begins:
        def start(self) -> None:
            began.append("index")

        def follow(self) -> None:
            began.append("folders")
            work._ended.set()

    monkeypatch.setattr(work, "_finish", cannot)
    monkeypatch.setattr(work, "_keeper", Begins())
    monkeypatch.setattr(work, "_documents", Begins())
    work.start()
    work.stop()
    assert began == ["index", "folders"]
