"""The whole program is quit while something is under way that would go on for an hour: it ends, and nothing is lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.data_desk import data_desk
from jarvis.contracts.memory import NewMemory
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.settings.folders import Folders
from jarvis.storage.notes import SqliteNoteBook

PROGRAM = Path(__file__).parents[1] / "programs" / "quit_in_window.py"
PATIENCE_SECONDS = 120
REMEMBERED = "My quokka is called Pelusa"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files of the program are open there")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes every question and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder in which something is remembered and noted."""
    home = tmp_path / "home"
    jarvis = Jarvis(Folders(home=home))
    (home / "desktop.json").write_text(f'{{"{INTRODUCED}": true}}')
    jarvis.settings.set("language", "en")
    jarvis.settings.set("voice.enabled", False)
    list(jarvis.memory().add([NewMemory(text=REMEMBERED)]))
    SqliteNoteBook(jarvis.database, jarvis.clock).add("Buy lettuce")
    data_desk(jarvis).backup(tmp_path / "copy.zip")
    jarvis.close()
    return home


def quit_while(under_way: str, home: Path, **environment: str) -> None:
    """Run the program until it has quit with something under way."""
    told = home.parent / "told"
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), "app"],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "JARVIS_HOME": str(home),
            "UNDER_WAY": under_way,
            "QUIT_TOLD": str(told),
            "RESTORE_FILE": str(home.parent / "copy.zip"),
            **environment,
        },
    )
    try:
        code = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert told.read_text() == under_way and code == 0


def unwound(home: Path) -> bool:
    """Tell whether Python took itself apart at the end of the program."""
    return (home.parent / "told.unwound").exists()


def kept(home: Path) -> tuple[list[str], int]:
    """What a Jarvis that starts now remembers, and how many notes it has."""
    jarvis = Jarvis(Folders(home=home))
    try:
        jarvis.memory_room.desk.finish()
        assert jarvis.memories.forgotten() == []
        texts = [memory.text for memory in jarvis.memories.after(0, 100)]
        return texts, len(SqliteNoteBook(jarvis.database, jarvis.clock).recent())
    finally:
        jarvis.close()


def test_with_nothing_under_way_the_program_ends_as_any_other(home: Path) -> None:
    quit_while("nothing", home)
    assert unwound(home) and kept(home) == ([REMEMBERED], 1)


def test_a_server_that_does_not_answer_keeps_nobody(home: Path, silent: str) -> None:
    jarvis = Jarvis(Folders(home=home))
    jarvis.settings.set("cloud.base_url", silent)
    jarvis.close()
    quit_while("server", home, JARVIS_KEY_OPENAI="sk-1")
    assert not unwound(home), "what the thread works with was taken apart beside it"
    assert kept(home) == ([REMEMBERED], 1)


def test_the_keyrings_dialog_keeps_nobody_and_no_key_counts_as_kept(home: Path) -> None:
    quit_while("keyring", home)
    assert not (home / "keys.json").exists()
    assert not [file for file in home.rglob("*") if file.is_file() and b"sk-secret" in file.read_bytes()]


def test_what_could_not_begin_to_be_forgotten_is_all_there(home: Path) -> None:
    aside, log = home / "before-restore-20260101-000000", home / "logs" / "child.log"
    aside.mkdir()
    (aside / "jarvis.sqlite3").write_text(REMEMBERED)
    log.write_text(f"{REMEMBERED}\n")
    drafts = {"": [REMEMBERED, ""]}
    (home / "desktop.json").write_text(json.dumps({INTRODUCED: True, "drafts": drafts}))
    quit_while("writer", home)
    assert (aside / "jarvis.sqlite3").read_text() == REMEMBERED
    assert log.read_text() == f"{REMEMBERED}\n"
    assert json.loads((home / "desktop.json").read_text())["drafts"] == drafts
    assert kept(home) == ([REMEMBERED], 1)


def test_what_was_forgotten_is_wiped_to_the_last_byte_by_the_next_start(home: Path) -> None:
    quit_while("reader", home)
    assert kept(home) == ([], 1)
    assert not [file for file in home.rglob("*") if file.is_file() and b"Pelusa" in file.read_bytes()]


def test_a_restore_that_is_not_decided_yet_changes_nothing(home: Path) -> None:
    quit_while("restore", home)
    assert not (home / "restore.json").exists()
    assert kept(home) == ([REMEMBERED], 1)
    assert not list(home.glob(".backup-*")) and not list(home.glob("before-restore-*"))
