"""Finds the texts of a window that have less room than they need."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QTextDocument, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from jarvis.desktop.one_line import OneLine

SLACK = 1
"""Pixels that rounding may take."""

_BESIDE_TEXT = 12
"""Pixels of a field that its text cannot have."""
_BESIDE_CHOICE = 32
"""The same of a list to choose from, which has an arrow."""


def cut_texts(window: QWidget) -> list[str]:
    """Return "class: text" of everything in `window` whose text does not fit into its place on the screen.

    Also what is wider than the window where nothing scrolls sideways, and what stands on something else.
    """
    cut = {f"{type(widget).__name__}: {text}" for widget, text in _texts(window) if not _fits(widget, text)}
    return sorted(cut | set(_too_wide(window)) | set(_overlapping(window)))


def rightmost(document: QTextDocument) -> float:
    """Return how far right any line of a document that is laid out reaches, in pixels."""
    ends, block = [0.0], document.begin()
    while block.isValid():
        lines, left = block.layout(), document.documentLayout().blockBoundingRect(block).left()
        ends += [left + lines.lineAt(at).naturalTextRect().right() for at in range(lines.lineCount())]
        block = block.next()
    return max(ends)


def _too_wide(window: QWidget) -> Iterator[str]:
    """Yield what is wider than where it is scrolled, and cannot be scrolled sideways."""
    for area in window.findChildren(QScrollArea):
        fixed = area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        inner = area.widget()
        if fixed and inner is not None and area.isVisibleTo(window) and inner.width() > area.viewport().width() + SLACK:
            yield f"{type(inner).__name__}: {inner.width() - area.viewport().width()} pixels too wide"


def _texts(window: QWidget) -> Iterator[tuple[QWidget, str]]:
    for widget in window.findChildren(QWidget):
        if widget.isVisibleTo(window) and _in_view(widget, window):
            text = _text_of(widget)
            if text.strip():
                yield widget, text


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.placeholderText() if not widget.text() else ""
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _in_view(widget: QWidget, window: QWidget) -> bool:
    """Tell whether all of `widget` is on the screen; what is scrolled away by half is cut rightly."""
    here = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if isinstance(parent, QAbstractScrollArea):
            port = parent.viewport()
            seen = QRect(port.mapTo(window, port.rect().topLeft()), port.size())
            if not (seen.top() <= here.top() and here.bottom() <= seen.bottom()):
                return False
        parent = parent.parentWidget()
    return True


def _fits(widget: QWidget, text: str) -> bool:
    room = widget.contentsRect()
    if isinstance(widget, OneLine):
        return True
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            if widget.textFormat() == Qt.TextFormat.PlainText and _widest_word(widget, text) > room.width() + SLACK:
                return False
            # Where the last line's room for letters that hang down is short by a little, nothing is cut.
            return widget.heightForWidth(widget.width()) <= widget.height() + widget.fontMetrics().descent()
        if widget.textFormat() == Qt.TextFormat.RichText or (
            widget.textFormat() == Qt.TextFormat.AutoText and "<" in text
        ):
            document = QTextDocument()
            document.setDefaultFont(widget.font())
            document.setHtml(text)
            return document.idealWidth() - 2 * document.documentMargin() <= room.width() + SLACK
        return _widest_line(widget, text) <= room.width() + SLACK
    if isinstance(widget, QPushButton | QCheckBox | QRadioButton):
        return widget.sizeHint().width() <= widget.width() + SLACK
    if isinstance(widget, QLineEdit):
        return _widest_line(widget, text) <= room.width() - _BESIDE_TEXT + SLACK
    if isinstance(widget, QComboBox):
        return _widest_line(widget, text) <= room.width() - _BESIDE_CHOICE + SLACK
    return _widest_line(widget, text) <= room.width() + SLACK or not _shows_text(widget)


def _widest_line(widget: QWidget, text: str) -> int:
    return max(widget.fontMetrics().horizontalAdvance(line.replace("&", "")) for line in text.splitlines() or [""])


def _widest_word(widget: QLabel, text: str) -> float:
    """Return the width of the widest line when the text is broken wherever it can be."""
    widest = 0.0
    for line in text.splitlines():
        layout = QTextLayout(line, widget.font())
        layout.setTextOption(QTextOption())
        layout.beginLayout()
        while (part := layout.createLine()).isValid():
            part.setLineWidth(1)
            widest = max(widest, part.naturalTextWidth())
        layout.endLayout()
    return widest


def _overlapping(window: QWidget) -> Iterator[str]:
    """Yield what stands on something that stands beside it."""
    seen = [widget for widget, _ in _texts(window)]
    for at, one in enumerate(seen):
        for other in seen[at + 1 :]:
            common = one.geometry() & other.geometry()
            if one.parentWidget() is other.parentWidget() and min(common.width(), common.height()) > SLACK:
                yield f"{type(one).__name__}: {_text_of(one)} on {_text_of(other)}"


def _shows_text(widget: QWidget) -> bool:
    style = getattr(widget, "toolButtonStyle", None)
    return style is None or style() != Qt.ToolButtonStyle.ToolButtonIconOnly
