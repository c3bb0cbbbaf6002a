"""Keeps a made file with its checksum, so that half of one, or a damaged one, is never used.

Checksum and content stand in the same file: both are replaced at once. What is read as a whole has the checksum in
front; what a library maps into memory by itself has it behind. Knows nothing of what it keeps.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_CHECKSUM_BYTES = 32
_BLOCK_BYTES = 1 << 20


def keep(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, making its folder. Raises `OSError`; then what was there is as before."""
    _replace(path, hashlib.sha256(content).digest(), content)


def kept(path: Path) -> bytes | None:
    """Return what `keep` wrote; None where there is nothing, or where it is not whole. Raises `OSError` otherwise."""
    try:
        stored = path.read_bytes()
    except FileNotFoundError:
        return None
    content = stored[_CHECKSUM_BYTES:]
    return content if hashlib.sha256(content).digest() == stored[:_CHECKSUM_BYTES] else None


def keep_for_mapping(path: Path, content: bytes) -> None:
    """Write `content` as `keep` does, but from the file's first byte on, with the checksum after it."""
    _replace(path, content, hashlib.sha256(content).digest())


def fit_for_mapping(path: Path) -> bool:
    """Tell whether `path` is whole as `keep_for_mapping` wrote it; reads it by pieces. Raises `OSError` as `kept`."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            left = os.fstat(file.fileno()).st_size - _CHECKSUM_BYTES
            while left > 0 and (piece := file.read(min(left, _BLOCK_BYTES))):
                digest.update(piece)
                left -= len(piece)
            return left == 0 and file.read() == digest.digest()
    except FileNotFoundError:
        return False


def _replace(path: Path, *parts: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
