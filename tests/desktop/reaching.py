"""Finds the widgets of a window that have no name for a screen reader, and those that Tab does not come to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollBar,
    QTextEdit,
    QWidget,
)

_KINDS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
_OWNERS = (QComboBox, QAbstractSpinBox, QKeySequenceEdit, QLineEdit, QAbstractItemView)
"""What these hold inside is theirs to name and to reach."""


def nameless(window: QWidget) -> list[str]:
    """Return "class objectName" of every widget in `window` that can be used and has no accessible name."""
    return sorted(_described(widget) for widget in _usable(window) if not widget.accessibleName())


def unreached(window: QWidget) -> list[str]:
    """Return "class name" of every widget in `window` that can be used, and that a round of Tab leaves out."""
    if window.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus:
        # The keyboard never comes to it, and Qt complains where it is sent there; what it offers is elsewhere too.
        return []
    window.activateWindow()
    QApplication.processEvents()
    if QApplication.focusWidget() is None:
        window.focusNextPrevChild(True)
    focused = QApplication.focusWidget()
    seen: set[QWidget] = set()
    while focused is not None and focused not in seen:
        seen.add(focused)
        window.focusNextPrevChild(True)
        focused = QApplication.focusWidget()
    return sorted(_described(widget) for widget in _usable(window) if widget not in seen and not _of_a_group(widget))


def _usable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, _KINDS)
        and not isinstance(widget, QScrollBar)
        and widget.isVisibleTo(window)
        and widget.isEnabled()
        and not _within_another(widget, window)
    ]


def _within_another(widget: QWidget, window: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if isinstance(parent, _OWNERS):
            return True
        parent = parent.parentWidget()
    return False


def _of_a_group(widget: QWidget) -> bool:
    """Tell whether the arrows go to `widget`: of radio buttons that belong together Tab comes to the chosen one."""
    return isinstance(widget, QRadioButton) and not widget.isChecked()


def _described(widget: QWidget) -> str:
    return f"{type(widget).__name__}: {widget.accessibleName() or widget.objectName()}"
