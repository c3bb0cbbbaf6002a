"""What the rows of a database that came from elsewhere allow, and how that is taken from them.

Works on files that nobody has open for writing; knows no settings and no file beside the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from jarvis.contracts.guard import PermissionLevel

_LEVELS = frozenset(get_args(PermissionLevel))
_PRIVACIES = frozenset(("local", "cloud"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What the rows of one database allow: a level for each name that has one, the folders whose changes are followed,
    and those whose pieces may leave this computer."""

    levels: Mapping[str, PermissionLevel] = field(default_factory=dict)
    followed: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()


def allowed_in(database: Path) -> Allowed:
    """Return what the rows allow; raises `sqlite3.DatabaseError` for a file that is no such database, `ValueError` for
    rows that Jarvis writes none of."""
    with closing(sqlite3.connect(database)) as connection:
        levels = connection.execute("SELECT name, level FROM permissions ORDER BY name").fetchall()
        folders = connection.execute("SELECT path, watched, privacy FROM memory_folders ORDER BY path").fetchall()
    texts = [name for name, _ in levels] + [path for path, _, _ in folders]
    sound = all(isinstance(text, str) for text in texts) and {level for _, level in levels} <= _LEVELS
    if not sound or not {privacy for _, _, privacy in folders} <= _PRIVACIES:
        raise ValueError("not what Jarvis writes")
    return Allowed(
        levels=cast("dict[str, PermissionLevel]", dict(levels)),
        followed=frozenset(path for path, watched, _ in folders if watched),
        shared=frozenset(path for path, _, privacy in folders if privacy == "cloud"),
    )


def take_away(
    database: Path,
    *,
    levels: Mapping[str, PermissionLevel | None],
    unfollowed: Collection[str],
    unshared: Collection[str],
) -> None:
    """Give each name the level named, None that of a name that nobody set, and follow and share these folders no more.

    Questions that wait for a yes, and notes of models that run, go in any case: they are of another computer's now.
    Raises `sqlite3.DatabaseError` where it cannot be written; nothing is changed then.
    """
    with _writing(database) as connection:
        for name, level in levels.items():
            connection.execute("DELETE FROM permissions WHERE name = ?", (name,))
            if level is not None:
                connection.execute("INSERT INTO permissions VALUES (?, ?, 0)", (name, level))
        for path in unfollowed:
            connection.execute("UPDATE memory_folders SET watched = 0 WHERE path = ?", (path,))
        for path in unshared:
            connection.execute("UPDATE memory_folders SET privacy = 'local' WHERE path = ?", (path,))
            connection.execute(
                "UPDATE memories SET privacy = 'local' WHERE document_id IN (SELECT d.id FROM memory_documents AS d"
                " JOIN memory_folders AS f ON f.id = d.folder_id WHERE f.path = ?)",
                (path,),
            )
        connection.execute("DELETE FROM pending_confirmations")
        connection.execute("DELETE FROM model_runs")


def take_own_triggers(database: Path, own: Path) -> bool:
    """Give a database the triggers of `own`, one that was just made, and no other and no view; False where that cannot
    be. A trigger or view of somebody else's could bring back what `take_away` took, and a table of permissions that
    holds two levels for a name could hide one: such a table is emptied.
    """
    with closing(sqlite3.connect(own)) as connection:
        wanted = _acting(connection)
    with _writing(database) as connection:
        for (kind, name), text in _acting(connection).items():
            if wanted.get((kind, name)) != text:
                connection.execute('DROP {} IF EXISTS "{}"'.format(kind, name.replace('"', '""')))
        for key, text in wanted.items():
            if key not in _acting(connection):
                connection.execute(text)
        return _acting(connection) == wanted


def _acting(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    found = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR name = 'permissions'"
    ).fetchall()
    return {(kind, name): text for kind, name, text in found}


@contextmanager
def _writing(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
