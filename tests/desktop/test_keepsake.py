"""What the window keeps of itself, while somebody else changes the same file."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis.desktop import keepsake as keepsake_module
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.run import Desktop
from jarvis.memory.leftovers import Leftovers
from jarvis.settings.folders import Folders
from jarvis.storage.quotes import Quotes
from tests.desktop.conftest import Until

FORGET = """
import sys
from pathlib import Path
from jarvis.memory.leftovers import Leftovers
from jarvis.settings.folders import Folders
from jarvis.storage.quotes import Quotes
Leftovers(Folders(home=Path(sys.argv[1]))).clean(Quotes([sys.argv[2]]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


@pytest.fixture
def keepsake(desktop: Desktop, home: Path) -> Keepsake:
    made = Keepsake(home, desktop.bridge)
    made.keep_draft("c1", "my PIN is 4711 and", "")
    made.keep_draft("c2", "what about the boiler", "pasted words")
    made.keep("place", "left")
    made.save_now()
    return made


def said(home: Path) -> str:
    return (home / "desktop.json").read_text(encoding="utf-8")


def test_a_draft_that_was_forgotten_by_another_process_stays_forgotten(home: Path, keepsake: Keepsake) -> None:
    subprocess.run([sys.executable, "-c", FORGET, str(home), "my PIN is 4711 and"], check=True, timeout=60)
    assert "4711" not in said(home)
    keepsake.keep("place", "right")
    keepsake.save_now()
    assert "4711" not in said(home) and "right" in said(home)
    assert keepsake.draft("c1") == ("", "")
    assert keepsake.draft("c2") == ("what about the boiler", "pasted words")


def test_a_forgotten_draft_is_not_shown_again_before_anything_is_saved(home: Path, keepsake: Keepsake) -> None:
    Leftovers(Folders(home=home)).clean(Quotes(["my PIN is 4711 and"]))
    assert keepsake.draft("c1") == ("", "")


def test_what_was_typed_since_the_last_save_does_not_bring_it_back(home: Path, keepsake: Keepsake) -> None:
    keepsake.keep_draft("c1", "my PIN is 4711 and my", "")
    keepsake.keep_draft("c3", "something new", "")
    Leftovers(Folders(home=home)).clean(Quotes(["my PIN is 4711 and"]))
    keepsake.save_now()
    assert "4711" not in said(home) and keepsake.draft("c1") == ("", "")
    assert keepsake.draft("c3") == ("something new", "")


def test_forgetting_everything_leaves_the_rest(home: Path, keepsake: Keepsake) -> None:
    Leftovers(Folders(home=home)).clean(None)
    keepsake.keep("conversation", "c9")
    keepsake.save_now()
    assert json.loads(said(home)) == {"place": "left", "conversation": "c9"}


def test_drafts_of_conversations_that_are_gone_go_at_once(home: Path, keepsake: Keepsake) -> None:
    keepsake.keep_draft(None, "of a new one", "")
    keepsake.save_now()
    keepsake.drop_drafts(lambda conversation_id: conversation_id == "c2")
    drafts = json.loads(said(home))["drafts"]
    assert drafts == {"": ["of a new one", ""], "c2": ["what about the boiler", "pasted words"]}
    assert keepsake.draft("c1") == ("", "")
    keepsake.keep_draft("c2", "what else", "")
    keepsake.save_now()
    assert "4711" not in said(home)
    assert [path.name for path in home.iterdir()] == ["desktop.json"]


def test_what_cannot_be_dropped_on_disk_is_told_and_tried_again(
    desktop: Desktop, home: Path, keepsake: Keepsake, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepsake_module, "AGAIN_MILLISECONDS", 50)
    told, over = [], []
    keepsake.unkept.connect(told.append)
    keepsake.kept.connect(over.append)
    write = keepsake_module._write

    def full(path: Path, *given: object) -> object:
        raise keepsake_module._unwritten(path, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(keepsake_module, "_write", full)
    keepsake.drop_drafts(lambda conversation_id: conversation_id == "c2")
    until(lambda: [error.code for error in told] == ["storage.full"])
    assert "4711" in said(home) and keepsake.draft("c1") == ("", "")
    monkeypatch.setattr(keepsake_module, "_write", write)
    until(lambda: over == told and "4711" not in said(home))


def test_what_two_windows_keep_is_brought_together(desktop: Desktop, home: Path, keepsake: Keepsake) -> None:
    other = Keepsake(home, desktop.bridge)
    other.keep_draft("c3", "from the other", "")
    other.keep_draft("c2", "", "")
    other.save_now()
    keepsake.keep_draft("c1", "mine", "")
    keepsake.keep("place", "")
    keepsake.save_now()
    assert json.loads(said(home)) == {"drafts": {"c1": ["mine", ""], "c3": ["from the other", ""]}}
    assert other.draft("c1") == ("mine", "") and keepsake.draft("c3") == ("from the other", "")


def test_a_change_in_the_middle_of_a_write_is_not_lost(
    home: Path, keepsake: Keepsake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, times = keepsake_module._write, []

    def late(*given: object) -> object:
        if not times:
            Leftovers(Folders(home=home)).clean(Quotes(["my PIN is 4711 and"]))
        times.append(1)
        return write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(keepsake_module, "_write", late)
    keepsake.keep("place", "right")
    keepsake.save_now()
    assert len(times) == 2 and "4711" not in said(home) and "right" in said(home)
    assert [path.name for path in home.iterdir()] == ["desktop.json"]


def test_a_file_that_broke_meanwhile_is_written_anew(home: Path, keepsake: Keepsake) -> None:
    (home / "desktop.json").write_text("{broken", encoding="utf-8")
    keepsake.keep("place", "right")
    keepsake.save_now()
    assert json.loads(said(home))["place"] == "right" and keepsake.draft("c2")[0] == "what about the boiler"


def test_what_was_typed_last_is_saved_though_every_worker_is_stuck(
    desktop: Desktop, home: Path, keepsake: Keepsake, until: Until
) -> None:
    free, begun = threading.Event(), threading.Semaphore(0)

    def stuck() -> None:
        begun.release()
        free.wait(60)

    for _ in range(3):
        desktop.bridge.run(stuck)
    assert all(begun.acquire(timeout=60) for _ in range(3))
    keepsake.keep_draft("c3", "the last words", "")
    until(lambda: not keepsake._timer.isActive())
    assert "the last words" not in said(home)
    keepsake.save_now()
    assert "the last words" in said(home)
    as_saved = keepsake_module._identity(home / "desktop.json")
    keepsake.save_now()
    free.set()
    assert desktop.bridge._jobs.wait(60)
    assert keepsake_module._identity(home / "desktop.json") == as_saved, "what was saved is written once"


class Awaited:
    """A lock that lets its holder go on once somebody waits for it."""

    def __init__(self, lock: threading.Lock, go_on: threading.Event) -> None:
        self.lock, self.go_on = lock, go_on
        self.release = lock.release

    def acquire(self, timeout: float) -> bool:
        self.go_on.set()
        return self.lock.acquire(timeout=timeout)


def test_the_end_waits_for_a_save_that_is_under_way(
    home: Path, keepsake: Keepsake, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, begun, free = keepsake_module._write, threading.Event(), threading.Event()

    def slow(path: Path, *given: object) -> object:
        # The desktop keeps what is its own meanwhile.
        if path.parent == home:
            begun.set()
            assert free.wait(60)
        return write(path, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(keepsake_module, "_write", slow)
    monkeypatch.setattr(keepsake_module, "LAST_SECONDS", 60)
    keepsake.keep_draft("c3", "the last words", "")
    until(begun.is_set)
    keepsake._writing = Awaited(keepsake._writing, free)  # type: ignore[assignment]
    keepsake.save_now()
    saved, beside = said(home), [path.name for path in home.iterdir()]
    free.set()
    assert "the last words" in saved and beside == ["desktop.json"]


def test_the_end_does_not_wait_for_ever(
    keepsake: Keepsake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keepsake_module, "LAST_SECONDS", 0)
    keepsake.keep("place", "right")
    with keepsake._writing:
        keepsake.save_now()
    assert "a save before did not end" in caplog.text
    keepsake.save_now()
