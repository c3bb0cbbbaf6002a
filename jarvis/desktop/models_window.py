"""The models' window: what is here, what could be, what suits this computer, the cloud, and taking over.

Knows the models' port only. Downloads belong to `ModelTransfers` and outlive it.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_acts import ModelActs
from jarvis.desktop.models_import import ImportPage, places_in
from jarvis.desktop.models_list import ListPage
from jarvis.desktop.models_parts import LatePage
from jarvis.desktop.models_recommended import RecommendedPage
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import transfers_of
from jarvis.desktop.paged_dialog import PagedDialog

LOOK_MILLISECONDS = 15_000
"""How often an open window looks again: another process may load a model, or Ollama come and go."""

ModelsPart = Literal["recommended", "recognition", "voice"]
"""What the window can be opened on: the recommended set, or what can be downloaded of a kind."""


class ModelsWindow(PagedDialog):
    """Five pages beside their names; open it with `show()`. It needs `desk.services.models`."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.transfers = transfers = transfers_of(desk)
        self.stock = stock = ModelStock(desk)
        self.acts = acts = ModelActs(desk, stock, transfers)
        self.here = LatePage(lambda: ListPage(desk, "here", stock, acts, transfers))
        self.download = LatePage(lambda: ListPage(desk, "download", stock, acts, transfers))
        self.recommended = LatePage(lambda: RecommendedPage(desk, stock, acts, transfers))
        self.cloud = LatePage(lambda: ListPage(desk, "cloud", stock, acts, transfers))
        self.importing = LatePage(lambda: ImportPage(desk, stock, acts, transfers))
        pages = (
            (texts.PAGE_HERE, "list", self.here),
            (texts.PAGE_DOWNLOAD, "download", self.download),
            (texts.PAGE_RECOMMENDED, "lightbulb", self.recommended),
            (texts.PAGE_CLOUD, "open", self.cloud),
            (texts.PAGE_IMPORT, "attachment", self.importing),
        )
        super().__init__(desk, parent, texts.MODELS, pages, widest=940, tallest=720)
        for part in (stock, acts):
            part.setParent(self)
        self.setAcceptDrops(True)
        self._told: set[str] = set()
        self._looks = QTimer(self, interval=LOOK_MILLISECONDS)
        self._looks.timeout.connect(stock.look)
        transfers.moved.connect(self._moved)
        desk.words.changed.connect(self._look_if_shown)

    def go_to(self, part: ModelsPart) -> None:
        """Turn to a part of it."""
        late = self.recommended if part == "recommended" else self.download
        self.pages.setCurrentRow(self.stack.indexOf(late))
        if part != "recommended":
            page = self.download.page
            assert isinstance(page, ListPage)
            page.show_kind(part)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at once, and now and then while it is open."""
        super().showEvent(event)
        self.stock.look()
        self._looks.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking; what is being fetched goes on."""
        super().hideEvent(event)
        self._looks.stop()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what would be used; a drag that goes elsewhere leaves the window as it was."""
        if places_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use the files and folders that are dropped, where they lie."""
        places = places_in(event.mimeData())
        if places:
            self._show_importing().take_dropped(places)
            event.acceptProposedAction()

    def _show_importing(self) -> ImportPage:
        self.pages.setCurrentRow(self.stack.indexOf(self.importing))
        page = self.importing.page
        assert isinstance(page, ImportPage)
        return page

    def _look_if_shown(self) -> None:
        if self.isVisible():
            self.stock.look()

    def _moved(self, model: str) -> None:
        """Look once when the first bytes of a download came: from then on it stands among what is here."""
        fetch = self.transfers.of(model)
        if fetch is None or fetch.state != "running":
            self._told.discard(model)
        elif fetch.progress is not None and model not in self._told:
            self._told.add(model)
            self._look_if_shown()
