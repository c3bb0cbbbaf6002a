"""What a person set for a skill holds when they say it themselves, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.events import AskFinished
from jarvis.contracts.guard import PermissionLevel
from jarvis.guard.permissions import default_level
from jarvis.storage.permissions import SqlitePermissions
from tests.assistant.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "jarvis.sqlite3")
    permissions = SqlitePermissions(bench.database, bench.clock, lambda name: default_level(name, "acts"))
    bench.able(permissions=permissions)
    yield bench
    bench.database.close()


def set_level(bench: Bench, skill: str, level: PermissionLevel) -> None:
    assert bench.abilities.permissions is not None
    bench.abilities.permissions.set(skill, level)


@pytest.mark.parametrize(
    ("said", "skill", "level", "ran", "words"),
    [
        ("mute", "volume.mute", "never", [], "You do not allow volume.mute"),
        ("mute", "volume.mute", "ask", [], "volume.mute, right?"),
        ("mute", "volume.mute", "allow", ["volume.mute"], "done"),
        ("qué hora es", "time", "never", [], "No permites time"),
        ("clear the shopping list", "list_clear", "allow", ["list_clear"], "done"),
        ("clear the shopping list", "list_clear", "never", [], "You do not allow"),
    ],
)
def test_what_was_set_holds(
    bench: Bench, said: str, skill: str, level: PermissionLevel, ran: list[str], words: str
) -> None:
    set_level(bench, skill, level)
    final = bench.ask(said)[-1]
    assert isinstance(final, AskFinished) and words in final.text
    assert bench.skills.ran == ran
    assert final.expects_reply == (level == "ask")


def test_after_a_yes_it_is_done(bench: Bench) -> None:
    set_level(bench, "volume.mute", "ask")
    bench.ask("mute")
    bench.ask("yes")
    assert bench.skills.ran == ["volume.mute"]


def test_basic_hearing_still_reads_back_what_is_allowed(bench: Bench) -> None:
    set_level(bench, "timer_start", "allow")
    final = bench.ask("set a timer for ten minutes", hearing="basic")[-1]
    assert isinstance(final, AskFinished) and final.expects_reply
    assert bench.skills.ran == []
