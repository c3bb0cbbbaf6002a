"""The memory's desk: what follows from adding, correcting and asking, over real rows, words and vectors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import MemoryFilter, MemoryQuery, NewMemory
from jarvis.memory.desk import BATCH
from tests.fakes.memory_desk import DeskWorld

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def test_rows_are_read_and_given_back_a_batch_at_a_time(world: DeskWorld) -> None:
    read = 0

    def rows() -> Iterator[NewMemory]:
        nonlocal read
        for number in range(2 * BATCH):
            read += 1
            yield NewMemory(text=f"Row {number}", id=f"r{number}", previous=f"r{number - 1}")

    adding = world.desk.add(rows())
    first = next(adding)
    assert read == BATCH and world.memories.count() == BATCH and first.text == "Row 0"
    rest = list(adding)
    assert [memory.previous_seq for memory in rest] == [memory.seq for memory in [first, *rest][:-1]]


def test_a_bad_row_leaves_what_came_before_it(world: DeskWorld) -> None:
    got = []
    with pytest.raises(InputError):
        for memory in world.desk.add(
            [NewMemory(text="One"), NewMemory(text="Two"), NewMemory(text=" "), NewMemory(text="x")]
        ):
            got.append(memory.text)
    assert got == world.texts() == ["One", "Two"]


def test_a_row_under_a_taken_id_is_followed_across_batches(world: DeskWorld) -> None:
    world.add("Something else", id=None)
    list(world.desk.add([NewMemory(text="Taken", id="x")]))
    rows = [
        NewMemory(text="Mine", id="x"),
        *(NewMemory(text=f"n {n}") for n in range(BATCH)),
        NewMemory(text="After", previous="x"),
    ]
    added = list(world.desk.add(rows))
    assert added[0].id != "x" and added[-1].previous_seq == added[0].seq


def test_when_it_happened_is_read_out_of_the_text_unless_it_is_told(world: DeskWorld) -> None:
    said = datetime(2026, 5, 8, 12, tzinfo=UTC)
    (memory,) = world.add("Yesterday I saw Ana.", said_at=said)
    assert memory.happened and memory.happened.start and memory.happened.start.date() == datetime(2026, 5, 7).date()
    (spanish,) = world.add("Ayer vi a la señora Ana.", said_at=said)
    assert spanish.language == "es" and spanish.happened == memory.happened
    (document,) = world.add("Yesterday in a file.", said_at=said, source="document")
    assert document.happened is None


def test_facts_are_learned_of_what_is_new_and_was_told(world: DeskWorld) -> None:
    world.add("Told", id="a")
    world.add("Told", id="a")
    world.add("Turn", source="conversation")
    world.add("Brought in", source="imported", speaker="Ana")
    assert world.learned == ["Told", "Brought in"]


def test_a_correction_shows_in_the_conversation_and_is_found(world: DeskWorld) -> None:
    talk = world.log.start_conversation("Ana's birthday is on…").id
    message, memory = world.turn(talk, "Ana's birthday is on 5 May.")
    world.desk.catch_up()
    changed = world.desk.edit(memory.id, "Ana's birthday is on 6 May.")
    assert changed.id == memory.id and changed.seq > memory.seq
    assert world.log.message(message).text == changed.text  # type: ignore[union-attr]
    world.desk.catch_up()
    assert world.desk.search(MemoryQuery(text="Ana's birthday")).found[0].memory == changed
    with pytest.raises(InputError):
        world.desk.edit("nobody", "x")
    with pytest.raises(InputError):
        world.desk.edit(memory.id, " ")
    assert world.desk.edit(memory.id, changed.text) == changed


def test_which_answers_drew_on_memories(world: DeskWorld) -> None:
    talk = world.log.start_conversation("x").id
    first, second = (world.log.add_message(talk, "assistant", text).id for text in ("Tea.", "Hello."))
    (memory,) = world.add("Ana likes tea.")
    world.memories.record_use(first, [(memory.seq, 0.9)])
    assert world.desk.answers_that_remember(talk) == {first} and second
    assert world.desk.used_by(second) == []
    assert [found.memory.text for found in world.desk.used_by()] == ["Ana likes tea."]


def test_stats_count_everything(world: DeskWorld) -> None:
    empty = world.desk.stats()
    assert (empty.memories, empty.oldest, empty.by_source) == (0, None, {})
    world.add("Tea", said_at=datetime(1950, 5, 8, tzinfo=UTC), pinned=True)
    world.add("El café", source="imported")
    stats = world.desk.stats()
    assert stats.by_source == {"imported": 1, "told": 1} and stats.by_language == {"en": 1, "es": 1}
    assert stats.pinned == 1 and stats.oldest == datetime(1950, 5, 8, tzinfo=UTC)
    assert stats.bytes["rows"] > 0 and (stats.index.done, stats.index.total) == (0, 2)
    world.desk.catch_up()
    assert world.desk.stats().index.done == 2


def test_a_notice_says_what_keeps_meanings_from_being_compared(world: DeskWorld) -> None:
    assert world.desk.notice() is None
    world.embedder.missing = "Nothing compares meanings here."
    assert world.desk.notice() == "Nothing compares meanings here."


def test_catching_up_can_be_bounded(world: DeskWorld) -> None:
    world.add(*(f"Row {n}" for n in range(10)))
    assert world.desk.catch_up(limit=4).done == 4
    told = []
    assert world.desk.catch_up(progress=lambda step: told.append(step.done)).done == 10
    assert told[-1] == 10


def test_rows_that_were_told_of_survive_a_killed_process(world: DeskWorld) -> None:
    """A process adds rows and prints each that it got back; it is killed in the middle."""
    home = world.folders.home
    adding = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "programs" / "add_memories.py"), str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert adding.stdout
    told = [adding.stdout.readline().strip() for _ in range(3 * BATCH + 7)]
    adding.kill()
    told += adding.stdout.read().split("\n")[:-1]
    adding.wait()
    adding.stdout.close()
    stored = {memory.id for memory in world.desk.page(MemoryFilter(), limit=100_000).memories}
    assert set(told) <= stored
    world.desk.catch_up()
    assert world.desk.stats().index.done == len(stored)
