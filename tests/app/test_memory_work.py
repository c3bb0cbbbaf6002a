"""What is said is remembered in steps: a question waits for one of them only, and one bad text ends nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from jarvis.app import memory_work
from jarvis.app.build import Jarvis
from jarvis.app.memory_work import MemoryWork
from jarvis.memory.keeper import IndexKeeper
from jarvis.settings.folders import Folders


class Steps:
    """Stands for everything that the work calls; `left` texts wait for facts, and each step does what `does` says."""

    def __init__(self, left: int, does: Callable[[], None] = lambda: None) -> None:
        self.left = left
        self.calls = 0
        self._does = does

    def keep(self, limit: int) -> list[object]:
        return []

    def words_catch_up(self, limit: int = 1000) -> int:
        return 0

    def catch_up(self, limit: int) -> int:
        self.calls += 1
        self._does()
        done = min(limit, self.left)
        self.left -= done
        return done

    def work(self) -> MemoryWork:
        every = cast(Any, self)
        return MemoryWork(
            turns=every,
            facts=every,
            keeper=every,
            documents=every,
            words=every,
            finish=lambda: False,
            model_facts=lambda: False,
        )


def test_a_question_does_not_wait_for_a_long_backlog(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory_work, "QUESTION_SECONDS", 0.0)
    steps = Steps(100_000)
    work = steps.work()
    assert work.remember_before_question()
    assert steps.calls == 1
    assert work.remember()
    assert steps.left == 0


def test_a_question_goes_before_the_background(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory_work, "QUESTION_SECONDS", 60.0)
    under_way, go_on = threading.Event(), threading.Event()
    who: list[str] = []

    def does() -> None:
        who.append(threading.current_thread().name)
        under_way.set()
        assert go_on.wait(60)

    steps = Steps(41, does)
    work = steps.work()
    background = threading.Thread(target=work.remember, name="background")
    asking = threading.Thread(target=work.remember_before_question, name="question")
    background.start()
    assert under_way.wait(60)
    asking.start()
    while not work._asking:
        time.sleep(0.001)
    go_on.set()
    asking.join(60)
    background.join(60)
    assert who[:2] == ["background", "question"]
    assert steps.left == 0


def test_a_text_that_nothing_can_read_ends_neither_the_work_nor_the_question() -> None:
    def fails() -> None:
        raise OverflowError("date value out of range")

    steps = Steps(1, fails)
    work = steps.work()
    assert not work.remember_before_question()
    assert work.trouble is not None and "OverflowError" in work.trouble.sentence("en")
    assert "OverflowError" in work.trouble.sentence("es")
    assert not work.remember()
    steps._does = lambda: None
    assert work.remember()
    assert work.trouble is None


def test_ending_waits_for_one_step_only() -> None:
    steps = Steps(100_000)
    work = steps.work()
    steps._does = work.stop
    work.remember()
    assert steps.calls == 1


def test_models_are_let_go_before_the_index_is_waited_for_and_after(tmp_path: Path, monkeypatch: Any) -> None:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    acts: list[str] = []
    monkeypatch.setattr(IndexKeeper, "stop", lambda _: acts.append("stop"))

    class Model:
        def close(self) -> None:
            acts.append("close")

    assert jarvis.memory_room.keeper.index_pid() is None
    jarvis.memory_room._embedders.append(cast(Any, Model()))
    jarvis.close()
    assert acts == ["close", "stop", "close"]
