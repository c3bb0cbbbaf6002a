"""Draws the tray's icon: Jarvis' mark, and in its corner what the voice is at, by shape as well as by colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPolygonF

from jarvis.contracts.speech import VoiceStateName
from jarvis.desktop.theme import Theme
from jarvis.desktop.voice_widgets import state_colour

TrayState = VoiceStateName | Literal["trouble"]
"""What the icon can show: the voice's states, and that something went wrong with it."""
SIZES = (16, 22, 24, 32, 48, 64)
"""Pixels at which panels ask for it."""
_BADGE = 0.27
"""Radius of what is in the corner, as a share of the icon."""


def tray_icon(theme: Theme, state: TrayState) -> QIcon:
    """Return the icon for `state`; asleep it is the mark alone."""
    icon = QIcon()
    for size in SIZES:
        pixmap = theme.icon("jarvis", "accent").pixmap(size, size)
        if state != "sleeping":
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            reach = size * _BADGE
            centre = QPointF(size - reach, size - reach)
            # A ring without colour parts the badge from the mark on every panel.
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("black"))
            painter.drawEllipse(centre, reach * 1.22, reach * 1.22)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            _draw_badge(painter, theme, state, centre, reach)
            painter.end()
        icon.addPixmap(pixmap)
    return icon


def _draw_badge(painter: QPainter, theme: Theme, state: TrayState, centre: QPointF, reach: float) -> None:
    colours = theme.colours
    if state == "trouble":
        _triangle(painter, QColor(colours.warn), QColor(colours.on_accent), centre, reach)
        return
    colour = QColor(state_colour(state, colours))
    if state == "off":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, reach * 0.4))
        painter.drawEllipse(centre, reach * 0.75, reach * 0.75)
        return
    painter.setBrush(colour)
    painter.drawEllipse(centre, reach, reach)
    painter.setBrush(QColor(colours.on_accent))
    stroke = QPen(QColor(colours.on_accent), reach * 0.32, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    if state == "hearing":
        painter.drawEllipse(centre, reach * 0.42, reach * 0.42)
    elif state == "thinking":
        for at in (-0.55, 0.0, 0.55):
            painter.drawEllipse(centre + QPointF(at * reach, 0), reach * 0.19, reach * 0.19)
    elif state == "speaking":
        painter.setPen(stroke)
        for at, height in ((-0.45, 0.25), (0.0, 0.55), (0.45, 0.25)):
            top = QPointF(at * reach, height * reach)
            painter.drawLine(centre - QPointF(-top.x(), top.y()), centre + top)
    elif state == "muted":
        painter.setPen(stroke)
        corner = QPointF(reach * 0.42, reach * 0.42)
        painter.drawLine(centre - corner, centre + corner)


def _triangle(painter: QPainter, colour: QColor, sign: QColor, centre: QPointF, reach: float) -> None:
    painter.setBrush(colour)
    corners = [QPointF(0, -1.0), QPointF(1.0, 0.85), QPointF(-1.0, 0.85)]
    painter.drawPolygon(QPolygonF([centre + corner * reach for corner in corners]))
    painter.setBrush(sign)
    painter.drawRect(QRectF(centre.x() - reach * 0.11, centre.y() - reach * 0.45, reach * 0.22, reach * 0.7))
    painter.drawEllipse(centre + QPointF(0, reach * 0.55), reach * 0.14, reach * 0.14)
