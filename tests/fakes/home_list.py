"""The tiny test model as an entry of a person's own list of models, fetched from a stand-in hub."""

from __future__ import annotations

import hashlib
import json
from typing import Any

REPOSITORY = "somebody/home-gguf"
HOME_MODEL = "home:f16"


def home_list(content: bytes, **changed: Any) -> str:
    """The text of a list with that one model, whose file `h.gguf` in `REPOSITORY` is `content`."""
    file = {"name": "h.gguf", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    variant = {
        "quantization": "F16",
        "format": "gguf",
        "repository": REPOSITORY,
        "files": [file],
        "engines": ["llama.cpp"],
    }
    entry = {
        "id": "home",
        "name": "Home facts",
        "kind": "text",
        "family": "qwen2",
        "about_en": "Knows one home",
        "about_es": "Conoce una casa",
        "parameters_billion": 0.001,
        "context_tokens": 2048,
        "licence": "MIT",
        "licence_url": "https://example.org/licence",
        "languages": ["en", "es"],
        "abilities": ["chat"],
        "shape": {
            "architecture": "qwen2",
            "layers": 2,
            "embedding_length": 128,
            "feed_forward_length": 384,
            "heads": 4,
            "kv_heads": 2,
            "head_size": 32,
            "vocabulary": 700,
            "tied_embeddings": True,
        },
        "variants": [variant],
        **changed,
    }
    return json.dumps({"schema_version": 1, "models": [entry]}, indent=1)
