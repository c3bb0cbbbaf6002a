"""Looks at the machine once a second while somebody watches: one job at a time, never on the Qt thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from jarvis.contracts.resources import ResourceDesk, ResourceView
from jarvis.desktop.desk import Desk

LOOK_MILLISECONDS = 1000
HISTORY_SECONDS = 300.0
LATE_TICKS = 5
"""A look that takes this many seconds is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """What one job brought: a view where somebody watched, and the history where the watch began."""

    view: ResourceView | None = None
    history: tuple[ResourceView, ...] = ()


class ResourceFeed(QObject):
    """Watches from `begin` to `end`; both return at once.

    `looked` carries every new view, `failed` the error of a look that brought none, `late` the seconds that a look
    already takes. Begin, look and end are one after another, whatever order they are asked in.
    """

    looked = Signal(object)
    failed = Signal(object)
    late = Signal(int)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted = False
        self._watching = False
        self._seeded = False
        self._busy = False
        self._again = False
        self._missed = 0
        self.history: list[ResourceView] = []
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)

    @property
    def port(self) -> ResourceDesk:
        """The machine's port; for worker threads, since the first one who asks has it built."""
        resources = self._desk.services.resources
        assert resources is not None
        return resources()

    def begin(self) -> None:
        """Watch, and look at once."""
        self._wanted = True
        self._timer.start()
        self.look()

    def end(self) -> None:
        """Watch no more."""
        self._wanted = False
        self._timer.stop()
        self.look()

    def look_soon(self) -> None:
        """Look at once, or again as soon as the look under way is over: something was changed."""
        if self._busy:
            self._again = True
        else:
            self.look()

    def look(self) -> None:
        """Look, unless a look is under way."""
        if self._busy:
            self._missed += 1
            if self._wanted and self._missed >= LATE_TICKS:
                self.late.emit(self._missed)
            return
        if not self._wanted and not self._watching:
            return
        self._busy = True
        self._missed = 0
        wanted, seeded, language = self._wanted, self._seeded, self._desk.words.language
        self._watching = wanted

        def work() -> _Look:
            port = self.port
            if not wanted:
                port.rest()
                return _Look()
            if seeded:
                return _Look(view=port.view(language))
            port.watch()
            return _Look(view=port.view(language), history=tuple(port.history()))

        self._desk.bridge.run(work, self._brought, self._broke)

    def _brought(self, look: _Look) -> None:
        if not isValid(self):
            return
        if look.view is None:
            self._seeded = False
        else:
            if not self._seeded:
                self._seeded = True
                self.history = list(look.history)
            self._keep(look.view)
            if self._wanted:
                self.looked.emit(look.view)
        self._over()

    def _broke(self, error: Exception) -> None:
        if not isValid(self):
            return
        if self._wanted:
            self.failed.emit(error)
        else:
            self._seeded = False
        self._over()

    def _over(self) -> None:
        self._busy = False
        again, self._again = self._again, False
        if again or self._wanted != self._watching:
            self.look()

    def _keep(self, view: ResourceView) -> None:
        if not self.history or view.at > self.history[-1].at:
            gpus = tuple(replace(gpu, holdings=()) for gpu in view.gpus)
            self.history.append(replace(view, gpus=gpus, resident=()))
        self.history = kept(self.history)


def kept(history: Sequence[ResourceView]) -> list[ResourceView]:
    """Return the views of the last five minutes before the newest one."""
    if not history:
        return []
    since = history[-1].at - HISTORY_SECONDS
    return [view for view in history if view.at >= since]
