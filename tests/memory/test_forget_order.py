"""Files go only where rows can go, and rows go once files do; where they cannot after all, it is said as it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.contracts.memory import ForgetTarget
from jarvis.memory.leftovers import Leftovers
from tests.fakes.memory_desk import DeskWorld
from tests.fakes.memory_life import KEPT, SECRETS, traces


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def _strew(world: DeskWorld) -> dict[Path, bytes]:
    """Let a draft, a log and a copy that a restore put aside hold the first secret; return what is in each."""
    home = world.folders.home
    (home / "before-restore-20260101-000000").mkdir()
    files = (home / "desktop.json", world.folders.logs / "child.log", next(home.glob("before-*")) / "jarvis.sqlite3")
    for file in files:
        file.write_text(json.dumps({"drafts": {"": [SECRETS[0], ""]}}), encoding="utf-8")
    return {file: file.read_bytes() for file in files}


def test_once_files_are_cleaned_giving_up_comes_too_late_and_the_rows_go_too(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came meanwhile has files cleaned a second time, inside the transaction."""
    world.add(SECRETS[0])
    held, cancel, cleaned = _strew(world), CancelToken(), 0
    clean = Leftovers.clean

    def and_give_up(leftovers: Leftovers, *given: Any, **named: Any) -> None:
        nonlocal cleaned
        clean(leftovers, *given, **named)
        cleaned += 1
        if cleaned == 1:
            world.add(SECRETS[1])
        cancel.cancel()

    monkeypatch.setattr(Leftovers, "clean", and_give_up)
    target = ForgetTarget(kind="everything")
    assert world.desk.forget(target, cancel=cancel) == 2 and cleaned == 2
    assert world.texts() == []
    assert not any(file.exists() and SECRETS[0].encode() in file.read_bytes() for file in held)
    world.close()
    world.open()
    world.desk.finish()
    assert traces(world) == []


def test_while_others_keep_the_database_locked_no_file_is_cleaned(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memory,) = world.add(SECRETS[0])
    held = _strew(world)
    with world.database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(world.folders.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for act in (
        lambda: world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,))),
        lambda: world.desk.forget(ForgetTarget(kind="everything")),
        lambda: world.desk.edit(memory.id, KEPT),
    ):
        with pytest.raises(StorageError, match="nothing was changed") as raised:
            act()
        assert raised.value.code == "storage.busy"
    other.close()
    assert {file: file.read_bytes() for file in held} == held and world.texts() == [SECRETS[0]]


def test_where_the_rows_cannot_follow_the_files_both_is_said(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    (memory,) = world.add(SECRETS[0])
    held = _strew(world)
    with world.database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(world.folders.database, isolation_level=None)
    clean = Leftovers.clean

    def and_lock(leftovers: Leftovers, *given: Any, **named: Any) -> None:
        clean(leftovers, *given, **named)
        other.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(Leftovers, "clean", and_lock)
    with pytest.raises(StorageError) as raised:
        world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)), cancel=CancelToken())
    other.close()
    assert raised.value.code == "memory.rows_stay"
    said = {language: raised.value.sentence(language) for language in ("en", "es")}  # type: ignore[arg-type]
    assert "every memory is as it was" in said["en"] and "locked" in said["en"]
    assert "todos los recuerdos siguen como estaban" in said["es"]
    assert not any("nothing was" in each for each in said.values())
    assert world.texts() == [SECRETS[0]]
    assert not any(file.exists() and SECRETS[0].encode() in file.read_bytes() for file in held)
