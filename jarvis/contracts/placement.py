"""Where a model goes and what it takes: the values that placement decides and everybody shows.

MiB are 2**20 bytes. Knows nothing of files, processes or formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import Language

KvType = Literal["f16", "q8_0", "q4_0"]
"""How the KV cache is stored: 16-bit, or in blocks of 32 with 8 or 4 bits a number."""

KV_TYPES: tuple[KvType, ...] = ("f16", "q8_0", "q4_0")

How = Literal["one_gpu", "split", "partial", "cpu"]
"""Whole on one GPU, whole across several, some layers in RAM, or all in RAM."""


ComputeType = Literal["int8_float16", "int8_float32", "int8", "float16", "float32"]
"""How CTranslate2 keeps weights and computes: "int8_float16" has weights in 8 bit and sums in 16 bit."""

COMPUTE_TYPES: tuple[ComputeType, ...] = ("int8_float16", "int8_float32", "int8", "float16", "float32")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoding:
    """How a recogniser computes at its place; `beam` is how many readings it follows at once, 1 is greedy search."""

    compute_type: ComputeType
    beam: int

    def told(self, language: Language) -> str:
        """What people see, such as "int8_float16, beam 5"."""
        return f"{self.compute_type}, {'haz de' if language == 'es' else 'beam'} {self.beam}"


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryEstimate:
    """What a loaded model takes, in MiB: weights (on the CPU with the repacked second copy), KV cache, compute
    buffers, and what the runtime itself holds."""

    weights_mib: float
    kv_mib: float
    compute_mib: float
    overhead_mib: float

    @property
    def total_mib(self) -> float:
        """The sum."""
        return self.weights_mib + self.kv_mib + self.compute_mib + self.overhead_mib


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceShare:
    """What one GPU gets: `layers` of the model, and all the memory in MiB that it will take there.

    `first_layer` is the number of the first of them, from 0, where they follow each other and that is known.
    """

    gpu: int
    layers: int
    mib: float
    first_layer: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """One model's place. `model` is its id; `cpu_layers` stay in RAM and take `ram_mib` there.

    `expert_cpu_layers` counts layers on a GPU whose routed experts stay in RAM. `tokens_per_second` and
    `load_seconds` are predictions unless `measured`. `context_tokens` and `kv_type` may be less than what was wished:
    `reason_en` and `reason_es` say so, and why it goes where it goes. Only a recogniser has `decoding`.
    """

    model: str
    how: How
    devices: tuple[DeviceShare, ...]
    cpu_layers: int
    ram_mib: float
    context_tokens: int
    kv_type: KvType
    tokens_per_second: float
    load_seconds: float
    reason_en: str
    reason_es: str
    expert_cpu_layers: int = 0
    measured: bool = False
    decoding: Decoding | None = None

    @property
    def gpu_layers(self) -> int:
        """Layers on all GPUs together."""
        return sum(share.layers for share in self.devices)

    @property
    def vram_mib(self) -> float:
        """Memory on all GPUs together."""
        return sum(share.mib for share in self.devices)

    def mib_on(self, gpu: int) -> float:
        """Memory on one GPU; 0 where it has no share."""
        return sum(share.mib for share in self.devices if share.gpu == gpu)

    def reason(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.reason_es if language == "es" else self.reason_en


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A model that has no place; `missing_mib` is how much memory more would give it one."""

    model: str
    missing_mib: float
    why_en: str
    why_es: str

    def why(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.why_es if language == "es" else self.why_en


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be resident together, and what has no place beside it."""

    placements: tuple[Placement, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def of(self, model: str) -> Placement | None:
        """The placement of `model`, None when it has none."""
        return next((placement for placement in self.placements if placement.model == model), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """What a load and the answers after it really took, which replaces the prediction for the same placement.

    `signature` names placement and settings (`placement_signature`); `vram_mib` is by GPU index.
    """

    model: str
    signature: str
    vram_mib: tuple[tuple[int, float], ...]
    ram_mib: float
    load_seconds: float
    tokens_per_second: float | None = None
    prompt_tokens_per_second: float | None = None


def placement_signature(placement: Placement) -> str:
    """Return the text under which measurements of this placement are kept, such as "0:32 cpu:4 f16 8192"."""
    shares = " ".join(f"{share.gpu}:{share.layers}" for share in placement.devices)
    experts = f" experts:{placement.expert_cpu_layers}" if placement.expert_cpu_layers else ""
    return f"{shares} cpu:{placement.cpu_layers}{experts} {placement.kv_type} {placement.context_tokens}".strip()
