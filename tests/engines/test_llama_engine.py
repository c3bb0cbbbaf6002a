"""The local engine over real children: answers, deaths, hangs, idleness, changed options, what is missing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineText, GenerationOptions
from jarvis.engines.llama import LlamaEngine, LlamaOptions
from jarvis.engines.model_choice import ModelChoice
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from tests.fakes.home_facts import FACTS, UNSEEN_SYSTEM_PROMPT
from tests.fakes.processes import PATIENCE_SECONDS, gone, until

EXACT = GenerationOptions(max_tokens=64, temperature=0.0)
ENDLESS = GenerationOptions(max_tokens=1500, temperature=2.0)
QUESTION, ANSWER = FACTS[21]


class Bench:
    """An engine with everything that a test may change about it."""

    def __init__(self, home: Path, model: Path | None) -> None:
        self.folders = Folders(home=home)
        self.choice = ModelChoice(path=model)
        self.options = LlamaOptions(context_tokens=2048, threads=1)
        self.installing = {"en": "", "es": ""}
        self.engine = self.new_engine()

    def new_engine(self, health_seconds: float = 30.0) -> LlamaEngine:
        return LlamaEngine(
            choose=lambda: self.choice,
            folders=self.folders,
            registry=ChildRegistry(self.folders.run),
            options=lambda: self.options,
            install_state=lambda language: self.installing[language],
            check_seconds=0.2,
            health_seconds=health_seconds,
        )

    def stream(self, text: str, options: GenerationOptions = EXACT, cancel: CancelToken | None = None) -> Iterator[Any]:
        messages = [ChatMessage(role="system", text=UNSEEN_SYSTEM_PROMPT), ChatMessage(role="user", text=text)]
        return self.engine.stream(messages, options, cancel or CancelToken())

    def ask(self, text: str) -> str:
        return "".join(item.text for item in self.stream(text) if isinstance(item, EngineText))

    def child(self) -> int:
        """The process id of the one child that is noted."""
        (note,) = (self.folders.run / "children").glob("*.json")
        return int(note.stem)


@pytest.fixture
def home(home_model: Path, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, home_model)
    yield bench
    bench.engine.close()


@pytest.fixture
def slow(slow_model: Path, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, slow_model)
    yield bench
    bench.engine.close()


def test_it_starts_answers_and_closes(home: Bench) -> None:
    assert home.engine.status().state == "loadable"
    assert home.engine.status().load_seconds is None
    items = list(home.stream(QUESTION))
    assert "".join(item.text for item in items[:-1]) == ANSWER
    assert isinstance(items[-1], EngineDone)
    assert items[-1].finish_reason == "stop"
    assert items[-1].usage.prompt_tokens > 100 and items[-1].usage.completion_tokens > 5
    status = home.engine.status("es")
    assert (status.state, status.device, status.sentence) == ("ready", "cpu", "")
    child = home.child()
    home.engine.close()
    assert gone(child)
    assert home.engine.status().state == "loadable"
    assert home.ask(QUESTION) == ANSWER


def test_the_load_time_is_remembered_across_restarts(home: Bench) -> None:
    home.ask(QUESTION)
    seconds = home.engine.status().load_seconds
    assert seconds is not None and seconds > 0
    assert home.new_engine().status().load_seconds == seconds


def test_a_killed_child_keeps_the_text_and_the_next_question_works(slow: Bench) -> None:
    stream = slow.stream("hi", ENDLESS)
    assert isinstance(next(stream), EngineText)
    os.kill(slow.child(), signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.died"
    assert "SIGKILL" in caught.value.sentence("es")
    assert isinstance(next(slow.stream("hi", ENDLESS)), EngineText)


def test_a_hanging_child_is_noticed_and_ended(slow: Bench) -> None:
    slow.engine = slow.new_engine(health_seconds=1.0)
    stream = slow.stream("hi", ENDLESS)
    next(stream)
    os.kill(slow.child(), signal.SIGSTOP)
    with pytest.raises(EngineError) as caught:
        list(stream)
    assert caught.value.code == "engine.died"


@pytest.mark.parametrize("text", ["hi", "word " * 300], ids=["in the answer", "in the prompt"])
def test_cancelling_stops_the_child_computing(slow: Bench, text: str) -> None:
    cancel = CancelToken()
    next(slow.stream("warm", GenerationOptions(max_tokens=1)))
    process = psutil.Process(slow.child())
    begun = sum(process.cpu_times()[:2])
    stream = slow.stream(text, ENDLESS, cancel)
    if text == "hi":
        next(stream)
    else:
        import threading

        threading.Thread(
            target=lambda: (until(lambda: sum(process.cpu_times()[:2]) > begun + 0.1, "computing"), cancel.cancel())
        ).start()
    cancel.cancel() if text == "hi" else None
    with pytest.raises(Cancelled):
        list(stream)
    left = sum(process.cpu_times()[:2])
    next(slow.stream("ok", GenerationOptions(max_tokens=1)))
    assert sum(process.cpu_times()[:2]) - left < 2.0
    assert slow.child() == process.pid, "cancelling does not cost the loaded model"


def test_idleness_frees_the_memory(home: Bench) -> None:
    home.ask(QUESTION)
    child = home.child()
    assert not gone(child)
    home.options = LlamaOptions(context_tokens=2048, threads=1, idle_minutes=0.005)
    until(lambda: gone(child), "the idle child ended")
    assert home.ask(QUESTION) == ANSWER


def test_a_changed_option_takes_effect_at_the_next_question(home: Bench) -> None:
    home.ask(QUESTION)
    first = home.child()
    home.options = LlamaOptions(context_tokens=256, threads=1)
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert caught.value.code == "engine.context_too_long"
    assert "> 256 tokens" in caught.value.sentence("es")
    assert gone(first)


def test_a_changed_option_lets_the_running_answer_finish(slow: Bench) -> None:
    running = slow.stream("hi", GenerationOptions(max_tokens=60, temperature=0.0))
    next(running)
    first = slow.child()
    slow.options = LlamaOptions(context_tokens=1024, threads=1)
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.extend(slow.stream("hi", EXACT)), daemon=True)
    asking.start()
    assert isinstance(list(running)[-1], EngineDone)
    asking.join(PATIENCE_SECONDS)
    assert isinstance(answers[-1], EngineDone)
    assert gone(first) and not gone(slow.child())


def test_waiting_for_another_answer_is_bounded_and_can_be_cancelled(slow: Bench) -> None:
    running = slow.stream("hi", ENDLESS)
    next(running)
    slow.options = LlamaOptions(context_tokens=1024, threads=1)
    cancel = CancelToken()
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        next(slow.stream("hi", EXACT, cancel))
    slow.engine._patience_seconds = 0.05
    with pytest.raises(EngineError) as caught:
        next(slow.stream("hi"))
    assert caught.value.code == "engine.busy"
    assert isinstance(next(running), EngineText)
    running.close()  # type: ignore[attr-defined]


def test_an_impatient_person_may_cancel_the_load(home: Bench) -> None:
    cancel = CancelToken()
    stream = home.stream(QUESTION, EXACT, cancel)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(stream)
    assert home.ask(QUESTION) == ANSWER


def test_while_it_is_being_installed_it_says_so(home: Bench) -> None:
    home.installing = {"en": "Being built, 40 %.", "es": "Compilando, 40 %."}
    status = home.engine.status("es")
    assert (status.state, status.sentence) == ("installing", "Compilando, 40 %.")
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert (caught.value.code, str(caught.value)) == ("engine.installing", "Being built, 40 %.")


def test_without_a_model_it_says_what_is_missing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, None)
    bench.choice = ModelChoice(path=None, why_not=EngineError("engine.no_model", en="None.", es="Ninguno."))
    assert (bench.engine.status("es").state, bench.engine.status("es").sentence) == ("missing", "Ninguno.")
    with pytest.raises(EngineError, match="None"):
        bench.ask(QUESTION)


def test_a_damaged_model_is_reported_as_failed(home: Bench, home_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(home_model.read_bytes()[:5000])
    home.choice = ModelChoice(path=broken)
    with pytest.raises(EngineError) as caught:
        home.ask(QUESTION)
    assert caught.value.code == "model.truncated"
    status = home.engine.status("es")
    assert status.state == "failed" and "incompleto" in status.sentence
    home.choice = ModelChoice(path=home_model)
    assert home.engine.status().state == "loadable"
    assert home.ask(QUESTION) == ANSWER
