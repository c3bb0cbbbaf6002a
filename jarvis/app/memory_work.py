"""What a process that runs all day does for the memory: remember what was said, find facts, keep the index up to date.

One thread, woken every few seconds; every step is bounded and safe to repeat. Knows no door.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError, StorageError
from jarvis.memory.facts import FactFinder
from jarvis.memory.ingest import DocumentKeeper
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.turns import TurnKeeper

LOOK_SECONDS = 2.0
"""How long what was said waits until it is remembered, at most; a question looks itself."""

QUESTION_SECONDS = 0.5
"""How long a question waits at most until what was said before it is remembered; the rest is remembered after it."""

_AT_ONCE = 200
_WORDS_AT_ONCE = 1000
_FACTS_AT_ONCE = 20
"""Finding facts in one memory takes some milliseconds, and a question waits for the step under way."""

_QUIET_ROUNDS = 15
"""Rounds without anything new, after which a loaded model may look for facts: nobody is waiting for it then."""

_LOG = logging.getLogger(__name__)


class Words(Protocol):
    """Brings the words of rows up to date."""

    def words_catch_up(self, limit: int = 1000) -> int:
        """Bring at most `limit` rows up to date and return how many there were."""
        ...


class MemoryWork:
    """The background work; `remember` may also be called by whoever is about to ask the memory."""

    def __init__(
        self,
        *,
        turns: TurnKeeper,
        facts: FactFinder,
        keeper: IndexKeeper,
        documents: DocumentKeeper,
        words: Words,
        finish: Callable[[], bool],
        model_facts: Callable[[], bool],
    ) -> None:
        self._turns = turns
        self._facts = facts
        self._keeper = keeper
        self._documents = documents
        self._words = words
        self._finish = finish
        self._model_facts = model_facts
        self._turn = threading.Condition()
        self._busy = False
        self._asking = 0
        self._ended = threading.Event()
        self._cancel = CancelToken()
        self._thread: threading.Thread | None = None
        self.trouble: JarvisError | None = None
        """Why the last look stored nothing; None while all is well."""
        self.unfinished = False
        """Whether the last look ended before everything was remembered."""

    def start(self) -> None:
        """Begin; folders are followed and the index is kept from now on."""
        if self._thread is None and not self._ended.is_set():
            self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, waiting for the step under way."""
        self._ended.set()
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join()

    def remember(self) -> bool:
        """Make memories and facts of what was said until now; True if there was any. Never raises: what could not be
        stored now is looked at again next time."""
        return self._remember(None)

    def remember_before_question(self) -> bool:
        """Do what `remember` does, but begin nothing more after `QUESTION_SECONDS`: what is left then is done in the
        background, or for the next question. Work in the background gives way."""
        return self._remember(QUESTION_SECONDS)

    def _remember(self, seconds: float | None) -> bool:
        steps: tuple[tuple[Callable[[], int], int], ...] = (
            (lambda: len(self._turns.keep(_AT_ONCE)), _AT_ONCE),
            (lambda: self._words.words_catch_up(_WORDS_AT_ONCE), _WORDS_AT_ONCE),
            (lambda: self._facts.catch_up(_FACTS_AT_ONCE), _FACTS_AT_ONCE),
        )
        until = None if seconds is None else time.monotonic() + seconds
        done = 0
        unfinished = False
        try:
            for step, most in steps:
                while not self._ended.is_set() and (some := self._step(step, until)):
                    done += some
                    if until is not None and time.monotonic() >= until:
                        unfinished = unfinished or some >= most
                        break
        except JarvisError as error:
            self._failed(error)
            return False
        except Exception as error:  # noqa: BLE001 - one text must cost neither an answer nor the work of the whole day
            self._failed(_unexpected(error), error)
            return False
        self.trouble, self.unfinished = None, unfinished
        return done > 0

    def _step(self, step: Callable[[], int], until: float | None) -> int:
        """Do one step when it is free to be done, a question's (with `until`) first; 0 where it took too long to be."""
        asked = until is not None
        with self._turn:
            self._asking += asked
            free = self._turn.wait_for(
                lambda: not self._busy and (asked or not self._asking),
                None if until is None else max(0.0, until - time.monotonic()),
            )
            self._asking -= asked
            self._turn.notify_all()
            if not free:
                return 0
            self._busy = True
        try:
            return step()
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def _failed(self, error: JarvisError, unexpected: Exception | None = None) -> None:
        if self.trouble is None or self.trouble.code != error.code:
            facts = {"code": error.code}
            _LOG.warning("what was said could not be remembered yet", exc_info=unexpected, extra={"facts": facts})
        self.trouble = error

    def _run(self) -> None:
        # What cannot be finished or begun now must not keep the rest from beginning.
        for begin in (self._finish, self._keeper.start, self._documents.follow):
            try:
                begin()
            except JarvisError as error:
                _LOG.error("a part of the memory's work did not start", extra={"facts": {"code": error.code}})
                self.trouble = error
        quiet = 0
        while not self._ended.wait(LOOK_SECONDS):
            if self.remember():
                quiet = 0
                self._keeper.wake()
            elif quiet < _QUIET_ROUNDS:
                quiet += 1
            elif self._model_facts():
                self._look_closer()

    def _look_closer(self) -> None:
        try:
            if self._facts.catch_up_with_model(self._cancel):
                self._keeper.wake()
        except JarvisError as error:
            _LOG.info("a model found no facts", extra={"facts": {"code": error.code}})
        except Cancelled:
            return


def _unexpected(error: Exception) -> JarvisError:
    return StorageError(
        "memory.work_failed",
        en="Something that was said could not be remembered ({kind}); everything remembered before is kept. The log "
        "has the details.",
        es="Algo de lo que se dijo no se pudo recordar ({kind}); lo recordado antes se conserva. El registro tiene los "
        "detalles.",
        kind=type(error).__name__,
    )
