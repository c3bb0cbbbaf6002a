"""What a process that runs all day does for the memory: remember what was said, find facts, keep the index up to date.

One thread, woken every few seconds; every step is bounded and safe to repeat. Knows no door.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError
from jarvis.memory.facts import FactFinder
from jarvis.memory.ingest import DocumentKeeper
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.turns import TurnKeeper

LOOK_SECONDS = 2.0
"""How long what was said waits until it is remembered, at most; a question looks itself."""

_AT_ONCE = 200
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
        self._remembering = threading.Lock()
        self._ended = threading.Event()
        self._cancel = CancelToken()
        self._thread: threading.Thread | None = None
        self.trouble: JarvisError | None = None
        """Why the last look stored nothing; None while all is well."""

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
        with self._remembering:
            try:
                kept = 0
                while turns := self._turns.keep(_AT_ONCE):
                    kept += len(turns)
                while self._words.words_catch_up():
                    kept += 1
                while self._facts.catch_up(_AT_ONCE) and not self._ended.is_set():
                    kept += 1
            except JarvisError as error:
                if self.trouble is None or self.trouble.code != error.code:
                    _LOG.warning("what was said could not be remembered yet", extra={"facts": {"code": error.code}})
                self.trouble = error
                return False
            self.trouble = None
        return kept > 0

    def _run(self) -> None:
        try:
            self._finish()
            self._keeper.start()
            self._documents.follow()
        except JarvisError as error:
            _LOG.error("the memory's work did not start", extra={"facts": {"code": error.code}})
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
