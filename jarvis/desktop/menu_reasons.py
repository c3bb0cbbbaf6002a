"""Why each entry of a menu stands there: beside the entry that the pointer or the keyboard is on, and read aloud."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction
from PySide6.QtWidgets import QMenu, QToolTip


class MenuReasons(QObject):
    """Shows what its menu's entries were given; the others say nothing beside their words."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        menu.setToolTipsVisible(True)
        menu.hovered.connect(self._tell)
        menu.aboutToHide.connect(self._hush)

    def give(self, entry: QAction, reason: str) -> None:
        """Have `reason` told of `entry`, in its tooltip, its "What's this?" and to screen readers; may be empty."""
        entry.setToolTip(reason)
        entry.setWhatsThis(reason)

    def _tell(self, entry: QAction) -> None:
        # A tooltip that was never given would repeat the entry's words.
        reason, menu = entry.whatsThis(), self._menu
        menu.setAccessibleDescription(reason)
        if not reason:
            QToolTip.hideText()
            return
        place = menu.actionGeometry(entry)
        QToolTip.showText(menu.mapToGlobal(place.topRight()), reason, menu, place)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(menu, reason))

    def _hush(self) -> None:
        self._menu.setAccessibleDescription("")
        QToolTip.hideText()
