"""Measuring this computer: real memory and disk, and a sentence where one of them cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import numpy
import pytest

from jarvis.app.measuring import measured
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.hardware import ram_bandwidth
from jarvis.hardware.ram_bandwidth import KnownSpeeds


@pytest.fixture
def speeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownSpeeds:
    monkeypatch.setattr(ram_bandwidth, "MEASURED_BYTES", 8 << 20)
    return KnownSpeeds(tmp_path / "cache")


def test_memory_and_then_the_disk_of_the_largest_model_are_measured(speeds: KnownSpeeds, tmp_path: Path) -> None:
    small, large = tmp_path / "small.gguf", tmp_path / "large.gguf"
    small.write_bytes(b"x")
    large.write_bytes(os.urandom(3 << 20))
    steps: list[str] = []
    found = measured(speeds, [small, large], CancelToken(), steps.append)
    assert steps == ["memory", "disk"] and found.ram_gbs > 0.1 and found.disk_gbs is not None
    assert speeds.disk_gbs(tmp_path) == pytest.approx(found.disk_gbs, abs=0.001)
    assert measured(speeds, [], CancelToken(), steps.append).disk_gbs is None
    assert steps == ["memory", "disk", "memory"]


def test_what_cannot_be_measured_is_a_sentence_in_both_languages(
    speeds: KnownSpeeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StorageError) as told:
        measured(speeds, [tmp_path / "gone.gguf"], CancelToken(), lambda _: None)
    assert "a model on it could not be read (No such file" in told.value.sentence("en")
    assert "no se pudo leer un modelo que hay en él" in told.value.sentence("es")

    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(numpy, "ones", none_left)
    with pytest.raises(StorageError) as told:
        measured(speeds, [], CancelToken(), lambda _: None)
    assert "384 MiB of it are not free" in told.value.sentence("en") and "384 MiB" in told.value.sentence("es")
    assert speeds.ram_gbs() == ram_bandwidth.DEFAULT_RAM_GBS
