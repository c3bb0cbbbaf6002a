"""Safetensors files, whole and broken, and the cache of what is made of them."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.engines.encoder.cache import fit_for_mapping, keep, keep_for_mapping, kept
from jarvis.engines.encoder.weights import DamagedWeights, read_weights
from tests.engines.encoder.stand_in import safetensors


def written(path: Path, header: object, body: bytes = b"\0" * 16) -> Path:
    content = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(content)) + content + body)
    return path


def test_arrays_come_back(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array(2.5, dtype=np.float32)}
    path = tmp_path / "w"
    path.write_bytes(safetensors(arrays))
    read = read_weights(path, checksum=hashlib.sha256(path.read_bytes()).hexdigest())
    assert read.keys() == arrays.keys()
    assert all(np.array_equal(read[name], arrays[name]) for name in arrays)


def test_other_types_are_left_out(tmp_path: Path) -> None:
    header = {"places": {"dtype": "I64", "shape": [1, 2], "data_offsets": [0, 16]}}
    assert read_weights(written(tmp_path / "w", header)) == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [4], "data_offsets": [0, 32]},
        {"dtype": "F32", "shape": [4], "data_offsets": [-16, 0]},
        {"dtype": "F32", "shape": [5], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [4], "data_offsets": [16, 0]},
        {"dtype": "F32", "shape": [4]},
        {"dtype": "F32", "shape": None, "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [4], "data_offsets": "0"},
        7,
    ],
)
def test_entries_outside_of_the_file_are_refused(tmp_path: Path, entry: object) -> None:
    with pytest.raises(DamagedWeights):
        read_weights(written(tmp_path / "w", {"a": entry}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_refused_or_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w"
    path.write_bytes(content)
    try:
        assert isinstance(read_weights(path), dict)
    except DamagedWeights as error:
        assert "w" in str(error)


def test_wrong_checksum(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(safetensors({"a": np.zeros(1, dtype=np.float32)}))
    with pytest.raises(DamagedWeights, match="checksum"):
        read_weights(path, checksum="f" * 64)


def test_kept_is_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    assert kept(path) is None
    keep(path, b"one")
    keep(path, b"two")
    assert kept(path) == b"two"
    path.write_bytes(path.read_bytes()[:-1])
    assert kept(path) is None


def test_keeping_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    keep(path, b"one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        keep(path, b"two")
    monkeypatch.undo()
    assert kept(path) == b"one"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("content", [b"", b"x", bytes(1 << 20), bytes(range(256)) * 5000])
def test_what_is_kept_for_mapping_begins_with_itself(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "folder" / "file"
    assert not fit_for_mapping(path)
    keep_for_mapping(path, content)
    assert path.read_bytes().startswith(content)
    assert fit_for_mapping(path)


@pytest.mark.parametrize(
    "damage", [lambda c: c[:-1], lambda c: c + b"x", lambda c: c[1:], lambda _: b"", lambda c: b"?" + c[1:]]
)
def test_damage_is_seen_before_it_is_mapped(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "file"
    keep_for_mapping(path, b"one" * 1000)
    path.write_bytes(damage(path.read_bytes()))
    assert not fit_for_mapping(path)
