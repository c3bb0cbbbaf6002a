"""Taking over what lies on this disk: files, folders, voices, Ollama's store; what is damaged, hostile or missing."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from jarvis.catalog.imports import architecture_of, imported_row, names_in_ollama_store, row_from_ollama, unique_id
from jarvis.catalog.library import ModelLibrary
from jarvis.contracts.errors import EngineError, InputError, JarvisError
from tests.fakes.library import ID, gguf_bytes

CONFIG = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "vocab_size": 8,
    "max_position_embeddings": 128,
}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / next(iter(files))


def transformer(folder: Path, method: str) -> Path:
    header = json.dumps(
        {
            "model.embed_tokens.weight": {"dtype": "F16", "shape": [8, 8], "data_offsets": [0, 128]},
            "model.layers.0.mlp.up_proj.qweight": {"dtype": "I32", "shape": [8, 8], "data_offsets": [128, 384]},
        }
    ).encode()
    stored = {**CONFIG, "quantization_config": {"quant_method": method, "bits": 4}}
    weights = struct.pack("<Q", len(header)) + header + bytes(384)
    write(folder, {"config.json": json.dumps(stored).encode(), "model.safetensors": weights})
    return folder


def stored_in_ollama(store: Path, manifest_path: str, weights: bytes) -> Path:
    """Lay out what `ollama pull` leaves: a manifest that names blobs by their digest."""
    digest = hashlib.sha256(weights).hexdigest()
    blob = write(store / "blobs", {f"sha256-{digest}": weights})
    layers = [
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}", "size": len(weights)},
        {"mediaType": "application/vnd.ollama.image.template", "digest": f"sha256:{'0' * 64}", "size": 1},
    ]
    told = {"schemaVersion": 2, "config": {"digest": f"sha256:{'1' * 64}"}, "layers": layers}
    path = store / "manifests" / manifest_path
    write(path.parent, {path.name: json.dumps(told).encode()})
    return blob


def described(store: Path, manifest: bytes) -> None:
    write(store / "manifests" / "registry.ollama.ai" / "library" / "m", {"latest": manifest})


def test_a_gguf_file_and_a_split_one_by_any_part(tmp_path: Path) -> None:
    whole = write(tmp_path, gguf_bytes(tmp_path / "made", "tiny"))
    row = imported_row(whole)
    assert (row.id, row.kind, row.engine, row.source, row.state) == ("tiny", "text", "llama.cpp", "import", "installed")
    assert row.path == str(whole) and row.bytes == whole.stat().st_size
    parts = gguf_bytes(tmp_path / "made", "big", parts=3)
    write(tmp_path, parts)
    for part in parts:
        row = imported_row(tmp_path / part)
        assert Path(row.path).name == f"{row.id}.gguf" == "big-00001-of-00003.gguf" and row.bytes == sum(
            map(len, parts.values())
        )
    (tmp_path / "big-00002-of-00003.gguf").unlink()
    with pytest.raises(InputError) as caught:
        imported_row(tmp_path / "big-00001-of-00003.gguf")
    assert "big-00002-of-00003.gguf" in caught.value.sentence("es")


def test_what_a_gguf_file_is_for_is_in_its_header(tmp_path: Path) -> None:
    assert imported_row(write(tmp_path, gguf_bytes(tmp_path / "a", "e5", architecture="bert"))).kind == "embedding"
    with pytest.raises(InputError) as caught:
        imported_row(write(tmp_path, gguf_bytes(tmp_path / "a", "mmproj", architecture="clip")))
    assert caught.value.code == "import.projector"


@pytest.mark.parametrize("method", ["awq", "gptq"])
def test_transformer_folders(tmp_path: Path, method: str) -> None:
    row = imported_row(transformer(tmp_path / f"llama-{method}", method))
    assert (row.id, row.engine, row.quantization) == (f"llama-{method}", "vllm", f"{method.upper()}-4bit")
    (tmp_path / f"llama-{method}" / "config.json").write_bytes(b"{")
    with pytest.raises(JarvisError) as caught:
        imported_row(tmp_path / f"llama-{method}")
    assert "config.json" in caught.value.sentence("es")


def test_recognition_embedding_and_voice(tmp_path: Path) -> None:
    write(tmp_path / "whisper", {"model.bin": b"1", "config.json": b"{}"})
    write(tmp_path / "e5", {"modules.json": b"[]", "config.json": b"{}", "model.safetensors": b"1"})
    voice = write(tmp_path, {"es_ES-ana.onnx": b"1", "es_ES-ana.onnx.json": b"{}"})
    rows = [imported_row(path) for path in (tmp_path / "whisper", tmp_path / "e5", voice)]
    assert [(row.kind, row.engine) for row in rows] == [
        ("recognition", "faster-whisper"),
        ("embedding", "sentence-transformers"),
        ("voice", "piper"),
    ]
    assert rows[2].id == "es_ES-ana" and rows[0].bytes == 3


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"x.gguf": b"GGUF"}, "model.truncated"),
        ({"x.gguf": b"<html>"}, "model.not_gguf"),
        ({"x.bin": b"1"}, "model.not_gguf"),
        ({"x.onnx": b"1"}, "import.unknown"),
        ({"x.onnx": b"", "x.onnx.json": b"{}"}, "import.unknown"),
        ({".": b""}, "import.unknown"),
        ({".": b"", "config.json": b"{}"}, "import.unknown"),
        ({".": b"", "config.json": b"{}", "model.bin": b""}, "import.unknown"),
        ({"missing.gguf": b""}, "import.missing"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, files: dict[str, bytes], code: str) -> None:
    write(tmp_path, {"kept": b"", **{name: content for name, content in files.items() if content or "." in name[1:]}})
    if code == "import.missing":
        (tmp_path / "missing.gguf").unlink()
    with pytest.raises(JarvisError) as caught:
        imported_row(tmp_path / next(iter(files)))
    assert caught.value.code == code and caught.value.sentence("en") != caught.value.sentence("es")


def test_ollamas_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: ModelLibrary) -> None:
    monkeypatch.delenv("OLLAMA_MODELS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    store, made = tmp_path / ".ollama" / "models", gguf_bytes(tmp_path / "made", "a")["a.gguf"]
    blob = stored_in_ollama(store, "registry.ollama.ai/library/llama3.2/3b", made)
    stored_in_ollama(store, "registry.ollama.ai/ana/mine/latest", made)
    stored_in_ollama(store, "hf.co/owner/model-GGUF/Q4_K_M", made)
    assert names_in_ollama_store() == ["ana/mine:latest", "hf.co/owner/model-GGUF:Q4_K_M", "llama3.2:3b"]
    row = library.take_over("ollama/llama3.2:3b")
    assert (row.id, row.engine, row.source, row.path) == ("llama3.2-3b", "llama.cpp", "import", str(blob))
    assert library.take_over("ollama/ana/mine") == row, "the same weights are one model"
    assert row_from_ollama("hf.co/owner/model-GGUF:Q4_K_M").path == str(blob)
    with pytest.raises(InputError) as caught:
        row_from_ollama("llama3.2:70b")
    assert "llama3.2:3b" in caught.value.sentence("es")
    blob.unlink()
    with pytest.raises(InputError):
        row_from_ollama("llama3.2:3b")


def layered(digest: Any) -> bytes:
    return json.dumps({"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": digest}]}).encode()


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"layers": 3}',
        b'{"layers": [3, {"mediaType": []}]}',
        layered("sha256:../../../secret"),
        layered("sha256:" + "a/" * 32),
        layered("sha256:" + "\u0661" * 64),
        layered(["sha256:" + "a" * 64]),
        layered("sha256:" + "a" * 64),
        b'{"layers": [], "x": "' + b"y" * (2 << 20) + b'"}',
    ],
)
def test_hostile_manifests_are_refused(tmp_path: Path, manifest: bytes) -> None:
    write(tmp_path, {"secret": b"GGUF"})
    described(tmp_path / "store", manifest)
    with pytest.raises(InputError) as caught:
        row_from_ollama("m", store=tmp_path / "store")
    assert caught.value.code == "import.unknown" and len(caught.value.sentence("es")) < 2000


@pytest.mark.parametrize("name", ["..", "../m", "a/../m", "/etc/passwd", "a\\b", "m:..", "m\0:x", "a/b/c/d/e", ""])
def test_names_never_lead_out_of_the_store(tmp_path: Path, name: str) -> None:
    described(tmp_path, layered("sha256:" + "a" * 64))
    with pytest.raises(InputError):
        row_from_ollama(name, store=tmp_path)


def test_ids_are_given_or_made_and_never_twice(tmp_path: Path, library: ModelLibrary) -> None:
    first, second = (write(tmp_path / each, gguf_bytes(tmp_path / each, "Tiny")) for each in "ab")
    row = library.take_over(str(first), "Mine/Big:Q4")
    assert row.id == "mine/big:q4" == library.find("MINE/big:q4").id
    assert library.take_over(str(first)) == library.take_over(str(first), "mine/big:q4") == row
    codes = []
    for source, wish in [(first, "other"), (second, "mine/big:q4"), (second, ID), (second, "whisper-x")]:
        with pytest.raises(InputError) as caught:
            library.take_over(str(source), wish)
        codes.append(caught.value.code)
    assert codes == ["models.already_here", "models.id_taken", "models.id_taken", "models.id_taken"]
    for wrong in ("", "-x", "año", "a b", "../x", "ollama/x", "x\ny"):
        with pytest.raises(InputError) as caught:
            library.take_over(str(second), wrong)
        assert caught.value.code == "models.bad_id"
    assert library.take_over(str(second)).id == "Tiny" == library.find("tiny").id
    assert unique_id("x", {"x", "x-2"}) == "x-3"


def test_removal_forgets_and_never_deletes(tmp_path: Path, library: ModelLibrary) -> None:
    parts = gguf_bytes(tmp_path / "mine", "big", parts=2)
    model = transformer(tmp_path / "awq", "awq")
    ids = [library.take_over(str(path)).id for path in (tmp_path / "mine" / next(iter(parts)), model)]
    library.reconcile()
    for identity in ids:
        assert library.removal(identity).paths == () and library.remove(identity) == 0
    library.reconcile()
    assert all((tmp_path / "mine" / name).read_bytes() == content for name, content in parts.items())
    assert (model / "model.safetensors").exists()
    assert not {*ids} & {row.id for row in library.rows()}


def test_what_vanishes_or_breaks_is_failed_and_comes_back(tmp_path: Path, library: ModelLibrary) -> None:
    file = write(tmp_path, gguf_bytes(tmp_path / "made", "tiny"))
    folder = transformer(tmp_path / "awq", "awq")
    library.take_over(str(file)), library.take_over(str(folder))
    library.activate("tiny")
    content, weights = file.read_bytes(), (folder / "model.safetensors").read_bytes()
    file.unlink()
    (folder / "model.safetensors").write_bytes(weights[:100])
    library.reconcile()
    assert [library.find(each).state for each in ("tiny", "awq")] == ["failed", "failed"]
    assert str(file) in library.find("tiny").failure("es")
    file.write_bytes(content[:200])
    library.reconcile()
    assert "tiny.gguf" in library.find("tiny").failure("en")
    file.write_bytes(content)
    (folder / "model.safetensors").write_bytes(weights)
    library.reconcile()
    assert [library.find(each).state for each in ("tiny", "awq")] == ["installed", "installed"]


def test_a_header_is_read_once_while_the_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, gguf_bytes(tmp_path / "made", "tiny"))
    assert architecture_of(file) == "llama"
    monkeypatch.setattr("jarvis.catalog.imports.read_gguf", lambda path: pytest.fail(f"read {path} again"))
    assert architecture_of(file) == "llama"
    monkeypatch.undo()
    file.write_bytes(b"GGUF")
    with pytest.raises(EngineError):
        architecture_of(file)
