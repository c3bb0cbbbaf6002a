"""The library over split, shared, shortened and failed files in the models folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.catalog.entries import CatalogModel
from jarvis.catalog.library import ModelLibrary
from jarvis.catalog.reconcile import reconcile
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, JarvisError
from jarvis.contracts.models import ModelRow
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.clock import FakeClock
from tests.fakes.hub import Hub
from tests.fakes.library import BIG, FILES, ID, Runner, cloud, entry, gguf_bytes, gguf_variant, library_over, text_entry

SPLIT = "big:q4_k_m"


@pytest.fixture
def parts(tmp_path: Path, hub: Hub) -> dict[str, bytes]:
    """A split GGUF that the hub has."""
    parts = gguf_bytes(tmp_path / "made", "big", parts=3)
    hub.files |= {f"owner/big/{name}": content for name, content in parts.items()}
    return parts


@pytest.fixture
def split(tmp_path: Path, database: Database, runner: Runner, parts: dict[str, bytes]) -> ModelLibrary:
    models = (text_entry("big", gguf_variant("owner/big", "Q4_K_M", parts)), entry(), cloud())
    return library_over(database, tmp_path / "models", models, runner=runner)


def fetch(library: ModelLibrary, wish: str) -> None:
    library.download(wish, cancel=CancelToken(), on_progress=lambda _: None)


def test_a_split_model_appears_with_its_first_part_last_and_goes_whole(
    split: ModelLibrary, parts: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[str] = []
    real = os.replace

    def moved(source: str, target: str) -> None:
        placed.append(Path(target).name)
        real(source, target)

    monkeypatch.setattr(os, "replace", moved)
    fetch(split, "big")
    first, *others = parts
    assert placed == ["moves.json", *others, first]
    row = split.find(SPLIT)
    assert row.path == str(tmp_path / "models" / first) and row.bytes == sum(map(len, parts.values()))
    split.reconcile()
    assert [each.id for each in split.rows() if each.path] == [SPLIT], "no part is a model of its own"
    plan = split.removal("big")
    assert [path.name for path in plan.paths] == list(parts) and plan.bytes == row.bytes == split.remove("big")
    assert not list((tmp_path / "models").glob("*.gguf"))


def test_a_part_that_vanished_is_named_and_fetched_alone(
    split: ModelLibrary, parts: dict[str, bytes], tmp_path: Path, hub: Hub
) -> None:
    fetch(split, "big")
    second = list(parts)[1]
    (tmp_path / "models" / second).unlink()
    split.reconcile()
    row = split.find("big")
    assert row.state == "failed" and second in row.failure("es") and row.id == SPLIT
    with pytest.raises(InputError):
        split.activate("big")
    hub.gets.clear()
    fetch(split, "big")
    assert hub.gets == [f"owner/big/{second}"] and split.find("big").state == "installed"


def test_loose_split_files_say_what_is_missing(library: ModelLibrary, tmp_path: Path) -> None:
    made = gguf_bytes(tmp_path / "models", "mine", parts=2)
    first, second = made
    library.reconcile()
    row = library.find("mine-00001-of-00002")
    assert (row.state, row.source, row.bytes) == ("installed", "folder", sum(map(len, made.values())))
    (tmp_path / "models" / second).unlink()
    library.reconcile()
    assert library.find(row.id).state == "failed" and second in library.find(row.id).failure("en")
    assert [path.name for path in library.removal(row.id).paths] == [first]
    library.remove(row.id)
    library.reconcile()
    assert not list((tmp_path / "models").glob("*.gguf")) and row.id not in {each.id for each in library.rows()}


def test_a_shared_file_goes_with_its_last_user(tmp_path: Path, hub: Hub, database: Database) -> None:
    eyes = gguf_bytes(tmp_path / "made", "mmproj", architecture="clip")
    files = {name: gguf_bytes(tmp_path / "made", name) | eyes for name in ("q4", "q8")}
    for each in files.values():
        hub.files |= {f"owner/eye/{name}": content for name, content in each.items()}
    variants = [gguf_variant("owner/eye", name.upper(), each, "mmproj.gguf") for name, each in files.items()]
    library = library_over(database, tmp_path / "models", (text_entry("eye", *variants),))
    fetch(library, "eye:q4")
    fetch(library, "eye:q8")
    with pytest.raises(InputError) as caught:
        library.find("eye")
    assert caught.value.code == "models.ambiguous" and "eye:q4, eye:q8" in caught.value.sentence("es")
    folder = tmp_path / "models" / "eye"
    assert [path.name for path in library.removal("eye:q4").paths] == ["q4.gguf"]
    library.remove("eye:q4")
    library.reconcile()
    assert sorted(path.name for path in folder.iterdir()) == ["mmproj.gguf", "q8.gguf"]
    assert [library.find(each).state for each in ("eye:q4", "eye:q8")] == ["available", "installed"]
    assert {path.name for path in library.removal("eye:q8").paths} == {"q8.gguf", "mmproj.gguf"}
    library.remove("eye")
    assert not folder.exists()


@pytest.mark.parametrize("known", [True, False])
def test_a_short_file_is_damaged_until_it_is_fetched_again(
    known: bool, hub: Hub, tmp_path: Path, database: Database, book: SqliteModelBook
) -> None:
    """`known`: the row remembers the size; otherwise only the catalogue's exact count can tell."""
    exact: CatalogModel = entry() if known else entry(bytes=len(FILES[BIG]), approximate=False)
    library = library_over(database, tmp_path / "models", (exact,))
    fetch(library, ID)
    weights = Path(library.find(ID).path) / "model.bin"
    if not known:
        book.remove(ID)
    weights.write_bytes(FILES[BIG][:-1])
    for _ in range(2):
        library.reconcile()
        assert library.find(ID).state == "failed" and "model.bin" in library.find(ID).failure("es")
    fetch(library, ID)
    library.reconcile()
    assert library.find(ID).state == "installed" and weights.read_bytes() == FILES[BIG]


