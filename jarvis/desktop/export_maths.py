"""Formulas for a document that is written once: each is drawn while it is waited for. Knows no file and no page.

Belongs to the thread it was made on.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer

from jarvis.contracts.desktop_ports import DrawnFormula, Formulas
from jarvis.contracts.errors import EngineError
from jarvis.desktop.maths import FormulaPainter, Key, Picture

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
"""What formulas without a picture may take altogether; after that they all stay LaTeX."""
HIGHEST_EM = 60.0
"""A page holds some 70 em; what is higher could not be seen whole."""
_KEPT = 400
"""Formulas that are remembered: some 10 kB each."""


class FormulasOnPaper:
    """The `Pictures` of one document; `port` is None where nothing draws, `now` tells the time in seconds."""

    def __init__(self, port: Formulas | None, now: Callable[[], float] = monotonic) -> None:
        self._port = port
        self._now = now
        self._wasted = 0.0
        self._drawn: OrderedDict[Key, DrawnFormula | None] = OrderedDict()
        self.painter = FormulaPainter(None)

    def picture(self, latex: str, block: bool, colour: str) -> Picture | None:
        """Return the formula in `colour`; None where it cannot be drawn, or would be higher than a page."""
        drawn = self._draw((latex, block))
        if drawn is None or drawn.height > HIGHEST_EM:
            return None
        svg = drawn.svg.replace("currentColor", colour)
        return Picture(drawn=drawn, renderer=QSvgRenderer(QByteArray(svg.encode())))

    def _draw(self, key: Key) -> DrawnFormula | None:
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        if self._port is None or self._wasted > PATIENCE_SECONDS:
            return None
        began = self._now()
        try:
            drawn = self._port.draw(key[0], block=key[1])
        except EngineError as error:
            _log.warning("formulas are written as LaTeX: %s", error)
            self._port = None
            return None
        if drawn is None:
            self._wasted += self._now() - began
        self._drawn[key] = drawn
        if len(self._drawn) > _KEPT:
            self._drawn.popitem(last=False)
        return drawn
