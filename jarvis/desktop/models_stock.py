"""What the models' window knows: every model as it is, and where each would go. Read on worker threads, kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.model_desk import ModelDesk, ModelView
from jarvis.contracts.placement import Placement, Refusal
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_order import ModelGroup, Shelf, groups
from jarvis.desktop.window_words import in_window

Result = TypeVar("Result")

Fit = Placement | Refusal | JarvisError
"""Where a model would go, why it has no place, or why that cannot be told."""

_PLANNED = frozenset(("text", "recognition", "embedding", "reranker"))
"""Kinds big enough to be given a place."""


class ModelStock(QObject):
    """The models and their places; `changed` after each look, `weighed` with the ids whose place is known now.

    `failed` carries what went wrong in a look. `note` says what is out of the ordinary about Ollama.
    """

    changed = Signal()
    weighed = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.views: dict[str, ModelView] = {}
        self.note = ""
        self.known = False
        self._chosen: frozenset[str] = frozenset()
        self._fits: dict[str, Fit] = {}
        self._asked: set[str] = set()
        self._turn = 0
        self._looking = False
        self._look_again = False

    @property
    def models(self) -> ModelDesk:
        """The port; for worker threads, since the first one who asks has it built."""
        build = self._desk.services.models
        assert build is not None
        return build()

    def groups(self, shelf: Shelf) -> list[ModelGroup]:
        """Return the cards of a page in order."""
        return groups(shelf, tuple(self.views.values()), self._chosen)

    def name(self, model: str) -> str:
        """Return what people call a model; its id where it is unknown."""
        view = self.views.get(model)
        return view.name if view is not None else model

    def fit(self, model: str) -> Fit | None:
        """Return where it would go with the machine to itself; None while that is not known."""
        return self._fits.get(model)

    def is_placed(self, view: ModelView) -> bool:
        """Tell whether it is asked where this model goes: only for what runs here, is not small and can be read."""
        damaged = view.state == "failed" and view.source != "catalogue"
        return view.kind in _PLANNED and view.source not in {"cloud", "ollama"} and not damaged

    def look(self) -> None:
        """Read everything again; asked while a look is under way, it looks once more afterwards."""
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        language = self._desk.words.language

        def read() -> tuple[list[ModelView], frozenset[str], str]:
            models = self.models
            every = models.views(language, every_quantization=True)
            chosen = frozenset(view.id for view in models.views(language))
            return every, chosen, models.ollama_note(language)

        self.run(read, self._have, self._have_not)

    def weigh(self, wanted: Iterable[str]) -> None:
        """Ask where these models would go, as far as that is neither known nor asked already."""
        asked = [
            model
            for model in wanted
            if model not in self._asked and model in self.views and self.is_placed(self.views[model])
        ]
        if not asked:
            return
        self._asked.update(asked)
        turn = self._turn
        self.run(lambda: {model: self._weighed(model) for model in asked}, lambda found: self._place(turn, found))

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` on a worker thread; whoever is gone by then hears of neither end."""
        told = failed or self.failed.emit
        self._desk.bridge.run(
            work,
            lambda result: done(result) if isValid(self) else None,
            lambda error: told(error) if isValid(self) else None,
        )

    def _weighed(self, model: str) -> Fit:
        try:
            together, alone = self.models.plan(None, [model])
        except JarvisError as error:
            return error
        found: list[Fit] = [*alone.placements, *alone.refused, *together.placements, *together.refused]
        return found[0]

    def _place(self, turn: int, found: dict[str, Fit]) -> None:
        if turn == self._turn:
            self._fits.update(found)
            self.weighed.emit(frozenset(found))

    def _have(self, found: tuple[list[ModelView], frozenset[str], str]) -> None:
        every, self._chosen, note = found
        self.note = in_window(note)
        before, self.views = self.views, {view.id: view for view in every}
        if not self.known or _standing(before) != _standing(self.views):
            # What was worked out stays in view until the new answer is there.
            self._turn += 1
            self._asked.clear()
        self.known = True
        self.changed.emit()
        self._end_look()

    def _have_not(self, error: Exception) -> None:
        self.failed.emit(error)
        self._end_look()

    def _end_look(self) -> None:
        self._looking = False
        if self._look_again:
            self._look_again = False
            self.look()


def _standing(views: dict[str, ModelView]) -> dict[str, tuple[object, ...]]:
    """Return what of the models bears on where others go, and on their speed."""
    return {
        view.id: (view.state, view.device, view.pinned, view.bytes, view.tokens_per_second)
        for view in views.values()
        if view.state != "available"
    }
