"""A backup from elsewhere sends nothing to a new place and allows nothing new, unless that is taken over; one's own
comes back as it was. Both through the window's way (decide, next start) and the command line's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.memory.backup_contents import look_into
from jarvis.memory.backup_mark import SECRET_FILE
from jarvis.memory.restoring import decide, finish_restore
from jarvis.storage.foreign_rows import allowed_in
from tests.fakes.memory_desk import DeskWorld

THEIRS = {
    "language": "es",
    "cloud.base_url": "https://evil.example/v1",
    "cloud.model": "evil",
    "cloud.enabled": True,
    "vllm.url": "http://127.0.0.1@evil.example/",
    "vllm.model": "evil",
    "ollama.url": "http://localhost:9999",
    "speech.voice_address": "tcp://evil.example:1",
    "memory.embedder": "server",
    "memory.embedder_url": "https://evil.example/v1",
    "an.option.to.come": "https://evil.example/v1",
}
NAMED = {
    "cloud.base_url",
    "cloud.enabled",
    "vllm.url",
    "speech.voice_address",
    "memory.embedder_url",
    "media.play",
    "mcp.files.read",
    "notes.take",
    "/somewhere/followed",
    "/somewhere/shared",
}
FOLDERS = "INSERT INTO memory_folders (path, watched, privacy, added_at) VALUES (?, ?, ?, 0)"
LEVELS = "INSERT INTO permissions VALUES (?, ?, 0)"


def default(name: str) -> PermissionLevel:
    return "allow" if name == "notes.take" else "ask"


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[DeskWorld]:
    """Somebody else's computer, where much is allowed."""
    world = DeskWorld(tmp_path / "elsewhere")
    world.add("Theirs")
    world.folders.settings_file.write_text(json.dumps(THEIRS))
    with world.database.write() as rows:
        rows.executemany(LEVELS, [("media.play", "allow"), ("mcp.files.read", "allow"), ("timers.start", "never")])
        rows.executemany(FOLDERS, [("/somewhere/followed", 1, "local"), ("/somewhere/shared", 0, "cloud")])
        rows.execute("INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 't', 0, 0)")
        rows.execute("INSERT INTO pending_confirmations VALUES ('c', 'consent.tool', '{}', 1.0, 'en', '', 'acts', 0)")
    yield world
    world.close()


@pytest.fixture
def foreign(stranger: DeskWorld, tmp_path: Path) -> Path:
    stranger.desk.backup(tmp_path / "foreign.zip")
    return tmp_path / "foreign.zip"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home", default_level=default)
    world.add("Mine")
    world.folders.settings_file.write_text(json.dumps({"cloud.model": "mine", "language": "en"}))
    with world.database.write() as rows:
        rows.execute(LEVELS, ("notes.take", "never"))
    yield world
    world.close()


def in_the_window(world: DeskWorld, file: Path, take_over: bool) -> set[str]:
    contents = look_into(file, places=world.folders, default=default)
    _, lock = decide(contents, places=world.folders, clock=world.clock, default=default, take_over=take_over)
    lock.release()
    world.close()
    assert finish_restore(world.folders)
    return {each.name for each in contents.set_aside}


def on_the_line(world: DeskWorld, file: Path, take_over: bool) -> set[str]:
    told = json.loads(world.said("restore", str(file), "--yes", "--json", *(["--take-over"] if take_over else [])))
    return {each["name"] for each in told["set_aside"]}


DOORS = pytest.mark.parametrize("door", [in_the_window, on_the_line])
Door = Callable[[DeskWorld, Path, bool], set[str]]


def settings(world: DeskWorld) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.folders.settings_file.read_text())
    return found


@DOORS
def test_what_is_neither_used_nor_allowed_here_is_set_aside(world: DeskWorld, foreign: Path, door: Door) -> None:
    assert door(world, foreign, False) == NAMED
    world.open()
    assert world.texts() == ["Theirs"]
    assert settings(world) == {"language": "es", "cloud.model": "mine", "ollama.url": "http://localhost:9999"} | {
        "cloud.base_url": "https://api.openai.com/v1",
        "cloud.enabled": False,
        **dict.fromkeys(("vllm.url", "vllm.model", "speech.voice_address", "memory.embedder_url"), ""),
        "memory.embedder": "auto",
        "memory.embedder_model": "",
    }
    kept = allowed_in(world.folders.database)
    assert kept.levels == {"notes.take": "never", "timers.start": "never"}, "what is stricter on either side holds"
    assert not kept.followed and not kept.shared
    with world.database.read() as rows:
        assert rows.execute("SELECT count(*) FROM pending_confirmations").fetchone()[0] == 0
        assert rows.execute("SELECT count(*) FROM memory_folders").fetchone()[0] == 2


