"""What the window remembers of itself in `desktop.json`: drafts, place, what was told once. No messages live here."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from jarvis.desktop.bridge import Bridge

SAVE_MILLISECONDS = 400
"""A change is on disk at most this long after it, plus the write."""
_log = logging.getLogger(__name__)


class Keepsake(QObject):
    """Small values by name; changed ones are saved together in the background."""

    def __init__(self, home: Path, bridge: Bridge) -> None:
        super().__init__()
        self._path = home / "desktop.json"
        self._bridge = bridge
        self._values = _read(self._path)
        self._timer = QTimer(self, interval=SAVE_MILLISECONDS, singleShot=True)
        self._timer.timeout.connect(self._save_soon)

    def text(self, name: str) -> str:
        """Return a kept text, empty when there is none."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Return a kept yes or no, no when there is none."""
        return self._values.get(name) is True

    def texts(self, name: str) -> list[str]:
        """Return a kept list of texts."""
        value = self._values.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def keep(self, name: str, value: object) -> None:
        """Keep a JSON-ready `value`; an empty one is dropped."""
        if self._values.get(name) == value:
            return
        if value in ("", [], {}, None):
            self._values.pop(name, None)
        else:
            self._values[name] = value
        if not self._timer.isActive():
            self._timer.start()

    def draft(self, conversation_id: str | None) -> tuple[str, str]:
        """Return what was typed and pasted in a conversation but not sent."""
        drafts = self._values.get("drafts")
        draft = drafts.get(conversation_id or "") if isinstance(drafts, dict) else None
        if isinstance(draft, list) and len(draft) == 2 and all(isinstance(part, str) for part in draft):
            return draft[0], draft[1]
        return "", ""

    def keep_draft(self, conversation_id: str | None, typed: str, pasted: str) -> None:
        """Keep what is typed and pasted in a conversation."""
        drafts = self._values.get("drafts")
        kept = dict(drafts) if isinstance(drafts, dict) else {}
        kept.pop(conversation_id or "", None)
        if typed or pasted:
            kept[conversation_id or ""] = [typed, pasted]
        self.keep("drafts", kept)

    def save_now(self) -> None:
        """Write on this thread, as when the program ends."""
        if self._timer.isActive():
            self._timer.stop()
            _write(self._path, dict(self._values))

    def _save_soon(self) -> None:
        values = dict(self._values)
        self._bridge.run(lambda: _write(self._path, values))


def _read(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        _log.warning("the window's own notes could not be read; it starts without them", exc_info=True)
        return {}
    return document if isinstance(document, dict) else {}


def _write(path: Path, values: dict[str, object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".desktop")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
