"""A corrected text goes out of rows and files to the last byte; what a person has not sent yet stays with them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.memory.leftovers import Leftovers
from jarvis.storage.quotes import Quotes
from tests.fakes.memory_desk import DeskWorld
from tests.fakes.memory_life import KEPT, SECRETS, traces


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def test_no_byte_of_a_corrected_text_is_left(world: DeskWorld) -> None:
    talk = world.log.start_conversation(SECRETS[0][:40] + "…").id
    message, memory = world.turn(talk, SECRETS[0])
    world.add("It was heavy.", previous=memory.id, source="imported")
    drafts, log = world.folders.home / "desktop.json", world.folders.logs / "jarvis.log"
    unsent = {talk: [f"So: {SECRETS[0]} Or not?", SECRETS[0]], f"{talk}/{message}": ["Why?", ""], "": ["Hi", ""]}
    drafts.write_text(json.dumps({"drafts": unsent, "place": "left"}), encoding="utf-8")
    with log.open("a", encoding="utf-8") as lines:
        lines.write('{"message": "started"}\n' + json.dumps({"message": SECRETS[0]}) + "\n")
    aside = world.folders.home / "before-restore-20260101-000000"
    aside.mkdir()
    world.desk.catch_up()
    changed = world.desk.edit(memory.id, "The vault opens with a key.")
    assert traces(world) == [] and aside.is_dir()
    unsent[talk] = ["So: …. Or not?", "…."]
    assert json.loads(drafts.read_text(encoding="utf-8")) == {"drafts": unsent, "place": "left"}
    assert '"started"' in log.read_text(encoding="utf-8")
    assert world.log.message(message).text == changed.text  # type: ignore[union-attr]
    world.desk.catch_up()
    assert world.keeper.similarities("key", [changed.seq])


@pytest.mark.parametrize("holds", [False, True])
def test_a_correction_leaves_drafts_that_cannot_be_read_but_for_what_quotes(world: DeskWorld, holds: bool) -> None:
    (memory,) = world.add(SECRETS[0])
    drafts = world.folders.home / "desktop.json"
    drafts.write_text(f'{{"drafts": {{"": ["{SECRETS[0] if holds else "Hi"}"', encoding="utf-8")
    before = drafts.read_text(encoding="utf-8")
    world.desk.edit(memory.id, KEPT)
    assert traces(world) == [] and drafts.read_text(encoding="utf-8") == (" " * len(before) if holds else before)


def test_a_text_that_says_too_little_is_corrected_and_stays_in_drafts_and_logs(world: DeskWorld) -> None:
    talk = world.log.start_conversation("Talk").id
    message, memory = world.turn(talk, "Is it raining?")
    drafts, log = world.folders.home / "desktop.json", world.folders.logs / "jarvis.log"
    drafts.write_text(json.dumps({"drafts": {"": ["Is it raining?", ""]}}), encoding="utf-8")
    log.write_text('{"message": "Is it raining?"}\n', encoding="utf-8")
    before = drafts.read_bytes(), log.read_bytes()
    world.desk.edit(memory.id, KEPT)
    assert world.texts() == [KEPT] and world.log.message(message).text == KEPT  # type: ignore[union-attr]
    assert (drafts.read_bytes(), log.read_bytes()) == before


def test_others_can_write_while_files_are_cleaned_for_a_correction(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memory,) = world.add(SECRETS[0])
    seen: list[list[str]] = []
    rest = Leftovers._rest

    def write_elsewhere(leftovers: Leftovers, quotes: Quotes | None) -> None:
        other = sqlite3.connect(world.folders.database, timeout=0)
        other.execute("UPDATE lists SET name = name")
        other.commit()
        other.close()
        rest(leftovers, quotes)
        seen.append(world.texts())

    monkeypatch.setattr(Leftovers, "_rest", write_elsewhere)
    world.desk.edit(memory.id, KEPT)
    assert seen == [[SECRETS[0]]] and world.texts() == [KEPT]


def test_what_somebody_else_corrected_meanwhile_goes_out_of_files_too(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memory,) = world.add("The shed opens with a rusty old key.")
    drafts = world.folders.home / "desktop.json"
    correct = Leftovers.correct

    def and_meanwhile(leftovers: Leftovers, quotes: Quotes) -> None:
        correct(leftovers, quotes)
        if not drafts.exists():
            world.memories.edit(memory.id, SECRETS[0])
            drafts.write_text(json.dumps({"drafts": {"": [f"So: {SECRETS[0]}", ""]}}), encoding="utf-8")

    monkeypatch.setattr(Leftovers, "correct", and_meanwhile)
    world.desk.edit(memory.id, KEPT)
    assert traces(world) == [] and world.texts() == [KEPT]
    assert json.loads(drafts.read_text(encoding="utf-8"))["drafts"] == {"": ["So: ….", ""]}


def test_where_a_file_cannot_be_cleaned_nothing_is_corrected(world: DeskWorld) -> None:
    (memory,) = world.add(SECRETS[0])
    drafts = world.folders.home / "desktop.json"
    drafts.mkdir()
    with pytest.raises(StorageError) as raised:
        world.desk.edit(memory.id, KEPT)
    assert raised.value.code == "memory.leftovers"
    assert world.texts() == [SECRETS[0]]
    drafts.rmdir()
    world.desk.edit(memory.id, KEPT)
    assert world.texts() == [KEPT]
