"""Keeps the memory of the window's process small where the C library is glibc; elsewhere it does nothing.

Building sentences, fonts and sessions leaves free pieces in the allocator that are never needed again. glibc gives them
back on request, and large pieces at once where it is told from which size on. Knows nothing of who allocates.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""Names of glibc's options, from its malloc.h."""

ARENAS = 2
"""Heaps that threads share; glibc's own limit is eight for every core."""

ALONE_BYTES = 128 * 1024
"""From this size on a piece has pages of its own, which are given back when it is freed. It is glibc's own first value;
fixing it keeps glibc from raising it with every large piece that comes and goes."""


def use_little_memory() -> None:
    """Have the allocator keep little that is free; call it before other threads begin."""
    if (mallopt := _function("mallopt")) is not None:
        mallopt(_ARENA_MAX, ARENAS)
        mallopt(_MMAP_THRESHOLD, ALONE_BYTES)
        mallopt(_TRIM_THRESHOLD, ALONE_BYTES)


def give_back_memory() -> None:
    """Return what is free to the system; about 10 ms of the calling thread."""
    if (malloc_trim := _function("malloc_trim")) is not None:
        malloc_trim(0)


def _function(name: str) -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        # musl and others have no such options, and need none.
        return None
    return found
