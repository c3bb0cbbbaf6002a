"""A backup may be anybody's file: it runs nothing, fills nothing, writes nowhere else; a refusal is a sentence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.errors import InputError, JarvisError, StorageError
from jarvis.memory import backup_contents
from jarvis.memory.backup import CHUNK
from jarvis.memory.backup_contents import drop, look_into
from jarvis.memory.restoring import decide, finish_restore
from tests.fakes.memory_desk import DeskWorld

ENV = {"KEY": "very-secret"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


@pytest.fixture
def file(world: DeskWorld, tmp_path: Path) -> Path:
    world.add("Old")
    world.desk.backup(tmp_path / "b.zip")
    world.add("New")
    return tmp_path / "b.zip"


def crafted(
    file: Path,
    *,
    manifest: Callable[[dict[str, Any]], object] = lambda _: None,
    packing: int = zipfile.ZIP_DEFLATED,
    **members: bytes,
) -> Path:
    """A backup with other members, whose sums are right, and with a changed list."""
    target = file.with_name("crafted.zip")
    with zipfile.ZipFile(file) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    listed = json.loads(contents.pop("manifest.json"))
    contents.update({name.replace("__", "."): content for name, content in members.items()})
    listed["files"] = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    manifest(listed)
    with zipfile.ZipFile(target, "w", packing) as new:
        for name, content in contents.items():
            new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(listed), zipfile.ZIP_DEFLATED)
    return target


def servers_of(**servers: object) -> bytes:
    return json.dumps({"mcpServers": servers}).encode()


def restored(world: DeskWorld, file: Path) -> dict[str, Any]:
    """Restore as the window does; returns the servers that are there afterwards."""
    _, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    world.close()
    assert finish_restore(world.folders)
    world.open()
    now: dict[str, Any] = json.loads((world.folders.home / "mcp.json").read_text())["mcpServers"]
    return now


def refused(world: DeskWorld, file: Path) -> JarvisError:
    """How it is refused, with nothing left behind and nothing changed."""
    with pytest.raises(JarvisError) as told:
        look_into(file, places=world.folders)
    assert not list(world.folders.home.glob(".backup-*")) and world.texts() == ["Old", "New"]
    return told.value


def test_servers_that_are_not_here_are_named_and_come_switched_off(world: DeskWorld, file: Path) -> None:
    here: dict[str, dict[str, Any]] = {
        "mine": {"command": "x", "args": ["1"], "env": ENV, "private": True},
        "moved": {"command": "x", "env": ENV},
        "idle": {"url": "https://a", "disabled": True},
    }
    (world.folders.home / "mcp.json").write_bytes(servers_of(**here))
    path = crafted(
        file,
        mcp__json=servers_of(
            mine={"command": "x", "args": ["1"], "env": {"NODE_OPTIONS": "-r evil", "T": "keyring:mcp-t", "KEY": "no"}},
            moved={"command": "x", "cwd": "/tmp/evil"},
            idle={"url": "https://a"},
            evil={"command": "sh", "args": ["-c", "evil"], "env": {"LD_PRELOAD": "evil.so"}, "disabled": False},
        ),
    )
    contents = look_into(path, places=world.folders)
    assert contents.new_servers == ("moved", "evil")
    drop(contents)
    for _ in range(2):
        # What is here and off after the first time is not switched on by the second.
        assert restored(world, path) == {
            "mine": {**here["mine"], "env": {**ENV, "T": "keyring:mcp-t"}},
            "moved": {"command": "x", "cwd": "/tmp/evil", "disabled": True},
            "idle": here["idle"],
            "evil": {"command": "sh", "args": ["-c", "evil"], "env": {}, "disabled": True},
        }
    assert look_into(path, places=world.folders).new_servers == ()


def test_what_was_here_before_comes_back_as_it_was(world: DeskWorld, file: Path) -> None:
    here = {"mine": {"command": "x", "env": ENV}}
    (world.folders.home / "mcp.json").write_bytes(servers_of(**here))
    assert set(restored(world, crafted(file, mcp__json=servers_of(other={"command": "y"})))) == {"other"}
    (aside,) = world.folders.home.glob("before-restore-*")
    shutil.copytree(aside, file.parent / aside.name)
    contents = look_into(file.parent / aside.name, places=world.folders)
    assert contents.new_servers == ("mine",), "a folder from elsewhere is anybody's"
    drop(contents)
    assert look_into(aside, places=world.folders).new_servers == ()
    assert restored(world, aside) == here


@pytest.mark.parametrize(
    "servers",
    [
        "\ufeff".encode() + servers_of(evil={"command": "sh"}),
        b"[" * 200_000,
        b'{"mcpServers": {"evil": []}}',
        b"\xff",
        servers_of(evil={"command": "x" * 1_000_001}),
    ],
    ids=["another reader would take it", "deep", "shape", "no text", "large"],
)
def test_servers_that_no_backup_holds_are_refused(world: DeskWorld, file: Path, servers: bytes) -> None:
    assert refused(world, crafted(file, mcp__json=servers)).code == "memory.damaged_backup"


def database(file: Path, script: str) -> bytes:
    """The backup's database after a script."""
    with zipfile.ZipFile(file) as archive:
        path = Path(archive.extract("jarvis.sqlite3", file.parent / "work"))
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "script",
    [
        "PRAGMA foreign_keys = OFF; DROP TABLE messages",
        "PRAGMA foreign_keys = OFF; DROP TABLE lists",
        "PRAGMA user_version = 3",
    ],
)
def test_a_sound_database_that_is_no_whole_jarvis_is_refused(world: DeskWorld, file: Path, script: str) -> None:
    path = crafted(file, jarvis__sqlite3=database(file, script))
    assert refused(world, path).code == "memory.damaged_backup"


