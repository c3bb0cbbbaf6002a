"""Tells the backups that were written here from anybody else's: a mark that only this data folder can make.

The secret that it is made with stays in the data folder and is in no backup. Knows of a backup its list alone, which
names the checksum of each file.
"""

from __future__ import annotations

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
UNFINISHED = f".{SECRET_FILE}-"
"""How the name of a secret begins that is being written; the id of the process follows."""
LOCK_FILE = "backup.lock"
_PATIENCE_SECONDS = 10.0
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
    from filelock import FileLock

    with FileLock(home / LOCK_FILE, timeout=_PATIENCE_SECONDS):
        if (found := _secret(home)) is not None:
            # Another process made it meanwhile: the first one holds for both.
            return found
        made, file = secrets.token_bytes(_BYTES), home / SECRET_FILE
        unfinished = file.with_name(f"{UNFINISHED}{os.getpid()}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
                written.write(made)
                written.flush()
                os.fsync(written.fileno())
            # One that a full disk cut short goes: what was marked with it is no longer known as written here.
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
        return made
