"""One GPU as a card: who holds its memory, what it is doing, and its last five minutes. Looks at nothing itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from jarvis.contracts.errors import Language
from jarvis.contracts.hardware import GpuSample
from jarvis.contracts.resources import GpuHolding, GpuView, ResourceView
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Picture, Plot, Series
from jarvis.desktop.plot_geometry import Point, Span
from jarvis.desktop.resources_bar import Part, ShareBar, Swatch, fade, hues_of, shades_of
from jarvis.desktop.resources_feed import HISTORY_SECONDS
from jarvis.desktop.resources_figures import UNKNOWN, memory, number, percent
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words

_BREAKS = re.compile(r"[:_./](?=\S)")
"""Where the name of a model may go on in the next line."""
WIDEST_GAP = 4.0
"""Seconds between two samples from which on the line between them is left out."""


class GpuCard(QFrame):
    """Shows a `GpuView`; `show_old` greys its last values."""

    def __init__(self, desk: Desk, view: GpuView) -> None:
        super().__init__()
        styled(self, "card")
        self._desk = desk
        self.view = view
        self.gone = False
        self.old = False
        self._history: Sequence[ResourceView] = ()
        self.title = QLabel()
        self.title.setProperty("look", "heading")
        self.used = QLabel()
        self.bar = ShareBar(desk.theme)
        self.load = QLabel()
        self.load.setProperty("look", "muted")
        self.trouble = QLabel()
        self.trouble.setProperty("look", "bad")
        self.plot = Plot(desk.theme)
        for label in (self.title, self.used, self.load, self.trouble):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.title, self.load, self.trouble):
            label.setWordWrap(True)
        self.legend = Legend(desk)
        self._key = Legend(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.used)
        layout.addWidget(self.trouble)
        layout.addWidget(self.bar)
        layout.addWidget(self.legend)
        layout.addWidget(self.load)
        layout.addStretch()
        layout.addWidget(self.plot)
        layout.addWidget(self._key)
        self.setMinimumWidth(280)
        desk.words.follow(self, self._tell)

    def show_view(self, view: GpuView, history: Sequence[ResourceView]) -> None:
        """Show the GPU as it is now and as it was."""
        self.view, self._history, self.gone, self.old = view, history, False, False
        self._tell()

    def show_old(self, history: Sequence[ResourceView], *, gone: bool) -> None:
        """Grey what it said last; where it is `gone`, say that it no longer answers."""
        self._history, self.gone, self.old = history, gone, True
        self._tell()

    def _tell(self) -> None:
        words, sample = self._desk.words, self.view.sample
        language = words.language
        self.title.setText(words(texts.GPU_TITLE, index=sample.index, name=sample.name))
        self.used.setText(
            words(texts.USED_OF, used=memory(sample.used_mib, language), total=memory(sample.total_mib, language))
        )
        self.trouble.setText(words(texts.GPU_GONE))
        self.trouble.setVisible(self.gone)
        rows = [(name_of(one, words), memory(one.mib, language)) for one in self.view.holdings]
        parts = [
            Part(amount=one.mib, hue=hue, light=not one.measured, shade=shade)
            for one, hue, shade in zip(
                self.view.holdings, hues_of(self.view.holdings), shades_of(self.view.holdings), strict=True
            )
        ]
        free = (words(texts.FREE), memory(sample.free_mib, language))
        self.bar.show_parts(parts, sample.total_mib)
        self.legend.show_rows([*zip(parts, rows, strict=True), (None, free)], faded=self.old)
        self.load.setText(load_of(sample, words))
        self.load.setAccessibleName(words(texts.GPU_LOAD_NAME))
        self.bar.setAccessibleName(words(texts.GPU_BAR, index=sample.index))
        self.bar.setAccessibleDescription(", ".join(f"{name}: {amount}" for name, amount in [*rows, free]))
        self.setAccessibleName(self.title.text())
        self.plot.setAccessibleName(words(texts.GPU_PLOT, index=sample.index))
        picture = history_picture(self._history, sample.index, words)
        self.plot.show_picture(picture)
        newest = picture.series[0].points[-1][1] if picture.series and picture.series[0].points else None
        busy = None if self.old else sample.utilisation_percent
        self._key.show_rows(
            [
                (Part(amount=0, hue=series.hue), (series.name, percent(value, language)))
                for series, value in zip(picture.series, (newest, busy), strict=True)
            ],
            faded=self.old,
        )
        self.bar.set_faded(self.old)
        self.plot.set_faded(self.old)
        for label in (self.title, self.used, self.load):
            fade(label, self._desk.theme, self.old)


class Legend(QWidget):
    """Rows of a colour, a name and a figure; they are kept and filled anew."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[Swatch, QLabel, QLabel]] = []

    def show_rows(self, rows: Sequence[tuple[Part | None, tuple[str, str]]], *, faded: bool) -> None:
        """Show these rows; a part of None is what is free."""
        while len(self._rows) < len(rows):
            self._add()
        for number_, (swatch, name, figure) in enumerate(self._rows):
            there = number_ < len(rows)
            for widget in (swatch, name, figure):
                widget.setVisible(there)
            if there:
                part, (told, amount) = rows[number_]
                swatch.show_part(part, faded)
                name.setText(_BREAKS.sub("\\g<0>\u200b", told))
                name.setToolTip(told)
                figure.setText(amount)
                for label in (name, figure):
                    fade(label, self._desk.theme, faded)

    def shown(self) -> list[tuple[str, str]]:
        """Return the names and figures that are shown."""
        return [(name.toolTip(), figure.text()) for _, name, figure in self._rows if not name.isHidden()]

    def _add(self) -> None:
        swatch, name, figure = Swatch(self._desk.theme), QLabel(), QLabel()
        for label in (name, figure):
            label.setTextFormat(Qt.TextFormat.PlainText)
        name.setWordWrap(True)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        at = len(self._rows)
        self._grid.addWidget(swatch, at, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(name, at, 1)
        self._grid.addWidget(figure, at, 2)
        self._rows.append((swatch, name, figure))


def name_of(holding: GpuHolding, words: Words) -> str:
    """Return who holds a part of a GPU: a model with its layers, what it does for Jarvis, or another program; and
    whether that was placed but not measured."""
    name = _plain_name(holding, words)
    return name if holding.measured else words(texts.PLACED, name=name)


def _plain_name(holding: GpuHolding, words: Words) -> str:
    name = holding.name
    if holding.first_layer is not None and holding.layers > 1:
        first = holding.first_layer + 1
        name = words(texts.LAYERS_FROM, name=name, first=first, last=first + holding.layers - 1)
    elif holding.layers == 1:
        name = words(texts.ONE_LAYER, name=name)
    elif holding.layers:
        name = words(texts.LAYERS, name=name, layers=holding.layers)
    if holding.kind == "text":
        return name
    if holding.kind in {"embedding", "reranker"}:
        return words(texts.EMBEDDINGS, name=name)
    if holding.kind == "jarvis":
        return words(texts.JARVIS_PART, name=name) if name and name != "jarvis" else words(texts.JARVIS_ITSELF)
    if holding.kind == "others":
        return words(texts.OTHER_PROGRAM, name=name) if name else words(texts.OTHERS)
    return words(texts.SPEECH, name=name)


def load_of(sample: GpuSample, words: Words) -> str:
    """Return utilisation, temperature and power; a dash for what the driver does not tell."""
    language = words.language
    heat, power, limit = sample.temperature_celsius, sample.power_watts, sample.power_limit_watts
    values = {
        "load": percent(sample.utilisation_percent, language),
        "heat": UNKNOWN if heat is None else f"{heat}\u00a0°C",
        "power": _watts(power, language),
        "limit": _watts(limit, language),
    }
    if limit is None:
        del values["limit"]
        return words(texts.GPU_LOAD_NO_LIMIT, **values)
    return words(texts.GPU_LOAD, **values)


def _watts(value: float | None, language: Language) -> str:
    return UNKNOWN if value is None else f"{number(value, language)}\u00a0W"


def history_picture(history: Sequence[ResourceView], index: int, words: Words) -> Picture:
    """Return the memory and the utilisation of one GPU over the last five minutes, in percent."""
    newest = history[-1].at if history else 0.0
    full: list[Point] = []
    busy: list[Point] = []
    for view in history:
        sample = next((gpu.sample for gpu in view.gpus if gpu.sample.index == index), None)
        x = view.at - newest
        full.append((x, None if sample is None or not sample.total_mib else 100 * sample.used_mib / sample.total_mib))
        busy.append((x, None if sample is None else sample.utilisation_percent))
    return Picture(
        series=(
            Series(name=words(texts.SERIES_MEMORY), points=tuple(full), hue="accent"),
            Series(name=words(texts.SERIES_BUSY), points=tuple(busy), hue="syntax_number"),
        ),
        across=Span(low=-HISTORY_SECONDS, high=0.0),
        tell_x=lambda x: ago(x, words),
        tell_y=lambda y: percent(y, words.language),
        marks=tuple((-60.0 * minutes, ago(-60.0 * minutes, words)) for minutes in (5, 4, 3, 2, 1, 0)),
        top=100.0,
        widest_gap=WIDEST_GAP,
        empty=words(texts.NO_HISTORY),
    )


def ago(x: float, words: Words) -> str:
    """Return a moment `x` seconds (not above 0) from now as words."""
    seconds = round(-x)
    if seconds < 1:
        return words(texts.NOW)
    if seconds % 60 == 0:
        return words(texts.MINUTES_AGO, minutes=seconds // 60)
    return words(texts.SECONDS_AGO, seconds=seconds)
