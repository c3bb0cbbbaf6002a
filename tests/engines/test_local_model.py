"""The local engine over a real pool and real children: answers, deaths, hangs, swaps, changed options, what is kept."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.hardware import GpuDevice
from jarvis.contracts.ports import EngineDone, EngineNotice, EngineText, GenerationOptions
from jarvis.engines.pool.state import Limits
from jarvis.engines.running import ModelToRun
from tests.fakes.home_facts import FACTS
from tests.fakes.local_engine import EXACT, PLAIN, REAL, LocalBench
from tests.fakes.processes import PATIENCE_SECONDS, gone, until

ENDLESS = GenerationOptions(max_tokens=1500, temperature=2.0)
ONE = GenerationOptions(max_tokens=1, temperature=0.0)
QUESTION, ANSWER = FACTS[21]
CARD = GpuDevice(index=0, name="RTX 2060", total_mib=6_144, free_mib=6_000, bandwidth_gbs=336.0)


@pytest.fixture
def home(home_model: Path, tmp_path: Path) -> Iterator[LocalBench]:
    bench = LocalBench(tmp_path, home_model)
    yield bench
    bench.close()


@pytest.fixture
def slow(slow_model: Path, tmp_path: Path) -> Iterator[LocalBench]:
    bench = LocalBench(tmp_path, slow_model)
    yield bench
    bench.close()


def codes(items: list[Any]) -> list[str]:
    return [item.code for item in items if isinstance(item, EngineNotice)]


def seconds_of(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_it_starts_answers_and_closes(home: LocalBench) -> None:
    status = home.engine.status()
    assert (status.id, status.model, status.where, status.state) == ("local", "m", "local", "loadable")
    assert status.abilities == {"tools"} and status.context_tokens == 2048 and status.device == "CPU"
    items = list(home.stream(QUESTION))
    assert "".join(item.text for item in items[:-1]) == ANSWER
    assert isinstance(items[-1], EngineDone)
    assert items[-1].finish_reason == "stop"
    assert items[-1].usage.prompt_tokens > 100 and items[-1].usage.completion_tokens > 5
    status = home.engine.status("es")
    assert (status.state, status.device, status.sentence) == ("ready", "CPU", "")
    child = home.child()
    home.engine.close()
    until(lambda: gone(child), "closing ended the child")
    until(lambda: home.engine.status().state == "loadable", "it can be loaded again")
    assert home.ask(QUESTION) == ANSWER


def test_a_prompt_that_was_read_ahead_is_not_read_again(home: LocalBench) -> None:
    messages = home.messages(QUESTION)
    home.engine.prefill(messages, EXACT, CancelToken())
    assert home.engine.status().state == "loadable", "nothing is loaded for it"
    list(home.stream("something else"))
    until(lambda: not home.pool.now_loaded()[0].in_flight, "the model is free")
    home.engine.prefill(messages, EXACT, CancelToken())
    *texts, done = home.stream(QUESTION)
    assert "".join(item.text for item in texts) == ANSWER
    assert isinstance(done, EngineDone)
    assert done.usage.cached_tokens >= done.usage.prompt_tokens - 1
    cancelled = CancelToken()
    cancelled.cancel("speech went on")
    with pytest.raises(Cancelled):
        home.engine.prefill(messages, EXACT, cancelled)


def test_what_was_measured_is_in_the_book_and_known_after_a_restart(slow: LocalBench) -> None:
    predicted = slow.engine.status().load_seconds
    list(slow.stream("hi", ONE))
    seconds = slow.engine.status().load_seconds
    assert seconds and seconds != predicted
    until(lambda: len(slow.book.measurements("m")) == 1, "the load is noted")
    (loaded,) = slow.book.measurements("m")
    assert loaded.tokens_per_second is None, "too short an answer to measure by"
    list(slow.stream("hi", GenerationOptions(max_tokens=24, temperature=0.0)))
    row = slow.book.row("m")
    assert row is not None and row.loaded is not None and row.used_at is not None
    assert (row.loaded.pid, row.loaded.device, row.loaded.vram_mib) == (slow.child(), "CPU", 0.0)
    slow.pool.close()
    closed = slow.book.row("m")
    assert closed is not None and closed.loaded is None
    (kept,) = slow.book.measurements("m")
    assert (kept.signature, kept.load_seconds, kept.vram_mib) == ("cpu:12 f16 2048", seconds, ())
    assert kept.ram_mib > 20 and kept.tokens_per_second is not None
    slow.pool = slow.new_pool()
    slow.engine = slow.new_engine()
    status = slow.engine.status()
    assert (status.state, status.load_seconds) == ("loadable", seconds)
    assert status.tokens_per_second == kept.tokens_per_second


def test_a_killed_child_keeps_the_text_and_the_next_question_works(slow: LocalBench) -> None:
    stream = slow.stream("hi", ENDLESS)
    assert isinstance(next(stream), EngineText)
    os.kill(slow.child(), signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.died"
    assert "SIGKILL" in caught.value.sentence("es")
    assert isinstance(next(slow.stream("hi", ENDLESS)), EngineText)


def test_a_child_killed_between_two_answers_costs_nobody_an_answer(home: LocalBench) -> None:
    home.ask(QUESTION)
    os.kill(home.child(), signal.SIGKILL)
    assert home.ask(QUESTION) == ANSWER


def test_a_hanging_child_is_noticed_and_ended(slow: LocalBench) -> None:
    slow.pool = slow.new_pool(health_seconds=0.5)
    slow.engine = slow.new_engine()
    stream = slow.stream("hi", ENDLESS)
    next(stream)
    child = slow.child()
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.died"
    until(lambda: gone(child), "the hanging child was ended")
    assert isinstance(next(slow.stream("hi", ONE)), EngineText)


@pytest.mark.parametrize("where", ["answer", "prompt"])
def test_cancelling_stops_the_child_computing(slow: LocalBench, where: str) -> None:
    cancel = CancelToken()
    list(slow.stream("warm", ONE))
    process = psutil.Process(slow.child())
    begun = seconds_of(process)
    stream = slow.stream("hi" if where == "answer" else "word " * 300, ENDLESS, cancel)
    if where == "answer":
        next(stream)
        cancel.cancel()
    else:

        def cancel_while_computing() -> None:
            until(lambda: seconds_of(process) > begun + 0.1, "computing")
            cancel.cancel()

        in_background(cancel_while_computing)
    with pytest.raises(Cancelled):
        list(stream)
    left = seconds_of(process)
    list(slow.stream("ok", ONE))
    assert seconds_of(process) - left < 2.0
    assert slow.child() == process.pid, "cancelling does not cost the loaded model"


def test_idleness_frees_the_memory(home: LocalBench) -> None:
    home.ask(QUESTION)
    child = home.child()
    assert not gone(child)
    home.change(keep_alive_seconds=0.2)
    assert home.ask(QUESTION) == ANSWER
    until(lambda: gone(child), "the idle child ended")
    until(lambda: home.events[-1].why == "idle", "and it was for its idleness")
    assert home.ask(QUESTION) == ANSWER


def test_a_changed_option_takes_effect_at_the_next_question(home: LocalBench) -> None:
    home.ask(QUESTION)
    first = home.child()
    home.change(context_tokens=256)
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert caught.value.code == "engine.context_too_long"
    assert "> 256 tokens" in caught.value.sentence("es")
    assert gone(first)


def test_a_changed_option_lets_the_running_answer_finish(slow: LocalBench) -> None:
    running = slow.stream("hi", GenerationOptions(max_tokens=40, temperature=0.0))
    next(running)
    first = slow.child()
    slow.change(context_tokens=1024)
    answers: list[Any] = []
    asking = in_background(lambda: answers.extend(slow.stream("hi", GenerationOptions(max_tokens=4))))
    until(lambda: slow.pool.view().waiting == 1, "the other waits")
    assert isinstance(list(running)[-1], EngineDone)
    asking.join(PATIENCE_SECONDS)
    assert isinstance(answers[-1], EngineDone) and "engine.queue" in codes(answers)
    assert gone(first) and not gone(slow.child())


def test_waiting_for_another_answer_is_bounded_and_can_be_cancelled(slow: LocalBench) -> None:
    slow.pool = slow.new_pool(limits=Limits(patience=0.3))
    slow.engine = slow.new_engine()
    running = slow.stream("hi", ENDLESS)
    next(running)
    slow.change(context_tokens=1024)
    cancel = CancelToken()
    waiting = slow.stream("hi", EXACT, cancel)
    assert next(waiting).code == "engine.queue"
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(waiting)
    with pytest.raises(EngineError) as caught:
        list(slow.stream("hi"))
    assert caught.value.code == "engine.busy"
    assert isinstance(next(running), EngineText)
    running.close()  # type: ignore[attr-defined]


def test_an_impatient_person_may_cancel_the_load(home: LocalBench) -> None:
    cancel = CancelToken()
    home.pool.subscribe(lambda event: cancel.cancel() if event.kind == "loading" else None)
    with pytest.raises(Cancelled):
        list(home.stream(QUESTION, EXACT, cancel))
    assert home.ask(QUESTION) == ANSWER
    assert [event.kind for event in home.events].count("loading") == 1, "the load went on for whoever came next"


def test_two_models_take_turns_where_only_one_fits(slow: LocalBench) -> None:
    slow.base = replace(PLAIN, ram_mib=1_000, ram_free_mib=1_000)
    first = slow.stream("hi", GenerationOptions(max_tokens=16, temperature=0.0))
    next(first)
    one = slow.child()
    slow.change(id="other")
    second: list[Any] = []
    asking = in_background(lambda: second.extend(slow.stream("hi", GenerationOptions(max_tokens=4))))
    until(lambda: slow.pool.view().waiting == 1, "the other waits")
    assert isinstance(list(first)[-1], EngineDone)
    asking.join(PATIENCE_SECONDS)
    assert codes(second) == ["engine.queue", "engine.swap"] and isinstance(second[-1], EngineDone)
    notice = next(item for item in second if isinstance(item, EngineNotice) and item.code == "engine.swap")
    assert notice.es == "Descargando m para hacer sitio a other."
    assert gone(one) and slow.pool.loaded() == ("other",)
    slow.change(id="m")
    back = list(slow.stream("hi", ONE))
    assert codes(back) == ["engine.swap"] and isinstance(back[-1], EngineDone) and slow.pool.loaded() == ("m",)


def test_a_model_that_fits_nowhere_is_refused_with_the_number(slow: LocalBench) -> None:
    slow.base = replace(PLAIN, ram_mib=200, ram_free_mib=200)
    status = slow.engine.status("es")
    assert status.state == "missing" and status.sentence
    with pytest.raises(EngineError) as caught:
        slow.ask("hi")
    assert (caught.value.code, caught.value.sentence("es")) == ("engine.no_place", status.sentence)
    assert slow.children == []


def test_freeing_the_cards_ends_the_answer_there_and_the_next_one_runs_on_the_processor(slow: LocalBench) -> None:
    slow.base = replace(PLAIN, gpus=(CARD,))
    running = slow.stream("hi", ENDLESS)
    next(running)
    first = slow.child()
    assert slow.engine.status().device == "GPU 0"
    held = slow.pool.now_loaded()[0].vram_mib
    assert held > 100 and abs(held - slow.children[0][0].vram_mib) <= 1, "measured by what the card lost"
    freed = slow.pool.free()
    assert freed.models == ("m",) and abs(freed.freed_mib - held) <= 1 and freed.seconds < PATIENCE_SECONDS
    assert gone(first) and slow.book.hold()
    with pytest.raises(EngineError) as caught:
        list(running)
    assert caught.value.code == "engine.freed"
    on_processor = list(slow.stream("hi", ONE))
    assert codes(on_processor) == ["engine.held"] and isinstance(on_processor[-1], EngineDone)
    assert slow.engine.status().device == "CPU"
    slow.pool.hold(False)
    slow.engine.close()
    until(lambda: slow.pool.loaded() == (), "unloaded")
    assert codes(list(slow.stream("hi", ONE))) == [] and slow.engine.status().device == "GPU 0"


def test_while_it_is_being_installed_it_says_so(home: LocalBench) -> None:
    home.installing = {"en": "Being built, 40 %.", "es": "Compilando, 40 %."}
    status = home.engine.status("es")
    assert (status.state, status.sentence) == ("installing", "Compilando, 40 %.")
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert (caught.value.code, str(caught.value)) == ("engine.installing", "Being built, 40 %.")
    assert caught.value.sentence("es") == "Compilando, 40 %." and home.children == []


def test_without_a_model_it_says_what_is_missing(home: LocalBench) -> None:
    home.model = EngineError("engine.no_model", en="None.", es="Ninguno.")
    assert (home.engine.status("es").state, home.engine.status("es").sentence) == ("missing", "Ninguno.")
    with pytest.raises(EngineError, match="None"):
        home.ask(QUESTION)
    home.engine.close()


def test_a_damaged_model_is_reported_as_failed(home: LocalBench, home_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(home_model.read_bytes()[:5000])
    home.change(path=broken)
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert caught.value.code == "model.truncated"
    status = home.engine.status("es")
    assert status.state == "failed" and "incompleto" in status.sentence
    home.change(path=home_model)
    assert home.engine.status().state == "loadable"
    assert home.ask(QUESTION) == ANSWER


def test_a_file_that_only_the_runtime_finds_damaged_is_failed_too(home: LocalBench, tmp_path: Path) -> None:
    assert isinstance(home.model, ModelToRun)
    whole = home.model.path
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole.read_bytes()[:-200_000])
    home.change(path=cut)
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert home.engine.status("es").sentence == caught.value.sentence("es")
    home.change(path=whole)
    assert home.ask(QUESTION) == ANSWER


@pytest.mark.skipif(REAL is None, reason="no llama-server is built (JARVIS_LLAMA_SERVER names one)")
def test_llama_server_answers_and_swaps_with_our_own_child(home: LocalBench) -> None:
    home.change(runner="llama-server")
    items = list(home.stream(QUESTION))
    assert "".join(item.text for item in items if isinstance(item, EngineText)) == ANSWER
    assert isinstance(items[-1], EngineDone) and items[-1].usage.prompt_tokens > 100
    assert home.engine.status().state == "ready"
    home.change(runner="llama")
    items = list(home.stream(QUESTION))
    assert "".join(item.text for item in items if isinstance(item, EngineText)) == ANSWER
    assert [child.running() for _, child in home.children] == [False, True]
