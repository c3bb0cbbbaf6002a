"""Processor, memory and disk as three tiles with small histories. Looks at nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from jarvis.contracts.resources import ResourceView
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Picture, Plot, Series
from jarvis.desktop.plot_geometry import Span
from jarvis.desktop.resources_bar import fade
from jarvis.desktop.resources_feed import HISTORY_SECONDS
from jarvis.desktop.resources_figures import memory, percent
from jarvis.desktop.resources_gpu import WIDEST_GAP, ago
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """What one tile shows: its name, the share 0..100 that is used, and how that is told."""

    name: Text
    share: Callable[[ResourceView], float]
    tell: Callable[[ResourceView, Words], str]


def _ram(view: ResourceView, words: Words) -> str:
    language = words.language
    return words(texts.USED_OF, used=memory(view.ram_used_mib, language), total=memory(view.ram_total_mib, language))


def _disk(view: ResourceView, words: Words) -> str:
    language = words.language
    return words(
        texts.DISK_FREE, free=memory(view.disk_free_mib, language), total=memory(view.disk_total_mib, language)
    )


CPU = Gauge(name=texts.CPU, share=lambda view: view.cpu_percent, tell=lambda v, w: percent(v.cpu_percent, w.language))
RAM = Gauge(name=texts.RAM, share=lambda view: _of(view.ram_used_mib, view.ram_total_mib), tell=_ram)
DISK = Gauge(
    name=texts.DISK, share=lambda view: _of(view.disk_total_mib - view.disk_free_mib, view.disk_total_mib), tell=_disk
)
GAUGES = (CPU, RAM, DISK)


class GaugeTile(QFrame):
    """One of the three."""

    def __init__(self, desk: Desk, gauge: Gauge) -> None:
        super().__init__()
        styled(self, "card")
        self._desk = desk
        self._gauge = gauge
        self._view: ResourceView | None = None
        self._history: Sequence[ResourceView] = ()
        name = QLabel()
        name.setProperty("look", "small")
        name.setWordWrap(True)
        desk.words.bind(name, name.setText, gauge.name)
        self.value = QLabel()
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.value.setWordWrap(True)
        self.plot = Plot(desk.theme, tall=44, plain=True)
        desk.words.name(self.plot, gauge.name, tooltip=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(4)
        layout.addWidget(name)
        layout.addWidget(self.value)
        layout.addStretch()
        layout.addWidget(self.plot)
        desk.words.follow(self, self._tell)

    def show_view(self, view: ResourceView, history: Sequence[ResourceView]) -> None:
        """Show the machine as it is and as it was."""
        self._view, self._history = view, history
        self._tell()

    def set_faded(self, faded: bool) -> None:
        """Grey what no longer holds."""
        fade(self.value, self._desk.theme, faded)
        self.plot.set_faded(faded)

    def _tell(self) -> None:
        if self._view is None:
            return
        words = self._desk.words
        self.value.setText(self._gauge.tell(self._view, words))
        newest = self._history[-1].at if self._history else 0.0
        points = tuple((view.at - newest, self._gauge.share(view)) for view in self._history)
        self.plot.show_picture(
            Picture(
                series=(Series(name=words(self._gauge.name), points=points),),
                across=Span(low=-HISTORY_SECONDS, high=0.0),
                tell_x=lambda x: ago(x, words),
                tell_y=lambda y: percent(y, words.language),
                top=100.0,
                widest_gap=WIDEST_GAP,
            )
        )


def _of(part: float, total: float) -> float:
    return 100 * part / total if total > 0 else 0.0
