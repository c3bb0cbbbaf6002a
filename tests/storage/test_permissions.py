"""What somebody set, kept over restarts; the defaults for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.guard import PermissionLevel
from jarvis.storage.database import Database
from jarvis.storage.permissions import SqlitePermissions
from tests.fakes.clock import FakeClock


def _default(name: str) -> PermissionLevel:
    return "ask" if name.startswith("mcp.") else "allow"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def permissions(database: Database) -> SqlitePermissions:
    return SqlitePermissions(database, FakeClock(), _default)


def test_defaults_hold_until_something_is_set(permissions: SqlitePermissions) -> None:
    assert (permissions.level("timers.start"), permissions.level("mcp.a.b")) == ("allow", "ask")
    permissions.set("mcp.a.b", "never")
    permissions.set("mcp.a.b", "allow")
    permissions.set("timers.start", "ask")
    assert (permissions.level("timers.start"), permissions.level("mcp.a.b")) == ("ask", "allow")
    assert dict(permissions.explicit()) == {"mcp.a.b": "allow", "timers.start": "ask"}


def test_reset_tells_whether_it_changed_anything(permissions: SqlitePermissions) -> None:
    permissions.set("mcp.a.b", "ask")
    permissions.set("mcp.a.c", "never")
    assert permissions.reset("mcp.a.c") is True
    assert permissions.reset("mcp.a.b") is False
    assert permissions.reset("mcp.a.d") is False
    assert dict(permissions.explicit()) == {}
    assert permissions.level("mcp.a.c") == "ask"


def test_what_was_set_outlives_the_process(permissions: SqlitePermissions, database: Database) -> None:
    permissions.set("timers.start", "never")
    other = Database(database.path)
    assert SqlitePermissions(other, FakeClock(), _default).level("timers.start") == "never"
    other.close()


def test_no_other_level_is_kept(permissions: SqlitePermissions) -> None:
    with pytest.raises(StorageError):
        permissions.set("timers.start", "sometimes")  # type: ignore[arg-type]
    assert permissions.level("timers.start") == "allow"
