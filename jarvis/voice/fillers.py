"""Decides when to say a word while an answer takes its time, and which. Pure: the events and the time come in.

Says nothing by itself, and never speaks once the answer has begun.
"""

from __future__ import annotations

import math
import zlib
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.events import (
    FINAL_EVENTS,
    AskEvent,
    ConsentAsked,
    EngineFailed,
    EngineLoading,
    RouteChosen,
    StageStarted,
    TextDelta,
    ToolCalled,
)

PATIENCE_SECONDS = 1.5
"""Silence that people take without a word; when the first text comes within it, nothing is said."""
SOONEST_SECONDS = 0.6
"""A wait that is known to be long is told from here on: earlier it would interrupt the person's own thought."""
LATE_SECONDS = 2.5
"""When the first text was expected in time but is this late, a word is said all the same."""
SECOND_SECONDS = 12.0
"""A second and last word comes after this long, and at least `BETWEEN_SECONDS` after the first."""
BETWEEN_SECONDS = 7.0
_SHORT_LOAD_SECONDS = 1.0

Reason = Literal["loading", "loading_large", "looking", "stages", "thinking", "still"]

_SAID: dict[Reason, dict[Language, tuple[str, ...]]] = {
    "loading": {
        "en": (
            "One moment, I am loading the model.",
            "Just a moment, the model is loading.",
            "Give me a moment to load the model.",
        ),
        "es": (
            "Un momento, estoy cargando el modelo.",
            "Un instante, el modelo se está cargando.",
            "Dame un momento para cargar el modelo.",
        ),
    },
    "loading_large": {
        "en": (
            "One moment, I am loading the large model.",
            "Just a moment, the large model is loading.",
            "Give me a moment to load the large model.",
        ),
        "es": (
            "Un momento, estoy cargando el modelo grande.",
            "Un instante, el modelo grande se está cargando.",
            "Dame un momento para cargar el modelo grande.",
        ),
    },
    "looking": {
        "en": ("Let me check.", "I am looking that up.", "One moment, let me look."),
        "es": ("Déjame mirarlo.", "Lo estoy consultando.", "Un momento, voy a mirarlo."),
    },
    "stages": {
        "en": ("This takes several steps, one moment.", "I am working on it in several steps."),
        "es": ("Esto lleva varios pasos, un momento.", "Estoy en ello, son varios pasos."),
    },
    "thinking": {
        "en": ("Let me think.", "One moment.", "Hmm, let me see."),
        "es": ("Déjame pensar.", "Un momento.", "Mmm, a ver."),
    },
    "still": {
        "en": ("I am still on it.", "It takes a little longer, please bear with me.", "Almost there, I hope."),
        "es": ("Sigo en ello.", "Tarda un poco más, ten paciencia.", "Espero tenerlo enseguida."),
    },
}


class Fillers:
    """The words of one ask. Times are seconds of any one clock; `committed_at` is when the person's turn was taken.

    Feed it every event by `heed`; ask `due` whenever something came and at `next_at`.
    """

    def __init__(self, ask_id: str, language: Language, committed_at: float) -> None:
        self._seed = zlib.crc32(ask_id.encode())
        self._language = language
        self._committed_at = committed_at
        self._expected_at: float | None = None
        self._reason: Reason = "thinking"
        self._over = False
        self._last_at = -math.inf
        self._said = 0

    def heed(self, event: AskEvent, now: float) -> None:
        """Take in what happened at time `now`."""
        if isinstance(event, (TextDelta, ConsentAsked, *FINAL_EVENTS)):
            # A question about consent is on the screen: the person is being waited for.
            self._over = True
        elif isinstance(event, RouteChosen):
            if (seconds := _first_seconds(event)) is not None:
                self._expect(seconds, now)
        elif isinstance(event, EngineLoading):
            if event.seconds is None or event.seconds > _SHORT_LOAD_SECONDS:
                self._reason = "loading_large" if event.large else "loading"
            # What a load took last time is the least to expect; an unknown one is expected to be long.
            self._expect(PATIENCE_SECONDS * 2 if event.seconds is None else event.seconds, now)
        elif isinstance(event, ToolCalled):
            self._reason = "looking"
            self._expect(PATIENCE_SECONDS, now)
        elif isinstance(event, StageStarted) and event.stages > 1:
            self._reason = "stages"
            self._expect(PATIENCE_SECONDS * 2, now)
        elif isinstance(event, EngineFailed):
            self._over = self._over and not event.restarts
            self._expect(PATIENCE_SECONDS, now)

    def due(self, now: float) -> str | None:
        """Return what to say now, if anything; each word is returned once and counts as said."""
        at = self.next_at()
        if at is None or now < at:
            return None
        reason: Reason = self._reason if not self._said else "still"
        self._said += 1
        self._last_at = now
        choices = _SAID[reason][self._language]
        return choices[(self._seed + self._said) % len(choices)]

    def next_at(self) -> float | None:
        """Return when `due` will have something to say if nothing happens until then; None for never."""
        if self._over or self._said >= 2:
            return None
        if self._said:
            return max(self._committed_at + SECOND_SECONDS, self._last_at + BETWEEN_SECONDS)
        if self._expected_at is None:
            return self._committed_at + PATIENCE_SECONDS
        if self._expected_at - self._committed_at > PATIENCE_SECONDS:
            return self._committed_at + SOONEST_SECONDS
        return self._committed_at + LATE_SECONDS

    def _expect(self, seconds: float, now: float) -> None:
        expected = now + seconds
        self._expected_at = expected if self._expected_at is None else max(self._expected_at, expected)


def _first_seconds(event: RouteChosen) -> float | None:
    """Return in how many seconds the first candidate of a route is expected to begin, None when that is not known."""
    seconds = event.details[0].get("first_seconds") if event.details else None
    return float(seconds) if isinstance(seconds, int | float) and math.isfinite(seconds) else None
