"""Forgets for good: rows, files beside them, words, vectors and the database's log, in an order that no crash can hurt.

First the files are cleaned, once others let rows be written, then the rows go in one transaction, which leaves a list
of vectors to wipe; the rest follows from that list, here or at the next start. Acknowledged is only what is physically
gone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.contracts.memory import ForgetPreview, ForgetTarget
from jarvis.memory.leftovers import Leftovers
from jarvis.storage.database import BUSY_SECONDS, Database
from jarvis.storage.forgetting import Gone, SqliteForgetting
from jarvis.storage.memories import SqliteMemories

_PATIENCE_SECONDS = 30.0
"""How long readers elsewhere are waited for that keep the database's log from being emptied."""


class Purge(Protocol):
    """The index keeper's part: wipe every vector and every indexed word of what is gone."""

    def purge(self) -> None:
        """Finish every forgetting that is pending; returns when no byte of it is left in any index."""
        ...

    def kept_elsewhere(self) -> StorageError | None:
        """Return why that cannot be done here now: another process keeps the index, and will do it."""
        ...


class Forgetter:
    """Previews and forgets; safe to use from several threads and processes."""

    def __init__(
        self,
        *,
        database: Database,
        memories: SqliteMemories,
        index: Purge,
        leftovers: Leftovers,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rows = SqliteForgetting(database)
        self._memories = memories
        self._index = index
        self._leftovers = leftovers
        self._monotonic = monotonic

    def preview(self, target: ForgetTarget) -> ForgetPreview:
        """Return exactly what `forget` would take away; `InputError` for what is not there."""
        gone = self._rows.preview(target)
        shown = self._memories.by_seq(gone.examples)
        return ForgetPreview(
            memories=gone.memories,
            by_source=gone.by_source,
            messages=gone.messages,
            answers=gone.answers,
            examples=tuple(shown[seq] for seq in gone.examples if seq in shown),
            conversations=gone.conversations,
            aside=self._leftovers.aside(),
        )

    def forget(
        self, target: ForgetTarget, cancel: CancelToken | None = None, also: Callable[[], object] | None = None
    ) -> Gone:
        """Forget it and return what went, once no byte of it is left; raises as `preview`, and `StorageError`.

        `cancel` raises `Cancelled` as long as no file and no row is gone; once they go, they go together, and it leaves
        the rest to the next start. `also` is called in the rows' transaction: what it writes there goes or stays with
        them.
        """
        wanted = cancel or CancelToken()
        cleaning = False

        def clean(gone: Gone) -> None:
            nonlocal cleaning
            if not cleaning:
                wanted.raise_if_cancelled()
            cleaning = True
            quotes = None if target.kind == "everything" else gone.quotes
            self._leftovers.clean(quotes, gone.conversation_ids, gone.message_ids)

        gone = self._rows.carry_out(target, clean, also)
        self.finish(wanted)
        return gone

    def finish(self, cancel: CancelToken | None = None) -> None:
        """Finish what an earlier forgetting or correction began: words, vectors, the database's log; `cancel` leaves
        what is not done yet to the next start."""
        wanted = cancel or CancelToken()
        while not wanted.cancelled and self._memories.words_catch_up():
            pass
        if not wanted.cancelled:
            self._index.purge()
        if not wanted.cancelled:
            self._empty_log(wanted)

    def finish_if_begun(self, *, wait: bool = True) -> bool:
        """Finish what a process that died left half-forgotten; returns whether there was anything. Cheap if not.

        Without `wait` a living process that keeps the index is left to do it; raises `StorageError` then.
        """
        if not self._memories.forgotten(1):
            return False
        if not wait and (elsewhere := self._index.kept_elsewhere()) is not None:
            raise elsewhere
        self.finish()
        return True

    def _empty_log(self, cancel: CancelToken) -> None:
        """Write the log back into the database and cut it to nothing, however long readers hold it, but for `cancel`:
        who closes the database last empties it."""
        until = self._monotonic() + _PATIENCE_SECONDS
        while True:
            with self._database.read() as connection:
                connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
                busy = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            if not busy or cancel.cancelled:
                return
            if self._monotonic() > until:
                raise StorageError(
                    "memory.log_held",
                    en="It is forgotten, but another program keeps reading, so its last bytes in {path}-wal could not "
                    "be wiped yet. Close other Jarvis windows and forget again.",
                    es="Está olvidado, pero otro programa sigue leyendo y sus últimos bytes en {path}-wal aún no se "
                    "han podido borrar. Cierra otras ventanas de Jarvis y vuelve a olvidar.",
                    path=self._database.path,
                )
