"""The stop switch, and the answers within its reach."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from jarvis.app.stopping import StopHub, StoppableAssistant
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskCancelled, AskEvent, TextDelta
from jarvis.contracts.messages import Request


class Patient:
    """Answers until it is cancelled."""

    def __init__(self) -> None:
        self.began = threading.Event()

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        yield TextDelta(ask_id="1", text="on and on")
        self.began.set()
        cancel.wait(60)
        yield AskCancelled(ask_id="1", text="on and on")


def test_everything_is_stopped_even_after_the_first_that_had_something() -> None:
    hub, stopped = StopHub(), []
    hub.register(lambda: stopped.append("a") or True)  # type: ignore[func-returns-value]
    hub.register(lambda: stopped.append("b") or False)  # type: ignore[func-returns-value]
    assert hub.stop_all() is True
    assert stopped == ["a", "b"]


def test_nothing_to_stop() -> None:
    hub = StopHub()
    assert hub.stop_all() is False
    hub.register(lambda: False)
    assert hub.stop_all() is False


def test_an_answer_on_another_thread_is_cancelled() -> None:
    patient = Patient()
    assistant = StoppableAssistant(patient)
    cancel = CancelToken()
    events: list[AskEvent] = []
    thread = threading.Thread(target=lambda: events.extend(assistant.ask(Request(text="x"), cancel)))
    thread.start()
    assert patient.began.wait(60)
    assert assistant.stop() is True
    thread.join(60)
    assert cancel.cancelled and isinstance(events[-1], AskCancelled)
    assert assistant.stop() is False


def test_the_answer_in_which_stop_was_said_goes_on() -> None:
    assistant = StoppableAssistant(Patient())
    cancel = CancelToken()
    events = assistant.ask(Request(text="stop"), cancel)
    next(events)
    assert assistant.stop() is False
    assert not cancel.cancelled
    events.close()  # type: ignore[attr-defined]
