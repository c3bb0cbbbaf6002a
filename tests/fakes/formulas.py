"""Formulas that are drawn as squares."""

from __future__ import annotations

import threading

from jarvis.contracts.desktop_ports import DrawnFormula
from jarvis.contracts.errors import EngineError

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="36" viewBox="0 -24 24 36">'
    '<rect x="0" y="-24" width="24" height="36" fill="currentColor"/></svg>'
)


class Squares:
    """A `Formulas` that draws every formula as a block 1 em wide, 1 em above its line and half an em below."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.trouble: EngineError | None = None

    def draw(self, latex: str, *, block: bool) -> DrawnFormula | None:
        self.gate.wait(60.0)
        self.asked.append((latex, block))
        if self.trouble is not None:
            raise self.trouble
        return None if "bad" in latex else DrawnFormula(svg=SQUARE, width=1.0, height=1.5, depth=0.5)

    def close(self) -> None:
        pass
