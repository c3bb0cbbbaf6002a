"""The windows beside the chat's: models, resources, usage. Each is imported and made when first wanted, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from jarvis.desktop.desk import Desk

if TYPE_CHECKING:
    from jarvis.desktop.models_window import ModelsPart


class FurtherWindows(QObject):
    """Shows them over `parent`, or brings them forward; `shown` then tells which."""

    shown = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._parent = parent
        self._made: dict[str, QDialog] = {}

    def show_models(self, part: ModelsPart | None = None) -> None:
        """Show the models: `part` of them, or what was looked at last."""
        from jarvis.desktop.models_window import ModelsWindow

        window = self._one("models", ModelsWindow)
        if part is not None:
            assert isinstance(window, ModelsWindow)
            window.go_to(part)
        self._show("models", ModelsWindow)

    def show_place(self, place: str) -> bool:
        """Show the window that `place` of `ways_on` is or is a part of; False where it is none of these."""
        ways: dict[str, Callable[[], None]] = {
            "models": self.show_models,
            "recommended": lambda: self.show_models("recommended"),
            "hearing": lambda: self.show_models("recognition"),
            "voices": lambda: self.show_models("voice"),
            "resources": self.show_resources,
            "usage": self.show_usage,
        }
        if place not in ways:
            return False
        ways[place]()
        return True

    def show_resources(self) -> None:
        """Show what the machine is used for."""
        from jarvis.desktop.resources_window import ResourceWindow

        self._show("resources", ResourceWindow)

    def show_usage(self) -> None:
        """Show what was spent."""
        from jarvis.desktop.usage_window import UsageWindow

        self._show("usage", UsageWindow)

    def window(self, name: str) -> QDialog | None:
        """Return one that was made: "models", "resources" or "usage"."""
        return self._made.get(name)

    def close(self) -> None:
        """Pause what they do in the background."""
        if "models" in self._made:
            from jarvis.desktop.models_transfers import transfers_of

            transfers_of(self._desk).close()

    def _one(self, name: str, make: Callable[[Desk, QWidget], QDialog]) -> QDialog:
        if name not in self._made:
            self._made[name] = make(self._desk, self._parent)
        return self._made[name]

    def _show(self, name: str, make: Callable[[Desk, QWidget], QDialog]) -> None:
        window = self._one(name, make)
        window.show()
        window.raise_()
        window.activateWindow()
        self.shown.emit(name)
