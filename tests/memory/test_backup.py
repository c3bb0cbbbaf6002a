"""Backup and restore: what is in the file, what is refused and kept aside, and that no death in between hurts."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import AlreadyRunning, Cancelled, InputError, StorageError
from jarvis.memory import restoring
from jarvis.processes.instance import single_instance
from jarvis.storage.database import MIGRATIONS, Database
from tests.fakes.memory_desk import DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def _backed_up(world: DeskWorld, path: Path, *texts: str) -> Path:
    world.add(*texts)
    world.desk.catch_up()
    assert world.desk.backup(path).written == world.memories.count()
    return path


def _changed(source: Path, target: Path, **members: bytes | None) -> Path:
    """Copy a backup with other members; None leaves one out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = members.pop(name.replace(".", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, added in members.items():
            new.writestr(name, added or b"")
    return target


def _manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        document: dict[str, Any] = json.loads(archive.read("manifest.json"))
        return document


def test_a_backup_has_rows_and_settings_and_no_secret(world: DeskWorld, tmp_path: Path) -> None:
    home = world.folders.home
    (home / "settings.json").write_text('{"language": "es"}')
    (home / "keys.json").write_text('{"openai": "sk-very-secret"}')
    (home / "mcp.json").write_text(
        json.dumps({"mcpServers": {"x": {"command": "y", "env": {"A": "sk-very-secret", "B": "keyring:mcp-b"}}}})
    )
    (home / "models" / "big.gguf").write_text("weights")
    (home / "cache" / "thing").write_text("cached")
    path = _backed_up(world, tmp_path / "b.zip", "One", "Two")
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["jarvis.sqlite3", "manifest.json", "mcp.json", "settings.json"]
        assert b"very-secret" not in b"".join(archive.read(name) for name in archive.namelist())
        assert json.loads(archive.read("mcp.json"))["mcpServers"]["x"]["env"] == {"B": "keyring:mcp-b"}
        digest = hashlib.sha256(archive.read("jarvis.sqlite3")).hexdigest()
    manifest = _manifest(path)
    assert manifest["files"]["jarvis.sqlite3"]["sha256"] == digest
    with world.database.read() as connection:
        assert manifest["schema"] == connection.execute("PRAGMA user_version").fetchone()[0]
    assert sorted(each.name for each in home.iterdir() if each.name.startswith(".backup")) == []


class AtStep(CancelToken):
    """A token that is cancelled when it is looked at for the so-manieth time."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().raise_if_cancelled()


@pytest.mark.parametrize("step", [1, 2])
def test_a_backup_that_is_cancelled_leaves_what_was_there(world: DeskWorld, tmp_path: Path, step: int) -> None:
    path = _backed_up(world, tmp_path / "b.zip", "One")
    before = path.read_bytes()
    world.add("Two")
    with pytest.raises(Cancelled):
        world.desk.backup(path, force=True, cancel=AtStep(step))
    assert path.read_bytes() == before
    left = [*tmp_path.glob("*.jarvis-part"), *tmp_path.glob(".*"), *world.folders.home.glob(".backup*")]
    assert left == []
    # The connection is free again, and the next one is whole.
    world.add("Three")
    assert world.desk.backup(path, force=True, cancel=CancelToken()).written == 3


def test_a_backup_made_while_rows_are_written_is_whole(world: DeskWorld, tmp_path: Path) -> None:
    world.add(*(f"Row {n}" for n in range(300)))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            world.add("More", "and more")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = world.desk.backup(tmp_path / "b.zip")
    finally:
        stop.set()
        writer.join()
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extract("jarvis.sqlite3", tmp_path)
    copy = sqlite3.connect(tmp_path / "jarvis.sqlite3")
    assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert copy.execute("SELECT count(*) FROM memories").fetchone()[0] == done.written >= 300
    copy.close()


class Meanwhile(CancelToken):
    """A token that has another process' connection commit a row every time it is looked at, up to a limit."""

    def __init__(self, database: Path, limit: int) -> None:
        super().__init__()
        self.looks, self.limit = 0, limit
        self.other = sqlite3.connect(database)

    def raise_if_cancelled(self) -> None:
        self.looks += 1
        # A copy that begins anew with every row would never end.
        assert self.looks <= self.limit
        self.other.execute("INSERT INTO lists VALUES (?1, ?1, 1)", (f"Row {self.looks}",))
        self.other.commit()


def test_a_backup_goes_on_where_it_was_while_others_write_and_is_of_one_moment(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.backup._PAGES", 1)
    world.add("One", "Two")
    with world.database.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    # One look for every page, and a few for every file that is packed.
    meanwhile = Meanwhile(world.folders.database, pages + 20)
    try:
        world.desk.backup(tmp_path / "b.zip", cancel=meanwhile)
    finally:
        meanwhile.other.close()
    assert meanwhile.looks >= pages > 20
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extract("jarvis.sqlite3", tmp_path)
    copy = sqlite3.connect(tmp_path / "jarvis.sqlite3")
    assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert copy.execute("SELECT count(*) FROM lists WHERE name LIKE 'Row %'").fetchone()[0] == 0
    assert copy.execute("SELECT group_concat(text) FROM memories").fetchone()[0] == "One,Two"
    copy.close()


def test_a_restore_brings_back_what_was_and_keeps_what_is_aside(world: DeskWorld, tmp_path: Path) -> None:
    (world.folders.home / "settings.json").write_text('{"language": "es"}')
    path = _backed_up(world, tmp_path / "b.zip", "Old one", "Old two")
    world.add("New one")
    world.desk.catch_up()
    (world.folders.home / "settings.json").write_text('{"language": "en"}')
    assert world.desk.restore(path).written == 2
    world.open()
    assert world.texts() == ["Old one", "Old two"]
    assert (world.folders.home / "settings.json").read_text() == '{"language": "es"}'
    (aside,) = world.folders.home.glob("before-restore-*")
    kept = sqlite3.connect(aside / "jarvis.sqlite3")
    assert [row[0] for row in kept.execute("SELECT text FROM memories")] == ["Old one", "Old two", "New one"]
    kept.close()
    assert (aside / "settings.json").read_text() == '{"language": "en"}'
    assert not (world.folders.home / ".restoring").exists() and not (world.folders.home / "restore.json").exists()
    assert world.keeper.nearest("Old", 5) is None or not world.keeper.nearest("Old", 5).hits  # type: ignore[union-attr]
    world.desk.catch_up()
    assert [seq for seq, _ in world.keeper.nearest("Old two", 1).hits] == [2]  # type: ignore[union-attr]


def test_a_backup_of_the_version_before_is_brought_up_to_date(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps"
    steps.mkdir()
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if int(file.name[:4]) < 11:
            shutil.copy(file, steps)
    monkeypatch.setattr("jarvis.storage.database.MIGRATIONS", steps)
    Database(tmp_path / "old.sqlite3").close()
    monkeypatch.undo()
    old = sqlite3.connect(tmp_path / "old.sqlite3")
    old.execute(
        "INSERT INTO facts (text, folded, language, created_at) VALUES ('My car is red', 'my car is red', 'en', 5)"
    )
    old.commit()
    old.execute("PRAGMA journal_mode = DELETE")
    old.close()
    content = (tmp_path / "old.sqlite3").read_bytes()
    files = {"jarvis.sqlite3": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}}
    manifest = {"kind": "jarvis backup", "format": 1, "jarvis": "0.4", "schema": 10, "files": files}
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.writestr("jarvis.sqlite3", content)
        archive.writestr("manifest.json", json.dumps(manifest))
    assert world.desk.restore(tmp_path / "old.zip").written == 1
    world.open()
    assert world.texts() == ["My car is red"]


def test_what_is_not_sound_is_refused_and_changes_nothing(world: DeskWorld, tmp_path: Path) -> None:
    path = _backed_up(world, tmp_path / "b.zip", "One")
    good = _manifest(path)
    with zipfile.ZipFile(path) as archive:
        database = archive.read("jarvis.sqlite3")
    newer = json.dumps({**good, "schema": 9999, "jarvis": "99"}).encode()
    outside = {**good, "files": {**good["files"], "../evil": {"sha256": "0" * 64, "bytes": 1}}}
    (tmp_path / "text").write_text("no archive")
    (tmp_path / "cut.zip").write_bytes(path.read_bytes()[:-200])
    scratched = bytearray(path.read_bytes())
    scratched[300:500] = bytes(200)
    (tmp_path / "scratched.zip").write_bytes(scratched)
    damaged = bytearray(database)
    damaged[4096:40960] = b"\x7f" * (40960 - 4096)
    files = {"jarvis.sqlite3": {"sha256": hashlib.sha256(damaged).hexdigest(), "bytes": len(damaged)}}
    bad = [
        tmp_path / "text",
        tmp_path / "cut.zip",
        tmp_path / "scratched.zip",
        _changed(path, tmp_path / "1.zip", jarvis_sqlite3=bytes(damaged)),
        _changed(path, tmp_path / "2.zip", manifest_json=None),
        _changed(path, tmp_path / "3.zip", manifest_json=newer),
        _changed(path, tmp_path / "4.zip", manifest_json=json.dumps(outside).encode()),
        _changed(path, tmp_path / "5.zip", jarvis_sqlite3=database + b"more"),
        _changed(
            path,
            tmp_path / "6.zip",
            jarvis_sqlite3=bytes(damaged),
            manifest_json=json.dumps({**good, "files": files}).encode(),
        ),
        _changed(path, tmp_path / "7.zip", manifest_json=b"[]"),
        _changed(path, tmp_path / "8.zip", jarvis_sqlite3=None),
    ]
    for file in bad:
        with pytest.raises(InputError):
            world.desk.restore(file)
        assert world.texts() == ["One"], file
    assert not list(world.folders.home.glob("before-restore-*")) and not (world.folders.home / ".restoring").exists()


def test_a_backup_that_says_it_is_small_cannot_fill_the_disk(world: DeskWorld, tmp_path: Path) -> None:
    path = _backed_up(world, tmp_path / "b.zip", "One")
    bomb = _changed(path, tmp_path / "bomb.zip", jarvis_sqlite3=bytes(200_000_000))
    with pytest.raises(InputError, match="damaged"):
        world.desk.restore(bomb)
    huge = _manifest(path)
    huge["files"]["jarvis.sqlite3"]["bytes"] = 1 << 60
    with pytest.raises(StorageError, match="free space"):
        world.desk.restore(_changed(path, tmp_path / "huge.zip", manifest_json=json.dumps(huge).encode()))


def test_no_restore_while_another_jarvis_works_here(world: DeskWorld, tmp_path: Path) -> None:
    path = _backed_up(world, tmp_path / "b.zip", "One")
    with single_instance(world.folders.run, "desktop"), pytest.raises(AlreadyRunning):
        world.desk.restore(path)
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM memories').fetchone();"
    )
    program += "print('open', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(world.folders.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin and other.stdout and other.stdout.readline() == "open\n"
    with pytest.raises(AlreadyRunning, match="Another Jarvis"):
        world.desk.restore(path)
    other.communicate()
    world.open()
    assert world.texts() == ["One"]
    assert world.desk.restore(path).written == 1
    world.open()


def test_nothing_is_opened_and_nothing_of_it_removed_while_another_restores(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.restoring.PATIENCE_SECONDS", 0.0)
    staging = world.folders.home / ".restoring"
    staging.mkdir()
    (staging / "jarvis.sqlite3").write_text("half unpacked")
    with single_instance(world.folders.run, "restore"), pytest.raises(AlreadyRunning, match="restoring a backup"):
        restoring.finish_restore(world.folders)
    assert (staging / "jarvis.sqlite3").exists()
    assert restoring.finish_restore(world.folders) is False
    assert not staging.exists()


class Death(Exception):
    """Stands for the end of the process."""


def test_a_restore_that_dies_anywhere_is_finished_or_was_never_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends before the first, second, ... change of a file's name."""
    world = DeskWorld(tmp_path / "life")
    (world.folders.home / "settings.json").write_text("{}")
    path = _backed_up(world, tmp_path / "b.zip", "Old")
    world.add("New")
    world.close()
    ends = []
    for death in range(1, 9):
        home = tmp_path / f"home-{death}"
        shutil.copytree(tmp_path / "life", home)
        world = DeskWorld(home)
        with monkeypatch.context() as patched:
            _die_at(patched, death)
            try:
                world.desk.restore(path)
                ends.append("done")
            except Death:
                ends.append("died")
        world.close()
        restoring.finish_restore(world.folders)
        world.open()
        assert world.texts() in (["Old"], ["Old", "New"]) and (ends[-1] == "died" or world.texts() == ["Old"])
        assert world.folders.database.exists() and not (home / ".restoring").exists()
        asides = list(home.glob("before-restore-*/jarvis.sqlite3"))
        assert len(asides) == (1 if world.texts() == ["Old"] else 0)
        assert restoring.finish_restore(world.folders) is False
        ends[-1] += " " + " ".join(world.texts())
        world.close()
    assert {"died Old New", "died Old", "done Old"} == set(ends)


def _die_at(monkeypatch: pytest.MonkeyPatch, death: int) -> None:
    left = [death]

    def dying(act: Any) -> Any:
        def acting(self: Path, target: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Death
            return act(self, target)

        return acting

    monkeypatch.setattr(Path, "rename", dying(Path.rename))
    monkeypatch.setattr(Path, "replace", dying(Path.replace))
