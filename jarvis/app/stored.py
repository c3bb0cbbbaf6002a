"""What is kept on disk and who reads the settings, opened late: the part of Jarvis that everything else stands on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import RLock

from jarvis.app.once import built_once
from jarvis.app.preferences import chosen_language
from jarvis.assistant.language import language_of
from jarvis.cli.output import system_language
from jarvis.contracts.errors import Language
from jarvis.host.keeper_lock import is_held
from jarvis.memory.leftovers import Leftovers
from jarvis.memory.restoring import finish_restore
from jarvis.processes.logs import start_logging
from jarvis.settings.clock import SystemClock
from jarvis.settings.folders import Folders
from jarvis.settings.store import Settings
from jarvis.storage.alerts import SqliteAlertBook
from jarvis.storage.attachments import SqliteAttachments
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.facts import SqliteFactBook
from jarvis.storage.forgetting import Gone
from jarvis.storage.memories import SqliteMemories

_log = logging.getLogger(__name__)


class Stored:
    """The folders, the settings, the clock, and what the database holds.

    `purge` is called when rows were deleted of which the memory's indexes still hold something. Call `close` when done.
    """

    def __init__(self, places: Folders, purge: Callable[[], None]) -> None:
        self.folders = places
        self.folders.create()
        self.clock = SystemClock()
        self.building = RLock()
        self._purge = purge
        self._log_handler = start_logging(self.folders.logs)
        self.settings = Settings(self.folders.settings_file)
        for warning in self.settings.warnings:
            _log.warning("setting ignored", extra={"facts": {"code": warning.code}})
        self._closers: list[Callable[[], None]] = []

    @property
    def language(self) -> Language:
        """The language of what Jarvis itself says: as chosen, else the system's."""
        return chosen_language(self.settings) or system_language()

    @built_once
    def database(self) -> Database:
        """The open database; answers that a dead process left half-written are marked on the way."""
        if finish_restore(self.folders):
            _log.warning("a restore that was decided is done now")
        database = Database(self.folders.database)
        self._closers.append(database.close)
        if recovered := SqliteConversationLog(database, self.clock).recover():
            _log.warning("answers were interrupted", extra={"facts": {"count": recovered}})
        SqliteAttachments(database, self.clock).recover()
        return database

    @built_once
    def conversation_log(self) -> SqliteConversationLog:
        """Conversations and messages."""
        return SqliteConversationLog(self.database, self.clock, self._forgot)

    @built_once
    def alert_book(self) -> SqliteAlertBook:
        """Timers, alarms and reminders."""
        return SqliteAlertBook(self.database, self.clock, lambda: is_held(self.keeper_lock_file))

    @property
    def keeper_lock_file(self) -> Path:
        """Held by the process that rings alerts."""
        return self.folders.run / "alerts.lock"

    @built_once
    def memories(self) -> SqliteMemories:
        """What is remembered, as rows."""
        return SqliteMemories(self.database, self.clock, lambda text: language_of(text, self.language))

    @built_once
    def fact_book(self) -> SqliteFactBook:
        """Facts that the person asked to be remembered."""
        return SqliteFactBook(self.memories, self.database, self.clock, self._forgot, self._clean, self._aside)

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have `closer` called when Jarvis ends, before whatever was built earlier."""
        self._closers.append(closer)

    def close(self) -> None:
        """Release everything, what was built last first; safe to call twice."""
        while self._closers:
            try:
                self._closers.pop()()
            except Exception:  # noqa: BLE001 - whatever one part does, the others are closed
                _log.exception("a part did not close")
        logging.getLogger("jarvis").removeHandler(self._log_handler)
        self._log_handler.close()

    def _forgot(self) -> None:
        """Rows were deleted: what the memory's indexes hold of them goes too."""
        if self.memories.forgotten(1):
            self._purge()

    def _clean(self, gone: Gone) -> None:
        """Rows are about to go: what files beside the database hold of them goes first."""
        # Copies that a restore kept aside are more than one sentence asks for; the answer says where they are.
        Leftovers(self.folders).clean(gone.quotes, gone.conversation_ids, gone.message_ids, aside=False)

    def _aside(self) -> bool:
        return bool(Leftovers(self.folders).aside())
