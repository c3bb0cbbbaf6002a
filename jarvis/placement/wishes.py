"""What is wanted resident together: a model each for hearing, remembering, answering at once, and thinking.

Knows nothing of machines; `planning` finds the places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.shape import ModelShape

Role = Literal["recognition", "embedding", "fast", "code", "big"]
"""What a model is for. `fast` answers by voice, `big` thinks longer, `code` writes programs."""

ROLES: tuple[Role, ...] = ("recognition", "embedding", "fast", "code", "big")
"""In the order in which they get memory."""

ShapeOf = Callable[[CatalogModel, Variant], ModelShape]
"""Makes the shape of a catalogue's variant."""

RUNTIME_MIB = 400.0
"""What an embedding runtime takes on a GPU beside its weights: its CUDA context and buffers."""

_BITS = {"INT8": 8, "Q8": 8, "F32": 32}
"""Of a recogniser's weights in its file; all others are in 16."""

REFERENCE_SET: tuple[tuple[str, Role], ...] = (
    ("whisper-large-v3-turbo", "recognition"),
    ("bge-m3", "embedding"),
    ("llama-3.1-8b", "fast"),
    ("deepseek-r1-distill-qwen-14b", "big"),
    ("qwen2.5-32b", "big"),
    ("llama-3.3-70b", "big"),
)
"""The models that the reference rig is meant to run, by the beginning of their catalogue ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """One model that is to be resident. With a `shape` it may be cut; without, it takes `fixed_mib` in one place, or, a
    recogniser with `half_mib` of weights in 16 bit, what its compute type there makes of them.

    `context` is in tokens. A `pinned` model gets its place before all others.
    """

    model: str
    role: Role
    shape: ModelShape | None = None
    fixed_mib: float = 0.0
    half_mib: float = 0.0
    context: int = 8192
    pinned: bool = False

    @property
    def size_mib(self) -> float:
        """Its file, in MiB."""
        return self.fixed_mib + self.half_mib if self.shape is None else self.shape.file_bytes / 2**20


def installed_id(model: CatalogModel, variant: Variant) -> str:
    """Return the id that a variant has once it is installed, such as "qwen2.5-7b:q4_k_m"."""
    return f"{model.id}:{variant.quantization.lower()}"


def wish_for(model: CatalogModel, variant: Variant, role: Role, shape_of: ShapeOf, *, context: int = 8192) -> Wish:
    """Return the wish for one variant: text as a shape that may be cut, a recogniser by its weights, anything else as
    its bytes and a runtime."""
    identity = installed_id(model, variant)
    if model.kind == "text":
        return Wish(model=identity, role=role, shape=shape_of(model, variant), context=context)
    if model.kind == "recognition":
        bits = _BITS.get(variant.quantization.upper(), 16)
        return Wish(model=identity, role=role, half_mib=variant.bytes / 2**20 * 16 / bits)
    return Wish(model=identity, role=role, fixed_mib=variant.bytes / 2**20 + RUNTIME_MIB)


def preferred_variant(model: CatalogModel) -> Variant | None:
    """Return what Jarvis runs of a model: GGUF in Q4_K_M, else the smallest GGUF, else the smallest of all."""
    gguf = [variant for variant in model.variants if variant.format == "gguf"]
    chosen = next((variant for variant in gguf if variant.quantization.upper() == "Q4_K_M"), None)
    return chosen or min(gguf or model.variants, key=lambda variant: variant.bytes, default=None)


def reference_wishes(catalog: Sequence[CatalogModel], shape_of: ShapeOf) -> tuple[Wish, ...]:
    """Return a set that many wish for at once; models that the catalogue lacks are left out."""
    wishes = []
    for start, role in REFERENCE_SET:
        model = next((each for each in catalog if each.id.startswith(start) and each.variants), None)
        variant = preferred_variant(model) if model is not None else None
        if model is not None and variant is not None:
            wishes.append(wish_for(model, variant, role, shape_of))
    return tuple(wishes)
