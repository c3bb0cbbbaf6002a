"""A backup is one file: a consistent copy of the database, the settings, and a list with the checksum of each.

Models, caches, indexes and keys are not in it; `restoring` puts one back. Knows which files there are, no table.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

from jarvis import __version__
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.memory import Transferred
from jarvis.contracts.ports import Clock
from jarvis.memory.backup_mark import MARK, mark_of
from jarvis.memory.leftovers import scratch_for_backup
from jarvis.memory.new_file import new_file
from jarvis.settings.folders import Folders
from jarvis.storage.database import Database

MANIFEST = "manifest.json"
KIND = "jarvis backup"
FORMAT = 1

DATABASE_FILE = "jarvis.sqlite3"
BESIDE = ("settings.json", "roles.json", "desktop.json", "mcp.json")
"""What is kept besides the database."""
CHUNK = 1 << 20
"""Bytes that are read at once."""
_PAGES = 2048
"""Pages of the database that are copied at once: 8 MiB."""


def back_up(
    path: Path,
    *,
    places: Folders,
    database: Database,
    clock: Clock,
    force: bool = False,
    cancel: CancelToken | None = None,
) -> Transferred:
    """Write a backup to a new private file; raises as `new_file` does, and `Cancelled`: what was there stays then.

    Jarvis may go on working meanwhile.
    """
    cancel = cancel or CancelToken()
    with new_file(path, force=force) as file, scratch_for_backup(places.home) as scratch:
        copy = scratch / DATABASE_FILE
        _copy_database(database, copy, cancel)
        rows = rows_of(copy, "memories")
        members = [(DATABASE_FILE, copy), *((name, places.home / name) for name in BESIDE)]
        listed = {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=3) as archive:
            for name, source in members:
                if name == "mcp.json":
                    source = _without_secrets(source, scratch)  # noqa: PLW2901 - what is written is the clean copy
                if source.is_file():
                    listed[name] = _pack(archive, name, source, cancel)
            manifest = {
                "kind": KIND,
                "format": FORMAT,
                "jarvis": __version__,
                "schema": _schema(copy),
                "made_at": clock.now().isoformat(),
                "files": listed,
            }
            manifest[MARK] = mark_of(manifest, places.home)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return Transferred(path=path, written=rows)


def _copy_database(database: Database, copy: Path, cancel: CancelToken) -> None:
    os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
    target = sqlite3.connect(copy)
    try:
        with database.read() as connection:
            # Of one moment: without it the copy begins anew whenever somebody writes in between.
            connection.execute("BEGIN")
            try:
                # Only reading takes hold of that moment.
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                connection.backup(target, pages=_PAGES, progress=lambda *_: cancel.raise_if_cancelled())
            finally:
                connection.rollback()
        # One file, without a log beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()


def _without_secrets(source: Path, scratch: Path) -> Path:
    """Return a copy of the servers' configuration in which only references to the keyring are left of their secrets."""
    clean = scratch / source.name
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        for server in document.get("mcpServers", {}).values():
            for part in ("env", "headers"):
                if isinstance(server.get(part), dict):
                    server[part] = {
                        name: value for name, value in server[part].items() if str(value).startswith("keyring:")
                    }
    except (OSError, ValueError, AttributeError):
        # Not there, or nothing that Jarvis could read either.
        return clean
    clean.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    return clean


def _pack(archive: zipfile.ZipFile, name: str, source: Path, cancel: CancelToken) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with source.open("rb") as read, archive.open(info, "w", force_zip64=True) as write:
        while block := read.read(CHUNK):
            cancel.raise_if_cancelled()
            digest.update(block)
            size += len(block)
            write.write(block)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _schema(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def rows_of(database: Path, table: str) -> int:
    """Return how many rows a table of the database file `database` has."""
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()
