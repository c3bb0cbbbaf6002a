"""A bar split among those who share something, and the colours in which they are told apart. Decides nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from jarvis.contracts.resources import GpuHolding
from jarvis.desktop.plot import Hue
from jarvis.desktop.plot_geometry import stacked
from jarvis.desktop.theme import Theme

_TEXT_HUES: tuple[Hue, ...] = ("accent", "syntax_keyword", "syntax_name")
_OTHER_SHADES = (1.0, 0.72)
_REST_SHADE = 0.4
"""How much of the grey other programs have that are named, in turn, and what is left of them."""
_LIGHT_SHADE = 0.51


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of the bar: how much, in which colour, and whether it is drawn lightly because nobody measured it.

    `shade`, 0..1, is how much of the colour it has.
    """

    amount: float
    hue: Hue
    light: bool = False
    shade: float = 1.0


def hues_of(holdings: Sequence[GpuHolding]) -> list[Hue]:
    """Return a colour for each: text models in turn of three, one each for embeddings, speech, Jarvis and others."""
    hues: list[Hue] = []
    texts = 0
    for holding in holdings:
        if holding.kind == "text":
            hues.append(_TEXT_HUES[texts % len(_TEXT_HUES)])
            texts += 1
        elif holding.kind in {"embedding", "reranker"}:
            hues.append("good")
        elif holding.kind == "others":
            hues.append("muted")
        elif holding.kind == "jarvis":
            hues.append("text")
        else:
            hues.append("warn")
    return hues


def shades_of(holdings: Sequence[GpuHolding]) -> list[float]:
    """Return how much of its colour each has, 0..1: other programs, which share one, in turns, their rest less."""
    shades: list[float] = []
    named = 0
    for holding in holdings:
        if holding.kind != "others":
            shades.append(1.0)
        elif holding.name:
            shades.append(_OTHER_SHADES[named % len(_OTHER_SHADES)])
            named += 1
        else:
            shades.append(_REST_SHADE)
    return shades


class ShareBar(QWidget):
    """Parts side by side on a track that stands for the whole; not for the keyboard: its texts stand beside it."""

    def __init__(self, theme: Theme, tall: int = 14) -> None:
        super().__init__()
        self._theme = theme
        self._tall = tall
        self.parts: tuple[Part, ...] = ()
        self.total = 0.0
        self.faded = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self, self.update)

    def show_parts(self, parts: Sequence[Part], total: float) -> None:
        """Draw `parts` of `total`."""
        if (tuple(parts), total) != (self.parts, self.total):
            self.parts, self.total = tuple(parts), total
            self.update()

    def set_faded(self, faded: bool) -> None:
        """Draw in grey what no longer holds."""
        if faded != self.faded:
            self.faded = faded
            self.update()

    def sizeHint(self) -> QSize:
        """As tall as asked for."""
        return QSize(200, self._tall)

    def minimumSizeHint(self) -> QSize:
        """As narrow as a card may get."""
        return QSize(60, self._tall)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track and parts, a hairline of ground between them."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(0, 0, self.width(), self.height())
        track = QPainterPath()
        track.addRoundedRect(area, self.height() / 3, self.height() / 3)
        painter.setClipPath(track)
        painter.fillRect(area, QColor(self._theme.colours.border))
        for part, (left, width) in zip(
            self.parts, stacked([part.amount for part in self.parts], self.total, self.width()), strict=True
        ):
            if width > 0:
                painter.fillRect(QRectF(left, 0, width, self.height()), part_colour(self._theme, part, self.faded))
                painter.fillRect(QRectF(left + width - 1, 0, 1, self.height()), QColor(self._theme.colours.ground))
        painter.end()


class Swatch(QWidget):
    """A little square in a part's colour, as tall as a line of text so that it stands beside the first one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.part: Part | None = None
        self.faded = False
        self.setFixedSize(12, self.fontMetrics().height())
        theme.follow(self, self.update)

    def show_part(self, part: Part | None, faded: bool) -> None:
        """Take a part's colour, or the track's for what is free."""
        self.part, self.faded = part, faded
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the square."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._theme.colours.muted) if self.part is None else Qt.PenStyle.NoPen)
        colours = self._theme.colours
        painter.setBrush(
            QColor(colours.border) if self.part is None else part_colour(self._theme, self.part, self.faded)
        )
        painter.drawRoundedRect(QRectF(1.5, self.height() / 2 - 4.5, 9, 9), 2.5, 2.5)
        painter.end()


def part_colour(theme: Theme, part: Part, faded: bool) -> QColor:
    """Return the colour of a part in the look in use."""
    colour = QColor(theme.colours.muted if faded else getattr(theme.colours, part.hue))
    colour.setAlphaF(_LIGHT_SHADE if part.light or faded else part.shade)
    return colour


def fade(label: QLabel, theme: Theme, faded: bool) -> None:
    """Write in grey what no longer holds, or as ever again."""
    sheet = f"color: {theme.colours.muted}" if faded else ""
    if label.styleSheet() != sheet:
        label.setStyleSheet(sheet)
