"""Says the answer to a typed question while it is written. Knows neither who asks nor what else is being said."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.events import (
    FINAL_EVENTS,
    AskCancelled,
    AskEvent,
    AskFinished,
    AskStarted,
    EngineFailed,
    SkillMatched,
)
from jarvis.voice.announcements import Notice
from jarvis.voice.answer_voice import AnswerVoice
from jarvis.voice.clauses import Clause, clauses_in
from jarvis.voice.upcoming import Upcoming


class Reading:
    """One answer read out from its events. `begin` lets the clauses wait for their turn, `on_ready` looks whether it
    has come. Both methods may be called from any thread."""

    def __init__(self, begin: Callable[[Upcoming], Notice], on_ready: Callable[[], None]) -> None:
        self._begin = begin
        self._upcoming = Upcoming(on_ready)
        self._voice = AnswerVoice("en")
        self._lock = threading.RLock()
        self._notice: Notice | None = None
        self._over = False

    def heed(self, event: AskEvent) -> None:
        """Take the answer's next event; each clause is said as soon as it is whole and it is its turn."""
        with self._lock:
            if self._over:
                return
            if isinstance(event, AskCancelled):
                self._end()
                return
            if self._notice is None and not isinstance(event, AskStarted | SkillMatched):
                # A skill may stop all that is said or waits before it answers; an answer that a model begins may be
                # stopped before its first word.
                self._notice = self._begin(self._upcoming)
            if isinstance(event, EngineFailed) and event.restarts:
                self._upcoming.begin_anew()
            self._upcoming.add(self._clauses(event))
            if isinstance(event, FINAL_EVENTS):
                self._upcoming.end()
                if not self._upcoming.ready:
                    self._end()

    def cancel(self) -> None:
        """Fall silent at once, and say nothing of what is still to come."""
        with self._lock:
            self._end()

    def _clauses(self, event: AskEvent) -> list[Clause]:
        if isinstance(event, AskFinished) and event.control == "repeat":
            return clauses_in(event.text if event.spoken is None else event.spoken, event.language)
        return self._voice.clauses(event)

    def _end(self) -> None:
        self._over = True
        self._upcoming.end()
        if self._notice is not None:
            self._notice.cancel()
