"""Runs what may take long on threads of its own, so that who waits for it waits only so long.

What is under way when patience ends is let finish, and what it gave serves whoever asks the same next. Meanwhile no
second one is begun on the same line. Knows nothing of what is run.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError

PATIENCE_SECONDS = 2.0
"""How long an answer waits for a model of the memory: more than a small one takes to start, less than people mind."""

_KEPT = 16

T = TypeVar("T")


@contextmanager
def woken_by(cancel: CancelToken | None, changed: threading.Condition) -> Iterator[None]:
    """Wake who waits for `changed` when `cancel` is raised."""

    def wake() -> None:
        with changed:
            changed.notify_all()

    unregister = cancel.on_cancel(wake) if cancel is not None else lambda: None
    try:
        yield
    finally:
        unregister()


@dataclass(slots=True)
class _Run(Generic[T]):
    """What is under way for `key` since `began`; at the end it has `made` something or `failed`. `given_up` once
    somebody waited in vain."""

    line: object
    key: object
    began: float
    kept: bool = True
    over: bool = False
    given_up: bool = False
    made: list[T] | None = None
    failed: Exception | None = None


class Waiting(Generic[T]):
    """What was made last, and what is being made; any thread may call anything.

    `late` makes the error for who waited in vain, `name` is that of the threads, `clock` counts seconds.
    """

    def __init__(self, late: Callable[[], JarvisError], name: str, clock: Callable[[], float] = monotonic) -> None:
        self._late = late
        self._name = name
        self._clock = clock
        self._changed = threading.Condition()
        self._known: OrderedDict[tuple[object, object], T] = OrderedDict()
        self._runs: dict[object, _Run[T]] = {}
        self._failures: dict[object, JarvisError] = {}

    def ask(
        self,
        line: object,
        key: object,
        make: Callable[[], T],
        patience: float | None = None,
        cancel: CancelToken | None = None,
    ) -> T:
        """Return what `make` gives for `key`, waiting at most `patience` seconds, None for as long as it takes.

        One `make` runs at a time on a `line`; both can be hashed. Raises what `make` raises; after `patience` what
        failed on that line the last time, else what `late` makes; `Cancelled` once `cancel` is raised.
        """
        until = None if patience is None else self._clock() + patience
        with woken_by(cancel, self._changed), self._changed:
            while True:
                if cancel is not None:
                    cancel.raise_if_cancelled()
                if (line, key) in self._known:
                    return self._known[line, key]
                run = self._runs.get(line) or self._begin(line, key, make)
                left = None
                if patience is not None and until is not None:
                    # One that has taken so long for another is not waited for again.
                    left = min(until, run.began + patience) - self._clock()
                    if left <= 0:
                        run.given_up = True
                        raise self._failures.get(line) or self._late()
                self._changed.wait(left)
                if run.over and run.key == key:
                    if run.failed is not None:
                        raise run.failed
                    if run.made is not None:
                        return run.made[0]

    def forget(self) -> None:
        """Let go of everything; what is under way is not kept either."""
        with self._changed:
            self._known.clear()
            for run in self._runs.values():
                run.kept = False

    def _begin(self, line: object, key: object, make: Callable[[], T]) -> _Run[T]:
        run = self._runs[line] = _Run(line=line, key=key, began=self._clock())
        # A daemon: a model that hangs must not keep the program from ending; closing the model ends it.
        threading.Thread(target=self._make, args=(make, run), name=self._name, daemon=True).start()
        return run

    def _make(self, make: Callable[[], T], run: _Run[T]) -> None:
        made, failed = None, None
        try:
            made = [make()]
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            failed = error
        with self._changed:
            run.made, run.failed, run.over = made, failed, True
            del self._runs[run.line]
            if made is not None:
                self._failures.pop(run.line, None)
                if run.kept:
                    self._known[run.line, run.key] = made[0]
                    while len(self._known) > _KEPT:
                        self._known.popitem(last=False)
            elif run.given_up and isinstance(failed, JarvisError):
                # Nobody is there any more to be told; who asks next is.
                self._failures[run.line] = failed
            self._changed.notify_all()
