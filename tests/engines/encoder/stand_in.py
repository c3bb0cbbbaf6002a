"""A sentence encoder of the published shape but a fraction of the size, written as its package would have it."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[np.float32]]

WIDTH, INNER, HEADS, LAYERS, PLACES = 24, 48, 4, 4, 300
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase)]


def weights(seed: int = 0) -> Weights:
    """Random weights of about the sizes of trained ones."""
    rng = np.random.default_rng(seed)

    def some(*shape: int, size: float = 0.2) -> npt.NDArray[np.float32]:
        return (rng.normal(size=shape) * size).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": some(len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": some(PLACES, WIDTH, size=0.05),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH, size=0.05),
        "embeddings.LayerNorm.weight": 1 + some(WIDTH),
        "embeddings.LayerNorm.bias": some(WIDTH),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        shapes = {
            "attention.self.query": (WIDTH, WIDTH),
            "attention.self.key": (WIDTH, WIDTH),
            "attention.self.value": (WIDTH, WIDTH),
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH),
            "output.dense": (WIDTH, INNER),
        }
        for part, shape in shapes.items():
            made[f"{name}.{part}.weight"] = some(*shape)
            made[f"{name}.{part}.bias"] = some(shape[0], size=0.05)
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            made[f"{name}.{part}.weight"] = 1 + some(WIDTH)
            made[f"{name}.{part}.bias"] = some(WIDTH)
    return made


def safetensors(arrays: Weights) -> bytes:
    """The bytes of a safetensors file."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    bodies, place = [], 0
    for name, array in arrays.items():
        body = array.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [place, place + len(body)]}
        place += len(body)
        bodies.append(body)
    written = json.dumps(header).encode()
    return struct.pack("<Q", len(written)) + written + b"".join(bodies)


def model_folder(folder: Path, seed: int = 0) -> str:
    """Write the stand-in into `folder` and return the checksum of its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    content = safetensors(weights(seed))
    (folder / "model.safetensors").write_bytes(content)
    (folder / "config.json").write_text(json.dumps({"num_attention_heads": HEADS, "layer_norm_eps": 1e-12}))
    tokenizer = {
        "version": "1.0",
        "truncation": {"max_length": 16, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {word: place for place, word in enumerate(WORDS)},
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return hashlib.sha256(content).hexdigest()


def forward(arrays: Weights, ids: list[int], layers: int, heads: int) -> npt.NDArray[np.float32]:
    """The published sums in torch, in full precision: the unit mean vector of the tokens after `layers` layers."""
    import torch
    from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

    given = {name: torch.tensor(array) for name, array in arrays.items()}

    def dense(value: torch.Tensor, name: str) -> torch.Tensor:
        return linear(value, given[f"{name}.weight"], given[f"{name}.bias"])

    def normed(value: torch.Tensor, name: str) -> torch.Tensor:
        return layer_norm(value, value.shape[-1:], given[f"{name}.weight"], given[f"{name}.bias"], 1e-12)

    with torch.inference_mode():
        words = given["embeddings.word_embeddings.weight"][torch.tensor(ids)]
        places = given["embeddings.position_embeddings.weight"][: len(ids)]
        hidden = normed(words + places + given["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(layers):
            name = f"encoder.layer.{number}"
            parts = [
                dense(hidden, f"{name}.attention.self.{part}").reshape(len(ids), heads, -1).transpose(0, 1)
                for part in ("query", "key", "value")
            ]
            mixed = scaled_dot_product_attention(*parts).transpose(0, 1).reshape(len(ids), -1)
            hidden = normed(
                dense(mixed, f"{name}.attention.output.dense") + hidden, f"{name}.attention.output.LayerNorm"
            )
            inner = gelu(dense(hidden, f"{name}.intermediate.dense"))
            hidden = normed(dense(inner, f"{name}.output.dense") + hidden, f"{name}.output.LayerNorm")
        mean = hidden.mean(0)
        vector: npt.NDArray[np.float32] = (mean / mean.norm()).numpy()
        return vector
