"""What a whole Jarvis keeps: measured, backed up, and wiped to the last byte."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from jarvis.app.build import Jarvis
from jarvis.app.data_desk import AppDataDesk, data_desk
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, StorageError
from jarvis.contracts.memory import ForgetTarget, NewMemory
from jarvis.processes.instance import InstanceLock
from jarvis.settings.folders import Folders
from jarvis.storage.lists import SqliteListBook
from jarvis.storage.notes import SqliteNoteBook

WORDS = {
    "conversation": "zebrafinch",
    "memory": "quokkanut",
    "note": "wombatpaper",
    "list": "narwhalmilk",
    "list_name": "axolotlshop",
    "alert": "okapipills",
    "draft": "lemurdraft",
}


@pytest.fixture
def jarvis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    decided: list[InstanceLock] = []
    monkeypatch.setattr("jarvis.app.data_desk._DECIDED", decided)
    yield made
    made.close()
    # What holds to the end of a process need not hold to the end of all tests.
    for lock in decided:
        lock.release()


@pytest.fixture
def desk(jarvis: Jarvis) -> AppDataDesk:
    """A Jarvis that knows something in every book."""
    log = jarvis.conversation_log
    conversation = log.start_conversation(f"About {WORDS['conversation']}")
    log.add_message(conversation.id, "user", f"Tell me of {WORDS['conversation']}")
    list(jarvis.memory().add([NewMemory(text=f"My {WORDS['memory']} is blue")]))
    SqliteNoteBook(jarvis.database, jarvis.clock).add(f"Buy {WORDS['note']}")
    SqliteListBook(jarvis.database, jarvis.clock).add(WORDS["list_name"], WORDS["list"])
    jarvis.alert_book.add("reminder", WORDS["alert"], datetime.now(UTC) + timedelta(hours=1))
    (jarvis.folders.home / "desktop.json").write_text(f'{{"drafts": {{"": ["{WORDS["draft"]}", ""]}}}}')
    return data_desk(jarvis)


def holding(home: Path) -> set[str]:
    """Which of the words are in any file below `home`."""
    data = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    return {kind for kind, word in WORDS.items() if word.encode() in data}


def test_everything_is_forgotten_to_the_last_byte_and_the_rest_stays(jarvis: Jarvis, desk: AppDataDesk) -> None:
    jarvis.settings.set("memory.recall_items", 9)
    jarvis.permissions().set("timers.start", "never")
    (jarvis.folders.models / "small.gguf").write_bytes(b"model")
    assert holding(jarvis.folders.home) == set(WORDS)
    gone = desk.forget_everything()
    assert (gone.notes, gone.list_items, gone.alerts) == (1, 1, 1) and gone.memories >= 1
    assert holding(jarvis.folders.home) == set()
    assert jarvis.conversation_log.conversations() == [] and jarvis.alert_book.active() == []
    assert jarvis.memory().stats().memories == 0
    assert jarvis.settings.integer("memory.recall_items") == 9
    assert jarvis.permissions().level("timers.start") == "never"
    assert (jarvis.folders.models / "small.gguf").read_bytes() == b"model"
    again = desk.forget_everything()
    assert (again.memories, again.notes, again.list_items, again.alerts) == (0, 0, 0, 0)


def books(jarvis: Jarvis) -> tuple[int, int, int, int]:
    """How many memories, notes, lists and alerts there are."""
    notes, lists = SqliteNoteBook(jarvis.database, jarvis.clock), SqliteListBook(jarvis.database, jarvis.clock)
    return len(jarvis.memories.all_seqs()), len(notes.recent()), len(lists.names()), len(jarvis.alert_book.active())


def test_given_up_before_anything_is_gone_everything_is_there(jarvis: Jarvis, desk: AppDataDesk) -> None:
    cancel, before = CancelToken(), books(jarvis)
    cancel.cancel()
    with pytest.raises(Cancelled):
        desk.forget_everything(cancel=cancel)
    assert holding(jarvis.folders.home) == set(WORDS) and books(jarvis) == before and min(before) == 1


def test_the_books_are_gone_where_the_last_bytes_could_not_be_wiped_yet(
    jarvis: Jarvis, desk: AppDataDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other programs that read keep the database's log from being emptied; it is told forgotten nevertheless."""
    reader = sqlite3.connect(jarvis.folders.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM notes").fetchone()
    for place in ("jarvis.storage.database.BUSY_SECONDS", "jarvis.memory.forget.BUSY_SECONDS"):
        monkeypatch.setattr(place, 0.05)
    monkeypatch.setattr("jarvis.memory.forget._PATIENCE_SECONDS", -1.0)
    with jarvis.database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(StorageError, match="It is forgotten"):
        desk.forget_everything()
    assert books(jarvis) == (0, 0, 0, 0)
    reader.close()
    monkeypatch.undo()
    jarvis.close()
    after = Jarvis(jarvis.folders)
    assert books(after) == (0, 0, 0, 0)
    after.memory_room.desk.finish()
    after.close()
    assert holding(jarvis.folders.home) == set()


def test_books_and_memories_go_together_or_stay_together(
    jarvis: Jarvis, desk: AppDataDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = books(jarvis)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("jarvis.storage.forgetting._mark", broken)
    with pytest.raises(StorageError, match="every memory is as it was"):
        desk.forget_everything()
    assert books(jarvis) == before
    monkeypatch.undo()
    desk.forget_everything()
    assert books(jarvis) == (0, 0, 0, 0)


def test_forgetting_every_memory_leaves_the_books(jarvis: Jarvis, desk: AppDataDesk) -> None:
    jarvis.memory().forget(ForgetTarget(kind="everything"))
    assert books(jarvis) == (0, 1, 1, 1)


def test_given_up_once_something_is_gone_everything_goes(
    jarvis: Jarvis, desk: AppDataDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = CancelToken()
    monkeypatch.setattr(jarvis.memories, "words_catch_up", cancel.cancel)
    gone = desk.forget_everything(cancel=cancel)
    assert cancel.cancelled and (gone.notes, gone.list_items, gone.alerts) == (1, 1, 1)
    assert books(jarvis) == (0, 0, 0, 0)
    monkeypatch.undo()
    assert jarvis.memories.forgotten() != []
    jarvis.memory_room.desk.finish()
    assert holding(jarvis.folders.home) == set()


def test_a_restore_that_is_given_up_decides_nothing_and_leaves_nothing(
    jarvis: Jarvis, desk: AppDataDesk, tmp_path: Path
) -> None:
    desk.backup(tmp_path / "b.zip")
    contents, cancel = desk.look_into(tmp_path / "b.zip"), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        desk.restore(contents, cancel=cancel)
    home = jarvis.folders.home
    assert not contents.staged.exists() and not (home / "restore.json").exists() and not (home / ".restoring").exists()
    again = desk.look_into(tmp_path / "b.zip")
    assert desk.restore(again).parent == home and (home / "restore.json").exists()


def test_a_restore_is_given_up_while_other_programs_are_looked_at(
    jarvis: Jarvis, desk: AppDataDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.backup(tmp_path / "b.zip")
    contents, cancel = desk.look_into(tmp_path / "b.zip"), CancelToken()

    def programs() -> Iterator[psutil.Process]:
        cancel.cancel()
        yield psutil.Process(os.getppid())
        raise AssertionError("it was looked on")

    monkeypatch.setattr(psutil, "process_iter", programs)
    with pytest.raises(Cancelled):
        desk.restore(contents, cancel=cancel)
    assert not contents.staged.exists() and not (jarvis.folders.home / "restore.json").exists()


def test_jarvis_goes_on_after_forgetting(jarvis: Jarvis, desk: AppDataDesk) -> None:
    desk.forget_everything()
    conversation = jarvis.conversation_log.start_conversation("new")
    jarvis.conversation_log.add_message(conversation.id, "user", "hello")
    SqliteListBook(jarvis.database, jarvis.clock).add("shopping", "milk")
    assert [each.title for each in jarvis.conversation_log.conversations()] == ["new"]


def test_sizes_are_those_on_the_disk_and_add_up(jarvis: Jarvis, desk: AppDataDesk) -> None:
    (jarvis.folders.models / "deep" / "er").mkdir(parents=True)
    (jarvis.folders.models / "deep" / "er" / "a.gguf").write_bytes(b"x" * 5000)
    (jarvis.folders.models / "link.gguf").symlink_to(jarvis.folders.models / "deep" / "er" / "a.gguf")
    jarvis.settings.set("memory.recall_items", 9)
    sizes = {place.kind: place.bytes for place in desk.places()}
    assert desk.home() == jarvis.folders.home
    assert 5000 <= sizes["models"] < 5400
    assert sizes["rows"] >= jarvis.folders.database.stat().st_size
    assert sizes["settings"] > 0
    everything = sum(f.lstat().st_size for f in jarvis.folders.home.rglob("*") if not f.is_dir() or f.is_symlink())
    assert sum(sizes.values()) == everything


def test_a_backup_takes_the_place_of_an_older_one(jarvis: Jarvis, desk: AppDataDesk, tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    file.write_bytes(b"old")
    desk.backup(file)
    with zipfile.ZipFile(file) as archive:
        assert "jarvis.sqlite3" in archive.namelist()
    desk.forget_everything()
    assert file.is_file()


def test_of_a_strangers_backup_only_what_this_computer_allows_holds(jarvis: Jarvis, tmp_path: Path) -> None:
    """What a skill may do by itself is no new permission; what could lose something, or is a tool's, is."""
    stranger = Jarvis(Folders(home=tmp_path / "elsewhere"))
    for name in ("timers.start", "notes.delete_all", "mcp.files.run_command"):
        stranger.permissions().set(name, "allow")
    stranger.settings.set("cloud.base_url", "https://evil.example/v1")
    data_desk(stranger).backup(tmp_path / "b.zip")
    stranger.close()
    assert jarvis.permissions().level("timers.start") == "allow"
    desk = data_desk(jarvis)
    contents = desk.look_into(tmp_path / "b.zip")
    named = [(each.kind, each.name) for each in contents.set_aside]
    desk.drop(contents)
    assert not contents.own and named == [
        ("address", "cloud.base_url"),
        ("permission", "mcp.files.run_command"),
        ("permission", "notes.delete_all"),
    ]
    done = jarvis.memory().restore(tmp_path / "b.zip")
    assert done.set_aside == contents.set_aside
    jarvis.close()
    after = Jarvis(jarvis.folders)
    levels = [after.permissions().level(name) for name in ("timers.start", "notes.delete_all", "mcp.files.run_command")]
    assert levels == ["allow", "ask", "never"]
    assert after.settings.text("cloud.base_url") == "https://api.openai.com/v1"
    after.close()
