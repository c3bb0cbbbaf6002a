"""The pool over real children: swaps, deaths, holds, updates, memory that comes back late or not at all."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineNotice, EngineText, GenerationOptions
from jarvis.engines.completions import Completions
from jarvis.engines.local_model import LocalModelEngine
from jarvis.engines.pool.events import PoolEvent
from jarvis.engines.pool.free import free_everywhere
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.pool.state import Limits
from jarvis.engines.running import ModelToRun
from tests.fakes.model_processes import MemoryBook, Rig, SizePlacer, model
from tests.fakes.processes import PATIENCE_SECONDS, gone, until

SIZES = {"big": 14_000, "other": 13_000, "small": 3_000, "tiny": 1_000, "huge": 30_000}
ASK = [ChatMessage(role="user", text="hi")]


class Bench:
    """A pool with its rig, its book and engines over it."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(folder)
        self.book = MemoryBook()
        self.events: list[PoolEvent] = []
        self.completions = Completions()
        self.placer = SizePlacer(dict(SIZES))
        self.pool = self.new_pool()

    def new_pool(self, **options: Any) -> EnginePool:
        limits = options.pop("limits", Limits(vram=0.5, look=0.02, patience=PATIENCE_SECONDS, starve=0.3))
        pool = EnginePool(
            placer=self.placer, launcher=self.rig.launch, probe=self.rig, book=self.book, limits=limits,
            tick_seconds=0.02, check_seconds=options.pop("check_seconds", 5.0),
            health_seconds=options.pop("health_seconds", 5.0), **options,
        )  # fmt: skip
        pool.subscribe(self.events.append)
        return pool

    def engine(self, chosen: ModelToRun | EngineError, **options: Any) -> LocalModelEngine:
        return LocalModelEngine(
            model=lambda: chosen,
            name="local",
            pool=self.pool,
            completions=self.completions,
            book=self.book,
            exit_seconds=options.pop("exit_seconds", PATIENCE_SECONDS),
            **options,
        )

    def stream(self, identity: str, cancel: CancelToken | None = None) -> Iterator[Any]:
        return self.engine(model(identity)).stream(ASK, GenerationOptions(), cancel or CancelToken())

    def ask(self, identity: str) -> list[Any]:
        return list(self.stream(identity))

    def codes(self, items: list[Any]) -> list[str]:
        return [item.code for item in items if isinstance(item, EngineNotice)]

    def close(self) -> None:
        self.pool.close()
        self.completions.close()
        assert self.rig.over == []
        assert [pid for pid in self.rig.pids() if not gone(pid)] == []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def words(items: list[Any]) -> set[str]:
    return set("".join(item.text for item in items if isinstance(item, EngineText)).split())


def test_it_loads_answers_shares_and_closes(bench: Bench) -> None:
    items = bench.ask("big")
    assert words(items) == {"big"} and isinstance(items[-1], EngineDone)
    until(lambda: bench.pool.now_loaded()[0].in_flight == 0, "the child is given back")
    (now,) = bench.pool.now_loaded()
    assert (now.device, now.vram_mib, now.in_flight, now.phase) == ("GPU 0", 14_000, 0, "ready")
    assert words(bench.ask("small")) == {"small"}
    assert set(bench.pool.loaded()) == {"big", "small"}
    assert words(bench.ask("big")) == {"big"} and bench.rig.launched == ["big", "small"]
    bench.pool.close()
    assert bench.pool.loaded() == () and bench.rig.living() == []
    assert words(bench.ask("big")) == {"big"}


def test_what_was_measured_is_kept(bench: Bench) -> None:
    # Its clock goes on by a tenth of a second with each look: the child that answers writes everything at once.
    list(bench.engine(model("big"), now=count(0.0, 0.1).__next__).stream(ASK, GenerationOptions(), CancelToken()))
    until(lambda: len(bench.book.kept) == 2, "both measurements")
    loaded, answered = bench.book.kept
    assert loaded.vram_mib == ((0, 14_000.0),) and loaded.load_seconds > 0 and loaded.ram_mib > 1
    assert answered.signature == "0:32 cpu:0 f16 4096" and (answered.tokens_per_second or 0) > 1
    assert bench.book.answered == ["big"] and bench.book.notes["big"].device == "GPU 0"
    list(bench.engine(model("big"), now=count(7.0, 1e-6).__next__).stream(ASK, GenerationOptions(), CancelToken()))
    bench.pool.close()
    assert len(bench.book.kept) == 2, "an answer that took next to no time measures no speed"
    assert bench.book.notes == {}
    assert [event.kind for event in bench.events] == ["loading", "loaded", "unloaded"]


