"""A database of somebody else's that says one thing to who asks and another to who acts is refused; what it spent, has
in service and told models to be is not this computer's."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jarvis.contracts.data_desk import SetAside
from jarvis.contracts.errors import InputError
from jarvis.memory.backup_contents import look_into
from jarvis.memory.restoring import decide, finish_restore
from jarvis.storage import database as storage
from jarvis.storage import foreign_rows
from jarvis.storage.database import MIGRATIONS, Database
from jarvis.storage.foreign_rows import allowed_in, is_of_own_form, keep_accounts, take_away
from tests.fakes.memory_desk import DeskWorld
from tests.memory.test_crafted_backups import crafted, database

MODEL = "INSERT INTO models VALUES (?, 'text', ?, ?, ?, ?, '', 0, '', '', 0, NULL, '', '', NULL, NULL)"
NO_KEYS = "PRAGMA foreign_keys = OFF;"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    world.add("Mine")
    yield world
    world.close()


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "elsewhere")
    world.add("Theirs")
    yield world
    world.close()


@pytest.fixture
def foreign(stranger: DeskWorld, tmp_path: Path) -> Path:
    stranger.desk.backup(tmp_path / "foreign.zip")
    return tmp_path / "foreign.zip"


def restored(world: DeskWorld, file: Path, *, take_over: bool = False) -> tuple[SetAside, ...]:
    contents = look_into(file, places=world.folders)
    _, lock = decide(contents, places=world.folders, clock=world.clock, take_over=take_over)
    lock.release()
    world.close()
    assert finish_restore(world.folders)
    world.open()
    return contents.set_aside


def rows(world: DeskWorld, query: str) -> list[tuple[object, ...]]:
    with world.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def beside_its_index(table: str, columns: str, key: str, *values: str, unseen: bool = False) -> Callable[[Path], bytes]:
    """A table whose index was made as another one: it allows the same twice, and has no row where they are `unseen`."""

    def made(file: Path) -> bytes:
        path = file.parent / "work" / "jarvis.sqlite3"
        database(file, "")
        with closing(sqlite3.connect(path, isolation_level=None)) as rows:
            (sql,) = rows.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            rows.executescript(
                f"{NO_KEYS} DROP TABLE {table}; CREATE TABLE {table} ({columns}) STRICT;"
                f"CREATE INDEX other ON {table} ({key}) {f'WHERE {key} IS NULL' if unseen else ''};"
                f"INSERT INTO {table} VALUES {', '.join(values)};"
                "PRAGMA writable_schema = ON"
            )
            rows.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, table))
            rows.execute(
                f"UPDATE sqlite_master SET name = 'sqlite_autoindex_{table}_1', sql = NULL WHERE name = 'other'"
            )
        with closing(sqlite3.connect(path)) as rows:
            assert rows.execute("PRAGMA quick_check").fetchone() == ("ok",), "SQLite's own quick check is content"
            assert rows.execute(f"SELECT count(*) FROM {table} NOT INDEXED").fetchone() == (len(values),)
        return path.read_bytes()

    return made


def script(text: str) -> Callable[[Path], bytes]:
    return lambda file: database(file, NO_KEYS + text)


LEVELS = "name TEXT NOT NULL, level TEXT NOT NULL, changed_at INTEGER NOT NULL"
FOLDERS = (
    "id INTEGER PRIMARY KEY, path TEXT NOT NULL, watched INTEGER NOT NULL, privacy TEXT NOT NULL,"
    " added_at INTEGER NOT NULL"
)
HOSTILE = {
    "a level twice": beside_its_index("permissions", LEVELS, "name", *["('media.play', 'allow', 0)"] * 2),
    "a folder twice": beside_its_index(
        "memory_folders", FOLDERS, "path", "(1, '/somewhere', 1, 'cloud', 0)", "(2, '/somewhere', 1, 'cloud', 0)"
    ),
    "changes that are ignored": script(
        "DROP TABLE memory_folders; CREATE TABLE memory_folders (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
        " watched INTEGER NOT NULL UNIQUE ON CONFLICT IGNORE, privacy TEXT NOT NULL UNIQUE ON CONFLICT IGNORE,"
        " added_at INTEGER NOT NULL);"
        "INSERT INTO memory_folders VALUES (1, '/somewhere', 1, 'cloud', 0), (2, '/x', 0, 'local', 0)"
    ),
    "folders of another kind": script(
        "DROP TABLE memory_folders; CREATE TABLE beside (id INTEGER PRIMARY KEY, path, watched, privacy, added_at);"
        "INSERT INTO beside VALUES (1, '/somewhere', 1, 'cloud', 0);"
        "CREATE VIRTUAL TABLE memory_folders USING fts5 (id, path, watched, privacy, added_at, content = 'beside',"
        " content_rowid = 'id'); INSERT INTO memory_folders (memory_folders) VALUES ('rebuild')"
    ),
    "questions of another kind": script(
        "DROP TABLE pending_confirmations; CREATE VIRTUAL TABLE pending_confirmations USING fts5"
        " (conversation_id, skill, slots, confidence, language, text, risk, asked_at)"
    ),
    "another index": script("CREATE UNIQUE INDEX one ON memory_folders (watched)"),
    "another table": script("CREATE TABLE one_more (x)"),
}


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_database_of_another_form_is_refused(world: DeskWorld, foreign: Path, made: Callable[[Path], bytes]) -> None:
    before = world.folders.database.read_bytes()
    with pytest.raises(InputError) as told:
        look_into(crafted(foreign, jarvis__sqlite3=made(foreign)), places=world.folders)
    assert told.value.code == "memory.damaged_backup" and not list(world.folders.home.glob(".backup-*"))
    assert world.folders.database.read_bytes() == before and world.texts() == ["Mine"]


def test_a_row_that_its_index_does_not_know_is_found_and_taken_away(world: DeskWorld, foreign: Path) -> None:
    made = beside_its_index("permissions", LEVELS, "name", "('media.play', 'allow', 0)", unseen=True)
    told = restored(world, crafted(foreign, jarvis__sqlite3=made(foreign)))
    assert told == (SetAside(kind="permission", name="media.play", value="allow"),)
    assert rows(world, "SELECT * FROM permissions NOT INDEXED") == []
    assert rows(world, "PRAGMA integrity_check") == [("ok",)]


def test_ones_own_form_is_that_of_every_backup(world: DeskWorld, foreign: Path) -> None:
    """A stranger's index may be gone astray by itself: it is made anew. Statistics of SQLite's are no other form."""
    path = crafted(
        foreign, jarvis__sqlite3=database(foreign, "ANALYZE; INSERT INTO notes (text, created_at) VALUES ('n', 0)")
    )
    assert restored(world, path) == () and world.texts() == ["Theirs"]


@pytest.mark.parametrize("version", [1, 8, 15])
def test_an_older_database_that_is_brought_up_to_date_has_the_form_of_a_new_one(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    (tmp_path / "steps").mkdir()
    for step in MIGRATIONS.glob("*.sql"):
        if int(step.name[:4]) <= version:
            shutil.copy(step, tmp_path / "steps")
    with monkeypatch.context() as patch:
        patch.setattr(storage, "MIGRATIONS", tmp_path / "steps")
        Database(tmp_path / "old").close()
    assert not is_of_own_form(tmp_path / "old", world.folders.database)
    Database(tmp_path / "old").close()
    assert is_of_own_form(tmp_path / "old", world.folders.database)


@pytest.mark.parametrize(
    ("table", "row"),
    [("permissions", "('media.play', 'allow', 0)"), ("memory_folders", "(1, '/somewhere', 1, 'cloud', 0)")],
)
def test_a_change_that_does_not_take_is_an_error_and_changes_nothing(world: DeskWorld, table: str, row: str) -> None:
    with closing(sqlite3.connect(world.folders.database)) as connection:
        connection.execute(f"INSERT INTO {table} VALUES {row}")
        for act in ("UPDATE", "DELETE"):
            connection.execute(f"CREATE TRIGGER no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(IGNORE); END")
        connection.commit()
    before = allowed_in(world.folders.database)
    with pytest.raises(ValueError, match="stays"):
        if table == "permissions":
            take_away(world.folders.database, levels={"media.play": None, "also": "never"})
        else:
            take_away(world.folders.database, levels={"also": "never"}, unfollowed=["/somewhere"])
    assert allowed_in(world.folders.database) == before


@pytest.mark.parametrize("table", ["pending_confirmations", "budget_days"])
def test_accounts_that_stay_are_an_error(world: DeskWorld, stranger: DeskWorld, table: str) -> None:
    with closing(sqlite3.connect(stranger.folders.database)) as connection:
        connection.execute("INSERT INTO budget_days VALUES ('2026-01-01', -1)")
        connection.execute("INSERT INTO pending_confirmations VALUES ('c', 's', '{}', 1.0, 'en', '', 'acts', 0)")
        connection.execute(f"CREATE TRIGGER stays BEFORE DELETE ON {table} BEGIN SELECT RAISE(IGNORE); END")
        connection.commit()
    with pytest.raises(ValueError, match="stays"):
        keep_accounts(stranger.folders.database, world.folders.database)


def test_every_table_that_is_changed_is_weighed_word_for_word() -> None:
    text = Path(foreign_rows.__file__).read_text(encoding="utf-8")
    for table in foreign_rows._WEIGHED:
        assert table in text
    assert {*foreign_rows._ACCOUNTS, *foreign_rows._NEVER_TAKEN} <= foreign_rows._WEIGHED


@pytest.mark.parametrize("take_over", [False, True])
def test_cloud_models_are_in_service_where_they_were_here_or_are_taken_over(
    world: DeskWorld, stranger: DeskWorld, tmp_path: Path, take_over: bool
) -> None:
    far = "\\\\evil.example\\m.gguf"
    with stranger.database.write() as put:
        put.execute(MODEL, ("openai/gpt-4o", "openai", "cloud", "active", ""))
        put.execute(MODEL, ("anthropic/known", "anthropic", "cloud", "active", ""))
        put.execute(MODEL, ("small", "llama.cpp", "import", "active", "/models/small.gguf"))
        put.execute(MODEL, ("far", "llama.cpp", "import", "installed", far))
        put.execute("INSERT INTO model_measurements VALUES ('far', 's', '[]', 0, 0, NULL, NULL, 0)")
    with world.database.write() as put:
        put.execute(MODEL, ("anthropic/known", "anthropic", "cloud", "active", ""))
    stranger.desk.backup(tmp_path / "b.zip")
    assert restored(world, tmp_path / "b.zip", take_over=take_over) == (
        SetAside(kind="model", name="openai/gpt-4o", value="active"),
        SetAside(kind="model", name=far),
    )
    taken = [("far", "installed"), ("openai/gpt-4o", "active")] if take_over else [("openai/gpt-4o", "inactive")]
    assert rows(world, "SELECT id, state FROM models ORDER BY id") == sorted(
        [("anthropic/known", "active"), ("small", "active"), *taken]
    )
    assert len(rows(world, "SELECT * FROM model_measurements")) == take_over


@pytest.mark.parametrize("take_over", [False, True])
def test_what_was_spent_here_counts_and_lower_limits_hold_whoever_wrote_the_backup(
    world: DeskWorld, stranger: DeskWorld, tmp_path: Path, take_over: bool
) -> None:
    spent = "INSERT INTO budget_days VALUES ('2026-11-22', ?)"
    reserved = "INSERT INTO budget_reservations VALUES (?, 'e', 5, '2026-11-22', 1, 1.0)"
    with stranger.database.write() as put:
        put.execute(spent, (-900_000_000_000_000,))
        put.execute(reserved, ("theirs",))
        put.execute("INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 't', 0, 0)")
        put.execute("INSERT INTO pending_confirmations VALUES ('c', 's', '{}', 1.0, 'en', '', 'acts', 0)")
    theirs = {"budget.day_usd": 900.0, "budget.month_usd": 2.0, "an.option.to.come": 1}
    stranger.folders.settings_file.write_text(json.dumps(theirs))
    with world.database.write() as put:
        put.execute(spent, (7,))
        put.execute(reserved, ("ours",))
    world.folders.settings_file.write_text(json.dumps({"budget.day_usd": 3.0, "budget.month_usd": 50.0}))
    stranger.desk.backup(tmp_path / "b.zip")
    assert restored(world, tmp_path / "b.zip", take_over=take_over) == (), "what is never taken over is not offered"
    assert rows(world, "SELECT * FROM budget_days") == [("2026-11-22", 7)]
    assert rows(world, "SELECT id FROM budget_reservations") == [("ours",)]
    assert not rows(world, "SELECT * FROM pending_confirmations") and world.texts() == ["Theirs"]
    now = json.loads(world.folders.settings_file.read_text())
    assert (now["budget.day_usd"], now["budget.month_usd"]) == (3.0, 2.0) and ("an.option.to.come" in now) == take_over


@pytest.mark.parametrize("content", [b"\xff", b"[]"])
def test_settings_that_cannot_be_read_lift_no_limit(world: DeskWorld, foreign: Path, content: bytes) -> None:
    world.folders.settings_file.write_text('{"budget.day_usd": 3.0}')
    restored(world, crafted(foreign, settings__json=content), take_over=True)
    assert json.loads(world.folders.settings_file.read_text()) == {"budget.day_usd": 3.0}


def test_a_damaged_database_here_has_spent_nothing_that_is_known(
    world: DeskWorld, foreign: Path, tmp_path: Path
) -> None:
    world.close()
    world.folders.database.write_bytes(b"no database" * 1000)
    contents = look_into(foreign, places=world.folders)
    keep_accounts(contents.staged / "jarvis.sqlite3", world.folders.database)
    with closing(sqlite3.connect(contents.staged / "jarvis.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM budget_days").fetchone() == (0,)


@pytest.mark.parametrize("take_over", [False, True])
def test_what_specialists_are_told_to_be_and_drafts_are_ones_own(
    world: DeskWorld, stranger: DeskWorld, tmp_path: Path, take_over: bool
) -> None:
    for each, text in ((world, "mine"), (stranger, "theirs")):
        (each.folders.home / "roles.json").write_text(json.dumps({"prompt": text}))
        (each.folders.home / "desktop.json").write_text(json.dumps({"drafts": {"": text}}))
    stranger.desk.backup(tmp_path / "b.zip")
    told = restored(world, tmp_path / "b.zip", take_over=take_over)
    assert told == (SetAside(kind="consent", name="cooperation.mode", value="roles.json"),)
    now = [(world.folders.home / name).read_text() for name in ("roles.json", "desktop.json")]
    assert all(("theirs" if take_over else "mine") in text for text in now)
    (stranger.folders.home / "roles.json").write_bytes((world.folders.home / "roles.json").read_bytes())
    stranger.desk.backup(tmp_path / "again.zip")
    assert restored(world, tmp_path / "again.zip") == ()
