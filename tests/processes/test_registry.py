"""The notes about children: identity is more than a number, and damage is survived."""

from __future__ import annotations

import json
import os
from pathlib import Path

from jarvis.processes.registry import ChildRegistry
from tests.fakes.processes import gone, program, until


def _note(folder: Path) -> tuple[Path, dict[str, object]]:
    (file,) = (folder / "children").iterdir()
    return file, json.loads(file.read_text(encoding="utf-8"))


def test_a_reused_process_id_is_never_killed(tmp_path: Path) -> None:
    registry = ChildRegistry(tmp_path)
    with program("tests.programs.naughty_child", "good") as stranger:
        registry.add(stranger.pid, "child")
        file, note = _note(tmp_path)
        note.update(create_time=1.0, parent_create_time=1.0)
        file.write_text(json.dumps(note), encoding="utf-8")
        assert registry.kill_orphans() == []
        assert not gone(stranger.pid)
        assert not file.exists()


def test_a_living_parent_keeps_its_children(tmp_path: Path) -> None:
    registry = ChildRegistry(tmp_path)
    with program("tests.programs.naughty_child", "good") as child:
        registry.add(child.pid, "child")
        assert registry.kill_orphans() == []
        assert not gone(child.pid)
        _, note = _note(tmp_path)
        assert note["parent_pid"] == os.getpid()


def test_only_what_this_process_started_ends_with_its_program(tmp_path: Path) -> None:
    registry = ChildRegistry(tmp_path)
    with (
        program("tests.programs.naughty_child", "good") as own,
        program("tests.programs.naughty_child", "good") as other,
    ):
        registry.add(other.pid, "another's")
        file, note = _note(tmp_path)
        file.write_text(json.dumps({**note, "parent_pid": os.getppid()}), encoding="utf-8")
        registry.add(own.pid, "own")
        assert registry.kill_own() == ["own"]
        until(lambda: gone(own.pid), "its child was killed")
        assert not gone(other.pid) and list((tmp_path / "children").iterdir()) == [file]
        assert registry.kill_own() == []


def test_a_damaged_note_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "children"
    folder.mkdir()
    (folder / "12.json").write_text("{", encoding="utf-8")
    (folder / "13.json").write_text('{"pid": 1}', encoding="utf-8")
    assert ChildRegistry(tmp_path).kill_orphans() == []
    assert list(folder.iterdir()) == []


def test_notes_that_cannot_be_written_stop_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    registry = ChildRegistry(blocked)
    registry.add(os.getpid(), "child")
    assert registry.kill_orphans() == []
