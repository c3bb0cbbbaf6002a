"""Checksums of files, read in pieces so that the work can be stopped. Knows nothing of where files come from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jarvis.contracts.cancel import CancelToken

_PIECE = 4 << 20


def sha256_of(path: Path, cancel: CancelToken) -> str:
    """Return the SHA-256 of `path` as lower-case hexadecimal; raises `Cancelled` and `OSError`."""
    return _digest(path, hashlib.sha256(), cancel)


def git_blob_of(path: Path, cancel: CancelToken) -> str:
    """Return the name that git gives the content of `path`, which is the hub's ETag of its small files."""
    return _digest(path, hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False), cancel)


def matches(path: Path, etag: str, cancel: CancelToken) -> bool:
    """True if `path` has the content that `etag` names; also for an ETag that names no content."""
    wanted = etag.lower()
    if not wanted.isascii() or not all(letter in "0123456789abcdef" for letter in wanted):
        return True
    if len(wanted) == 64:
        return sha256_of(path, cancel) == wanted
    return len(wanted) != 40 or git_blob_of(path, cancel) == wanted


def _digest(path: Path, digest: hashlib._Hash, cancel: CancelToken) -> str:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            cancel.raise_if_cancelled()
            digest.update(piece)
    return digest.hexdigest()
