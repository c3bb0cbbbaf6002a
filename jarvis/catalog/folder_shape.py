"""The shape of a model that is a folder of safetensors, as AWQ, GPTQ and unquantised models are.

Reads `config.json` and the headers of the weights files, never the weights. Knows nothing about who runs them.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.catalog.shape import Layer, ModelShape
from jarvis.contracts.errors import EngineError

_LONGEST_CONFIG = 4 << 20
_LONGEST_HEADER = 4 << 20
_LONGEST_INDEX = 16 << 20
_MOST_FILES, _LONGEST_NAME = 1000, 200
_MOST_TENSORS, _MOST_LAYERS, _LARGEST_NUMBER = 200_000, 10_000, 1 << 40
_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d{1,5})\.")
_EXPERT = re.compile(r"\.experts(?:\.|_)")


def shape_of_folder(path: Path) -> ModelShape:
    """Return the shape of the model in the folder `path`.

    `EngineError` `model.folder_missing` or `model.folder_damaged` names the file that is wrong.
    """
    try:
        return _shape(path)
    except OSError as error:
        raise _damaged(path / "config.json") from error


def _shape(path: Path) -> ModelShape:
    config = _config(path)
    files = _weights_files(path)
    count = config.number("num_hidden_layers", _MOST_LAYERS)
    sizes = _Sizes(layers=[0] * count, experts=[0] * count)
    counted = 0
    for file in files:
        for name, size in _tensors(file):
            sizes.add(name, size, file)
            counted += 1
        if counted > _MOST_TENSORS:
            raise _damaged(file)
    heads = config.number("num_attention_heads")
    width = config.number("hidden_size")
    head = config.number("head_dim", default=width // heads)
    kv_heads = config.number("num_key_value_heads", default=heads)
    tied = config.flag("tie_word_embeddings") or not sizes.output
    return ModelShape(
        architecture=config.text("model_type"),
        name=path.name,
        layers=tuple(
            Layer(
                weight_bytes=weight,
                expert_bytes=expert,
                kv_heads=kv_heads,
                key_length=head,
                value_length=head,
                sliding=slides,
            )
            for weight, expert, slides in zip(sizes.layers, sizes.experts, _sliding(config), strict=True)
        ),
        embedding_bytes=sizes.embedding,
        output_bytes=(sizes.embedding if tied else sizes.output) + sizes.norm,
        embedding_length=width,
        vocabulary=config.number("vocab_size"),
        heads=heads,
        context_tokens=config.number("max_position_embeddings", default=0),
        file_bytes=sum(file.stat().st_size for file in files),
        tied_output=tied,
        sliding_window=config.number("sliding_window", default=0) if any(_sliding(config)) else 0,
        experts=config.number("num_local_experts", default=config.number("num_experts", default=0)),
        experts_used=config.number("num_experts_per_tok", default=0),
        feed_forward=max(1, config.number("num_experts_per_tok", default=0))
        * (config.number("moe_intermediate_size", default=0) or config.number("intermediate_size", default=0)),
        quantization=_quantization(config),
    )


@dataclass(slots=True)
class _Sizes:
    layers: list[int]
    experts: list[int]
    embedding: int = 0
    output: int = 0
    norm: int = 0

    def add(self, name: str, size: int, file: Path) -> None:
        found = _LAYER.search(name)
        if found:
            index = int(found[1])
            if index >= len(self.layers):
                raise _damaged(file)
            self.layers[index] += size
            self.experts[index] += size if _EXPERT.search(name) else 0
        elif "embed_tokens" in name or name.endswith("wte.weight"):
            self.embedding += size
        elif "lm_head" in name:
            self.output += size
        else:
            self.norm += size


class _Config:
    """`config.json`; of a model with vision the part about its text."""

    def __init__(self, file: Path, values: dict[str, Any]) -> None:
        self._file = file
        text = values.get("text_config")
        self._values = {**values, **text} if isinstance(text, dict) else values

    def number(self, key: str, most: int = _LARGEST_NUMBER, *, default: int | None = None) -> int:
        value = self._values.get(key, default)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool) or not (0 <= value <= most):
            raise _damaged(self._file)
        if default is None and value == 0:
            raise _damaged(self._file)
        return value

    def flag(self, key: str) -> bool:
        return self._values.get(key) is True

    def text(self, key: str) -> str:
        value = self._values.get(key, "")
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        value = self._values.get(key)
        return [str(each) for each in value] if isinstance(value, list) else []

    def part(self, key: str) -> dict[str, Any]:
        value = self._values.get(key)
        return value if isinstance(value, dict) else {}


def _config(path: Path) -> _Config:
    file = path / "config.json"
    values = _json(file, _LONGEST_CONFIG)
    return _Config(file, values)


def _sliding(config: _Config) -> list[bool]:
    """`layer_types` says it layer by layer; a model that only names a window slides nowhere unless it says so."""
    count = config.number("num_hidden_layers", _MOST_LAYERS)
    kinds = config.texts("layer_types")
    if len(kinds) != count:
        return [config.flag("use_sliding_window")] * count
    return [kind == "sliding_attention" for kind in kinds]


def _quantization(config: _Config) -> str:
    stored = config.part("quantization_config")
    method = str(stored.get("quant_method", ""))[:20]
    bits = stored.get("bits", stored.get("w_bit", ""))
    if method:
        return f"{method.upper()}{f'-{bits}bit' if isinstance(bits, int) else ''}"
    return (config.text("torch_dtype") or config.text("dtype")).upper()


def _weights_files(path: Path) -> list[Path]:
    index = path / "model.safetensors.index.json"
    if index.is_file():
        places = _json(index, _LONGEST_INDEX).get("weight_map")
        if not isinstance(places, dict) or not places:
            raise _damaged(index)
        names = sorted({str(name) for name in places.values()})
        if len(names) > _MOST_FILES or any(not _is_plain(name) for name in names):
            raise _damaged(index)
        files = [path / name for name in names]
    else:
        files = sorted(path.glob("*.safetensors"))
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None or not files:
        raise _missing(missing or path / "model.safetensors")
    return files


def _is_plain(name: str) -> bool:
    """True for a name that a file in the folder itself can have and a sentence can show."""
    fits = len(name) <= _LONGEST_NAME and name.isprintable() and Path(name).name == name
    return fits and name.endswith(".safetensors")


def _tensors(file: Path) -> Iterator[tuple[str, int]]:
    """Yield name and bytes of every tensor: 8 bytes of length, JSON, then the weights."""
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= min(_LONGEST_HEADER, size - 8):
                raise _damaged(file)
            entries = _object(stream.read(length), file)
    except OSError as error:
        raise _damaged(file) from error
    entries.pop("__metadata__", None)
    if len(entries) > _MOST_TENSORS:
        raise _damaged(file)
    end = 0
    for name, start_at, end_at in sorted(_extents(entries, file), key=lambda each: each[1]):
        if start_at < end or end_at > size - 8 - length:
            raise _damaged(file)
        end = end_at
        yield name, end_at - start_at


def _extents(entries: dict[str, Any], file: Path) -> Iterator[tuple[str, int, int]]:
    for name, entry in entries.items():
        offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not (isinstance(offsets, list) and len(offsets) == 2 and all(type(each) is int for each in offsets)):
            raise _damaged(file)
        if not 0 <= offsets[0] <= offsets[1]:
            raise _damaged(file)
        yield name, offsets[0], offsets[1]


def _json(file: Path, longest: int) -> dict[str, Any]:
    try:
        if file.stat().st_size > longest:
            raise _damaged(file)
        return _object(file.read_bytes(), file)
    except FileNotFoundError as error:
        raise _missing(file) from error
    except OSError as error:
        raise _damaged(file) from error


def _object(data: bytes, file: Path) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _damaged(file) from error
    if not isinstance(value, dict):
        raise _damaged(file)
    return value


def _missing(file: Path) -> EngineError:
    return EngineError(
        "model.folder_missing",
        en="{file} is missing in {folder}, so the model there cannot be used. Download the model again.",
        es="Falta {file} en {folder}, así que ese modelo no se puede usar. Descarga el modelo otra vez.",
        retryable=False,
        file=file.name,
        folder=file.parent,
    )


def _damaged(file: Path) -> EngineError:
    return EngineError(
        "model.folder_damaged",
        en="{file} in {folder} is damaged, so the model was not opened. Download the model again.",
        es="{file} en {folder} está dañado y el modelo no se ha abierto. Descarga el modelo otra vez.",
        retryable=False,
        file=file.name,
        folder=file.parent,
    )
