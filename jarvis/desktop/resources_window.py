"""The machine's window: every GPU and who holds its memory, the machine, the models in memory. Looks while shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from jarvis.contracts.resources import ResourceView
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import NARROW
from jarvis.desktop.resources_feed import ResourceFeed
from jarvis.desktop.resources_gpu import GpuCard
from jarvis.desktop.resources_machine import GAUGES, GaugeTile
from jarvis.desktop.resources_measure import MeasurePanel
from jarvis.desktop.resources_models import ResidentList, Said
from jarvis.desktop.resources_room import RoomPanel
from jarvis.desktop.theme import styled

_TWO_COLUMNS = 760
_WIDEST, _TALLEST = 980, 760


class ResourceWindow(QDialog):
    """`desk.services.resources` must be there; it is watched while the window is shown, and only then."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._trouble = ""
        desk.words.bind(self, self.setWindowTitle, texts.RESOURCES)
        self.feed = ResourceFeed(desk, self)
        self.feed.looked.connect(self._show)
        self.feed.failed.connect(self._failed)
        self.feed.late.connect(self._late)
        self.trouble = Said(desk, look="")
        self._notice = styled(QFrame(), "notice")
        self._notice.setProperty("kind", "warning")
        notice = QVBoxLayout(self._notice)
        notice.setContentsMargins(14, 10, 14, 10)
        notice.addWidget(self.trouble)
        self._notice.hide()
        self.status = Said(desk)
        self.cards: dict[int, GpuCard] = {}
        self._cards = QGridLayout()
        self._cards.setSpacing(12)
        self._across = 0
        self.tiles = [GaugeTile(desk, gauge) for gauge in GAUGES]
        self.models = ResidentList(desk, lambda: self.feed.port)
        self.models.changed.connect(self.feed.look_soon)
        self.room = RoomPanel(desk, lambda: self.feed.port)
        self.room.changed.connect(self.feed.look_soon)
        self.measure = MeasurePanel(desk)
        if desk.services.models is None:
            self.measure.hide()
        self._below = self._lower_half()
        self._below.hide()
        self._lay_out()
        self.room.cost.hide()
        # Shown before it has its place, it would be a window of its own for a moment, and have the keyboard.
        self.status.say(texts.LOOKING)
        desk.words.changed.connect(self.feed.look_soon)
        self.setMinimumSize(360, 320)
        room = self.screen().availableGeometry()
        self.resize(min(_WIDEST, room.width() - 40), min(_TALLEST, room.height() - 60))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to watch."""
        super().showEvent(event)
        self.feed.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch no more; what vanished meanwhile is forgotten with the next look."""
        super().hideEvent(event)
        self.feed.end()
        for index in [index for index, card in self.cards.items() if card.gone]:
            self._drop(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand the cards side by side where there is room for two."""
        super().resizeEvent(event)
        self._arrange()

    # The parts.

    def _lower_half(self) -> QWidget:
        below = QWidget()
        tiles = self._tiles_line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        tiles.setSpacing(12)
        for tile in self.tiles:
            tiles.addWidget(tile, 1)
        heading = QLabel()
        heading.setProperty("look", "heading")
        self._desk.words.bind(heading, heading.setText, texts.RESIDENT)
        layout = QVBoxLayout(below)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(tiles)
        layout.addWidget(self.measure)
        layout.addWidget(heading)
        layout.addWidget(self.models)
        layout.addWidget(self.room)
        return below

    def _lay_out(self) -> None:
        holder = styled(QWidget(), "column")
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(20, 20, 20, 20)
        inside.setSpacing(14)
        inside.addWidget(self._notice)
        inside.addWidget(self.status)
        inside.addWidget(self.room.cost)
        inside.addLayout(self._cards)
        inside.addWidget(self._below)
        inside.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    # What was seen.

    def _show(self, view: ResourceView) -> None:
        history = self.feed.history
        for gpu in view.gpus:
            index = gpu.sample.index
            if index not in self.cards:
                self.cards[index] = GpuCard(self._desk, gpu)
                self._across = 0
            self.cards[index].show_view(gpu, history)
        here = {gpu.sample.index for gpu in view.gpus}
        for index, card in self.cards.items():
            if index not in here:
                card.show_old(history, gone=True)
        self._arrange()
        for tile in self.tiles:
            tile.show_view(view, history)
            tile.set_faded(False)
        self.models.show_models(view.resident)
        self.room.show_view(view)
        self.room.cost.show()
        self._below.show()
        if view.gpus or self.cards or view.gpu_trouble:
            self.status.clear()
        else:
            self.status.say(texts.NO_GPU)
        if view.gpu_trouble:
            self.trouble.say_made(lambda: view.gpu_trouble)
        self._notice.setVisible(bool(view.gpu_trouble))

    def _failed(self, error: Exception) -> None:
        self.status.clear()
        self.trouble.say_made(lambda: self._desk.words(texts.LOOK_FAILED, why=self._desk.sentence(error)))
        self._notice.show()
        self._fade()

    def _late(self, seconds: int) -> None:
        self.status.say(texts.LATE, seconds=seconds)
        self._fade()

    def _fade(self) -> None:
        for card in self.cards.values():
            card.show_old(self.feed.history, gone=card.gone)
        for tile in self.tiles:
            tile.set_faded(True)

    def _drop(self, index: int) -> None:
        card = self.cards.pop(index)
        self._cards.removeWidget(card)
        card.hide()
        card.deleteLater()
        self._across = 0

    def _arrange(self) -> None:
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._tiles_line.setDirection(below if self.width() < NARROW else beside)
        across = 2 if self.width() >= _TWO_COLUMNS and len(self.cards) > 1 else 1
        if across == self._across:
            return
        self._across = across
        for card in self.cards.values():
            self._cards.removeWidget(card)
        for at, index in enumerate(sorted(self.cards)):
            self._cards.addWidget(self.cards[index], at // across, at % across)
        for column in range(2):
            self._cards.setColumnStretch(column, 1 if column < across else 0)
