"""Speech recognition that gives way to a basic one while the better cannot start, and says so."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import RecognitionHints, SpeechServiceInfo
from jarvis.contracts.speech_ports import Utterance
from jarvis.engines.speech.recognition import WyomingSpeechToText

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 30.0, 600.0
"""Waits before the better one is tried again: doubled with every further time."""

HURRIED_SECONDS = 5.0
"""How long somebody waits for another try whose language the basic one does not know."""

_LOOK_SECONDS = 0.5
_LOG = logging.getLogger(__name__)

_TRIED_AGAIN: dict[Language, str] = {
    "en": "Meanwhile Jarvis keeps trying by itself.",
    "es": "Mientras tanto, Jarvis lo sigue intentando por su cuenta.",
}


class SpeechToTextWithFallback:
    """Uses `preferred` until it cannot start, then `basic`, and says so in `info().note`.

    A crash in the middle is no reason to change over: that service is started again. Only one that cannot be
    loaded gives way: for the rest of this run where another try is of no use (a broken model folder), else (a service
    that is not there) until a try succeeds, on a thread of its own. `monotonic` tells the time in seconds.
    """

    def __init__(
        self,
        preferred: WyomingSpeechToText,
        basic: WyomingSpeechToText,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._preferred = preferred
        self._basic = basic
        self._monotonic = monotonic
        self._trouble: EngineError | None = None
        self._pause = FIRST_RETRY_SECONDS
        self._next_try = math.inf
        self._tries = 0
        self._deciding, self._trying = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def trouble(self) -> EngineError | None:
        """Why the basic recogniser is in use; None while the preferred one is."""
        return self._trouble

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser is in use and, after a change-over, why."""
        trouble = self._trouble
        if trouble is None:
            return self._preferred.info(language)
        basic = self._basic.info(language)
        again = _TRIED_AGAIN[language] if trouble.retryable else ""
        note = " ".join(part for part in (trouble.sentence(language), again, basic.note) if part)
        return replace(basic, note=note)

    def warm(self) -> None:
        """Load the preferred recogniser, else the basic one."""
        if self._trouble is None:
            try:
                self._preferred.warm()
                return
            except EngineError as error:
                self._change_over(error)
        self._look_after()
        self._basic.warm()

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
        """Begin an utterance with the recogniser in use.

        Where that does not know `language` the preferred one is tried once more, and waited for `HURRIED_SECONDS`.
        """
        self.warm()
        if language is not None and self._trouble is not None and language not in self._basic.info().languages:
            self._hurry()
        return (self._preferred if self._trouble is None else self._basic).open(language, hints)

    def look(self) -> None:
        """Try the preferred one again if it is time."""
        if self._monotonic() >= self._next_try:
            self._try(self._tries)

    def free(self) -> None:
        """Give the memory back; the next utterance starts what it needs again."""
        if self._trouble is None:
            self._preferred.free()
        self._basic.free()

    def renew(self) -> bool:
        """Start the preferred one anew, as `WyomingSpeechToText.renew` does; nothing while the basic one is in use."""
        return self._preferred.renew() if self._trouble is None else True

    def close(self) -> None:
        """End both; one that is just being tried ends by itself, and is not waited for."""
        self._closed.set()
        self._end_if_closed()
        self._basic.close()

    def _change_over(self, error: EngineError) -> None:
        with self._deciding:
            if self._trouble is None:
                self._pause = FIRST_RETRY_SECONDS
                self._give_way(error)
        self._preferred.close()

    def _give_way(self, error: EngineError) -> None:
        self._next_try = self._monotonic() + self._pause if error.retryable else math.inf
        self._trouble = error

    def _look_after(self) -> None:
        """See to it that somebody looks whether it is time."""
        with self._deciding:
            self._closed.clear()
            wanted = self._trouble is not None and self._trouble.retryable
            if wanted and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="recognition-return", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._next_try < math.inf and not self._closed.wait(_LOOK_SECONDS):
            self.look()

    def _hurry(self) -> None:
        if self._next_try < math.inf:
            thread = threading.Thread(target=self._try, args=(self._tries,), name="recognition-hurry", daemon=True)
            thread.start()
            thread.join(HURRIED_SECONDS)

    def _try(self, tries: int) -> None:
        """Try the preferred one, unless somebody has since there were so many `tries`."""
        with self._trying:
            if tries == self._tries and self._next_try < math.inf:
                self._try_now()
                self._tries += 1
        self._end_if_closed()

    def _try_now(self) -> None:
        if self._monotonic() >= self._next_try:
            self._pause = min(2 * self._pause, LONGEST_RETRY_SECONDS)
        try:
            self._preferred.warm()
        except EngineError as error:
            self._give_way(error)
            self._preferred.close()
        else:
            self._next_try, self._trouble = math.inf, None
            _LOG.info("the better recogniser is back")

    def _end_if_closed(self) -> None:
        if self._closed.is_set() and self._trying.acquire(blocking=False):
            try:
                self._preferred.close()
            finally:
                self._trying.release()
