"""A backup is restored from the window of the whole program, which starts itself again; killed in between it loses
nothing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.data_desk import data_desk
from jarvis.contracts.memory import MemoryQuery, NewMemory
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.settings.folders import Folders

PROGRAM = Path(__file__).parents[1] / "programs" / "restore_in_window.py"
PATIENCE_SECONDS = 240
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a new process is started")


def lived(home: Path) -> Path:
    """Fill a data folder, back it up, and go on living in it; returns the backup."""
    jarvis = Jarvis(Folders(home=home))
    (home / "desktop.json").write_text(json.dumps({INTRODUCED: True}))
    jarvis.settings.set("language", "en")
    jarvis.settings.set("voice.enabled", False)
    conversation = jarvis.conversation_log.start_conversation("Of quokkas")
    jarvis.conversation_log.add_message(conversation.id, "user", "What do quokkas eat?")
    list(jarvis.memory().add([NewMemory(text="My quokka is called Pelusa")]))
    file = home.parent / "copy.zip"
    data_desk(jarvis).backup(file)
    jarvis.settings.set("language", "es")
    jarvis.conversation_log.rename(conversation.id, "Of wombats")
    list(jarvis.memory().add([NewMemory(text="My wombat is called Bruno")]))
    jarvis.settings.set("language", "en")
    jarvis.close()
    return file


def run(home: Path, file: Path, **environment: str) -> tuple[int, int, dict[str, Any]]:
    """Run the program; returns its exit code, its id, and what it told."""
    told = home.parent / "told.json"
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), "app"],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "JARVIS_HOME": str(home),
            "RESTORE_FILE": str(file),
            "RESTORE_TOLD": str(told),
            **environment,
        },
    )
    try:
        code = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    return code, process.pid, json.loads(told.read_text()) if told.exists() else {}


def memories(home: Path, question: str) -> list[str]:
    """What a Jarvis that starts now remembers of it."""
    jarvis = Jarvis(Folders(home=home))
    try:
        return [each.memory.text for each in jarvis.memory().search(MemoryQuery(text=question)).found]
    finally:
        jarvis.close()


def test_the_window_restores_and_starts_again_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = lived(home)
    code, pid, told = run(home, file)
    assert code == 0 and told["pid"] == pid, "the same process goes on, so whoever waits for it still does"
    assert told["conversations"] == ["Of quokkas"] and told["language"] == "en"
    kept = Path(told["kept"])
    assert kept.parent == home
    with sqlite3.connect(kept / "jarvis.sqlite3") as old:
        assert old.execute("SELECT title FROM conversations").fetchall() == [("Of wombats",)]
    assert not [name for name in told["open"] if str(kept) in name or ".restoring" in name]
    assert memories(home, "What is my quokka called?") == ["My quokka is called Pelusa"]
    assert not (home / "restore.json").exists() and not list(home.glob(".backup-*"))


def test_killed_once_it_is_decided_the_next_start_restores(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = lived(home)
    code, _, told = run(home, file, DIE_AT="decided")
    assert code == -signal.SIGKILL and not told and (home / "restore.json").exists()
    assert memories(home, "What is my wombat called?") == ["My quokka is called Pelusa"]
    (kept,) = home.glob("before-restore-*")
    with sqlite3.connect(kept / "jarvis.sqlite3") as old:
        assert old.execute("SELECT title FROM conversations").fetchall() == [("Of wombats",)]


def test_a_damaged_file_is_told_in_the_window_and_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = lived(home)
    file.write_bytes(file.read_bytes()[:-300])
    code, _, told = run(home, file)
    assert code == 0 and told["failed"].startswith(f"{file} is damaged or was cut off")
    assert not list(home.glob("before-restore-*")) and not list(home.glob(".backup-*"))
    jarvis = Jarvis(Folders(home=home))
    assert [each.title for each in jarvis.conversation_log.conversations()] == ["Of wombats"]
    jarvis.close()
