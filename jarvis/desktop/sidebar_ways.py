"""The ways from the sidebar to the other windows, as buttons. Knows none of the windows."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_texts import MEMORY
from jarvis.desktop.shortcuts_table import keys_of, keys_told
from jarvis.desktop.texts import Text

_WAYS: tuple[tuple[str, Text], ...] = (
    ("models", texts.MODELS),
    ("resources", texts.RESOURCES),
    ("usage", texts.USAGE),
    ("memory", MEMORY),
    ("settings", window_texts.SETTINGS),
)
"""Each way: its name, which is also its icon's, and what it is called."""
_AROUND_NAME = 40
"""Pixels that the icon and the edges of a button take beside its name."""


class SidebarWays(QWidget):
    """One button for each window that there is; `wanted` carries its name: models, resources, usage, memory, settings.

    Two beside each other with their names, or all in one row without where there is too little room.
    """

    wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        services = desk.services
        there = {
            "models": services.models is not None,
            "resources": services.resources is not None,
            "usage": services.spending is not None,
            "memory": services.memory is not None,
            "settings": True,
        }
        self.buttons: dict[str, QToolButton] = {}
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._low: bool | None = None
        for name, text in _WAYS:
            if there[name]:
                self.buttons[name] = self._button(desk, name, text)
        self.set_low(False)

    def set_low(self, low: bool) -> None:
        """Take one row without names, or two columns with them."""
        if low == self._low:
            return
        self._low = low
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if low else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for at, button in enumerate(self.buttons.values()):
            self._layout.removeWidget(button)
            button.setToolButtonStyle(style)
            if low:
                self._layout.addWidget(button, 0, at)
            else:
                self._layout.addWidget(button, at // 2, at % 2)

    def room(self) -> int:
        """Return the width in pixels that two columns with names take."""
        widest = max(self.fontMetrics().horizontalAdvance(button.text()) for button in self.buttons.values())
        return 2 * (widest + _AROUND_NAME) + self._layout.spacing()

    def _button(self, desk: Desk, name: str, text: Text) -> QToolButton:
        button = QToolButton()
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keys = keys_of(f"chat.{name}")

        def call(shown: str) -> None:
            button.setText(" " + shown)
            button.setToolTip(f"{shown} ({keys_told(keys, desk.words)})")
            # Setting a text takes the keys away.
            button.setShortcut(keys)

        desk.words.name(button, text, tooltip=False)
        desk.words.bind(button, call, text)
        desk.theme.dress(button, name, size=18)
        button.clicked.connect(partial(self.wanted.emit, name))
        return button
