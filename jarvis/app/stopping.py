"""One switch that stops whatever Jarvis is doing: answers being written, speech, ringing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent
from jarvis.contracts.messages import Request
from jarvis.contracts.ports import Assistant


class StopHub:
    """The StopSwitch port over everything that registered; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stoppers: list[Callable[[], bool]] = []

    def register(self, stopper: Callable[[], bool]) -> None:
        """Have `stopper` called by `stop_all`; it returns True if it had something to stop."""
        with self._lock:
            self._stoppers.append(stopper)

    def stop_all(self) -> bool:
        """Stop everything; True if there was anything."""
        with self._lock:
            stoppers = list(self._stoppers)
        stopped = [stopper() for stopper in stoppers]
        return any(stopped)


class StoppableAssistant:
    """The Assistant port, with every running answer within reach of the stop switch."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._running: dict[CancelToken, int] = {}

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Answer as the assistant behind does."""
        with self._lock:
            self._running[cancel] = threading.get_ident()
        try:
            yield from self._assistant.ask(request, cancel)
        finally:
            with self._lock:
                self._running.pop(cancel, None)

    def stop(self) -> bool:
        """Cancel every running answer but the one on this thread: that is the one in which "stop" was said."""
        here = threading.get_ident()
        with self._lock:
            tokens = [token for token, thread in self._running.items() if thread != here]
        for token in tokens:
            token.cancel()
        return bool(tokens)
