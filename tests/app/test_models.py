"""What the room of models decides itself: pictures' files, damaged models, the machine while GPUs are held."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.models import projector_of
from jarvis.contracts.errors import EngineError
from jarvis.contracts.models import ModelRow
from jarvis.settings.folders import Folders


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.folders.models.mkdir(exist_ok=True)
    yield jarvis
    jarvis.close()


@pytest.mark.parametrize(
    ("beside", "found"),
    [((), None), (("mmproj-v.gguf",), "mmproj-v.gguf"), (("mmproj-v.gguf", "other.gguf"), None)],
    ids=["alone", "its-own", "whose"],
)
def test_a_vision_file_is_used_only_where_it_can_belong_to_one_model(
    tmp_path: Path, beside: tuple[str, ...], found: str | None
) -> None:
    for name in ("model.gguf", *beside):
        (tmp_path / name).write_bytes(b"")
    seen = projector_of(tmp_path / "model.gguf")
    assert (seen.name if seen is not None else None) == found


def test_a_damaged_model_explains_why_nothing_answers(jarvis: Jarvis, home_model: Path) -> None:
    assert jarvis.models_room.why_none().code == "engine.no_model"
    file = jarvis.folders.models / "half.gguf"
    file.write_bytes(home_model.read_bytes()[:100_000])
    assert jarvis.models_room.usable_rows() == [
        row for row in jarvis.models_room.book.rows() if row.state == "installed"
    ]
    why = jarvis.models_room.why_none()
    assert why.code == "engine.model_failed" and "half" in why.sentence("en")
    assert why.sentence("es") != why.sentence("en")
    assert jarvis.models_room.parameters_of(file) == 0


def test_a_setting_finds_a_file_with_and_without_its_ending(jarvis: Jarvis, home_model: Path) -> None:
    shutil.copy(home_model, jarvis.folders.models / "home.gguf")
    for asked in ("home", "home.gguf"):
        model = jarvis.models_room.file_by_setting(asked)
        assert not isinstance(model, EngineError) and model.id == "home"
    assert isinstance(jarvis.models_room.file_by_setting("gone"), EngineError)


def test_a_model_keeps_its_own_time_in_memory_and_its_pin(jarvis: Jarvis) -> None:
    row = ModelRow(id="m", kind="text", engine="llama.cpp", source="folder", state="installed", path="/m.gguf")
    jarvis.settings.set("engine.idle_minutes", 3)
    assert jarvis.models_room.to_run(row).keep_alive_seconds == 180
    own = ModelRow(
        id="m", kind="text", engine="vllm", source="folder", state="installed", path="/m", pinned=True,
        keep_alive_minutes=1,
    )  # fmt: skip
    model = jarvis.models_room.to_run(own)
    assert (model.keep_alive_seconds, model.pinned, model.runner) == (60, True, "vllm")
