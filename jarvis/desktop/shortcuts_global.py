"""The keys that reach Jarvis in every program, kept in step with the options. Knows no window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from jarvis.contracts.desktop_ports import GlobalShortcuts
from jarvis.contracts.errors import JarvisError
from jarvis.desktop import shortcuts_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.instance import let_forward
from jarvis.desktop.services import Notice
from jarvis.desktop.texts import Text

SHORTCUTS: dict[str, Text] = {
    "shortcut.quick_query": texts.GLOBAL_QUICK,
    "shortcut.talk": texts.GLOBAL_TALK,
}
"""Each option that holds keys for every program, and what the desktop is told that they do."""

TAKEN = "shortcut.taken"
"""Code of the error that another program has the keys."""


class GlobalKeys(QObject):
    """Takes the keys of `SHORTCUTS` from every program; `pressed` and `released` carry the option's name."""

    pressed = Signal(str)
    released = Signal(str)
    changed = Signal()
    """`why_not` or `where_set` may say something else now."""

    def __init__(self, desk: Desk, shortcuts: GlobalShortcuts) -> None:
        super().__init__()
        self._desk = desk
        self._shortcuts = shortcuts
        self._wanted: dict[str, str] = {}
        self._reasons: dict[str, Exception] = {}
        self._busy = False
        self._closed = False

    def apply(self) -> None:
        """Take what the options say now, on a worker, and look whether what was taken still works; call it often."""
        if self._busy or self._closed:
            return
        wanted = {name: self._desk.services.settings.text(name).strip() for name in SHORTCUTS}
        # What another program had may be free by now.
        waiting = {name for name, error in self._reasons.items() if _code(error) == TAKEN}
        changes = {name: keys for name, keys in wanted.items() if keys != self._wanted.get(name, "") or name in waiting}
        self._wanted = wanted
        self._busy = True
        told = {name: self._desk.words(text) for name, text in SHORTCUTS.items()}
        self._desk.bridge.run(partial(self._bring, changes, told), self._brought, self._failed)

    def notices(self) -> list[Notice]:
        """Return what the person should know: which keys work in Jarvis' windows only, and what to do."""
        found = {self._desk.sentence(error): (name, error) for name, error in self._reasons.items()}
        return [
            Notice(id=f"{name}:{_code(error)}:{self._wanted.get(name, '')}", text=sentence, kind="warning")
            for sentence, (name, error) in found.items()
        ]

    def why_not(self, name: str) -> str:
        """Return why the keys of option `name` work in Jarvis' windows only, in the language in use; or nothing."""
        reason = self._reasons.get(name)
        return self._desk.sentence(reason) if reason is not None else ""

    def where_set(self) -> str:
        """Return a sentence on where the desktop lets the keys be changed, where it has a say in them."""
        return self._shortcuts.where_set(self._desk.words.language) if any(self._wanted.values()) else ""

    def close(self) -> None:
        """Give the keys back, and give up what the desktop is still being asked."""
        self._closed = True
        self._shortcuts.close()

    def _bring(self, changes: dict[str, str], told: dict[str, str]) -> dict[str, JarvisError]:
        for name, keys in changes.items():
            if self._closed:
                break
            if not keys:
                self._shortcuts.unbind(name)
                continue
            try:
                self._shortcuts.bind(
                    name, keys, told[name], partial(self._pressed, name), partial(self.released.emit, name)
                )
            except JarvisError:
                # It is asked for just below, with what was lost since.
                continue
        found = {name: self._shortcuts.why_not(name) for name in SHORTCUTS}
        return {name: error for name, error in found.items() if error is not None}

    def _brought(self, reasons: dict[str, JarvisError]) -> None:
        self._busy = False
        self._reasons = dict(reasons)
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._reasons = dict.fromkeys(self._wanted, error)
        self.changed.emit()

    def _pressed(self, name: str, token: str) -> None:
        """On a thread of the desktop's: the signal crosses to the Qt thread by itself."""
        let_forward(token)
        self.pressed.emit(name)


def _code(error: Exception) -> str:
    return error.code if isinstance(error, JarvisError) else type(error).__name__
