"""One life of the small models' child: questions out, answers in, until its pipe ends.

Nobody waits longer than he asked for: one thread reads, and one writes whatever the pipe may have no room for. Knows
nothing about starting again, nor about models.
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
from jarvis.engines.small_models.framing import MOST_PAYLOAD, Garbled, Message, read_message, write_message

if TYPE_CHECKING:
    from jarvis.processes.child import Wire

MOST_AT_ONCE = 8192
"""Bytes that an empty pipe surely has room for."""


class NoAnswer(Exception):
    """The child is gone, or did not answer in time; `why` is a few technical words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Answer:
    """The answer to one question, which may come late; for one thread."""

    def __init__(self, life: ModelsLife, number: int) -> None:
        self._life = life
        self._number = number
        self._box: queue.SimpleQueue[Message | None] = queue.SimpleQueue()

    def within(self, seconds: float) -> Message | None:
        """Wait for it; None where it is still to come. Raises `NoAnswer`, and the `EngineError` that it is."""
        try:
            message = self._box.get(timeout=max(0.0, seconds))
        except queue.Empty:
            self._life.missed(self._number)
            return None
        if message is None:
            raise NoAnswer(self._life.ended)
        return _said(message)

    def put(self, message: Message | None) -> None:
        """Deliver it; None says that it does not come any more."""
        self._box.put(message)


class ModelsLife:
    """Any thread may ask; `on_end` is told why it ended, once, on a thread of its own."""

    def __init__(self, wire: Wire, on_end: Callable[[ModelsLife, str], None]) -> None:
        self._wire = wire
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._asking = threading.Lock()
        self._waiting: dict[int, Answer] = {}
        self._late: dict[int, float] = {}
        self._to_write: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self.ended = ""
        """Why it ended; "" while it goes on."""
        threading.Thread(target=self._read, name="small-models", daemon=True).start()

    @property
    def behind_seconds(self) -> float:
        """For how long the oldest answer that somebody waited for in vain has been late; 0 where there is none."""
        late = list(self._late.values())
        return time.monotonic() - min(late) if late else 0.0

    def begin(self, message: Message) -> Answer:
        """Ask without waiting, whatever the child does; raises `NoAnswer` where nothing was sent.

        ValueError for a payload that is too long: it would end the child.
        """
        if len(message.payload) > MOST_PAYLOAD:
            raise ValueError(f"{len(message.payload)} bytes are too much for one question")
        number = next(self._numbers)
        answer = Answer(self, number)
        asked = Message(facts={"id": number, **message.facts}, payload=message.payload)
        with self._asking:
            if self.ended:
                raise NoAnswer(self.ended)
            # Where everything was answered the pipe is empty.
            empty = not self._waiting
            self._waiting[number] = answer
            if empty and len(asked.payload) <= MOST_AT_ONCE:
                try:
                    write_message(self._wire.to_child, asked)
                except (OSError, ValueError) as error:
                    self._waiting.pop(number, None)
                    self.ended = f"{type(error).__name__}: {error}"
                    raise NoAnswer(self.ended) from error
            else:
                self._to_write.put(asked)
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write, name="small-models-write", daemon=True)
                    self._writer.start()
        return answer

    def ask(self, message: Message, patience_seconds: float) -> Message:
        """Return the answer; raises `NoAnswer`, and the `EngineError` that the child answered with."""
        answer = self.begin(message).within(patience_seconds)
        if answer is None:
            raise NoAnswer("it is slow")
        return answer

    def missed(self, number: int) -> None:
        """Somebody has waited for this answer in vain."""
        self._late.setdefault(number, time.monotonic())
        if number not in self._waiting:
            # It came just now.
            self._late.pop(number, None)

    def end(self, why: str) -> None:
        """Nobody waits any longer; the child itself is for others to end."""
        with self._asking:
            self.ended = self.ended or why
            waiting = list(self._waiting.values())
            self._waiting.clear()
            self._late.clear()
        for answer in waiting:
            answer.put(None)
        self._to_write.put(None)

    def close(self) -> None:
        """Let go of the pipe, once the child has ended."""
        if self._writer is not None:
            self._writer.join()
        with contextlib.suppress(OSError):
            self._wire.to_child.close()

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := self._to_write.get()) is not None:
                write_message(self._wire.to_child, message)

    def _read(self) -> None:
        why = "ended"
        try:
            while (message := read_message(self._wire.from_child)) is not None:
                number = message.facts.pop("id", 0)
                answer = self._waiting.pop(number, None)
                self._late.pop(number, None)
                if answer is not None:
                    answer.put(message)
        except (OSError, ValueError, Garbled) as error:
            why = f"{type(error).__name__}: {error}"
        self.end(why)
        with contextlib.suppress(OSError):
            self._wire.from_child.close()
        self._on_end(self, why)


def _said(message: Message) -> Message:
    error = message.facts.get("error")
    if error is None:
        return message
    raise EngineError(
        str(error["code"]), en=_literal(error["en"]), es=_literal(error["es"]), retryable=bool(error["retryable"])
    )


def _literal(text: object) -> str:
    """Escape `text` so that a `str.format` template gives it back unchanged."""
    return str(text).replace("{", "{{").replace("}", "}}")
