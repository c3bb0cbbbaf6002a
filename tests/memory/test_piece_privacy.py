"""What of a folder's files reaches a prompt that leaves this computer: real rows, recall, and the prompt of a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.assistant.prompt import prompt_for
from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import FileReport, MemoryFilter, NewMemory, Recalled, RecallQuestion
from jarvis.memory.recall import MemoryRecall
from jarvis.memory.recall_lines import line_of
from tests.fakes.memory_desk import DeskWorld

STAYS = "The boiler contract names parsley as the door code."
LEAVES = "The boiler manual names 1.5 bar as its pressure."
QUESTION = "What do the boiler contract and the boiler manual name?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    for name, text in (("contracts", STAYS), ("manuals", LEAVES)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "boiler.txt").write_text(text)
    # The privacy of a folder is "local" unless it is said otherwise.
    world.said("ingest", str(tmp_path / "contracts"))
    world.said("ingest", str(tmp_path / "manuals"), "--privacy", "cloud")
    yield world
    world.close()


def prompt(world: DeskWorld, *, leaving: bool) -> str:
    recall = MemoryRecall(world.desk._search, world.memories, world.desk._profile, world.clock)  # type: ignore[arg-type]
    # Even what was recalled for a model here never gets into a prompt that leaves.
    remembered = recall.recall(RecallQuestion(text=QUESTION, language="en", leaving=leaving))
    messages = prompt_for(
        QUESTION,
        history=[],
        remembered=remembered,
        leaving=leaving,
        language="en",
        today=world.clock.now(),
        spoken=False,
        budget_tokens=1000,
    )
    return "\n".join(message.text for message in messages)


def test_a_piece_that_stays_is_in_no_prompt_that_leaves(world: DeskWorld, tmp_path: Path) -> None:
    here, away = prompt(world, leaving=False), prompt(world, leaving=True)
    assert STAYS in here and LEAVES in here
    assert LEAVES in away and "parsley" not in away and "contracts" not in away
    world.desk.set_folder_privacy(tmp_path / "contracts", "cloud")
    assert STAYS in prompt(world, leaving=True)
    world.desk.set_folder_privacy(tmp_path / "manuals", "local")
    away = prompt(world, leaving=True)
    assert STAYS in away and LEAVES not in away


def test_files_that_come_later_are_as_their_folder(world: DeskWorld, tmp_path: Path) -> None:
    world.said("privacy", str(tmp_path / "contracts"), "cloud")
    (tmp_path / "contracts" / "later.txt").write_text("A later page about plumbing.")
    list(world.desk.ingest(tmp_path / "contracts", watch=False, privacy="cloud"))
    found = world.desk.page(MemoryFilter(folder=str(tmp_path / "contracts"))).memories
    assert len(found) == 2 and {memory.privacy for memory in found} == {"cloud"}


def test_a_folder_that_is_to_stay_while_it_is_read_stays_whole(world: DeskWorld, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "manuals" / f"page{number}.txt").write_text(f"Page {number} tells of the pump.")
    reports: list[FileReport] = []
    for step in world.desk.ingest(tmp_path / "manuals", watch=False, privacy="cloud"):
        reports += [step.report] if step.report is not None else []
        if len(reports) == 1:
            world.desk.set_folder_privacy(tmp_path / "manuals", "local")
    assert len(reports) > 1
    found = world.desk.page(MemoryFilter(folder=str(tmp_path / "manuals"))).memories
    assert len(found) == 4 and {memory.privacy for memory in found} == {"local"}


def test_a_line_of_the_profile_that_stays_is_in_no_prompt_that_leaves(world: DeskWorld) -> None:
    world.said("profile", "--set", "Lives in Oviedo", "--set", "Likes tea")
    assert "Lives in Oviedo" in prompt(world, leaving=False) and "Oviedo" not in prompt(world, leaving=True)
    assert world.said("privacy", "profile:2", "cloud") == "profile:2  cloud\n"
    away = prompt(world, leaving=True)
    assert "Likes tea" in away and "Oviedo" not in away
    assert "profile:1  local  Lives in Oviedo" in world.said("profile")
    assert "profile:2  cloud  Likes tea" in world.said("profile")
    world.said("privacy", "profile:2", "local")
    assert "Likes tea" not in prompt(world, leaving=True)


@pytest.mark.parametrize("what", ["profile:3", "profile:x", "profile:0", "/nowhere"])
def test_what_is_not_there_is_told_and_nothing_changes(world: DeskWorld, what: str) -> None:
    world.said("profile", "--set", "Lives in Oviedo")
    for language, words in (("en", "nothing was changed"), ("es", "no se ha cambiado nada")):
        result = world.run("privacy", what, "cloud", language=language)  # type: ignore[arg-type]
        assert result.exit_code == 1 and words in result.stderr and what in result.stderr
    assert "cloud" not in world.said("profile")


def test_a_folder_or_line_that_was_never_there(world: DeskWorld, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        world.desk.set_folder_privacy(tmp_path, "cloud")
    with pytest.raises(InputError):
        world.desk.set_profile_privacy(99, "cloud")


def test_a_turn_that_stays_keeps_what_was_found_in_it(world: DeskWorld) -> None:
    (turn,) = world.add("My sister Ana lives in Gijón", privacy="cloud")
    (fact,) = world.desk.add(
        [NewMemory(text="Ana lives in Gijón", source="fact", origin=turn.id, subject="user/sister", privacy="cloud")]
    )
    with world.database.write() as connection:
        connection.execute(
            "INSERT INTO memory_profile (place, text, memory_seq, privacy) VALUES (0, ?, ?, 'cloud')",
            (fact.text, fact.seq),
        )
    world.desk.set_privacy(turn.id, "local")
    assert world.memories.get(fact.id).privacy == "local"  # type: ignore[union-attr]
    assert world.desk.profile()[0].privacy == "local"
    world.desk.set_profile_privacy(world.desk.profile()[0].id, "cloud")
    assert world.memories.get(fact.id).privacy == "cloud"  # type: ignore[union-attr]
    assert world.memories.get(turn.id).privacy == "local"  # type: ignore[union-attr]


def test_folders_tell_how_they_are_and_which_are_not_there(world: DeskWorld, tmp_path: Path) -> None:
    said = world.said("folders").splitlines()
    assert "local" in said[0] and "cloud" in said[1]
    world.desk.set_watched(tmp_path / "manuals", True)
    (tmp_path / "manuals").rename(tmp_path / "away")
    assert "is not there now" in world.said("folders") and "no está ahora" in world.said("folders", language="es")
    assert '"notice": ""' in world.said("folders", "--json") and "not there now" in world.said("folders", "--json")


def test_places_in_files_read_in_the_persons_language(world: DeskWorld, tmp_path: Path) -> None:
    (tmp_path / "manuals" / "pump.py").write_text("# the pump runs at night\n" * 3)
    world.said("ingest", str(tmp_path / "manuals"), "--privacy", "cloud")
    assert "pump.py lines 1" in world.said("search", "pump at night")
    assert "pump.py líneas 1" in world.said("search", "pump at night", language="es")
    (piece,) = [row for row in world.memories.after(0, 100) if row.path.endswith("pump.py")]
    assert "place: líneas 1" in world.said("show", piece.id, language="es")
    world.said("export", str(tmp_path / "all.md"), "--markdown", language="es")
    assert "líneas 1" in (tmp_path / "all.md").read_text(encoding="utf-8")
    assert line_of(Recalled(memory=piece, score=1.0), "es", None).startswith("[fichero pump.py, líneas 1")
