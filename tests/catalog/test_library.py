"""The library over a real database, real files and a real hub stand-in: every state, and mending after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.catalog.library import ModelLibrary
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.hub import Hub
from tests.fakes.library import BIG, FILES, ID, Runner


def fetch(library: ModelLibrary, wish: str = "whisper-x") -> None:
    library.download(wish, cancel=CancelToken(), on_progress=lambda _: None)


def test_download_activate_deactivate_remove(hub: Hub, library: ModelLibrary, runner: Runner) -> None:
    library.reconcile()
    assert [(row.id, row.state) for row in library.rows()] == [
        ("openai/gpt-4o-mini", "available"),
        (ID, "available"),
    ]
    with pytest.raises(InputError) as caught:
        library.activate(ID)
    assert caught.value.code == "models.not_here"
    fetch(library)
    row = library.find("whisper-x")
    assert (row.state, row.version, row.bytes) == ("installed", hub.commit, len(FILES[BIG]) + 2)
    library.reconcile()
    assert library.find(ID) == row
    assert library.activate("whisper-x").state == "active" and library.activate("gpt-4o-mini").state == "active"
    library.reconcile()
    assert library.find(ID).state == "active"
    assert library.deactivate(ID).state == "inactive" and runner.acts[0] == f"pause {ID}"
    assert library.removal(ID).bytes == row.bytes == library.remove(ID)
    assert library.find(ID).state == "available" and not Path(row.path).exists()


def test_update_pauses_what_runs_and_only_for_something_new(hub: Hub, library: ModelLibrary, runner: Runner) -> None:
    fetch(library)

    def update() -> bool:
        return library.update(ID, cancel=CancelToken(), on_progress=lambda _: None)

    assert not update()
    hub.files[BIG], hub.commit = bytes(reversed(FILES[BIG])), "f" * 40
    runner.here = {ID}
    assert update()
    assert runner.acts == [f"pause {ID}", f"resume {ID} True"]
    row = library.find(ID)
    assert row.version == "f" * 40 and (Path(row.path) / "model.bin").read_bytes() == hub.files[BIG]


def test_what_a_dead_process_left_is_mended(
    hub: Hub, library: ModelLibrary, book: SqliteModelBook, tmp_path: Path
) -> None:
    fetch(library)
    row = library.find(ID)
    (Path(row.path) / "config.json").unlink()
    library.reconcile()
    assert library.find(ID).state == "failed" and "config.json" in library.find(ID).failure("es")
    fetch(library)
    assert library.find(ID).state == "installed"
    library.remove(ID)
    partial = tmp_path / "models" / ".partial" / "whisper-x~f16"
    partial.mkdir(parents=True)
    (partial / "0.x.part").write_bytes(b"123")
    library.reconcile()
    assert library.find(ID).state == "failed" and "interrupted" in library.find(ID).failure("en")
    (partial / "1.y.part").write_bytes(b"{}")
    (partial / "moves.json").write_text(
        '{"version": "v9", "sha256": "", "moves": [["0.x.part", ".partial/whisper-x~f16/whisper-x/model.bin"],'
        '["1.y.part", ".partial/whisper-x~f16/whisper-x/config.json"], ["whisper-x", "whisper-x"]]}'
    )
    library.reconcile()
    assert library.find(ID).state == "installed" and not partial.exists()
    assert library.find(ID).version == "v9"


def test_files_that_vanish_and_loose_ones(library: ModelLibrary, tmp_path: Path) -> None:
    library.reconcile()
    (tmp_path / "models" / "mine.gguf").write_bytes(b"GGUF")
    library.reconcile()
    assert library.find("mine").state == "failed" and library.find("mine").source == "folder"
    (tmp_path / "models" / "mine.gguf").unlink()
    library.reconcile()
    assert "mine" not in {row.id for row in library.rows()}


def test_unknown_names_get_the_nearest(library: ModelLibrary) -> None:
    with pytest.raises(InputError) as caught:
        library.find("wisper-x")
    assert "whisper-x" in caught.value.sentence("es")


def test_a_take_over_is_never_deleted(library: ModelLibrary, tmp_path: Path) -> None:
    mine = tmp_path / "my-whisper"
    mine.mkdir()
    (mine / "model.bin").write_bytes(b"1")
    (mine / "config.json").write_bytes(b"{}")
    row = library.take_over(str(mine))
    assert (row.id, row.source, row.engine) == ("my-whisper", "import", "faster-whisper")
    assert library.take_over(str(mine)) == row
    assert library.remove("my-whisper") == 0 and (mine / "model.bin").exists()
