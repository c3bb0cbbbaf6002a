"""One life of the small models' child: questions out, answers in, until its pipe ends.

A thread reads, so that nobody waits longer than he asked for. Knows nothing about starting again, nor about models.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.contracts.errors import EngineError
from jarvis.engines.small_models.framing import Garbled, Message, read_message, write_message

if TYPE_CHECKING:
    from jarvis.processes.child import Wire


class NoAnswer(Exception):
    """The child is gone, or did not answer in time; `why` is a few technical words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ModelsLife:
    """Any thread may ask; `on_end` is told why it ended, once, on a thread of its own."""

    def __init__(self, wire: Wire, on_end: Callable[[ModelsLife, str], None]) -> None:
        self._wire = wire
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._late: dict[int, float] = {}
        self._ended = ""
        self.began = time.monotonic()
        threading.Thread(target=self._read, name="small-models", daemon=True).start()

    @property
    def behind_seconds(self) -> float:
        """How long the oldest answer that nobody waited for any longer is still to come; 0 where there is none."""
        late = list(self._late.values())
        return time.monotonic() - min(late) if late else 0.0

    def ask(self, message: Message, patience_seconds: float) -> Message:
        """Return the answer; raises `NoAnswer`, and the `EngineError` that the child answered with."""
        deadline = time.monotonic() + patience_seconds
        number = next(self._numbers)
        box: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        if not self._writing.acquire(timeout=patience_seconds):
            raise NoAnswer("it reads nothing")
        try:
            self._waiting[number] = box
            if self._ended:
                raise NoAnswer(self._ended)
            write_message(self._wire.to_child, Message(facts={"id": number, **message.facts}, payload=message.payload))
        except (OSError, ValueError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        finally:
            self._writing.release()
            if self._ended:
                self._waiting.pop(number, None)
        return _answer_of(self._received(number, box, deadline))

    def end(self, why: str) -> None:
        """Nobody waits any longer; the child itself is for others to end."""
        self._ended = self._ended or why
        for number in list(self._waiting):
            if (box := self._waiting.pop(number, None)) is not None:
                box.put(None)

    def close(self) -> None:
        """Let go of the pipe, once the child has ended."""
        with self._writing, contextlib.suppress(OSError):
            self._wire.to_child.close()

    def _received(self, number: int, box: queue.SimpleQueue[Message | None], deadline: float) -> Message:
        try:
            answer = box.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self._late[number] = time.monotonic()
            if self._waiting.pop(number, None) is None:
                # It came just now.
                self._late.pop(number, None)
            raise NoAnswer("it is slow") from None
        if answer is None:
            raise NoAnswer(self._ended)
        return answer

    def _read(self) -> None:
        why = "ended"
        try:
            while (message := read_message(self._wire.from_child)) is not None:
                number = message.facts.pop("id", 0)
                if (box := self._waiting.pop(number, None)) is not None:
                    box.put(message)
                else:
                    self._late.pop(number, None)
        except (OSError, ValueError, Garbled) as error:
            why = f"{type(error).__name__}: {error}"
        self.end(why)
        with contextlib.suppress(OSError):
            self._wire.from_child.close()
        self._on_end(self, why)


def _answer_of(message: Message) -> Message:
    error = message.facts.get("error")
    if error is None:
        return message
    raise EngineError(
        str(error["code"]), en=_literal(error["en"]), es=_literal(error["es"]), retryable=bool(error["retryable"])
    )


def _literal(text: object) -> str:
    """Escape `text` so that a `str.format` template gives it back unchanged."""
    return str(text).replace("{", "{{").replace("}", "}}")
