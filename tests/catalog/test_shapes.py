"""Shapes of GGUF files, of folders and of catalogue entries."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jarvis.catalog.entries import CatalogModel, ModelFile, Shape, Variant
from jarvis.catalog.folder_shape import shape_of_folder
from jarvis.catalog.gguf_shape import shape_of_gguf, sliding_pattern
from jarvis.catalog.tensor_types import BY_NAME, repacked_bytes
from jarvis.contracts.errors import EngineError, InputError
from jarvis.placement.entry_shape import shape_of_entry
from jarvis.placement.estimate import kv_bytes
from tests.catalog.test_gguf_header import number, text, written
from tests.fakes.shaped_gguf import Dimensions, shaped_gguf

DENSE = Dimensions(
    architecture="qwen2",
    layers=8,
    width=512,
    feed_forward=1024,
    heads=8,
    kv_heads=2,
    head=64,
    vocabulary=1000,
    down="Q6_K",
)


def test_every_byte_of_the_file_is_somewhere(tmp_path: Path) -> None:
    for tied in (False, True):
        path = shaped_gguf(tmp_path / f"{tied}.gguf", replace(DENSE, tied=tied))
        shape = shape_of_gguf(path)
        assert (shape.tied_output, shape.vocabulary, shape.heads, shape.exact) == (tied, 1000, 8, True)
        counted = sum(layer.weight_bytes for layer in shape.layers) + shape.embedding_bytes
        counted += 4 * 512 if tied else shape.output_bytes
        assert 0 <= shape.file_bytes - counted < 40_000
        assert shape.quantization == "Q4_K"


def test_experts_and_projector_are_told_apart(tmp_path: Path) -> None:
    path = shaped_gguf(tmp_path / "m.gguf", replace(DENSE, architecture="qwen3moe", experts=4))
    (tmp_path / "mmproj-m.gguf").write_bytes(bytes(777))
    shape = shape_of_gguf(path)
    gates = 2 * 512 * 1024 * 4 * 144 // 256
    assert shape.layers[0].expert_bytes == gates + 1024 * 512 * 4 * 210 // 256
    assert shape.layers[0].weight_bytes > shape.layers[0].expert_bytes
    assert (shape.experts, shape.experts_used, shape.projector_bytes) == (4, 2, 777)


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = shaped_gguf(tmp_path / "m.gguf", DENSE)
    assert shape_of_gguf(path) is shape_of_gguf(path)
    shaped_gguf(path, replace(DENSE, layers=3))
    assert len(shape_of_gguf(path).layers) == 3


@pytest.mark.parametrize(
    ("architecture", "whole"), [("gemma2", {1, 3, 5, 7}), ("gemma3", {5}), ("cohere2", {3, 7}), ("cohere2moe", {0, 4})]
)
def test_sliding_layers_follow_the_architecture(architecture: str, whole: set[int], tmp_path: Path) -> None:
    path = shaped_gguf(tmp_path / "m.gguf", replace(DENSE, architecture=architecture, window=256))
    shape = shape_of_gguf(path)
    assert {index for index, layer in enumerate(shape.layers) if not layer.sliding} == whole
    assert shape.sliding_window == 256
    assert sliding_pattern("llama", 8) == (False,) * 8
    assert shape_of_gguf(shaped_gguf(tmp_path / "q.gguf", replace(DENSE, window=256))).sliding_window == 0


def _hand_made(tmp_path: Path, architecture: str, numbers: dict[str, int], roles: dict[int, str]) -> Path:
    entries = [text("general.architecture") + struct.pack("<I", 8) + text(architecture)]
    entries += [number(f"{architecture}.{key}", value) for key, value in numbers.items()]
    tensors = [(f"blk.{index}.{role}", (32, 8), 0, 1024 * index) for index, role in roles.items()]
    return written(tmp_path / "m.gguf", entries, tensors, space=8192)


def test_latent_attention_caches_one_row_per_token(tmp_path: Path) -> None:
    numbers = {"block_count": 2, "attention.head_count": 16, "attention.head_count_kv": 1, "embedding_length": 2048}
    numbers |= {"attention.key_length": 576, "attention.value_length": 512}
    numbers |= {"attention.key_length_mla": 192, "attention.value_length_mla": 128}
    shape = shape_of_gguf(_hand_made(tmp_path, "deepseek2", numbers, {0: "a", 1: "a"}))
    assert kv_bytes(shape, range(2), context=1024, kv_type="f16") == 2 * 1024 * 576 * 2


def test_recurrent_layers_have_a_state_and_no_cache(tmp_path: Path) -> None:
    numbers = {"block_count": 2, "attention.head_count": 4, "attention.head_count_kv": 2, "embedding_length": 256}
    numbers |= {"ssm.conv_kernel": 4, "ssm.inner_size": 512, "ssm.state_size": 16, "ssm.group_count": 1}
    roles = {0: "ssm_conv1d.weight", 1: "attn_q.weight"}
    state = 4 * (3 * (512 + 2 * 16) + 16 * 512)
    hybrid = shape_of_gguf(_hand_made(tmp_path, "granitehybrid", numbers, roles))
    assert [(layer.recurrent_bytes, layer.kv_heads) for layer in hybrid.layers] == [(state, 0), (0, 2)]
    both = shape_of_gguf(_hand_made(tmp_path, "falcon-h1", numbers, roles))
    assert [(layer.recurrent_bytes, layer.kv_heads) for layer in both.layers] == [(state, 2), (0, 2)]


def test_the_second_copy_depends_on_type_rows_and_processor() -> None:
    q4_k, q8_0 = BY_NAME["Q4_K"], BY_NAME["Q8_0"]
    assert repacked_bytes(q4_k, (256, 64), "x86") == 64 * 144
    assert repacked_bytes(q4_k, (256, 64), "amx") == 0
    assert repacked_bytes(q4_k, (256, 63), "x86") == repacked_bytes(q8_0, (256, 64), "x86") == 0
    assert repacked_bytes(q8_0, (256, 64), "arm") == 64 * 8 * 34
    assert repacked_bytes(q4_k, (256, 64, 2), "x86") == 2 * 64 * 144
    assert repacked_bytes(q4_k, (256,), "x86") == 0


CONFIG: dict[str, Any] = {
    "model_type": "qwen2",
    "num_hidden_layers": 2,
    "hidden_size": 256,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 1000,
    "max_position_embeddings": 4096,
    "quantization_config": {"quant_method": "awq", "bits": 4},
}
SIZES = {
    "model.embed_tokens.weight": 512_000,
    "model.layers.0.mlp.experts.0.w.qweight": 300,
    "model.layers.0.a.qweight": 100,
    "model.layers.1.a.qweight": 200,
    "model.norm.weight": 512,
    "lm_head.weight": 512_000,
}


def _folder(path: Path, config: object = CONFIG) -> Path:
    path.mkdir()
    (path / "config.json").write_text(json.dumps(config))
    places: dict[str, str] = {}
    for part, names in enumerate((list(SIZES)[:3], list(SIZES)[3:])):
        entries, end = {}, 0
        for name in names:
            entries[name] = {"dtype": "I32", "shape": [SIZES[name] // 4], "data_offsets": [end, end + SIZES[name]]}
            end += SIZES[name]
        header = json.dumps(entries).encode()
        (path / f"{part}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(end))
        places |= dict.fromkeys(names, f"{part}.safetensors")
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    return path


def test_a_folder_is_summed_layer_by_layer(tmp_path: Path) -> None:
    shape = shape_of_folder(_folder(tmp_path / "m"))
    assert [(layer.weight_bytes, layer.expert_bytes) for layer in shape.layers] == [(400, 300), (200, 0)]
    assert (shape.embedding_bytes, shape.output_bytes) == (512_000, 512_512)
    assert (shape.quantization, shape.context_tokens, shape.tied_output) == ("AWQ-4bit", 4096, False)
    assert kv_bytes(shape, range(2), context=256, kv_type="f16") == 256 * 2 * 2 * 64 * 2 * 2


def _index_of(*names: str) -> Callable[[Path], object]:
    places = {str(number): name for number, name in enumerate(names)}
    return lambda path: path.write_text(json.dumps({"weight_map": places}))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("file", "damage", "code"),
    [
        ("config.json", lambda path: path.unlink(), "missing"),
        ("config.json", lambda path: path.write_bytes(b"[" * 100_000), "damaged"),
        ("config.json", lambda path: path.write_text(json.dumps({**CONFIG, "num_hidden_layers": 1})), "damaged"),
        ("config.json", lambda path: path.write_text(json.dumps({**CONFIG, "hidden_size": -1})), "damaged"),
        ("1.safetensors", lambda path: path.unlink(), "missing"),
        ("1.safetensors", _cut, "damaged"),
        ("1.safetensors", lambda path: path.write_bytes(b"\xff" * 64), "damaged"),
        ("1.safetensors", lambda path: path.write_bytes(b""), "damaged"),
        ("model.safetensors.index.json", lambda path: path.write_text('{"weight_map": {"a": "../x"}}'), "damaged"),
        ("model.safetensors.index.json", _index_of("x" * 5000 + ".safetensors"), "damaged"),
        ("model.safetensors.index.json", _index_of("\ud800.safetensors"), "damaged"),
        ("model.safetensors.index.json", _index_of(*(f"{n}.safetensors" for n in range(1001))), "damaged"),
        (
            "1.safetensors",
            lambda path: path.write_bytes(struct.pack("<Q", 5 << 20) + b"{}" + b" " * (6 << 20)),
            "damaged",
        ),
    ],
)
def test_a_damaged_folder_says_which_file(
    file: str, damage: Callable[[Path], object], code: str, tmp_path: Path
) -> None:
    folder = _folder(tmp_path / "m")
    damage(folder / file)
    with pytest.raises(EngineError) as caught:
        shape_of_folder(folder)
    assert caught.value.code == f"model.folder_{code}"
    assert "m" in caught.value.sentence("es")


def _entry(shape: Shape | None, size: int) -> tuple[CatalogModel, Variant]:
    variant = Variant(
        quantization="Q4_K_M",
        format="gguf",
        repository="a/b",
        files=(ModelFile(name="m.gguf", bytes=size),),
        engines=("llama.cpp",),
    )
    model = CatalogModel(
        id="x",
        name="X",
        kind="text" if shape else "recognition",
        family="x",
        about_en="x",
        about_es="x",
        licence="MIT",
        languages=("en",),
        abilities=("chat",),
        shape=shape,
        variants=(variant,),
    )
    return model, variant


def test_an_entry_foretells_what_the_file_will_be(tmp_path: Path) -> None:
    real = Shape(
        architecture="llama",
        layers=32,
        embedding_length=4096,
        feed_forward_length=14_336,
        heads=32,
        kv_heads=8,
        head_size=128,
        vocabulary=128_256,
    )
    model, variant = _entry(real, 4_920_734_272)
    shape = shape_of_entry(model, variant)
    assert not shape.exact
    counted = sum(layer.weight_bytes for layer in shape.layers) + shape.embedding_bytes + shape.output_bytes
    assert counted == pytest.approx(4_920_734_272, abs=50_000)
    assert shape.embedding_bytes / 2**20 == pytest.approx(281.81, rel=0.01)
    on_gpu = (counted - shape.embedding_bytes) / 2**20
    assert on_gpu == pytest.approx(4403.49, rel=0.005)
    assert kv_bytes(shape, range(32), context=8192, kv_type="f16") == 1 << 30


def test_an_entry_without_dimensions_says_so() -> None:
    model, variant = _entry(None, 1)
    with pytest.raises(InputError) as caught:
        shape_of_entry(model, variant)
    assert caught.value.code == "catalog.no_shape" and "x" in caught.value.sentence("es")


def test_a_folder_that_cannot_be_opened_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        shape_of_folder(tmp_path / ("x" * 5000))
    assert caught.value.code == "model.folder_damaged"


def test_keys_and_values_may_differ_in_size() -> None:
    wide = Shape(
        architecture="deepseek2",
        layers=2,
        embedding_length=512,
        feed_forward_length=512,
        heads=4,
        kv_heads=4,
        head_size=192,
        value_size=128,
        vocabulary=1000,
    )
    shape = shape_of_entry(*_entry(wide, 4_000_000))
    assert kv_bytes(shape, range(2), context=256, kv_type="f16") == 2 * 256 * 4 * (192 + 128) * 2
