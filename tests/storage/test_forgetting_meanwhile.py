"""Forgetting while others read and write: nobody waits long, and what comes in between goes too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jarvis.contracts.memory import ForgetTarget, TimeRange
from jarvis.storage.database import to_milliseconds
from jarvis.storage.forgetting import Gone
from jarvis.storage.quotes import Quotes
from tests.fakes.memory_tables import SECRET, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


def _write_elsewhere(world: World, sql: str = "UPDATE lists SET name = name", *values: object) -> None:
    """Write from another connection, which waits for nobody."""
    other = sqlite3.connect(world.database.path, timeout=0)
    other.execute("BEGIN IMMEDIATE")
    other.execute(sql, values)
    other.commit()
    other.close()


def test_a_preview_waits_for_no_writer(world: World) -> None:
    secret = world.remember(SECRET)
    writer = sqlite3.connect(world.database.path)
    writer.execute("BEGIN IMMEDIATE")
    with world.database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 0")
    assert world.forgetting.preview(ForgetTarget(kind="one", ids=(secret,))).memories == 1
    writer.close()


def test_others_can_write_while_quotes_are_looked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = world.remember(SECRET)
    talk = world.log.start_conversation("Bricks").id
    for number in range(20):
        world.turn(talk, f"There are {number} bricks of code in this wall at the gym.")
    world.turn(talk, f"You said: {SECRET} Right?", "assistant")
    redacted, looked = Quotes.redacted, []

    def look(quotes: Quotes, text: str) -> str | None:
        if "bricks" in text:
            _write_elsewhere(world)
            looked.append(text)
        return redacted(quotes, text)

    monkeypatch.setattr(Quotes, "redacted", look)
    monkeypatch.setattr(Quotes, "runs", lambda _quotes: None)
    world.forgetting.carry_out(ForgetTarget(kind="one", ids=(secret,)))
    assert len(looked) >= 20
    assert all("4471" not in text for text in world.texts())


def test_what_is_said_between_the_look_and_the_going_goes_too(world: World) -> None:
    talk = world.log.start_conversation("Gym").id
    world.turn(talk, SECRET)
    elsewhere = world.log.start_conversation("Elsewhere").id
    world.clock.advance(-5 * 86_400)
    late = "The alarm code of the office is 9912 Wombat."
    quoting, _ = world.turn(elsewhere, f"Once more, please: {late} Right.")
    growing = world.log.add_message(elsewhere, "assistant", "You said", "streaming").id
    world.clock.advance(5 * 86_400)
    said: list[tuple[str, ...]] = []

    def meanwhile(gone: Gone) -> None:
        said.append(tuple(sorted(gone.quotes._texts)))
        if len(said) == 1:
            _write_elsewhere(world, "UPDATE messages SET text = ? WHERE id = ?", f"You said: {SECRET} Yes.", growing)
            _write_elsewhere(
                world,
                "INSERT INTO messages (id, conversation_id, role, text, state, created_at)"
                " VALUES ('late', ?, 'user', ?, 'complete', ?)",
                talk,
                late,
                to_milliseconds(world.clock.now()),
            )

    today = world.clock.now() - timedelta(hours=1)
    world.forgetting.carry_out(ForgetTarget(kind="span", said=TimeRange(start=today, end=None)), meanwhile)
    assert said == [(SECRET.rstrip("."),), (late.rstrip("."),)]
    text = "SELECT text FROM messages WHERE id = ?"
    assert world.one(text, "late") is None
    assert world.one(text, quoting) == "Once more, please: …. Right."
    assert world.one(text, growing) == "You said: …. Yes."
    assert not any("Wombat" in text for text in world.texts())


def test_a_quote_that_is_said_between_the_look_and_the_going_goes_too(world: World) -> None:
    secret = world.remember(SECRET)
    talk = world.log.start_conversation("Elsewhere").id
    later: list[str] = []
    target = ForgetTarget(kind="one", ids=(secret,))
    world.forgetting.carry_out(target, lambda _gone: later.extend(world.turn(talk, f"Noted: {SECRET} Good.")))
    message, memory = later
    assert world.one("SELECT text FROM messages WHERE id = ?", message) == "Noted: …. Good."
    assert world.one("SELECT text FROM memories WHERE id = ?", memory) == "Noted: …. Good."
