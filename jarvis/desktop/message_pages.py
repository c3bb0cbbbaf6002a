"""Reads a conversation page by page on workers: which messages lie above those that are known, and texts let go.

Draws nothing; a page of another conversation than the one in view is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from jarvis.contracts.messages import StoredMessage
from jarvis.desktop.desk import Desk
from jarvis.desktop.message_list import Place, place_of

Found = TypeVar("Found")
PAGE = 200
"""Messages read with their texts at once."""
INDEX_PAGE = 500
"""Messages whose lengths are read at once; a few milliseconds of a worker's time."""


class MessagePages:
    """The stored messages of the conversation in view; `failed` is told an error of reading."""

    def __init__(self, desk: Desk, failed: Callable[[Exception], None]) -> None:
        self._desk = desk
        self._failed = failed
        self._view = 0
        self._conversation = ""
        self._reading = False

    def begin(self, messages: Sequence[StoredMessage]) -> None:
        """Look at another conversation, or at another state of it, of which `messages` are known."""
        self._view += 1
        self._reading = False
        self._conversation = messages[0].conversation_id if messages else ""

    def above(self, oldest: str, found: Callable[[list[Place]], None]) -> None:
        """Pass the places above the message `oldest` to `found`, oldest first; none at the beginning."""
        log, conversation = self._desk.services.log, self._conversation

        def look() -> list[Place]:
            messages = log.messages(conversation, INDEX_PAGE + 1, oldest)
            return [place_of(message, held=False) for message in messages[:-1]]

        self._run(look, found)

    def texts(self, until: str, found: Callable[[dict[str, StoredMessage]], None]) -> None:
        """Pass a page of messages by id to `found`, the one called `until` its newest; nothing while one is read."""
        log, conversation = self._desk.services.log, self._conversation
        if self._reading:
            return
        self._reading = True

        def look() -> dict[str, StoredMessage]:
            return {message.id: message for message in log.messages(conversation, PAGE, until)}

        def done(messages: dict[str, StoredMessage]) -> None:
            self._reading = False
            found(messages)

        self._run(look, done)

    def _run(self, look: Callable[[], Found], done: Callable[[Found], None]) -> None:
        view = self._view

        def failed(error: Exception) -> None:
            if view == self._view:
                self._reading = False
                self._failed(error)

        self._desk.bridge.run(look, lambda found: done(found) if view == self._view else None, failed)
