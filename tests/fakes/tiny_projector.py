"""Makes a vision file of random weights on the spot, in the form that llama.cpp loads beside a language model.

A CLIP encoder of two layers on pictures of 28 x 28 pixels with the two-layer projector of LLaVA: four tokens a picture.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

_WIDTH, _LAYERS, _HEADS, _INNER, _PATCH, _IMAGE = 32, 2, 2, 64, 14, 28
PICTURE_TOKENS = (_IMAGE // _PATCH) ** 2


def tiny_projector(path: Path, *, model_width: int) -> Path:
    """Write a vision file for a model with embeddings of `model_width`."""
    import gguf
    import numpy as np

    chance = np.random.default_rng(0)

    def noise(*size: int) -> Any:
        return (chance.standard_normal(size) * 0.1).astype(np.float32)

    writer = gguf.GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for key, value in {
        "image_size": _IMAGE,
        "patch_size": _PATCH,
        "embedding_length": _WIDTH,
        "feed_forward_length": _INNER,
        "block_count": _LAYERS,
        "projection_dim": model_width,
        "attention.head_count": _HEADS,
    }.items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    tensors = {
        "v.patch_embd.weight": noise(_WIDTH, 3, _PATCH, _PATCH),
        "v.class_embd": noise(_WIDTH),
        "v.position_embd.weight": noise(PICTURE_TOKENS + 1, _WIDTH),
        **_norm("v.pre_ln", noise),
        "mm.0.weight": noise(model_width, _WIDTH),
        "mm.0.bias": noise(model_width),
        "mm.2.weight": noise(model_width, model_width),
        "mm.2.bias": noise(model_width),
    }
    for layer in range(_LAYERS):
        at = f"v.blk.{layer}"
        tensors |= {**_norm(f"{at}.ln1", noise), **_norm(f"{at}.ln2", noise)}
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            tensors |= {f"{at}.{name}.weight": noise(_WIDTH, _WIDTH), f"{at}.{name}.bias": noise(_WIDTH)}
        tensors |= {f"{at}.ffn_up.weight": noise(_INNER, _WIDTH), f"{at}.ffn_up.bias": noise(_INNER)}
        tensors |= {f"{at}.ffn_down.weight": noise(_WIDTH, _INNER), f"{at}.ffn_down.bias": noise(_WIDTH)}
    for name, value in tensors.items():
        writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def png(red: int, green: int, blue: int, *, size: int = 28) -> bytes:
    """Return a PNG of one colour."""
    rows = b"".join(b"\0" + bytes((red, green, blue)) * size for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _norm(name: str, noise: Any) -> dict[str, Any]:
    weight = noise(_WIDTH)
    return {f"{name}.weight": weight * 0 + 1, f"{name}.bias": weight}
