"""What Ctrl-C does while a command works: it asks the work to end, so that what it holds is put in order first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from jarvis.contracts.cancel import CancelToken


@contextmanager
def interrupt_cancels(cancel: CancelToken) -> Iterator[None]:
    """Let the first Ctrl-C cancel, so that what was shown is kept and the engine is told; the second one interrupts."""

    def interrupted(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        # On a thread of its own: the interrupted one may hold the very lock that cancelling takes.
        threading.Thread(target=cancel.cancel, name="jarvis-cancel").start()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
