"""Tells the backups that were written here from anybody else's: a mark that only this data folder can make.

The secret that it is made with stays in the data folder and is in no backup. Knows of a backup its list alone, which
names the checksum of each file.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SECRET_FILE = "backup.key"
MARK = "mark"
"""Where it stands in the list; what it covers is the rest."""
_BYTES = 32


def mark_of(listed: Mapping[str, object], home: Path) -> str:
    """Return the mark of a backup that is being written from `home`; raises `OSError`."""
    return _mark(listed, _secret(home) or _new_secret(home))


def is_marked(listed: Mapping[str, object], home: Path) -> bool:
    """Tell whether a backup with this list was written from `home`."""
    told, secret = listed.get(MARK), _secret(home)
    if not isinstance(told, str) or not told.isascii() or secret is None:
        return False
    return hmac.compare_digest(told, _mark(listed, secret))


def _mark(listed: Mapping[str, object], secret: bytes) -> str:
    covered = {name: value for name, value in listed.items() if name != MARK}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _secret(home: Path) -> bytes | None:
    try:
        found = (home / SECRET_FILE).read_bytes()
    except OSError:
        return None
    return found if len(found) == _BYTES else None


def _new_secret(home: Path) -> bytes:
    made, file = secrets.token_bytes(_BYTES), home / SECRET_FILE
    unfinished = file.with_name(f".{SECRET_FILE}-{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(made)
        written.flush()
        os.fsync(written.fileno())
    if file.exists():
        # Cut short by a full disk: what was marked with it is no longer known as written here.
        file.unlink()
    with contextlib.suppress(FileExistsError):
        # Another process may make one at the same time: the first one holds for both.
        os.link(unfinished, file)
    unfinished.unlink()
    return _secret(home) or made
