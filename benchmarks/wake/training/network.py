"""The network that is trained, and how it becomes the file that Jarvis ships.

A first layer takes three rows of 10 ms to one step of 30 ms; causal convolutions follow whose taps are further and
further apart, 1.8 s in all; a last layer scores every word. The file holds the same layers one call at a time: what
each of them remembers goes in and comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from jarvis.voice.keyword_features import BANDS
from jarvis.voice.keyword_model import HEAD_ROWS, STEP_ROWS, WORDS

CHANNELS = 64
DISTANCES = (1, 2, 4, 8, 1, 2, 4, 8)
"""Steps between the taps of every block."""

TAPS = 3
_OPSET = 17


class Block(nn.Module):
    """Looks `TAPS` times back, `distance` steps apart, and adds what it finds to what came in."""

    def __init__(self, channels: int, distance: int) -> None:
        super().__init__()
        self.distance = distance
        self.layer = nn.Conv2d(channels, channels, (1, TAPS), dilation=(1, distance), bias=False)
        self.even = nn.BatchNorm2d(channels)

    def forward(self, steps: Tensor) -> Tensor:
        """Return as many steps as came in."""
        padded = functional.pad(steps, ((TAPS - 1) * self.distance, 0))
        return steps + functional.relu(self.even(self.layer(padded)), inplace=True)


class KeywordNetwork(nn.Module):
    """Rows of features in (batch, bands, rows), logits out (batch, words, rows / `STEP_ROWS`).

    Within, an axis of length one makes pictures of the steps: torch computes those several times as fast.
    """

    def __init__(self, channels: int = CHANNELS) -> None:
        super().__init__()
        self.first = nn.Conv2d(BANDS, channels, (1, HEAD_ROWS + STEP_ROWS), stride=(1, STEP_ROWS), bias=False)
        self.even = nn.BatchNorm2d(channels)
        self.blocks = nn.ModuleList([Block(channels, distance) for distance in DISTANCES])
        self.last = nn.Conv2d(channels, len(WORDS), 1)
        assert self.last.bias is not None
        nn.init.constant_(self.last.bias, -4.0)

    def forward(self, rows: Tensor) -> Tensor:
        """Return one logit for every word and step."""
        seen = functional.pad(rows, (HEAD_ROWS, 0))[:, :, None].contiguous(memory_format=torch.channels_last)
        steps = functional.relu(self.even(self.first(seen)))
        for block in self.blocks:
            steps = block(steps)
        logits: Tensor = self.last(steps)[:, :, 0]
        return logits


def widened(weights: Mapping[str, Tensor], channels: int) -> KeywordNetwork:
    """Return a network of `channels` that scores as the narrower one of `weights` did.

    The further channels see everything at random, and what was there does not listen to them until it learns to
    (Chen, Goodfellow and Shlens 2016 call that Net2Net).
    """
    network = KeywordNetwork(channels)
    wider = network.state_dict()
    for name, old in weights.items():
        new = wider[name]
        if old.dim() == 4:
            before, heard = old.shape[:2]
            if name != "first.weight":
                new[:before, heard:] = 0.0
            new[:before, :heard] = old
        elif old.dim() == 1:
            new[: old.shape[0]] = old
        else:
            new.copy_(old)
    network.load_state_dict(wider)
    return network


def write(network: KeywordNetwork, path: Path) -> None:
    """Write `network` as it is used: sound in pieces, scores 0..1 out, memory in and out."""
    network.eval()
    channels = network.first.out_channels
    graph = _Graph()
    graph.node("Concat", ["head", "rows"], "seen", axis=2)
    graph.last_of("seen", HEAD_ROWS, "head_after")
    weight, bias = _folded(network.first, network.even)
    graph.node("Conv", ["seen", graph.keep(weight), graph.keep(bias)], "first", strides=[STEP_ROWS])
    graph.node("Relu", ["first"], "steps0")
    memories = [(TAPS - 1) * distance for distance in DISTANCES]
    parts = [f"memory{number}" for number in range(len(memories))]
    graph.nodes.append(helper.make_node("Split", ["state", graph.keep(np.array(memories, np.int64))], parts, axis=2))
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        _block(graph, block, number, memories[number])
    graph.node("Concat", [f"kept{number}" for number in range(len(memories))], "state_after", axis=2)
    assert network.last.bias is not None
    last = [graph.keep(_array(network.last.weight[:, :, 0])), graph.keep(_array(network.last.bias))]
    graph.node("Conv", [f"steps{len(memories)}", *last], "logits")
    graph.node("Sigmoid", ["logits"], "scores")
    state = [1, channels, sum(memories)]
    made = helper.make_graph(
        graph.nodes,
        "keywords",
        [_value("rows", [1, BANDS, "rows"]), _value("head", [1, BANDS, HEAD_ROWS]), _value("state", state)],
        [
            _value("scores", [1, len(WORDS), "steps"]),
            _value("head_after", [1, BANDS, HEAD_ROWS]),
            _value("state_after", state),
        ],
        graph.kept,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="jarvis")
    model.ir_version = 8
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


class _Graph:
    """Nodes and weights as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.kept: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def keep(self, values: NDArray[np.generic]) -> str:
        name = f"kept_{len(self.kept)}"
        self.kept.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def last_of(self, name: str, count: int, output: str) -> None:
        begin, end, axis = (self.keep(np.array([value], np.int64)) for value in (-count, 2**31, 2))
        self.node("Slice", [name, begin, end, axis], output)


def _block(graph: _Graph, block: Block, number: int, memory: int) -> None:
    graph.node("Concat", [f"memory{number}", f"steps{number}"], f"longer{number}", axis=2)
    graph.last_of(f"longer{number}", memory, f"kept{number}")
    weight, bias = _folded(block.layer, block.even)
    layer = [f"longer{number}", graph.keep(weight), graph.keep(bias)]
    graph.node("Conv", layer, f"found{number}", dilations=[block.distance])
    graph.node("Relu", [f"found{number}"], f"more{number}")
    graph.node("Add", [f"steps{number}", f"more{number}"], f"steps{number + 1}")


def _folded(layer: nn.Conv2d, even: nn.BatchNorm2d) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a layer without bias and the evening out behind it as one layer with bias."""
    assert even.running_var is not None
    assert even.running_mean is not None
    scale = even.weight / torch.sqrt(even.running_var + even.eps)
    return _array(layer.weight[:, :, 0] * scale[:, None, None]), _array(even.bias - even.running_mean * scale)


def _array(values: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = values.detach().cpu().numpy().astype(np.float32)
    return array


def _value(name: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