@DOORS
def test_whoever_takes_it_over_has_all_of_it(world: DeskWorld, foreign: Path, door: Door) -> None:
    told = door(world, foreign, True)
    assert told == (NAMED if door is in_the_window else set())
    world.open()
    assert settings(world) == THEIRS
    kept = allowed_in(world.folders.database)
    assert kept.levels == {"media.play": "allow", "mcp.files.read": "allow", "timers.start": "never"}
    assert kept.followed == {"/somewhere/followed"} and kept.shared == {"/somewhere/shared"}


@DOORS
def test_ones_own_comes_back_as_it_was_and_asks_nothing(stranger: DeskWorld, foreign: Path, door: Door) -> None:
    stranger.folders.settings_file.write_text("{}")
    with stranger.database.write() as rows:
        rows.execute("DELETE FROM permissions")
        rows.execute("DELETE FROM memory_folders")
    assert look_into(foreign, places=stranger.folders).own
    assert door(stranger, foreign, False) == set()
    stranger.open()
    assert settings(stranger) == THEIRS and allowed_in(stranger.folders.database).followed == {"/somewhere/followed"}


def test_a_mark_is_of_this_folder_and_of_all_that_is_in_it(
    stranger: DeskWorld, world: DeskWorld, foreign: Path, tmp_path: Path
) -> None:
    from tests.memory.test_crafted_backups import crafted

    own = look_into(foreign, places=stranger.folders).own
    changed = look_into(crafted(foreign, settings__json=b"{}"), places=stranger.folders).own
    renamed = crafted(foreign, manifest=lambda listed: listed.update(jarvis="0.0.9"))
    assert (own, changed, look_into(renamed, places=stranger.folders).own) == (True, False, False)
    world.desk.backup(tmp_path / "mine.zip")
    secret = (world.folders.home / SECRET_FILE, stranger.folders.home / SECRET_FILE)
    assert secret[0].read_bytes() != secret[1].read_bytes() and secret[0].stat().st_mode & 0o777 == 0o600
    assert not look_into(tmp_path / "mine.zip", places=stranger.folders).own
    for wrong in (b"", b"short"):
        secret[1].write_bytes(wrong)
        assert not look_into(foreign, places=stranger.folders).own
    stranger.desk.backup(tmp_path / "again.zip")
    assert look_into(tmp_path / "again.zip", places=stranger.folders).own


@pytest.mark.parametrize("content", [b"\xff", b"[" * 200_000, b"[]", b'{"cloud.enabled": "yes", "voice.mode": "x"}'])
def test_settings_in_any_shape_leave_ours_where_it_counts(
    world: DeskWorld, foreign: Path, content: bytes, tmp_path: Path
) -> None:
    from tests.memory.test_crafted_backups import crafted

    world.folders.settings_file.write_text(json.dumps({"cloud.base_url": "http://localhost:1", "cloud.model": "mine"}))
    on_the_line(world, crafted(foreign, settings__json=content), False)
    world.open()
    now = settings(world)
    assert now["cloud.base_url"] == "http://localhost:1" and now["cloud.model"] == "mine"
    assert not now.get("cloud.enabled") and "voice.mode" not in now


@DOORS
def test_a_trigger_that_would_allow_it_again_is_none_of_ours(
    world: DeskWorld, foreign: Path, door: Door, tmp_path: Path
) -> None:
    from tests.memory.test_crafted_backups import crafted, database

    script = (
        'CREATE TRIGGER "again ""and"" again" AFTER INSERT ON messages BEGIN'
        " INSERT INTO permissions VALUES ('media.play', 'allow', 0); END;"
        "CREATE TRIGGER also AFTER DELETE ON permissions BEGIN"
        " INSERT INTO memory_folders (path, watched, privacy, added_at) VALUES (OLD.name, 1, 'cloud', 0); END;"
        "DROP TRIGGER audit_stays; CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT 1; END;"
        "CREATE VIEW everything AS SELECT * FROM messages"
    )
    own = sqlite3.connect(world.folders.database)
    listed = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"
    before = own.execute(listed).fetchall()
    own.close()
    door(world, crafted(foreign, jarvis__sqlite3=database(foreign, script)), False)
    world.open()
    world.log.add_message("c", "user", "Hello")
    with world.database.read() as rows:
        assert [tuple(row) for row in rows.execute(listed)] == before
    assert "media.play" not in allowed_in(world.folders.database).levels
    assert not allowed_in(world.folders.database).followed


