"""The windows beside the chat's: models, resources, usage. Each is imported and made when first wanted, and kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from jarvis.desktop.desk import Desk


class FurtherWindows(QObject):
    """Shows them over `parent`, or brings them forward."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._parent = parent
        self._made: dict[str, QDialog] = {}

    def show_models(self) -> None:
        """Show the models."""
        from jarvis.desktop.models_window import ModelsWindow

        self._show("models", ModelsWindow)

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

    def _show(self, name: str, make: Callable[[Desk, QWidget], QDialog]) -> None:
        if name not in self._made:
            self._made[name] = make(self._desk, self._parent)
        window = self._made[name]
        window.show()
        window.raise_()
        window.activateWindow()
