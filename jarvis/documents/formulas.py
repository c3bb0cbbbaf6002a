"""Has formulas drawn by a child, one at a time; outlives whatever a formula does to it, and ends it when it rests.

Knows nothing of LaTeX nor of what is done with the pictures.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from jarvis.contracts.desktop_ports import DrawnFormula
from jarvis.processes.child import Child, Wire
from jarvis.processes.registry import ChildRegistry

LONGEST_LATEX = 2_000
"""Characters; the drawing of what is longer would take seconds."""
_LONGEST_ANSWER = 1 << 20
_START_SECONDS = 60.0
_SECONDS = 3.0
_IDLE_SECONDS = 90.0


class FormulaDrawer:
    """The port `Formulas` over a child of its own, which starts with the first formula. `seconds` is what one formula
    may take before its child is ended, `idle_seconds` how long a child without work is kept."""

    def __init__(
        self,
        *,
        logs: Path,
        registry: ChildRegistry,
        module: str = "jarvis.documents.formula_child",
        seconds: float = _SECONDS,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._child = Child(
            name="formulas",
            module=module,
            log=logs / "formulas.log",
            registry=registry,
            mode="pipes",
            grace_seconds=1.0,
        )
        self._seconds, self._idle_seconds = seconds, idle_seconds
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._rest: threading.Timer | None = None
        self._closed = False

    def draw(self, latex: str, *, block: bool) -> DrawnFormula | None:
        """Return the picture of `latex`; None where there is none, raises `EngineError` where no child starts."""
        if len(latex) > LONGEST_LATEX:
            return None
        with self._lock:
            if self._closed:
                return None
            self._stay()
            try:
                answer = self._answer(latex, block)
            finally:
                self._rest = threading.Timer(self._idle_seconds, self._end_idle)
                self._rest.daemon = True
                self._rest.start()
        if answer is None or "svg" not in answer:
            return None
        return DrawnFormula(**answer)

    def close(self) -> None:
        """End the child, a formula that is being drawn with it."""
        self._closed = True
        self._child.kill()
        with self._lock:
            self._stay()
            self._drop()
            self._child.stop()

    def _answer(self, latex: str, block: bool) -> dict[str, Any] | None:
        if self._wire is None:
            self._wire = self._child.wire()
            if self._receive(self._wire, _START_SECONDS) is None:
                return None
        try:
            self._wire.to_child.write(json.dumps({"latex": latex, "block": block}).encode("ascii") + b"\n")
            self._wire.to_child.flush()
        except OSError:
            # It ended between two formulas: the next one gets a new child.
            self._lost()
            return None
        return self._receive(self._wire, self._seconds)

    def _receive(self, wire: Wire, seconds: float) -> dict[str, Any] | None:
        watch = threading.Timer(seconds, self._child.kill)
        watch.daemon = True
        watch.start()
        try:
            line = wire.from_child.readline(_LONGEST_ANSWER)
        finally:
            watch.cancel()
        if line.endswith(b"\n"):
            return dict(json.loads(line))
        self._lost()
        return None

    def _lost(self) -> None:
        """Clear away a child that ended or was ended."""
        self._child.kill()
        self._drop()

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _stay(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _end_idle(self) -> None:
        with self._lock:
            if self._rest is threading.current_thread():
                self._rest = None
                self._drop()
                self._child.stop()
