"""What can be done with a model as it stands: the one button that comes first, and the menu. Does nothing itself."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from jarvis.contracts.model_desk import ModelView
from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_transfers import Fetch, ModelTransfers
from jarvis.desktop.texts import Text

if TYPE_CHECKING:
    from jarvis.desktop.models_card import ModelCard

_WHOLE = frozenset(("installed", "active", "inactive"))
_USABLE = frozenset(("installed", "active"))


class MainAct(Enum):
    """The button that comes first; `method` is that of `ModelActs`."""

    NONE = ("", None)
    DOWNLOAD = ("download", texts.DOWNLOAD)
    PAUSE = ("pause", texts.PAUSE)
    RESUME = ("resume", texts.RESUME)
    AGAIN = ("resume", texts.AGAIN)
    ACTIVATE = ("activate", texts.ACTIVATE)
    DEACTIVATE = ("deactivate", texts.DEACTIVATE)
    REMOVE = ("remove", texts.REMOVE)

    def __init__(self, method: str, text: Text | None) -> None:
        self.method = method
        self.text = text


def main_act(view: ModelView, fetch: Fetch | None) -> MainAct:
    """Return what a person most likely wants next."""
    if fetch is not None and fetch.under_way:
        return MainAct.PAUSE
    if fetch is not None and fetch.stands_in_the_way:
        return MainAct.RESUME if fetch.state == "cancelled" else MainAct.AGAIN
    if view.state == "downloading":
        return MainAct.RESUME
    if view.state == "failed":
        return MainAct.AGAIN if view.source in {"catalogue", "ollama"} else MainAct.REMOVE
    if view.engine == "bundled":
        return MainAct.NONE
    if view.state == "active":
        return MainAct.DEACTIVATE
    if view.state == "available" and view.source != "cloud":
        return MainAct.DOWNLOAD
    return MainAct.ACTIVATE


class CardMenu(QMenu):
    """The other acts, made when it opens; each goes out through the card's `wanted`."""

    def __init__(self, desk: Desk, transfers: ModelTransfers, card: ModelCard) -> None:
        super().__init__(card)
        self._desk, self._transfers, self._card = desk, transfers, card
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries for the model as it is now."""
        self.clear()
        view = self._card.view
        for method, text in self.acts(view, self._transfers.of(view.id)):
            self.addAction(self._desk.words(text), partial(self._choose, method))

    def _choose(self, method: str) -> None:
        self._card.wanted.emit(method, self._card.view)

    @staticmethod
    def acts(view: ModelView, fetch: Fetch | None) -> list[tuple[str, Text]]:
        """Return the acts beside the first one, as methods of `ModelActs` and their words."""
        if view.engine == "bundled" or view.source == "cloud" or (fetch is not None and fetch.under_way):
            return []
        found: list[tuple[str, Text]] = []
        if view.state == "installed":
            found.append(("deactivate", texts.DEACTIVATE))
        if view.state in _WHOLE and view.source != "ollama" and view.kind == "text":
            found.append(("pin", texts.UNPIN if view.pinned else texts.PIN))
        if view.state in _WHOLE and view.source in {"catalogue", "ollama"}:
            found.append(("update", texts.UPDATE))
        if view.state != "available" and main_act(view, fetch) is not MainAct.REMOVE:
            found.append(("remove", texts.REMOVE))
        return found

    @staticmethod
    def can_try(view: ModelView) -> bool:
        """Tell whether it can be asked alone."""
        return view.kind == "text" and view.source != "cloud" and view.state in _USABLE
