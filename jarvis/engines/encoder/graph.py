"""Builds the int8 ONNX graph of a small BERT sentence encoder from its plain weights.

Weights come as float32 arrays under their usual BERT names and become 8-bit integers with one scale per output column
(per row for the word table); activations are quantised while it runs. The sums are those of `onnxruntime`'s own dynamic
quantisation. Knows no file formats but ONNX, no tokenizer and no cache; needs the `onnx` package while building.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

OPSET = 17
"""The first one with LayerNormalization; every onnxruntime of the last years runs it."""

IR_VERSION = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The numbers of the network that its weights alone do not tell: `heads` per layer, epsilon of the norms."""

    layers: int
    heads: int
    epsilon: float


@dataclass(kw_only=True)
class _Draft:
    weights: Mapping[str, Array]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    count: int = 0

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: int = 1, **attributes: Any) -> list[str]:
        from onnx import helper

        self.count += 1
        names = [f"{kind}_{self.count}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def one(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        return self.node(kind, inputs, **attributes)[0]


def sentence_encoder(weights: Mapping[str, Array], shape: Shape) -> bytes:
    """Return the serialised model: `input_ids` and `attention_mask` (int64, batch x tokens) in, `embedding` out.

    `embedding` is batch x width float32: the mean over the tokens of the last layer, of length 1. Raises KeyError for a
    weight that is missing.
    """
    from onnx import TensorProto, helper

    draft = _Draft(weights=weights)
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    draft.constant("keep_shape", np.array([0, 0, shape.heads, width // shape.heads], dtype=np.int64))
    draft.constant("join_shape", np.array([0, 0, width], dtype=np.int64))
    draft.constant("root", np.array((width // shape.heads) ** -0.5, dtype=np.float32))
    hidden = _embedded(draft, shape)
    mask = draft.one("Cast", ["attention_mask"], to=TensorProto.FLOAT)
    penalty = _penalty(draft, mask)
    for layer in range(shape.layers):
        hidden = _layer(draft, f"encoder.layer.{layer}", hidden, penalty, shape)
    _pooled(draft, hidden, mask)
    graph = helper.make_graph(
        draft.nodes,
        "sentence_encoder",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in _INPUTS],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", width])],
        draft.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


_INPUTS = ("input_ids", "attention_mask")


def _embedded(draft: _Draft, shape: Shape) -> str:
    """Word, place and sentence-kind vectors added up; every text is of the first kind."""
    table = draft.weights["embeddings.word_embeddings.weight"]
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
    draft.constant("words", np.round(table / scales).astype(np.int8))
    draft.constant("word_scales", scales.astype(np.float32))
    from onnx import TensorProto

    rows = draft.one("Cast", [draft.one("Gather", ["words", "input_ids"])], to=TensorProto.FLOAT)
    words = draft.one("Mul", [rows, draft.one("Gather", ["word_scales", "input_ids"])])
    kinds = draft.weights["embeddings.token_type_embeddings.weight"]
    draft.constant("places", draft.weights["embeddings.position_embeddings.weight"] + kinds[:1])
    draft.constant("first", np.array([0], dtype=np.int64))
    draft.constant("second", np.array([1], dtype=np.int64))
    draft.constant("third", np.array([2], dtype=np.int64))
    length = draft.one("Slice", [draft.one("Shape", ["input_ids"]), "second", "third", "first"])
    places = draft.one("Slice", ["places", "first", length, "first"])
    return _normed(draft, draft.one("Add", [words, places]), "embeddings.LayerNorm", shape)


def _penalty(draft: _Draft, mask: str) -> str:
    """0 for tokens that are there, a large negative number for filling, shaped to add to the attention scores."""
    draft.constant("one", np.array(1, dtype=np.float32))
    draft.constant("minus_many", np.array(-1e4, dtype=np.float32))
    draft.constant("spread", np.array([1, 2], dtype=np.int64))
    missing = draft.one("Sub", ["one", mask])
    return draft.one("Unsqueeze", [draft.one("Mul", [missing, "minus_many"]), "spread"])


def _layer(draft: _Draft, name: str, hidden: str, penalty: str, shape: Shape) -> str:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    joined = _linear(draft, hidden, f"{name}.qkv", *parts)
    query, key, value = draft.node("Split", [joined], 3, axis=2)
    heads = [draft.one("Reshape", [part, "keep_shape"]) for part in (query, key, value)]
    query = draft.one("Mul", [draft.one("Transpose", [heads[0]], perm=[0, 2, 1, 3]), "root"])
    key = draft.one("Transpose", [heads[1]], perm=[0, 2, 3, 1])
    value = draft.one("Transpose", [heads[2]], perm=[0, 2, 1, 3])
    scores = draft.one("Add", [draft.one("MatMul", [query, key]), penalty])
    mixed = draft.one("MatMul", [draft.one("Softmax", [scores], axis=-1), value])
    mixed = draft.one("Reshape", [draft.one("Transpose", [mixed], perm=[0, 2, 1, 3]), "join_shape"])
    out = _linear(draft, mixed, f"{name}.attended", f"{name}.attention.output.dense")
    hidden = _normed(draft, draft.one("Add", [out, hidden]), f"{name}.attention.output.LayerNorm", shape)
    inner = _gelu(draft, _linear(draft, hidden, f"{name}.inner", f"{name}.intermediate.dense"))
    out = _linear(draft, inner, f"{name}.outer", f"{name}.output.dense")
    return _normed(draft, draft.one("Add", [out, hidden]), f"{name}.output.LayerNorm", shape)


def _linear(draft: _Draft, value: str, name: str, *sources: str) -> str:
    """One product with the weights of `sources` side by side: 8-bit integers, a scale for every output."""
    from onnx import TensorProto

    matrix = np.concatenate([draft.weights[f"{source}.weight"] for source in sources]).T
    bias = np.concatenate([draft.weights[f"{source}.bias"] for source in sources])
    scales = np.maximum(np.abs(matrix).max(axis=0), 1e-8) / 127
    draft.constant(f"{name}.weight", np.round(matrix / scales).astype(np.int8))
    draft.constant(f"{name}.scale", scales.astype(np.float32))
    draft.constant(f"{name}.bias", bias.astype(np.float32))
    small, scale, zero = draft.node("DynamicQuantizeLinear", [value], 3)
    product = draft.one("MatMulInteger", [small, f"{name}.weight", zero])
    factor = draft.one("Mul", [scale, f"{name}.scale"])
    plain = draft.one("Mul", [draft.one("Cast", [product], to=TensorProto.FLOAT), factor])
    return draft.one("Add", [plain, f"{name}.bias"])


def _gelu(draft: _Draft, value: str) -> str:
    """Half of x * (1 + erf(x / sqrt 2)), spelled as onnxruntime recognises it."""
    if not any(constant.name == "root_two" for constant in draft.constants):
        draft.constant("root_two", np.array(np.sqrt(2), dtype=np.float32))
        draft.constant("half", np.array(0.5, dtype=np.float32))
    bell = draft.one("Erf", [draft.one("Div", [value, "root_two"])])
    return draft.one("Mul", [draft.one("Mul", [value, draft.one("Add", [bell, "one"])]), "half"])


def _normed(draft: _Draft, value: str, name: str, shape: Shape) -> str:
    scale = draft.constant(f"{name}.weight", draft.weights[f"{name}.weight"])
    bias = draft.constant(f"{name}.bias", draft.weights[f"{name}.bias"])
    return draft.one("LayerNormalization", [value, scale, bias], axis=-1, epsilon=shape.epsilon)


def _pooled(draft: _Draft, hidden: str, mask: str) -> None:
    from onnx import helper

    draft.constant("tokens_axis", np.array([1], dtype=np.int64))
    draft.constant("last_axis", np.array([2], dtype=np.int64))
    weighed = draft.one("Mul", [hidden, draft.one("Unsqueeze", [mask, "last_axis"])])
    # The mean differs from the sum by a positive factor only, which the norm takes away.
    total = draft.one("ReduceSum", [weighed, "tokens_axis"], keepdims=0)
    draft.nodes.append(helper.make_node("LpNormalization", [total], ["embedding"], axis=-1, p=2))
