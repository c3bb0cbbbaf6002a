"""The list of models, and fetching one through the hub's real client from a local stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.catalog import download as download_module
from jarvis.catalog.download import Progress, download
from jarvis.catalog.models import CatalogModel, catalog_file, find_model, load_catalog
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, StorageError
from tests.fakes.hub import Hub

WHISPER = CatalogModel(
    id="whisper-x",
    kind="recognition",
    about_en="a",
    about_es="b",
    repository="owner/whisper-x",
    files=("config.json", "deep/model.bin"),
    approximate_mb=1,
    licence="MIT",
    languages=("en",),
)
FILES = {"owner/whisper-x/config.json": b"{}", "owner/whisper-x/deep/model.bin": b"\x07" * 300_000}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    hub = Hub(dict(FILES))
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    yield hub
    hub.close()


def fetch(folder: Path, model: CatalogModel = WHISPER, cancel: CancelToken | None = None) -> list[Progress]:
    seen: list[Progress] = []
    download(model, folder, cancel=cancel or CancelToken(), on_progress=seen.append)
    return seen


def test_files_arrive_whole_and_progress_ends_at_the_size(hub: Hub, tmp_path: Path) -> None:
    seen = fetch(tmp_path)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES["owner/whisper-x/deep/model.bin"]
    assert WHISPER.installed(tmp_path)
    assert seen[-1] == Progress(file="model.bin", done_bytes=300_000, total_bytes=300_000)
    assert not (tmp_path / ".partial" / "whisper-x").exists()


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "whisper-x").mkdir()
    (tmp_path / "whisper-x" / "config.json").write_bytes(b"{}")
    fetch(tmp_path)
    assert hub.gets == ["owner/whisper-x/deep/model.bin"]


def test_a_transfer_that_breaks_off_leaves_nothing_half_done(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.truncate.add("owner/whisper-x/deep/model.bin")
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.failed"
    assert not (tmp_path / "whisper-x" / "model.bin").exists()
    hub.truncate.clear()
    fetch(tmp_path)
    assert WHISPER.installed(tmp_path)


def test_cancel_ends_the_transfer(hub: Hub, tmp_path: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        download(WHISPER, tmp_path, cancel=cancel, on_progress=lambda _: cancel.cancel())
    assert not WHISPER.installed(tmp_path)


def test_a_gated_model_names_the_page(hub: Hub, tmp_path: Path) -> None:
    hub.gated.add("owner/whisper-x")
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.gated" and "owner/whisper-x" in caught.value.sentence("es")


def test_a_file_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    hub.files.clear()
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.failed"


def test_no_network(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{repo_id}/{revision}/{filename}")
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.failed"


def test_a_disk_that_is_too_small(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "SPARE_BYTES", 1 << 60)
    with pytest.raises(StorageError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.space" and hub.gets == []


def test_the_shipped_list_is_valid_and_covers_both_languages() -> None:
    models = load_catalog(catalog_file())
    assert len({model.id for model in models}) == len(models)
    for kind in ("text", "recognition", "voice"):
        assert {language for m in models if m.kind == kind for language in m.languages} == {"en", "es"}
    assert find_model(models, "whisper-base").kind == "recognition"
    with pytest.raises(InputError):
        find_model(models, "nothing")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "file"),
        ('{"models": [{"id": "x"}]}', "models.0.kind"),
        ('{"models": [], "extra": 1}', "extra"),
        ('{"models": [{"id": "../x"}]}', "models.0.id"),
    ],
)
def test_a_bad_list_names_the_field(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "models.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_catalog(file)
    assert where in caught.value.sentence("en")