def test_waiters_of_one_model_share_its_load(bench: Bench) -> None:
    bench.rig.ways["big"] = ("slow",)
    answers: list[set[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(words(bench.ask("big")))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert answers == [{"big"}] * 5 and bench.rig.launched == ["big"]


def test_a_swap_waits_for_the_running_answer_and_says_so(bench: Bench) -> None:
    bench.rig.ways["big"] = ("endless",)
    running = bench.stream("big")
    next(running)
    items: list[Any] = []
    asking = threading.Thread(target=lambda: items.extend(bench.ask("other")))
    asking.start()
    until(lambda: bench.pool.view().waiting == 1, "the other waits")
    for _ in range(20):
        assert words([next(running)]) == {"big"}
    running.close()  # type: ignore[attr-defined]
    asking.join(PATIENCE_SECONDS)
    assert words(items) == {"other"} and bench.pool.loaded() == ("other",)
    assert bench.codes(items) == ["engine.queue", "engine.swap"]


def cancelled_once(holds: Callable[[], bool]) -> CancelToken:
    """Return a token that is cancelled from another thread as soon as `holds`."""
    cancel = CancelToken()
    threading.Thread(target=lambda: (until(holds, "it is time to cancel"), cancel.cancel())).start()
    return cancel


def test_waiting_can_be_cancelled(bench: Bench) -> None:
    bench.rig.ways["big"] = ("endless",)
    running = bench.stream("big")
    next(running)
    with pytest.raises(Cancelled):
        list(bench.stream("other", cancelled_once(lambda: bench.pool.view().waiting == 1)))
    assert bench.rig.launched == ["big"] and isinstance(next(running), EngineText)
    running.close()  # type: ignore[attr-defined]


def test_waiting_is_bounded(bench: Bench) -> None:
    bench.pool = bench.new_pool(limits=Limits(patience=0.2))
    bench.rig.ways["big"] = ("endless",)
    running = bench.stream("big")
    next(running)
    with pytest.raises(EngineError) as caught:
        bench.ask("other")
    assert caught.value.code == "engine.busy" and "big" in caught.value.sentence("es")
    assert bench.rig.launched == ["big"] and isinstance(next(running), EngineText)
    running.close()  # type: ignore[attr-defined]


def test_a_killed_child_is_explained_and_replaced(bench: Bench) -> None:
    bench.rig.once["big"] = [("endless",)]
    stream = bench.stream("big")
    assert isinstance(next(stream), EngineText)
    os.kill(bench.rig.pids()[0], signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.died" and "SIGKILL" in caught.value.sentence("es")
    assert words(bench.ask("big")) == {"big"}


def test_a_child_that_died_idle_is_not_handed_out(bench: Bench) -> None:
    bench.ask("big")
    os.kill(bench.rig.pids()[0], signal.SIGKILL)
    until(lambda: not bench.rig.living(), "the child ended")
    assert words(bench.ask("big")) == {"big"}
    until(lambda: "died" in [event.kind for event in bench.events], "the death is told")


@pytest.mark.parametrize("way", ["dies", "closes"])
def test_a_broken_answer_names_the_reason(bench: Bench, way: str) -> None:
    bench.rig.ways["big"] = (way,)
    # What closes lives on: there the wait for its end is in vain.
    engine = bench.engine(model("big"), **({"exit_seconds": 0.1} if way == "closes" else {}))
    with pytest.raises(EngineError) as caught:
        list(engine.stream(ASK, GenerationOptions(), CancelToken()))
    assert caught.value.code == ("engine.died" if way == "dies" else "engine.cut_off")


def test_a_child_that_hangs_is_ended(bench: Bench) -> None:
    bench.pool = bench.new_pool(check_seconds=0.05, health_seconds=0.1)
    bench.rig.ways["big"] = ("hangs", "deaf")
    with pytest.raises(EngineError) as caught:
        bench.ask("big")
    assert caught.value.code == "engine.died"
    until(lambda: bench.rig.living() == [], "the child ended")


def test_an_answer_that_makes_no_progress_is_ended(bench: Bench) -> None:
    bench.pool = bench.new_pool(limits=Limits(stuck=0.2))
    bench.rig.ways["big"] = ("hangs",)
    with pytest.raises(EngineError) as caught:
        bench.ask("big")
    assert caught.value.code == "engine.stuck"


def test_out_of_memory_is_tried_once_more_with_less(bench: Bench) -> None:
    bench.rig.once["big"] = [("no_memory",)]
    items = bench.ask("big")
    assert words(items) == {"big"} and "engine.smaller" in bench.codes(items)
    assert [placement.context_tokens for placement in bench.rig.placements] == [4096, 2048]
    bench.rig.ways["tiny"] = ("no_memory",)
    with pytest.raises(EngineError) as caught:
        bench.ask("tiny")
    assert caught.value.code == "engine.out_of_memory" and bench.rig.launched.count("tiny") == 2
    assert bench.engine(model("tiny")).status("es").state == "failed"


def test_a_load_that_fails_tells_everybody_and_may_be_asked_anew(bench: Bench) -> None:
    bench.rig.once["big"] = [("dies_loading",)]
    with pytest.raises(EngineError) as caught:
        bench.ask("big")
    assert caught.value.code == "child.exited"
    assert bench.engine(model("big")).status().state == "failed"
    assert words(bench.ask("big")) == {"big"}
    assert bench.engine(model("big")).status().state == "ready"


def test_memory_that_does_not_come_back_is_said(bench: Bench) -> None:
    bench.ask("big")
    real = bench.rig.machine
    bench.ask("small")
    bench.rig.stuck_mib = 0

    def late() -> Any:
        bench.rig.stuck_mib = 0 if "big" in [one.child.name for one in bench.rig.living()] else 9_000
        return real()

    bench.rig.machine = late  # type: ignore[method-assign]
    items = bench.ask("other")
    assert "engine.vram" in bench.codes(items) and words(items) == {"other"}
    assert "GPU" in next(item.es for item in items if isinstance(item, EngineNotice) and item.code == "engine.vram")


def test_freeing_ends_what_is_on_a_gpu_and_the_processor_takes_over(bench: Bench) -> None:
    bench.rig.once["big"] = [("endless", "stubborn")]
    stream = bench.stream("big")
    next(stream)
    bench.ask("small")
    freed = bench.pool.free()
    assert freed.freed_mib == 17_000 and freed.models == ("big", "small") and freed.seconds < PATIENCE_SECONDS
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.freed"
    items = bench.ask("tiny")
    assert bench.codes(items) == ["engine.held"] and bench.pool.now_loaded()[0].device == "CPU"
    bench.pool.hold(False)
    bench.ask("big")
    assert bench.pool.now_loaded()[-1].device == "GPU 0"


def test_another_process_frees_this_one(bench: Bench) -> None:
    bench.ask("big")
    until(lambda: "big" in bench.book.notes, "the note")
    freed = free_everywhere(bench.book, bench.rig, seconds=PATIENCE_SECONDS)
    assert freed.models == ("big",) and freed.freed_mib == 14_000
    assert freed.seconds < PATIENCE_SECONDS, "it followed the hold"
    until(lambda: bench.pool.loaded() == (), "nothing is loaded")


def test_whoever_does_not_follow_the_hold_is_killed(bench: Bench) -> None:
    bench.ask("big")
    (pid,) = bench.rig.pids()
    bench.book.revision = lambda: 0  # type: ignore[method-assign]
    until(lambda: "big" in bench.book.notes, "the note")
    assert free_everywhere(bench.book, bench.rig, seconds=0.2).models == ("big",)
    until(lambda: gone(pid), "the child was killed")


def test_an_update_lets_the_answer_end_and_loads_again(bench: Bench) -> None:
    stream = bench.stream("big")
    next(stream)
    paused: list[bool] = []
    thread = threading.Thread(target=lambda: paused.append(bench.pool.pause("big", PATIENCE_SECONDS)))
    thread.start()
    assert isinstance(list(stream)[-1], EngineDone)
    thread.join(PATIENCE_SECONDS)
    assert paused == [True] and bench.pool.loaded() == ()
    bench.pool.resume("big", load=True)
    until(lambda: [one.phase for one in bench.pool.now_loaded()] == ["ready"], "it is loaded again")
    assert bench.pool.pause("small") is False


def test_idle_models_leave_and_pinned_ones_stay(bench: Bench) -> None:
    with bench.pool.lease(model("big", keep=0.05), CancelToken()):
        time.sleep(0.1)
        assert bench.pool.loaded() == ("big",)
    until(lambda: bench.pool.loaded() == (), "the idle model left")
    bench.ask("big")
    bench.pool.pin("big", True)
    with bench.pool.lease(model("other"), CancelToken()) as lease:
        assert lease.placement.how == "partial"
    assert set(bench.pool.loaded()) == {"big", "other"}
    bench.pool.unload("big")
    until(lambda: bench.pool.loaded() == ("other",), "the person may unload it")


def test_other_settings_replace_the_child(bench: Bench) -> None:
    bench.ask("small")
    with bench.pool.lease(model("small", context=8192), CancelToken()) as lease:
        assert lease.placement.context_tokens == 8192
    assert bench.pool.loaded() == ("small",) and bench.rig.launched == ["small", "small"]


def test_a_cancelled_load_can_be_used_by_the_next(bench: Bench) -> None:
    loaded = bench.rig.gate("big")
    with pytest.raises(Cancelled):
        list(bench.stream("big", cancelled_once(lambda: bool(bench.rig.launched))))
    loaded.touch()
    assert words(bench.ask("big")) == {"big"} and bench.rig.launched == ["big"]


def test_the_status_says_what_is_the_matter(bench: Bench) -> None:
    missing = EngineError("engine.no_model", en="None.", es="Ninguno.")
    engine = bench.engine(missing)
    assert (engine.status("es").state, engine.status("es").sentence) == ("missing", "Ninguno.")
    with pytest.raises(EngineError, match="None"):
        next(engine.stream(ASK, GenerationOptions(), CancelToken()))
    said = {"en": "Built, 40 %.", "es": "Compilando, {40} %."}
    engine = bench.engine(model("big"), install_state=lambda language: said[language])
    assert (engine.status("es").state, engine.status("es").sentence) == ("installing", said["es"])
    with pytest.raises(EngineError) as caught:
        next(engine.stream(ASK, GenerationOptions(), CancelToken()))
    assert caught.value.code == "engine.installing" and caught.value.sentence("es") == said["es"]
    refusal = SizePlacer(SIZES, cpu=False)(model("huge"), bench.rig.machine())
    engine = bench.engine(model("huge"), plan=lambda: refusal)
    assert (engine.status().state, engine.status().sentence) == ("missing", "8000 MiB.")
    engine = bench.engine(model("big"), plan=lambda: bench.placer(model("big"), bench.rig.machine()))
    assert (engine.status().state, engine.status().device, engine.status().load_seconds) == ("loadable", "GPU 0", 14.0)
    assert bench.rig.launched == []


def test_what_has_no_place_is_refused(bench: Bench) -> None:
    bench.placer.cpu = False
    with pytest.raises(EngineError) as caught:
        bench.ask("huge")
    assert caught.value.code == "engine.no_place" and caught.value.sentence("es") == "8000 MiB."


def test_a_model_that_cannot_be_read_is_reported_as_failed(bench: Bench) -> None:
    broken = EngineError("model.truncated", en="Cut {off}.", es="Cortado {off}.", off="{x}")

    def place(*_: Any, **__: Any) -> Any:
        raise broken

    bench.pool = EnginePool(placer=place, launcher=bench.rig.launch, probe=bench.rig)
    with pytest.raises(EngineError) as caught:
        bench.ask("big")
    assert caught.value is broken
    status = bench.engine(model("big")).status("es")
    assert (status.state, status.sentence) == ("failed", "Cortado {x}.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_pool_itself_strands_nobody(bench: Bench) -> None:
    bench.ask("small")
    place = bench.placer.sizes.pop("big")
    with pytest.raises(EngineError) as caught:
        bench.ask("big")
    assert caught.value.code == "engine.pool_failed"
    bench.placer.sizes["big"] = place
    assert words(bench.ask("big")) == {"big"}
