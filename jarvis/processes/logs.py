"""Jarvis' own log: one JSON object a line in a rotating file. Users' text and secrets are never logged at info level.

Knows nothing about what is logged; callers pass facts as `extra={"facts": {...}}`.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

LOG_BYTES = 2_000_000
LOG_FILES = 5


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time (UTC), level, room, message, facts and, if any, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        facts = getattr(record, "facts", None)
        if facts:
            line["facts"] = facts
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging(folder: Path, level: int = logging.INFO) -> logging.Handler:
    """Send the `jarvis` loggers to `folder/jarvis.log` (2 MB, five files kept); returns the handler."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "jarvis.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8", delay=True
    )
    handler.setFormatter(JsonLines())
    root = logging.getLogger("jarvis")
    root.setLevel(level)
    root.addHandler(handler)
    root.propagate = False
    return handler
