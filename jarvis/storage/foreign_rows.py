"""What the rows of a database that came from elsewhere allow, and how that is taken from them.

Works on files that nobody has open for writing; knows no settings and no file beside the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from jarvis.contracts.guard import PermissionLevel

_LEVELS = frozenset(get_args(PermissionLevel))
_PRIVACIES = frozenset(("local", "cloud"))
_WEIGHED = frozenset(
    (
        "permissions",
        "memory_folders",
        "memory_documents",
        "memories",
        "models",
        "model_measurements",
        "model_runs",
        "pending_confirmations",
        "budget_days",
        "budget_reservations",
    )
)
"""The tables that are read or changed here; what stands in a file under another form of one may stay in it unseen."""
_STATISTICS = frozenset(("sqlite_stat1", "sqlite_stat4"))
_PIECES = (
    "document_id IN (SELECT d.id FROM memory_documents AS d JOIN memory_folders AS f ON f.id = d.folder_id"
    " WHERE f.path = ?)"
)
_NEVER_TAKEN = ("pending_confirmations", "model_runs")
_ACCOUNTS = {
    "budget_days": "day, spent",
    "budget_reservations": "id, engine, reserved, day, owner_pid, owner_started",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What the rows of one database allow: a level for each name that has one, the folders whose changes are followed,
    those whose pieces may leave this computer, the cloud models in service by id, and the path of each model."""

    levels: Mapping[str, PermissionLevel] = field(default_factory=dict)
    followed: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    in_service: frozenset[str] = frozenset()
    paths: Mapping[str, str] = field(default_factory=dict)


def allowed_in(database: Path) -> Allowed:
    """Return what the rows allow; raises `sqlite3.DatabaseError` for a file that is no such database, `ValueError` for
    rows that Jarvis writes none of."""
    with closing(sqlite3.connect(database)) as connection:
        return _allowed(connection)


def take_away(
    database: Path,
    *,
    levels: Mapping[str, PermissionLevel | None],
    unfollowed: Collection[str] = (),
    unshared: Collection[str] = (),
    out_of_service: Collection[str] = (),
    unknown: Collection[str] = (),
) -> None:
    """Give each name the level named, None that of a name that nobody set, follow and share these folders no more, take
    these models out of service, and forget those that are `unknown` here.

    Raises `sqlite3.DatabaseError` where it cannot be written, `ValueError` where a change does not take; nothing is
    changed then.
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
            connection.execute(f"UPDATE memories SET privacy = 'local' WHERE {_PIECES}", (path,))
        for model in out_of_service:
            connection.execute("UPDATE models SET state = 'inactive' WHERE id = ?", (model,))
        for model in unknown:
            connection.execute("DELETE FROM models WHERE id = ?", (model,))
            connection.execute("DELETE FROM model_measurements WHERE model = ?", (model,))
        left = _allowed(connection)
        taken = (
            all(left.levels.get(name) == level for name, level in levels.items())
            and left.followed.isdisjoint(unfollowed)
            and left.shared.isdisjoint(unshared)
            and left.in_service.isdisjoint(out_of_service)
            and left.paths.keys().isdisjoint(unknown)
            and not any(
                connection.execute(
                    f"SELECT 1 FROM memories NOT INDEXED WHERE privacy <> 'local' AND {_PIECES}", (path,)
                ).fetchone()
                for path in unshared
            )
        )
        if not taken:
            raise ValueError("what is taken away stays")


def keep_accounts(database: Path, own: Path) -> None:
    """Give a database what `own`, that of this computer, has spent and set aside, and nothing that waits for a yes or
    runs: those are of another computer. Raises as `take_away` does."""
    accounts = _accounts(own)
    with _writing(database) as connection:
        for table in (*_NEVER_TAKEN, *_ACCOUNTS):
            connection.execute(f"DELETE FROM {table}")
        for table, columns in _ACCOUNTS.items():
            marks = ", ".join("?" * len(columns.split(",")))
            connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", accounts[table])
        for table in _NEVER_TAKEN:
            if connection.execute(f"SELECT 1 FROM {table} NOT INDEXED").fetchone():
                raise ValueError("what waits or runs elsewhere stays")
        if _accounts_in(connection) != accounts:
            raise ValueError("what was spent elsewhere stays")


def is_of_own_form(database: Path, own: Path) -> bool:
    """Tell whether a database has the tables, views and indexes of `own`, one that was just made, each of its kind, and
    those that are weighed here word for word."""
    return _form(database) == _form(own)


def renew_indexes(database: Path, watch: Callable[[sqlite3.Connection], None]) -> None:
    """Make every index from the rows again, so that no row is found by one way and not by another. `watch` may end it.
    Raises `sqlite3.DatabaseError`, also for rows of which there may be but one."""
    with closing(sqlite3.connect(database)) as connection:
        watch(connection)
        connection.execute("REINDEX")


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


def _allowed(connection: sqlite3.Connection) -> Allowed:
    levels = connection.execute("SELECT name, level FROM permissions NOT INDEXED ORDER BY name").fetchall()
    folders = connection.execute(
        "SELECT path, watched, privacy FROM memory_folders NOT INDEXED ORDER BY path"
    ).fetchall()
    models = connection.execute("SELECT id, source, state, path FROM models NOT INDEXED ORDER BY id").fetchall()
    named = [[name for name, _ in levels], [path for path, _, _ in folders], [model for model, *_ in models]]
    texts = [*(text for names in named for text in names), *(path for *_, path in models)]
    sound = all(isinstance(text, str) for text in texts) and all(len(names) == len(set(names)) for names in named)
    sound = sound and {level for _, level in levels} <= _LEVELS
    if not sound or not {privacy for _, _, privacy in folders} <= _PRIVACIES:
        raise ValueError("not what Jarvis writes")
    return Allowed(
        levels=cast("dict[str, PermissionLevel]", dict(levels)),
        followed=frozenset(path for path, watched, _ in folders if watched),
        shared=frozenset(path for path, _, privacy in folders if privacy == "cloud"),
        in_service=frozenset(model for model, source, state, _ in models if (source, state) == ("cloud", "active")),
        paths={model: path for model, _, _, path in models},
    )


def _accounts(own: Path) -> dict[str, list[tuple[object, ...]]]:
    try:
        if own.exists():
            with closing(sqlite3.connect(own)) as connection:
                return _accounts_in(connection)
    except sqlite3.DatabaseError:
        # Damaged, which is what backups are for: what was spent is not known here either.
        pass
    return {table: [] for table in _ACCOUNTS}


def _accounts_in(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(connection.execute(f"SELECT {columns} FROM {table} NOT INDEXED").fetchall())
        for table, columns in _ACCOUNTS.items()
    }


def _form(database: Path) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    with closing(sqlite3.connect(database)) as connection:
        kinds = connection.execute(
            "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'"
        ).fetchall()
        entries = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'trigger'"
        ).fetchall()
    return (
        {tuple(kind) for kind in kinds if kind[0] not in _STATISTICS},
        {
            (kind, name, table, " ".join(sql.split()) if sql and table in _WEIGHED else None)
            for kind, name, table, sql in entries
            if table not in _STATISTICS
        },
    )


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
