"""Keeps a made file with its checksum, so that half of one, or a damaged one, is never used.

The checksum stands in front of the content in the same file: both are replaced at once. Knows nothing of what it keeps.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_CHECKSUM_BYTES = 32


def keep(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, making its folder. Raises `OSError`; then what was there is as before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def kept(path: Path) -> bytes | None:
    """Return what `keep` wrote; None where there is nothing, or where it is not whole. Raises `OSError` otherwise."""
    try:
        stored = path.read_bytes()
    except FileNotFoundError:
        return None
    content = stored[_CHECKSUM_BYTES:]
    return content if hashlib.sha256(content).digest() == stored[:_CHECKSUM_BYTES] else None