def test_a_newer_version_may_be_smaller_than_the_catalogue_says(hub: Hub, tmp_path: Path, database: Database) -> None:
    library = library_over(database, tmp_path / "models", (entry(bytes=len(FILES[BIG]), approximate=False),))
    fetch(library, ID)
    hub.files[BIG], hub.commit = b"smaller", "f" * 40
    assert library.update(ID, cancel=CancelToken(), on_progress=lambda _: None)
    library.reconcile()
    assert library.find(ID).state == "installed" and library.find(ID).bytes == len(b"smaller") + 2


def test_a_damaged_header_of_the_right_size_is_fetched_again(
    split: ModelLibrary, parts: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(split, "big")
    first = tmp_path / "models" / next(iter(parts))
    first.write_bytes(b"\0" * len(parts[first.name]))
    split.reconcile()
    assert split.find("big").state == "failed"
    fetch(split, "big")
    split.reconcile()
    assert split.find("big").state == "installed" and first.read_bytes() == parts[first.name]


def test_a_failed_download_is_told_until_its_partial_is_gone(hub: Hub, library: ModelLibrary, tmp_path: Path) -> None:
    hub.gated.add("owner/whisper-x")
    with pytest.raises(InputError):
        fetch(library, ID)
    for _ in range(2):
        library.reconcile()
        row = library.find(ID)
        assert row.state == "failed" and "https://huggingface.co/owner/whisper-x" in row.failure("es")
    shutil.rmtree(tmp_path / "models" / ".partial")
    library.reconcile()
    assert library.find(ID).state == "available"


def test_a_failure_with_bytes_keeps_its_own_reason(hub: Hub, library: ModelLibrary) -> None:
    hub.wrong_etag.add(BIG)
    hub.cut_after["owner/whisper-x/config.json"] = 1
    with pytest.raises(InputError):
        fetch(library, ID)
    why = library.find(ID).failure("en")
    library.reconcile()
    assert library.find(ID).failure("en") == why and "checksum" in why
    hub.wrong_etag.clear()
    fetch(library, ID)
    assert library.find(ID).state == "installed"


def test_a_cancelled_download_can_be_removed_without_a_trace(hub: Hub, library: ModelLibrary, tmp_path: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        library.download(ID, cancel=cancel, on_progress=lambda _: cancel.cancel())
    library.reconcile()
    assert library.find(ID).state == "failed" and library.removal(ID).bytes > 0
    library.remove(ID)
    library.reconcile()
    assert library.find(ID).state == "available" and library.removal(ID).bytes == 0
    assert not (tmp_path / "models" / ".partial" / "whisper-x~f16").exists()


def test_a_cancel_before_the_first_byte_leaves_it_available(hub: Hub, library: ModelLibrary) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        library.download(ID, cancel=cancel, on_progress=lambda _: None)
    assert library.find(ID).state == "available"


def test_what_the_catalogue_dropped_stays_the_persons(
    hub: Hub, split: ModelLibrary, parts: dict[str, bytes], tmp_path: Path, database: Database
) -> None:
    fetch(split, "big")
    fetch(split, ID)
    later = library_over(database, tmp_path / "models", ())
    later.reconcile()
    assert [(row.id, row.source, row.state) for row in later.rows()] == [
        (SPLIT, "folder", "installed"),
        (ID, "import", "installed"),
    ]
    assert later.remove(SPLIT) == sum(map(len, parts.values())) and later.remove(ID) == 0
    assert (tmp_path / "models" / "whisper-x" / "model.bin").exists()


def test_update_all_goes_on_after_one_that_failed(hub: Hub, split: ModelLibrary) -> None:
    fetch(split, "big")
    fetch(split, ID)
    hub.files[BIG], hub.commit = bytes(reversed(FILES[BIG])), "f" * 40
    hub.gated.add("owner/big")
    hub.files = {name: b"x" + content if "big" in name else content for name, content in hub.files.items()}
    done = split.update_all(cancel=CancelToken(), on_progress=lambda _: None)
    assert done[ID] is True and isinstance(done[SPLIT], JarvisError) and set(done) == {ID, SPLIT}
    split.reconcile()
    assert split.find(SPLIT).state == "installed", "what is here stays in use"


def test_what_was_said_of_a_model_survives_update_damage_and_mending(hub: Hub, library: ModelLibrary) -> None:
    fetch(library, ID)
    library.set_pinned(ID, True), library.set_keep_alive("WHISPER-X", 7.5)
    hub.files[BIG], hub.commit = bytes(reversed(FILES[BIG])), "f" * 40
    assert library.update(ID, cancel=CancelToken(), on_progress=lambda _: None)
    (Path(library.find(ID).path) / "model.bin").unlink()
    library.reconcile()
    fetch(library, ID)
    library.reconcile()
    row = library.find(ID)
    assert (row.pinned, row.keep_alive_minutes, row.state) == (True, 7.5, "installed")
    assert not library.set_pinned(ID, False).pinned and library.set_keep_alive(ID, None).keep_alive_minutes is None


@pytest.mark.parametrize("from_environment", [True, False])
def test_a_token_comes_from_the_environment_or_is_given(
    from_environment: bool, hub: Hub, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.gated.add("owner/whisper-x")
    if from_environment:
        monkeypatch.setenv("HF_TOKEN", " hf_right\n")
    given = "hf_wrong" if from_environment else "hf_right"
    library = library_over(database, tmp_path / "models", (entry(),), token=lambda: given)
    fetch(library, ID)
    assert library.find(ID).state == "installed"


def test_what_another_process_writes_during_a_look_is_kept(
    hub: Hub, library: ModelLibrary, tmp_path: Path, database: Database, book: SqliteModelBook
) -> None:
    fetch(library, ID)
    theirs = replace(library.find(ID), state="inactive", version="theirs")

    class Interrupted(SqliteModelBook):
        def rows(self) -> list[ModelRow]:
            rows = super().rows()
            book.put(theirs)
            return rows

    stale = Interrupted(database, FakeClock())
    (Path(theirs.path) / "model.bin").write_bytes(b"short")
    reconcile(stale, (entry(),), tmp_path / "models", None, FakeClock())
    assert book.row(ID) == theirs
    reconcile(book, (), tmp_path / "elsewhere", None, FakeClock())
    assert book.row(ID) == replace(theirs, source="import")


def test_what_is_not_here_or_a_part_of_jarvis_is_said(hub: Hub, library: ModelLibrary, tmp_path: Path) -> None:
    for change in (library.update, library.download):
        with pytest.raises(InputError) as caught:
            change("gpt-4o-mini", cancel=CancelToken(), on_progress=lambda _: None)
        assert caught.value.code == "models.not_from_catalogue"
    with pytest.raises(InputError) as caught:
        library.update(ID, cancel=CancelToken(), on_progress=lambda _: None)
    assert caught.value.code == "models.not_here"


def test_what_is_bundled_is_kept(tmp_path: Path, database: Database) -> None:
    bundled = entry().variants[0].model_copy(update={"format": "bundled"})
    library = library_over(database, tmp_path / "models", (entry().model_copy(update={"variants": (bundled,)}),))
    library.reconcile()
    fetch(library, ID)
    assert library.deactivate(ID).state == "inactive"
    library.reconcile()
    with pytest.raises(InputError) as caught:
        library.remove(ID)
    assert caught.value.code == "models.bundled" and library.find(ID).state == "inactive"
