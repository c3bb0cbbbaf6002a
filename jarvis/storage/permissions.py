"""What somebody allowed, wants to be asked about, or forbade, as rows; the defaults are handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, to_milliseconds


class SqlitePermissions:
    """A `Permissions` over `Database`; `defaults` returns what holds for a name where nobody said otherwise."""

    def __init__(self, database: Database, clock: Clock, defaults: Callable[[str], PermissionLevel]) -> None:
        self._database = database
        self._clock = clock
        self._defaults = defaults

    def level(self, name: str) -> PermissionLevel:
        """Return what holds for `name`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT level FROM permissions WHERE name = ?", (name,)).fetchone()
        return cast(PermissionLevel, row["level"]) if row else self._defaults(name)

    def set(self, name: str, level: PermissionLevel) -> None:
        """Keep `level` for `name`."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO permissions (name, level, changed_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET level = excluded.level, changed_at = excluded.changed_at",
                (name, level, to_milliseconds(self._clock.now())),
            )

    def reset(self, name: str) -> bool:
        """Go back to the default; True if something else had been set."""
        with self._database.write() as connection:
            row = connection.execute("DELETE FROM permissions WHERE name = ? RETURNING level", (name,)).fetchone()
        return row is not None and row["level"] != self._defaults(name)

    def explicit(self) -> Mapping[str, PermissionLevel]:
        """Everything that somebody set, by name."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT name, level FROM permissions ORDER BY name").fetchall()
        return {row["name"]: row["level"] for row in rows}
