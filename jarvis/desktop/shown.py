"""Showing and hiding a widget while it is built, without Qt's laying out all that is around it each time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_shown(widget: QWidget, shown: bool) -> None:
    """Show or hide a widget that stands, or will stand, in a layout.

    One that was never hidden is shown with its parent anyway. Asking for it would have Qt give every layout up to the
    window its sizes, a third of the time that it takes to make a message.
    """
    if not shown or widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.setVisible(shown)
