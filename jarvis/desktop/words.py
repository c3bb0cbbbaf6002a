"""The window's language: which one holds, and every widget text that follows it. Knows no sentence itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QWidget

from jarvis.contracts.errors import Language
from jarvis.desktop.texts import Text


class Words(QObject):
    """The language in use; bound setters are called again when it changes."""

    changed = Signal()

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language: Language = language
        self._bound: dict[int, list[Callable[[], None]]] = {}

    @property
    def language(self) -> Language:
        """The language of every text shown now."""
        return self._language

    def __call__(self, text: Text, **values: object) -> str:
        """Return `text` in the language in use."""
        return text.to(self._language, **values)

    def use(self, language: Language) -> None:
        """Switch every bound text to `language`."""
        if language == self._language:
            return
        self._language = language
        for setters in list(self._bound.values()):
            for setter in setters:
                setter()
        self.changed.emit()

    def bind(self, owner: QObject, setter: Callable[[str], object], text: Text, **values: object) -> None:
        """Call `setter` with `text` now and after each change of language, as long as `owner` lives."""

        def apply() -> None:
            setter(self(text, **values))

        self.follow(owner, apply)

    def follow(self, owner: QObject, apply: Callable[[], None]) -> None:
        """Call `apply` now and after each change of language, as long as `owner` lives."""
        key = id(owner)
        if key not in self._bound:
            self._bound[key] = []
            owner.destroyed.connect(lambda: self._bound.pop(key, None))
        self._bound[key].append(apply)
        apply()

    def name(self, widget: QWidget, text: Text, tooltip: bool = True) -> None:
        """Give `widget` its accessible name, and the same as tooltip unless told otherwise."""
        self.bind(widget, widget.setAccessibleName, text)
        if tooltip:
            self.bind(widget, widget.setToolTip, text)


def language_for(option: str) -> Language:
    """Return the window's language for the value of the `language` option; `auto` follows the system."""
    if option == "en":
        return "en"
    if option == "es":
        return "es"
    return "es" if QLocale.system().language() == QLocale.Language.Spanish else "en"
