"""The encoder of questions in the small models' child: the QueryEncoder port, and how it is made ready.

Knows which model it is, but runs none.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.contracts.errors import EngineError, JarvisError, Language
from jarvis.engines.small_models.link import STOPPED

if TYPE_CHECKING:
    from jarvis.engines.small_models.link import Model, SmallModels

MOST_CHARACTERS = 2000
"""Sent from either end of a text; the encoder reads no more than that."""

MOST_FAILURES = 2
"""Failures of its own after which it is given up: each may end the child that others listen with."""

NOT_KEPT = "encoder.not_kept"
"""Code of the error with which the child answers that the graph has to be made first, which takes much memory."""


class ChildEncoder:
    """A `QueryEncoder` as `MiniLmEncoder` is one, whose `name` it has; any thread may call anything.

    `models` is asked for when it is first needed. `maker` puts the graph into `cache`, or raises a `JarvisError`; then
    the child makes it.
    """

    def __init__(
        self, name: str, cache: Path, models: Callable[[], SmallModels], *, maker: Callable[[], None] | None = None
    ) -> None:
        self.name = name
        self._cache = cache
        self._models = models
        self._maker = maker
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._thread: threading.Thread | None = None
        self._model: Model | None = None
        self._problem: EngineError | None = None
        self._failures = 0

    def ready(self) -> bool:
        """True once `encode` answers at once; False while the child is away, too."""
        return self._model is not None and self._models().here

    def why_not(self, language: Language = "en") -> str | None:
        """Return one sentence why it is not ready; None where it is, or is still being made."""
        return None if self._problem is None else self._problem.sentence(language)

    def prepare(self) -> threading.Thread | None:
        """Begin to make it ready on a thread of its own and return that; None where nothing is left to do."""
        with self._lock:
            if not self._to_be_made:
                return None
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self.make_ready, name="encoder", daemon=True)
                self._thread.start()
            return self._thread

    def settle(self) -> None:
        """Wait until a thread that `prepare` began is done."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def make_ready(self) -> bool:
        """Make it ready in this thread and return whether it is; `why_not` tells why not."""
        with self._making:
            if self._to_be_made:
                try:
                    self._model, self._problem = self._opened(), None
                except EngineError as error:
                    self._problem = _given_up(error) if self._failures >= MOST_FAILURES else error
            return self.ready()

    def encode(self, text: str) -> Sequence[float] | None:
        """Return the unit vector of `text`, whatever it holds; None while not ready."""
        if self._model is None:
            return None
        try:
            answer = self._model.ask({}, _read(text).encode("utf-8", "replace"))
        except EngineError:
            # The child is being started again; rules judge this one.
            return None
        numbers = array("f")
        numbers.frombytes(answer.payload)
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tolist()

    @property
    def _to_be_made(self) -> bool:
        return self._model is None and (self._problem is None or self._problem.retryable)

    def _opened(self) -> Model:
        try:
            return self._open(make=False)
        except EngineError as error:
            if error.code != NOT_KEPT:
                raise
        if self._maker is not None:
            # The child says why where it cannot make it either.
            with contextlib.suppress(JarvisError):
                self._maker()
        return self._open(make=True)

    def _open(self, *, make: bool) -> Model:
        try:
            # Should it end the child, it does so once.
            return self._models().open("encoder", tries=1, cache=str(self._cache), make=make)
        except EngineError as error:
            self._failures += error.retryable and error.code != NOT_KEPT and (make or error.code == STOPPED)
            raise


def _given_up(error: EngineError) -> EngineError:
    """Return the error for an encoder that has failed too often, the last time with `error`."""
    return EngineError(
        "encoder.given_up",
        en="Questions are judged by rules alone until Jarvis is started again, because the small model for that could "
        "not be made ready: {english}",
        es="Las preguntas se valoran solo con reglas hasta que se reinicie Jarvis, porque no se pudo preparar el "
        "modelo pequeño que las valora: {spanish}",
        retryable=False,
        english=error.sentence("en"),
        spanish=error.sentence("es"),
    )


def _read(text: str) -> str:
    """Return what of `text` the encoder reads, so that a question is never too long to be sent."""
    if len(text) <= 2 * MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]} {text[-MOST_CHARACTERS:]}"