def test_a_newer_database_under_an_older_list_is_a_newer_one(world: DeskWorld, file: Path) -> None:
    path = crafted(file, jarvis__sqlite3=database(file, "PRAGMA user_version = 9999"))
    assert refused(world, path).code == "memory.newer_backup"


def test_a_list_with_impossible_numbers_is_none_of_a_backup(world: DeskWorld, file: Path) -> None:
    def size(number: int, name: str = "jarvis.sqlite3") -> Callable[[dict[str, Any]], object]:
        return lambda listed: listed["files"].setdefault(name, {"sha256": "0" * 64}).update(bytes=number)

    for change in (
        lambda listed: listed.update(schema=float("inf")),
        lambda listed: listed.update(format=float("inf")),
        size(-1),
        size(1 << 40, "settings.json"),
    ):
        assert refused(world, crafted(file, manifest=change)).code == "memory.no_backup"


def test_what_it_says_of_itself_cannot_break_the_sentence(world: DeskWorld, file: Path) -> None:
    def lie(listed: dict[str, Any]) -> None:
        listed.update(jarvis="1.0.\n\nIt is safe", made_at="0001-01-01T00:00:00+23:59")

    contents = look_into(crafted(file, manifest=lie), places=world.folders)
    assert contents.jarvis == "" and contents.made_at is None


def test_nothing_is_written_beside_its_place(world: DeskWorld, file: Path, tmp_path: Path) -> None:
    outside = ("../outside.json", str(tmp_path / "outside.json"), "..\\outside.json")
    told = {"bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    for name in outside:
        path = crafted(file, manifest=partial(lambda name, listed: listed["files"].update({name: told}), name))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, b"x")
        assert refused(world, path).code == "memory.no_backup"
    path = crafted(file)
    with zipfile.ZipFile(path, "a") as archive:
        for name in outside:
            archive.writestr(name, b"x")
    contents = look_into(path, places=world.folders)
    assert [each.name for each in contents.staged.iterdir()] == ["jarvis.sqlite3"]
    assert not list(tmp_path.rglob("*outside*"))


def test_a_link_in_it_is_but_a_text(world: DeskWorld, file: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("mine")
    target = str(tmp_path / "own").encode()
    path = crafted(file, settings__json=target)
    with zipfile.ZipFile(path) as old:
        members = {info: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(path, "w") as new:
        for info, content in members.items():
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            new.writestr(info, content)
    staged = look_into(path, places=world.folders).staged / "settings.json"
    assert not staged.is_symlink() and staged.read_bytes() == target


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_of_one_name_none_that_is_not_in_the_list_counts(world: DeskWorld, file: Path) -> None:
    path = crafted(file)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("jarvis.sqlite3", b"another")
    assert refused(world, path).code == "memory.damaged_backup"


def test_more_than_it_says_is_not_unpacked(world: DeskWorld, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    sync = os.fsync

    def measured(number: int) -> None:
        written.append(os.fstat(number).st_size)
        sync(number)

    monkeypatch.setattr(os, "fsync", measured)
    bomb = crafted(
        file,
        settings__json=bytes(200_000_000),
        manifest=lambda listed: listed["files"]["settings.json"].update(bytes=1000),
    )
    assert refused(world, bomb).code == "memory.damaged_backup" and max(written) <= 2 * CHUNK


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_cannot_be_undone_in_pieces_is_refused(world: DeskWorld, file: Path, packing: int) -> None:
    assert refused(world, crafted(file, packing=packing)).code == "memory.damaged_backup"


def test_where_nothing_can_be_unpacked_it_is_said_in_both_languages(
    world: DeskWorld, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup_contents, "new_scratch", full)
        told = refused(world, file)
    assert told.code == "memory.restore_failed"
    assert "(the disk is full)" in told.sentence("en") and "(el disco está lleno)" in told.sentence("es")

    def locked(_: Path, **__: object) -> None:
        raise StorageError("storage.busy", en="", es="")

    monkeypatch.setattr(backup_contents, "Database", locked)
    assert "(otro programa lo tiene bloqueado)" in refused(world, file).sentence("es")


def test_an_index_that_does_not_go_stops_the_exchange_until_it_does(
    world: DeskWorld, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.desk.catch_up()
    _, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    world.close()
    remove = shutil.rmtree

    def fails(path: Path, ignore_errors: bool = False) -> None:
        if path.name == "memory" and not ignore_errors:
            raise PermissionError(13, "Permission denied", str(path))
        if path.name != "memory":
            remove(path, ignore_errors=ignore_errors)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", fails)
        with pytest.raises(StorageError) as told:
            finish_restore(world.folders)
    assert told.value.code == "memory.restore_unfinished" and "no está permitido" in told.value.sentence("es")
    assert not list(world.folders.home.glob("before-restore-*/*")), "nothing was exchanged yet"
    assert finish_restore(world.folders) and not (world.folders.home / "memory").exists()
    world.open()
    assert world.texts() == ["Old"]


def test_a_refusal_is_the_callers_to_show(world: DeskWorld, file: Path) -> None:
    """Every code above is one that people read, in both languages, with the file's name."""
    told = refused(world, crafted(file, mcp__json=b"\xff"))
    assert isinstance(told, InputError) and all("crafted.zip" in told.sentence(each) for each in ("en", "es"))
