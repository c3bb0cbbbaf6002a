"""What a child process of Jarvis does for its parent: end with it, and say when it is ready or why it is not.

Standard library only, so that a child may call it before its heavy imports.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any, BinaryIO

LIFELINE = "JARVIS_LIFELINE"
"""Environment name of the file descriptor that the parent holds open while it lives; absent where stdin serves."""

_announce_lock = threading.Lock()


def exit_with_parent() -> None:
    """End this process at once when the parent is gone; call first of all, before heavy imports.

    A thread waits for the end of the lifeline, else of standard input. A child whose standard input is its wire
    and that has no lifeline (Windows) must end by itself when the wire ends.
    """
    text = os.environ.get(LIFELINE)
    if text == "wire":
        return
    descriptor = int(text) if text else 0
    threading.Thread(target=_wait_for_end, args=(descriptor,), name="parent-watch", daemon=True).start()


def announce(document: dict[str, Any]) -> None:
    """Tell the parent that this child is ready, with what it needs to know, as one line on standard output."""
    _write_line(document)


def announce_failure(code: str, en: str, es: str, *, retryable: bool = True) -> None:
    """Tell the parent why this child cannot work; it shows `en` or `es`. The caller exits afterwards."""
    _write_line({"error": {"code": code, "en": en, "es": es, "retryable": retryable}})


def claim_wire() -> tuple[BinaryIO, BinaryIO]:
    """Return standard input and output as private binary streams.

    Afterwards file descriptor 1 is standard error, so that a library that prints cannot garble the wire.
    """
    sys.stdout.flush()
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return source, sink


def _write_line(document: dict[str, Any]) -> None:
    line = json.dumps(document, ensure_ascii=False) + "\n"
    with _announce_lock:
        sys.stdout.flush()
        os.write(1, line.encode("utf-8"))


def _wait_for_end(descriptor: int) -> None:
    while True:
        try:
            if not os.read(descriptor, 4096):
                break
        except OSError:
            break
    os._exit(0)
