"""Reads the shelves and searches on worker threads, and passes on only what is still wanted. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.conversation_desk import ConversationDesk, ConversationHit
from jarvis.contracts.errors import Cancelled, InputError
from jarvis.desktop.desk import Desk
from jarvis.desktop.library_shelves import AT_ONCE, Shelves, Wanted, read_shelves

Result = TypeVar("Result")
MOST_HITS = 50
"""Conversations that a search lists at most."""
TYPING_MILLISECONDS = 150
"""Pause in typing after which a search begins."""


class LibraryReader(QObject):
    """`read` carries `Shelves`, `found` the hits of the words in the field, `failed` a sentence and a way to try again.

    One search runs at a time: words typed meanwhile wait, and only the newest of them are searched for.
    """

    read = Signal(object)
    found = Signal(object)
    searching = Signal()
    failed = Signal(str, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._opened: frozenset[str] = frozenset()
        self._limits: dict[str, int] = {}
        self._reads = 0
        self._words = ""
        self._running = False
        self._again = False
        self._typing = QTimer(self, interval=TYPING_MILLISECONDS, singleShot=True)
        self._typing.timeout.connect(self._search)

    @property
    def there(self) -> bool:
        """True when there is a library to read."""
        return self._desk.services.conversations is not None

    @property
    def words(self) -> str:
        """The words that are searched for, empty without a search."""
        return self._words

    def refresh(self) -> None:
        """Read the shelves again, and search again where something is searched for."""
        if not self.there:
            return
        self._reads += 1
        number, wanted = self._reads, Wanted(opened=self._opened, limits=dict(self._limits))

        def done(shelves: Shelves) -> None:
            if number == self._reads:
                self.read.emit(shelves)

        self.work(lambda desk: read_shelves(desk, wanted), done, self.refresh)
        if self._words:
            self._search()

    def toggle(self, group: str) -> None:
        """Open a folder or the archive, or close it."""
        self._opened = self._opened ^ {group}
        self._limits.pop(group, None)
        self.refresh()

    def is_open(self, group: str) -> bool:
        """True when a folder or the archive is open."""
        return group in self._opened

    def more(self, group: str) -> None:
        """Read more of a group."""
        self._limits[group] = self._limits.get(group, AT_ONCE) + 2 * AT_ONCE
        self.refresh()

    def look_for(self, words: str) -> None:
        """Search for `words` once nothing more is typed; empty ends the search."""
        words = " ".join(words.split())
        if words == self._words:
            return
        self._words = words
        if words:
            self.searching.emit()
            self._typing.start()
        else:
            self._typing.stop()
            self._again = False

    def look_now(self) -> None:
        """Do not wait for more words."""
        if self._typing.isActive():
            self._typing.stop()
            self._search()

    def work(
        self,
        work: Callable[[ConversationDesk], Result],
        done: Callable[[Result], None],
        retry: Callable[[], None] | None = None,
        *,
        cancel: CancelToken | None = None,
        keep: bool = False,
    ) -> None:
        """Run `work` on a worker thread; a failure becomes a sentence. Whoever is gone by then hears of neither.

        The end of the program raises `cancel`; that `work` was cancelled is no failure. `keep` is as in `Bridge.run`.
        """
        build = self._desk.services.conversations
        if build is None:
            return

        def told(error: Exception) -> None:
            if isValid(self) and not isinstance(error, Cancelled):
                # What was handed in wrongly would fail again.
                self.failed.emit(self._desk.sentence(error), None if isinstance(error, InputError) else retry)

        def act(result: Result) -> None:
            if isValid(self):
                done(result)

        self._desk.bridge.run(lambda: work(build()), act, told, cancel=cancel, keep=keep)

    def _search(self) -> None:
        self._again = self._running
        if self._running or not self._words:
            return
        self._running = True
        words, build = self._words, self._desk.services.conversations
        assert build is not None

        def done(hits: Sequence[ConversationHit]) -> None:
            if self._ended(words):
                self.found.emit(hits)

        def told(error: Exception) -> None:
            if self._ended(words):
                self.failed.emit(self._desk.sentence(error), self._search)

        self._desk.bridge.run(lambda: build().search(words, limit=MOST_HITS), done, told)

    def _ended(self, words: str) -> bool:
        """Note that the search for `words` ended, begin the one that waits; True when `words` are still the ones."""
        if not isValid(self):
            return False
        self._running = False
        if self._again:
            self._search()
            return False
        return words == self._words
