"""What a person does with models: fetch, switch on and off, pin, update, take over, try, remove. Asks before losing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from jarvis.contracts.errors import Cancelled
from jarvis.contracts.model_desk import ModelView, Removal
from jarvis.desktop import models_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.models_figures import size
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import Fetch, ModelTransfers
from jarvis.desktop.models_try import TryDialog
from jarvis.desktop.texts import Text

MOST_FILES = 12
"""Files named in the question before removing."""


class ModelActs(QObject):
    """Acts on models for the window that it is a child of; `said` carries a sentence and whether it is bad news."""

    said = Signal(str, bool)

    def __init__(self, desk: Desk, stock: ModelStock, transfers: ModelTransfers) -> None:
        super().__init__()
        self._desk = desk
        self._stock = stock
        self._transfers = transfers
        transfers.ended.connect(self._fetched)
        stock.failed.connect(self._failed)

    def download(self, view: ModelView) -> None:
        """Fetch a model, or go on with it."""
        self._transfers.start(view.id, view.name)

    def download_all(self, models: list[str]) -> None:
        """Fetch several."""
        for model in models:
            self._transfers.start(model, self._stock.name(model))

    def pull(self, name: str) -> None:
        """Have Ollama fetch a model of its own library."""
        self._transfers.start(f"ollama/{name}", name)

    def update(self, view: ModelView) -> None:
        """Look for a newer version, and fetch it."""
        self._transfers.start(view.id, view.name, "update")

    def resume(self, view: ModelView) -> None:
        """Go on with whatever was paused or failed."""
        known = self._transfers.of(view.id)
        self._transfers.start(view.id, view.name, known.act if known is not None else "download")

    def pause(self, view: ModelView) -> None:
        """Stop a download; what arrived is kept."""
        self._transfers.pause(view.id)

    def activate(self, view: ModelView) -> None:
        """Put it in service."""
        self._act(lambda: self._stock.models.activate(view.id), texts.ACTIVATED, view)

    def deactivate(self, view: ModelView) -> None:
        """Take it out of service and out of memory."""
        self._act(lambda: self._stock.models.deactivate(view.id), texts.DEACTIVATED, view)

    def pin(self, view: ModelView) -> None:
        """Keep it in memory, or no longer."""
        told = texts.IS_UNPINNED if view.pinned else texts.IS_PINNED
        self._act(lambda: self._stock.models.pin(view.id, not view.pinned), told, view)

    def take_over(self, source: str, identity: str | None, done: Callable[[], None]) -> None:
        """Use what lies on this disk, or in Ollama's store; `done` once it is in the list."""

        def taken(view: ModelView) -> None:
            done()
            self.said.emit(self._desk.words(texts.TAKEN, name=view.name), False)
            self._stock.look()

        self.said.emit(self._desk.words(texts.TAKING), False)
        self._stock.run(lambda: self._stock.models.take_over(source, identity), taken)

    def take_over_all(self, sources: Sequence[str]) -> None:
        """Use several that lie on this disk; what cannot be used is told beside what can."""

        def take() -> list[ModelView | Exception]:
            found: list[ModelView | Exception] = []
            for source in sources:
                try:
                    found.append(self._stock.models.take_over(source))
                except Exception as error:  # noqa: BLE001 - whatever it was, the others are told of beside it
                    found.append(error)
            return found

        def taken(found: list[ModelView | Exception]) -> None:
            words, desk = self._desk.words, self._desk
            bad = [desk.sentence(one) for one in found if isinstance(one, Exception)]
            good = [words(texts.TAKEN, name=one.name) for one in found if not isinstance(one, Exception)]
            self.said.emit("\n".join([*good, *bad]), bool(bad))
            self._stock.look()

        self.said.emit(self._desk.words(texts.TAKING), False)
        self._stock.run(take, taken)

    def remove(self, view: ModelView) -> None:
        """Say which files would go, and remove it once the person agrees."""
        language = self._desk.words.language
        self._stock.run(lambda: self._stock.models.removal(view.id, language), lambda removal: self._ask(view, removal))

    def try_out(self, view: ModelView) -> TryDialog:
        """Open a window to ask this model alone."""
        dialog = TryDialog(self._desk, self._window(), view, lambda: self._stock.models)
        dialog.finished.connect(lambda _: self._stock.look())
        dialog.open()
        return dialog

    def _window(self) -> QWidget:
        window = self.parent()
        assert isinstance(window, QWidget)
        return window

    def _ask(self, view: ModelView, removal: Removal) -> None:
        words = self._desk.words
        lines = [removal.sentence]
        if removal.files:
            lines += ["", words(texts.REMOVE_FILES), *removal.files[:MOST_FILES]]
        if len(removal.files) > MOST_FILES:
            lines.append(words(texts.REMOVE_MORE, count=len(removal.files) - MOST_FILES))
        title, body = words(texts.REMOVE_TITLE, name=view.name), "\n".join(lines)
        box = confirmation(self._window(), title, body, words(texts.REMOVE_DO), words(window_texts.CANCEL))
        box.accepted.connect(lambda: self._remove(view))
        box.open()

    def _remove(self, view: ModelView) -> None:
        def gone(count: int) -> None:
            words = self._desk.words
            self.said.emit(words(texts.REMOVED, name=view.name, size=size(count, words.language)), False)
            self._transfers.forget(view.id)
            self._stock.look()

        self._stock.run(lambda: self._stock.models.remove(view.id), gone)

    def _act(self, work: Callable[[], ModelView], told: Text, view: ModelView) -> None:
        def done(_: ModelView) -> None:
            self.said.emit(self._desk.words(told, name=view.name), False)
            self._stock.look()

        self._stock.run(work, done)

    def _fetched(self, fetch: Fetch) -> None:
        words = self._desk.words
        if fetch.state == "finished":
            done = texts.FETCHED if fetch.act == "download" else texts.UPDATED if fetch.changed else texts.UP_TO_DATE
            self.said.emit(words(done, name=fetch.name), False)
        elif fetch.state == "failed" and fetch.failure is not None:
            told = words(texts.FAILED_OF, name=fetch.name, why=self._desk.sentence(fetch.failure))
            self.said.emit(told, True)
        self._stock.look()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Cancelled):
            self.said.emit(self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error)), True)
