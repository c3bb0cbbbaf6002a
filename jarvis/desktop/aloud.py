"""Typed questions whose answers are said aloud while they are written, where that is wanted; one at a time.

Knows no widget, and neither how an answer is cut into clauses nor whether it can be heard.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from jarvis.contracts.events import FINAL_EVENTS, AskEvent, AskStarted
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.services import AnswerReading, DesktopServices


class Aloud(QObject):
    """Reads out the answer that was asked for last, in whichever window. Everything here is of the Qt thread."""

    def __init__(self, services: DesktopServices, bridge: Bridge) -> None:
        super().__init__()
        self._services = services
        self._ask_id = ""
        self._conversation_id: str | None = None
        self._going_on = False
        self._reading: AnswerReading | None = None
        bridge.asked.connect(self._take)

    def follow(self, ask_id: str, conversation_id: str | None) -> None:
        """Read out the answer of a run that begins, None in a new conversation; the one before it ends."""
        self.stop()
        self._ask_id, self._conversation_id, self._going_on = ask_id, conversation_id, True

    def stop(self, ask_id: str | None = None) -> None:
        """Say nothing more of the answer of this run, or of any."""
        if ask_id not in (None, self._ask_id):
            return
        self._ask_id, self._going_on = "", False
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()

    def leave(self, conversation_id: str | None) -> None:
        """Say nothing more of an answer in this conversation; None is one that has no id yet."""
        if self._ask_id and conversation_id == self._conversation_id:
            self.stop()

    def _take(self, event: AskEvent) -> None:
        if event.ask_id != self._ask_id or not self._going_on:
            return
        if isinstance(event, AskStarted):
            self._conversation_id = event.conversation_id
            if self._services.settings.text("voice.answer_aloud") == "always":
                self._reading = self._services.voice.read_answer()
        if self._reading is not None:
            self._reading.heed(event)
        self._going_on = not isinstance(event, FINAL_EVENTS)
