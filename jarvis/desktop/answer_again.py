"""The menu that has a question answered anew: by whichever model is best, or by one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from jarvis.contracts.routing import Decision, Excluded, RouteCandidate
from jarvis.contracts.routing_desk import RouteRequest
from jarvis.desktop import message_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.menu_reasons import MenuReasons
from jarvis.desktop.resources_figures import dollars
from jarvis.desktop.texts import Text

_UNFIT = {"vision": texts.MODEL_BLIND, "context": texts.MODEL_TOO_SHORT}
"""By the code of an `Excluded`: what to say of a model that what goes along with the question keeps from answering."""


class AgainMenu(QMenu):
    """Asks which models could answer `question` whenever it opens; `model` is the one that did.

    What may answer is what routing would let: present, with its key, within privacy and budget, and fit for the files
    and the turns that go along with the stored question `question_id`. Who is not fit for those is shown all the same,
    with why, and cannot be chosen.
    """

    chosen = Signal(str)
    """The engine that is to answer, empty for whichever is best."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._opened = 0
        self.question = ""
        self.question_id = ""
        self.model = ""
        self._reasons = MenuReasons(self)
        desk.words.name(self, texts.ANOTHER, tooltip=False)
        self.aboutToShow.connect(self._begin)

    def _begin(self) -> None:
        self._opened += 1
        routing, opened = self._desk.services.routing, self._opened
        request = RouteRequest(text=self.question, question_id=self.question_id or None)
        self._head()
        if routing is None:
            return
        self._say(texts.LOOKING_FOR_MODELS)

        def look() -> Decision:
            return routing().route(request).decision

        self._desk.bridge.run(
            look,
            lambda found: self._list(found) if self._waits(opened) else None,
            lambda error: self._fail(error) if self._waits(opened) else None,
        )

    def _waits(self, opened: int) -> bool:
        return isValid(self) and opened == self._opened

    def _head(self) -> None:
        self.clear()
        icon = self._desk.theme.icon("again", "muted")
        same = self.addAction(icon, self._desk.words(texts.ANOTHER_SAME))
        same.triggered.connect(lambda: self.chosen.emit(""))

    def _say(self, text: Text) -> None:
        self._line(self._desk.words(text))

    def _line(self, sentence: str) -> None:
        line = self.addAction(sentence)
        line.setEnabled(False)

    def _list(self, found: Decision) -> None:
        self._head()
        others = [one for one in found.candidates if one.model != self.model]
        if others:
            self.addSeparator()
            self._say(texts.WITH_MODEL)
        else:
            self._say(texts.NO_OTHER_MODEL)
        for one in others:
            act = self.addAction(self._words_of(one))
            self._reasons.give(act, one.why)
            act.triggered.connect(lambda _=False, engine=one.engine: self.chosen.emit(engine))
        for out in found.excluded:
            self._leave_out(out)

    def _leave_out(self, one: Excluded) -> None:
        text = _UNFIT.get(one.code)
        if text is not None and one.model != self.model:
            self._line(self._desk.words(text, model=one.model.replace("&", "&&")))

    def _fail(self, error: Exception) -> None:
        self._head()
        self._line(self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error)))

    def _words_of(self, one: RouteCandidate) -> str:
        words = self._desk.words
        model = one.model.replace("&", "&&")
        if one.where == "local":
            return words(texts.MODEL_LOCAL, model=model)
        if one.cost_usd is None:
            return words(texts.MODEL_UNPRICED, model=model)
        return words(texts.MODEL_CLOUD, model=model, cost=dollars(one.cost_usd, words.language))
