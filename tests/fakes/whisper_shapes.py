"""Whisper folders of the real sizes with random weights, built with numpy in seconds: for loading, memory and speed.

Speed does not depend on the weights. The words that such a model hears mean nothing, or are a sentence that is chosen:
then the decoder's blocks are silent, and the position embeddings choose the tokens. Weights are 8-bit, as they are in
memory when a processor runs them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.fakes.canned_whisper import VOCABULARY, whisper_languages, whisper_tokenizer, whisper_tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class WhisperShape:
    """Layers, width and heads of a published Whisper, and its mel bands."""

    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    mels: int = 80


SHAPES = {
    "toy": WhisperShape(encoder_layers=1, decoder_layers=1, width=64, heads=2),
    "toy-128": WhisperShape(encoder_layers=1, decoder_layers=1, width=64, heads=2, mels=128),
    "tiny": WhisperShape(encoder_layers=4, decoder_layers=4, width=384, heads=6),
    "base": WhisperShape(encoder_layers=6, decoder_layers=6, width=512, heads=8),
    "small": WhisperShape(encoder_layers=12, decoder_layers=12, width=768, heads=12),
    "medium": WhisperShape(encoder_layers=24, decoder_layers=24, width=1024, heads=16),
    "large-v3-turbo": WhisperShape(encoder_layers=32, decoder_layers=4, width=1280, heads=20, mels=128),
}


def random_whisper(folder: Path, name: str, says: str = "") -> Path:
    """Write a model of the shape `name` into `folder` and return it; with `says` that is what it hears, in English."""
    from ctranslate2.specs import WhisperSpec

    shape = SHAPES[name]
    folder.mkdir(parents=True)
    tokens, merges = whisper_tokens()
    ids = {token: number for number, token in enumerate(tokens)}
    tokenizer = whisper_tokenizer(tokens, merges)
    tokenizer.save(str(folder / "tokenizer.json"))
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    filling = _Filling(shape)
    filling.fill(spec)
    if says:
        said = tokenizer.encode(" " + says, add_special_tokens=False).ids
        filling.say(spec.decoder, {0: ids["<|en|>"], **dict(enumerate(said, 3))}, ids["<|endoftext|>"])
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{code}|>"] for code in whisper_languages()]
    spec.config.alignment_heads = [[shape.decoder_layers - 1, 0]]
    spec.validate()
    spec.save(str(folder))
    features = {"feature_size": shape.mels, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
    return folder


class _Filling:
    """Cuts all weights out of one pool of random numbers at different places, so that building takes little memory."""

    def __init__(self, shape: WhisperShape) -> None:
        self._shape = shape
        self._random = np.random.default_rng(7)
        most = max(VOCABULARY, 4 * shape.width) * shape.width
        self._pool = self._random.integers(-127, 128, most + 65_536, dtype=np.int8)

    def fill(self, spec: Any) -> None:
        width, mels = self._shape.width, self._shape.mels
        encoder, decoder = spec.encoder, spec.decoder
        for convolution, inputs in ((encoder.conv1, mels), (encoder.conv2, width)):
            convolution.weight = self._floats(width, inputs, 3)
            convolution.bias = self._floats(width)
        encoder.position_encodings.encodings = self._floats(1500, width)
        decoder.position_encodings.encodings = self._floats(448, width)
        decoder.embeddings.weight, decoder.embeddings.weight_scale = self._bytes(VOCABULARY, width)
        decoder.projection.weight, decoder.projection.weight_scale = self._bytes(VOCABULARY, width)
        for norm in (encoder.layer_norm, decoder.layer_norm):
            self._norm(norm)
        for layer in encoder.layer:
            self._attention(layer.self_attention)
            self._ffn(layer.ffn)
        for layer in decoder.layer:
            self._attention(layer.self_attention)
            self._attention(layer.attention)
            self._ffn(layer.ffn)

    def say(self, decoder: Any, chosen: dict[int, int], otherwise: int) -> None:
        """Let position `p` be followed by token `chosen[p]`, any other by `otherwise`."""
        rows = decoder.embeddings.weight.astype(np.float32)
        scale = np.linalg.norm(rows, axis=1).astype(np.float32)
        decoder.embeddings.weight_scale = decoder.projection.weight_scale = scale
        decoder.projection.weight = decoder.embeddings.weight
        positions = [chosen.get(position, otherwise) for position in range(448)]
        decoder.position_encodings.encodings = np.stack([40 * rows[token] / scale[token] for token in positions])
        decoder.layer_norm.gamma = np.full(self._shape.width, 4.0, np.float32)
        for layer in decoder.layer:
            parts = (*layer.self_attention.linear, *layer.attention.linear, layer.ffn.linear_0, layer.ffn.linear_1)
            for linear in parts:
                linear.weight = np.zeros_like(linear.weight)
                linear.bias = np.zeros_like(linear.bias)

    def _attention(self, attention: Any) -> None:
        width = self._shape.width
        self._norm(attention.layer_norm)
        sizes = [3 * width, width] if len(attention.linear) == 2 else [width, 2 * width, width]
        for linear, size in zip(attention.linear, sizes, strict=True):
            self._linear(linear, size, width)

    def _ffn(self, ffn: Any) -> None:
        width = self._shape.width
        self._norm(ffn.layer_norm)
        self._linear(ffn.linear_0, 4 * width, width)
        self._linear(ffn.linear_1, width, 4 * width)

    def _linear(self, linear: Any, outputs: int, inputs: int) -> None:
        linear.weight, linear.weight_scale = self._bytes(outputs, inputs)
        linear.bias = self._floats(outputs)

    def _norm(self, norm: Any) -> None:
        norm.gamma = np.ones(self._shape.width, np.float32)
        norm.beta = self._floats(self._shape.width)

    def _bytes(self, *size: int) -> tuple[np.ndarray, np.ndarray]:
        count = int(np.prod(size))
        at = int(self._random.integers(0, len(self._pool) - count + 1))
        return self._pool[at : at + count].reshape(size), np.full(size[0], 127 / 0.05, np.float32)

    def _floats(self, *size: int) -> np.ndarray:
        return (self._random.standard_normal(size) * 0.02).astype(np.float32)
