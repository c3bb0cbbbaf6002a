"""Real processes killed between any two renames or deletions of an update and of a removal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis.catalog.library import ModelLibrary
from jarvis.contracts.cancel import CancelToken
from jarvis.storage.database import Database
from tests.fakes.hub import Hub
from tests.fakes.library import BIG, FILES, ID, library_over

CONFIG = "owner/whisper-x/config.json"
NEW = {BIG: FILES[BIG][: len(FILES[BIG]) // 2][::-1], CONFIG: b'{"new": 1}'}
PARTIAL = ".partial/whisper-x~f16"


def fetched(library: ModelLibrary) -> Path:
    library.download("whisper-x", cancel=CancelToken(), on_progress=lambda _: None)
    return Path(library.find(ID).path)


def killed(hub: Hub, tmp_path: Path, action: str, number: int) -> str:
    """Run the program until it stops before change `number`, kill it, and return what it wrote."""
    database, folder = str(tmp_path / "jarvis.sqlite3"), str(tmp_path / "models")
    program = [sys.executable, "-m", "tests.programs.change_and_stop", database, folder, action, str(number)]
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": ""}
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = child.stdout.readline().strip()
        child.kill()
    return told


def content(model: Path) -> dict[str, bytes]:
    return {BIG: (model / "model.bin").read_bytes(), CONFIG: (model / "config.json").read_bytes()}


@pytest.mark.parametrize("number", range(6))
def test_a_killed_update_is_old_or_new_never_both(
    hub: Hub, library: ModelLibrary, database: Database, tmp_path: Path, number: int
) -> None:
    model = fetched(library)
    old = library.activate(ID)
    hub.files, hub.commit = dict(NEW), "f" * 40
    assert killed(hub, tmp_path, "update", number) == ("stopped" if number < 5 else "done")
    # Change 0 is the note, 1 and 2 the two files, 3 and 4 the staging folder's end.
    between = content(model)
    assert (between == FILES, between == NEW) == {0: (True, False), 1: (True, False), 2: (False, False)}.get(
        number, (False, True)
    )
    library.reconcile()
    row = library.find(ID)
    wanted, version = (FILES, old.version) if number == 0 else (NEW, "f" * 40)
    assert content(model) == wanted
    assert (row.state, row.version, row.bytes) == ("active", version, sum(map(len, wanted.values())))
    assert (tmp_path / "models" / PARTIAL).exists() == (number == 0)
    library.reconcile()
    assert library.find(ID) == row
    hub.gets.clear()
    assert library.update(ID, cancel=CancelToken(), on_progress=lambda _: None) == (number == 0)
    assert content(model) == NEW and hub.gets == []
    assert library_over(database, tmp_path / "models", ()).find(ID).state == "active"


@pytest.mark.parametrize("number", range(7))
def test_a_killed_removal_is_ended_or_never_began(hub: Hub, library: ModelLibrary, tmp_path: Path, number: int) -> None:
    model = fetched(library)
    assert killed(hub, tmp_path, "remove", number) == ("stopped" if number < 6 else "done")
    # Change 0 is the note, then the weights, the configuration, the folder, the note itself and its folder.
    assert (model / "model.bin").exists() == (number < 2)
    library.reconcile()
    row = library.find(ID)
    if number == 0:
        assert row.state == "installed" and content(model) == FILES
        assert library.remove(ID) > 0
        row = library.find(ID)
    assert row.state == "available" and not model.exists() and not (tmp_path / "models" / PARTIAL).exists()
    assert library.removal(ID).bytes == 0


def test_a_download_after_a_killed_removal_fetches_everything(hub: Hub, library: ModelLibrary, tmp_path: Path) -> None:
    model = fetched(library)
    assert killed(hub, tmp_path, "remove", 2) == "stopped"
    assert (model / "config.json").exists()
    library.reconcile()
    assert content(fetched(library)) == FILES
