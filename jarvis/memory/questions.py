"""Embeds questions, each on a thread of its own, so that an answer waits for a cold or hung model only so long.

What is under way when patience ends is let finish: it starts the model, and what it gave serves the next question.
Meanwhile no second one is begun with the same embedder. Knows neither vectors nor searching.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from jarvis.contracts.embedding import Embedder, EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, JarvisError

PATIENCE_SECONDS = 2.0
"""How long an answer waits for its question's vector: more than a small model takes to start, less than people mind."""

_KEPT = 16

_Key = tuple[str, str]


class StillStarting(EngineError):
    """The model that compares meanings gave no answer in time."""

    def __init__(self) -> None:
        super().__init__(
            "memory.model_starting",
            en="The model that compares meanings is still starting; found by words for now.",
            es="El modelo que compara significados aún está arrancando; por ahora se busca por palabras.",
        )


@dataclass(slots=True)
class _Run:
    """One question under way since `began`; at the end it has `made` or `failed`. `given_up` once somebody waited in
    vain."""

    key: _Key
    began: float
    kept: bool = True
    over: bool = False
    given_up: bool = False
    made: Embedding | None = None
    failed: Exception | None = None


class Questions:
    """The vectors of the last questions; any thread may call anything. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._known: OrderedDict[_Key, Embedding] = OrderedDict()
        self._runs: dict[str, _Run] = {}
        self._failures: dict[str, JarvisError] = {}

    def ask(self, embedder: Embedder, info: EmbedderInfo, text: str, patience: float | None = None) -> Embedding:
        """Return the vector of a question, waiting for it at most `patience` seconds, None for as long as it takes.

        Raises what the embedder raises; after `patience` what it failed with the last time, else `StillStarting`.
        """
        key = info.tag, text
        until = None if patience is None else self._clock() + patience
        with self._changed:
            while True:
                if (known := self._known.get(key)) is not None:
                    return known
                run = self._runs.get(info.tag) or self._begin(embedder, key)
                left = None
                if patience is not None and until is not None:
                    # One that has taken so long for another question is not waited for again.
                    left = min(until, run.began + patience) - self._clock()
                    if left <= 0:
                        run.given_up = True
                        raise self._failures.get(info.tag) or StillStarting()
                self._changed.wait(left)
                if run.over and run.key == key:
                    if run.failed is not None:
                        raise run.failed
                    if run.made is not None:
                        return run.made

    def forget(self) -> None:
        """Let go of every text; what is under way is not kept either."""
        with self._changed:
            self._known.clear()
            for run in self._runs.values():
                run.kept = False

    def _begin(self, embedder: Embedder, key: _Key) -> _Run:
        run = self._runs[key[0]] = _Run(key=key, began=self._clock())
        # A daemon: a model that hangs must not keep the program from ending; closing the embedder ends it.
        threading.Thread(target=self._embed, args=(embedder, run), name="memory-question", daemon=True).start()
        return run

    def _embed(self, embedder: Embedder, run: _Run) -> None:
        made, failed = None, None
        try:
            (made,) = embedder.embed([run.key[1]], query=True)
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            failed = error
        tag = run.key[0]
        with self._changed:
            run.made, run.failed, run.over = made, failed, True
            del self._runs[tag]
            if made is not None:
                self._failures.pop(tag, None)
                if run.kept:
                    self._known[run.key] = made
                    while len(self._known) > _KEPT:
                        self._known.popitem(last=False)
            elif run.given_up and isinstance(failed, JarvisError):
                # Nobody is there any more to be told; who asks next is.
                self._failures[tag] = failed
            self._changed.notify_all()
