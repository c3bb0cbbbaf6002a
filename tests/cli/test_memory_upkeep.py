"""`jarvis memory`: forgetting with its preview, folders, files out and in, backup and restore, in both languages."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import Language
from jarvis.memory.backup_look import Look
from tests.fakes.memory_desk import DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def test_forgetting_shows_what_goes_and_asks(world: DeskWorld) -> None:
    (memory,) = world.add("My locker code is 4471 Quokka.")
    kept = world.run("forget", memory.id, answer="n\n")
    assert kept.exit_code == 1 and "memories: 1 (1 told)" in kept.stdout and "4471" in kept.stdout
    assert world.texts() == ["My locker code is 4471 Quokka."]
    assert "memories: 1" in world.said("forget", memory.id, "--dry-run") and world.texts()
    said = world.said("forget", memory.id, language="es", answer="y\n")
    assert "recuerdos: 1 (1 dichos)" in said and "Olvidados: 1." in said and world.texts() == []
    again = world.run("forget", memory.id, "--yes")
    assert again.exit_code == 1 and again.stderr.count("\n") == 1 and memory.id in again.stderr


def test_forgetting_for_programs(world: DeskWorld) -> None:
    one, two = world.add("Tea with Ana on Monday.", "Coffee with Bea.")
    seen = json.loads(world.said("forget", one.id, "--dry-run", "--json"))
    assert (seen["memories"], seen["forgotten"], seen["examples"][0]["id"]) == (1, 0, one.id)
    gone = json.loads(world.said("forget", one.id, two.id, "--yes", "--json"))
    assert (gone["memories"], gone["forgotten"], gone["by_source"]) == (2, 2, {"told": 2})


def test_what_a_search_finds_is_forgotten(world: DeskWorld) -> None:
    world.add("My locker code is 4471 Quokka.", "Bea plays the trombone.")
    said = world.said("forget", "--search", "locker code quokka", "--yes")
    assert "locker code" in said and world.texts() == ["Bea plays the trombone."]
    assert json.loads(world.said("forget", "--search", "zanahoria", "--json"))["forgotten"] == 0


def test_spans_conversations_and_everything(world: DeskWorld, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "First day", "when": "2026-05-01T23:30"},
        {"id": "b", "text": "Second day", "when": "2026-05-02T10:00"},
        {"id": "c", "text": "Third day", "when": "2026-05-03T10:00", "conversation": "talk"},
        {"id": "d", "text": "Fourth day", "when": "2026-05-04T10:00", "folder": "box"},
        {"id": "e", "text": "Fifth day", "when": "2026-05-05T10:00"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    world.said("add", "--batch", str(tmp_path / "rows.jsonl"))
    world.said("forget", "--since", "2026-05-02", "--until", "2026-05-02", "--yes")
    world.said("forget", "--conversation", "talk", "--yes")
    world.said("forget", "--folder", "box", "--yes")
    assert world.texts() == ["First day", "Fifth day"]
    world.said("forget", "--all", "--yes")
    assert world.texts() == []
    assert world.run("forget", "--all", "a").exit_code == 2


def test_folders_are_read_shown_and_forgotten(world: DeskWorld, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("The trombone lives in the attic.")
    (folder / "b.pdf").write_bytes(b"\xff\xfe\x00")
    said = world.said("ingest", str(folder), "--watch")
    assert "(PDF)" in said and "Files: read 1, skipped 0, failed 1, gone 0; pieces: 1." in said
    (folder / "c.pdf").write_bytes(b"\xff\xfe\x00 too")
    document = json.loads(world.said("ingest", str(folder), "--watch", "--json"))
    assert (document["indexed"], document["failed"], document["watched"]) == (0, 1, True)
    assert document["others"][0]["path"] == str(folder / "c.pdf") and document["others"][0]["why"] in said
    assert "followed" in world.said("folders") and json.loads(world.said("folders", "--json"))[0]["path"] == str(folder)
    assert "No file of that folder" in world.said("files", "/nowhere")
    assert "leído" in world.said("files", str(folder), language="es")
    assert "not followed" in world.said("folders", "--stop", str(folder))
    found = json.loads(world.said("search", "trombone", "--json"))["results"]
    assert found[0]["path"] == str(folder / "a.txt")
    assert "Olvidados" in world.said("forget", "--folder", str(folder), "--yes", language="es")
    assert world.texts() == [] and "No folder was read yet" in world.said("folders")


def test_out_to_a_file_and_back(world: DeskWorld, tmp_path: Path) -> None:
    world.add("One", "Two")
    path = str(tmp_path / "out.jsonl")
    assert "2 memories written" in world.said("export", path)
    assert world.run("export", path).exit_code == 1
    assert json.loads(world.said("export", path, "--force", "--json"))["written"] == 2
    assert "# What Jarvis remembers" in _markdown(world, tmp_path)
    with Path(path).open("a") as file:
        file.write("rubbish\n")
        file.write('{"id": "z", "text": "Not yet.", "said_at": "9999-12-31T00:00:00+00:00"}\n')
    world.said("forget", "--all", "--yes")
    result = world.run("import", path, language="es")
    assert "2 recuerdos incorporados, 0 ya estaban, 2 líneas rechazadas" in result.stdout
    assert result.stderr == ("Línea 4: no es un objeto JSON.\nLínea 5: dice haberse dicho dentro de más de un año.\n")
    assert world.desk.stats().index.done == 2
    inside = world.run("export", str(world.folders.home / "mine.jsonl"))
    assert inside.exit_code == 0 and "forgetting does not reach it" in inside.stderr


def _markdown(world: DeskWorld, folder: Path) -> str:
    world.said("export", str(folder / "out.md"), "--markdown")
    return (folder / "out.md").read_text(encoding="utf-8")


def test_backup_and_restore(world: DeskWorld, tmp_path: Path) -> None:
    world.add("One")
    path = str(tmp_path / "b.zip")
    assert "with 1 memories" in world.said("backup", path)
    world.add("Two")
    assert world.run("restore", path, answer="n\n").exit_code == 1
    assert "Restaurados 1 recuerdos" in world.said("restore", path, language="es", answer="y\n")
    world.open()
    assert world.texts() == ["One"]
    assert json.loads(world.said("restore", path, "--yes", "--json"))["written"] == 1
    world.open()
    servers = world.folders.home / "mcp.json"
    servers.write_text('{"mcpServers": {"files": {"command": "x"}}}')
    world.said("backup", str(tmp_path / "servers.zip"))
    servers.unlink()
    told = world.run("restore", str(tmp_path / "servers.zip"), language="es", answer="y\n")
    assert "lo que se permite quedan como ahora. ¿Seguir?" in told.output
    assert "vienen desactivados: files." in told.output and "--take-over" not in told.output
    world.open()
    bad = world.run("import", path)
    assert bad.exit_code == 1 and bad.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Stopped while the backup was being checked; nothing was changed.\n"),
        ("es", "Interrumpido mientras se comprobaba la copia; no se ha cambiado nada.\n"),
    ],
)
def test_ctrl_c_ends_the_check_and_changes_nothing(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, told: str
) -> None:
    world.add("One")
    world.said("backup", str(tmp_path / "b.zip"))
    world.add("Two")
    took = Look.took

    def interrupted(look: Look, count: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        # The flag is raised by a thread of its own.
        assert look._cancel.wait(30)
        took(look, count)

    monkeypatch.setattr(Look, "took", interrupted)
    result = world.run("restore", str(tmp_path / "b.zip"), "--yes", language=language)
    assert (result.exit_code, result.stderr, result.stdout) == (130, told, "")
    assert world.texts() == ["One", "Two"] and not list(world.folders.home.glob(".backup-*"))
    assert not list(world.folders.home.glob("before-restore-*"))