HIDING = (
    "DROP TABLE permissions; CREATE TABLE permissions (name TEXT, level TEXT, changed_at INTEGER);"
    "INSERT INTO permissions VALUES ('media.play', 'allow', 0), ('media.play', 'never', 0), (1, NULL, 0)"
)
"""Whoever reads both rows sees the second, whoever asks for the name gets the first."""


def test_a_table_that_holds_two_levels_for_a_name_is_emptied(world: DeskWorld, foreign: Path) -> None:
    from tests.memory.test_crafted_backups import crafted, database

    in_the_window(world, crafted(foreign, jarvis__sqlite3=database(foreign, HIDING)), False)
    world.open()
    assert allowed_in(world.folders.database).levels == {"notes.take": "never"}


@pytest.mark.parametrize(
    "script",
    [
        "PRAGMA ignore_check_constraints = ON; UPDATE permissions SET level = 'ALLOW'",
        "PRAGMA ignore_check_constraints = ON; UPDATE memory_folders SET privacy = 'CLOUD'",
    ],
)
def test_rows_that_no_jarvis_writes_are_refused(world: DeskWorld, foreign: Path, script: str) -> None:
    from tests.memory.test_crafted_backups import crafted, database

    with pytest.raises(InputError) as told:
        look_into(crafted(foreign, jarvis__sqlite3=database(foreign, script)), places=world.folders)
    assert told.value.code == "memory.damaged_backup" and not list(world.folders.home.glob(".backup-*"))


@pytest.mark.parametrize(
    ("language", "asked", "told", "folder"),
    [
        (
            "en",
            "Unless it shows that it was written here, where questions are sent",
            "Nothing shows that the backup was written here, so this stayed",
            "folder",
        ),
        (
            "es",
            "Salvo que conste que se escribió aquí, adónde se envían",
            "Nada indica que la copia se escribiera aquí, así que esto quedó",
            "carpeta",
        ),
    ],
)
def test_the_command_line_says_in_one_sentence_what_stayed(
    world: DeskWorld, foreign: Path, language: Language, asked: str, told: str, folder: str
) -> None:
    result = world.run("restore", str(foreign), language=language, answer="y\n")
    assert result.exit_code == 0 and asked in result.output
    last = result.stderr.splitlines()[-1]
    assert told in last and "cloud.base_url (https://evil.example/v1)" in last and "--take-over" in last
    assert f"{folder} /somewhere/shared" in last
    world.open()
    again = world.run("restore", str(foreign), "--take-over", language=language, answer="y\n")
    assert again.exit_code == 0 and told not in again.output and "evil" not in again.output
    world.open()
    assert settings(world) == THEIRS


def test_a_check_that_is_stopped_anywhere_leaves_nothing(world: DeskWorld, foreign: Path) -> None:
    files = [path for path in world.folders.home.iterdir() if path.is_file() and not path.name.endswith("-shm")]
    before = {path: path.read_bytes() for path in files}
    steps: list[tuple[int, int]] = []
    look_into(foreign, places=world.folders, progress=lambda *done: steps.append(done))
    assert steps == sorted(steps) and steps[-1][0] == steps[-1][1] > 0
    for path in world.folders.home.glob(".backup-*"):
        path.rename(path.with_name("done"))
    for at in range(len(steps)):
        cancel = CancelToken()

        def stop(done: int, of: int, cancel: CancelToken = cancel, at: int = at) -> None:
            if done >= steps[at][0]:
                cancel.cancel()

        with pytest.raises(Cancelled):
            look_into(foreign, places=world.folders, cancel=cancel, progress=stop)
        with pytest.raises(Cancelled):
            world.desk.restore(foreign, cancel=cancel)
        assert not list(world.folders.home.glob(".backup-*")) and not list(world.folders.home.glob("before-*"))
    assert {path: path.read_bytes() for path in before} == before and world.texts() == ["Mine"]


def test_sqlite_itself_ends_when_the_check_is_stopped(world: DeskWorld, stranger: DeskWorld, tmp_path: Path) -> None:
    """A check of a large database takes minutes in one call."""
    with stranger.database.write() as rows:
        rows.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
            " INSERT INTO notes (text, created_at) SELECT 'note ' || i, 0 FROM n"
        )
    stranger.desk.backup(tmp_path / "large.zip")

    class Late(CancelToken):
        """Cancelled the first time that SQLite asks, which is after everything was unpacked."""

        asked = 0

        @property
        def cancelled(self) -> bool:
            type(self).asked += 1
            return True

        def raise_if_cancelled(self) -> None:
            if self.asked:
                raise Cancelled

    with pytest.raises(Cancelled):
        look_into(tmp_path / "large.zip", places=world.folders, cancel=Late())
    assert Late.asked and not list(world.folders.home.glob(".backup-*"))
