"""An answer of which nothing comes is given up; how long that takes is handed in, so that nothing here waits long."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jarvis.assistant.patience import patiently
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.ports import EngineItem, EngineText


def silent(token: CancelToken) -> Iterator[EngineItem]:
    """Say nothing until told to stop."""
    assert token.wait(30), "nobody gave it up"
    token.raise_if_cancelled()
    yield EngineText(text="never")


def one_then_silent(token: CancelToken) -> Iterator[EngineItem]:
    yield EngineText(text="one")
    yield from silent(token)


def texts(items: Iterator[EngineItem]) -> list[str]:
    return [item.text for item in items if isinstance(item, EngineText)]


def test_a_server_that_never_begins_is_given_up() -> None:
    with pytest.raises(EngineError) as caught:
        texts(patiently(silent, CancelToken(), first_seconds=0.05))
    assert caught.value.code == "engine.timeout"


def test_what_came_before_a_server_died_is_passed_on() -> None:
    items = patiently(one_then_silent, CancelToken(), first_seconds=30, silence_seconds=0.05)
    assert next(items) == EngineText(text="one")
    with pytest.raises(EngineError):
        next(items)


def test_the_whole_answer_may_be_bounded_too() -> None:
    items = patiently(one_then_silent, CancelToken(), first_seconds=30, silence_seconds=30, whole_seconds=0.05)
    assert next(items) == EngineText(text="one")
    with pytest.raises(EngineError):
        next(items)


def test_a_slow_reader_is_not_a_slow_server() -> None:
    read = threading.Event()

    def stream(token: CancelToken) -> Iterator[EngineItem]:
        yield EngineText(text="one")
        # The reader takes far longer than the allowed silence between the two.
        assert read.is_set()
        token.raise_if_cancelled()
        yield EngineText(text="two")

    items = patiently(stream, CancelToken(), first_seconds=5, silence_seconds=0.05)
    assert next(items) == EngineText(text="one")
    assert not threading.Event().wait(0.2)
    read.set()
    assert texts(items) == ["two"]


def test_stopping_stays_stopping() -> None:
    cancel = CancelToken()
    items = patiently(one_then_silent, cancel, first_seconds=30, silence_seconds=30)
    assert next(items) == EngineText(text="one")
    threading.Timer(0.02, cancel.cancel).start()
    with pytest.raises(Cancelled):
        next(items)


def test_a_failure_of_the_server_passes_through_and_no_thread_is_left() -> None:
    def failing(_: CancelToken) -> Iterator[EngineItem]:
        yield EngineText(text="half")
        raise EngineError("engine.died", en="It died.", es="Murió.")

    items = patiently(failing, CancelToken(), first_seconds=30)
    assert next(items) == EngineText(text="half")
    with pytest.raises(EngineError, match="It died"):
        next(items)
    assert not [thread for thread in threading.enumerate() if thread.name == "jarvis-patience"]


def test_a_reader_that_goes_away_ends_the_stream() -> None:
    closed = threading.Event()

    def stream(_: CancelToken) -> Iterator[EngineItem]:
        try:
            yield EngineText(text="one")
            yield EngineText(text="two")
        finally:
            closed.set()

    items = patiently(stream, CancelToken(), first_seconds=30)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "jarvis-patience"]
