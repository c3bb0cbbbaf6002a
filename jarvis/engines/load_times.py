"""Remembers how long each model took to load last time, across restarts, so that waiting can be announced."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

_LOG = logging.getLogger(__name__)


class LoadTimes:
    """Seconds by model name in one small JSON file that may be lost at any time; safe from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seconds: dict[str, float] | None = None

    def of(self, model: str) -> float | None:
        """Return the seconds of the last load, None when it never loaded."""
        with self._lock:
            return self._known().get(model)

    def remember(self, model: str, seconds: float) -> None:
        """Note a load."""
        with self._lock:
            known = self._known()
            known[model] = round(seconds, 2)
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(json.dumps(known), encoding="utf-8")
            except OSError as error:
                _LOG.warning("the load time could not be kept: %s", error)

    def _known(self) -> dict[str, float]:
        if self._seconds is None:
            self._seconds = self._read()
        return self._seconds

    def _read(self) -> dict[str, float]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _LOG.warning("the load times in %s are lost: %s", self._file.name, error)
            return {}
        entries = document.items() if isinstance(document, dict) else ()
        return {str(name): float(value) for name, value in entries if isinstance(value, int | float)}
