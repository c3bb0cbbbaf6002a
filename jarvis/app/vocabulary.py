"""Names and words that the person is likely to say: they help a recogniser that can be told. Nothing of it leaves
it."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.speech import RecognitionHints
from jarvis.host.launcher import SystemLauncher
from jarvis.storage.lists import SqliteListBook

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

RENEW_SECONDS = 30.0
"""How long the words are kept before they are looked up again, in the background."""
MOST_WORDS = 60
"""Whisper reads about 220 tokens of hints; more words only crowd out the likely ones."""

_BEFORE_CHARACTERS = 200
_TURNS = 8
_PROGRAMS = 20
_NAME = re.compile(r"(?<![.!?¿¡\n] )(?<!^)\b[A-ZÁÉÍÓÚÑ][\w’'-]{2,}")
_log = logging.getLogger(__name__)


class Vocabulary:
    """Call it for the hints of now; it answers at once with what it knew last. Safe from several threads."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._launcher = SystemLauncher()
        self._lock = threading.Lock()
        self._hints = RecognitionHints()
        self._known_at: float | None = None
        self._looking = False

    def __call__(self) -> RecognitionHints:
        """Return the hints, and look for newer ones if these are old."""
        now = self._jarvis.clock.monotonic()
        with self._lock:
            fresh = self._known_at is not None and now - self._known_at < RENEW_SECONDS
            if not fresh and not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="jarvis-vocabulary", daemon=True).start()
            return self._hints

    def look(self) -> RecognitionHints:
        """Look now, on this thread, and return what was found."""
        jarvis = self._jarvis
        newest = jarvis.conversation_log.conversations(limit=1)
        turns = jarvis.conversation_log.messages(newest[0].id, limit=_TURNS) if newest else []
        words = [
            *self._names(line.text for line in jarvis.memory_room.profile.lines()),
            *self._names(turn.text for turn in reversed(turns)),
            *SqliteListBook(jarvis.database, jarvis.clock).names(),
            *[application.name for application in self._launcher.applications()[:_PROGRAMS]],
        ]
        before = next((turn.text for turn in reversed(turns) if turn.text.strip()), "")
        hints = RecognitionHints(
            words=tuple(dict.fromkeys(word for word in words if word.strip()))[:MOST_WORDS],
            before=before[-_BEFORE_CHARACTERS:],
        )
        with self._lock:
            self._hints, self._known_at = hints, jarvis.clock.monotonic()
        return hints

    def _look(self) -> None:
        try:
            self.look()
        except JarvisError as error:
            # Whoever needs those rows says so; hearing goes on without hints.
            _log.info("no hints for the recogniser", extra={"facts": {"code": error.code}})
        finally:
            with self._lock:
                self._looking = False

    @staticmethod
    def _names(texts: Iterable[str]) -> list[str]:
        """Return the words of `texts` that are written as names are, not those that only begin a sentence."""
        return [name for text in texts for name in _NAME.findall(text)]
