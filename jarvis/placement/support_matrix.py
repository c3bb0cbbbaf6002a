"""Which local models of the catalogue suit which class of machine, as the README's table.

A rule of thumb for people who have not run `jarvis models recommend` yet: the file, the KV cache of 8,192 tokens and a
reserve must fit, and a token must not need too many bytes read. Knows nothing about this machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.catalog.entries import Ability, CatalogModel, Shape, Variant
from jarvis.catalog.models import catalog_file, load_catalog
from jarvis.placement.recommend import quality

BEGIN, END = "<!-- support-matrix:begin -->", "<!-- support-matrix:end -->"

TASKS: tuple[Ability, ...] = ("chat", "code", "vision")
CONTEXT_TOKENS = 8192
BEST = 2
"""Models named in each cell."""

REPACKED = 1.9
"""On a CPU llama.cpp keeps a second, repacked copy of nearly all 4-bit weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineClass:
    """One row: bytes that a model may take, bytes that a token may read, and the factor that weights grow by."""

    name: str
    bytes: float
    bytes_per_token: float
    growth: float = 1.0


GIB = 2.0**30

CLASSES: tuple[MachineClass, ...] = (
    MachineClass(name="CPU, 16 GB RAM", bytes=10 * GIB, bytes_per_token=3.2e9, growth=REPACKED),
    MachineClass(name="Apple silicon, 24 GB", bytes=16 * GIB, bytes_per_token=9e9),
    MachineClass(name="GPU, 8 GB", bytes=7 * GIB, bytes_per_token=20e9),
    MachineClass(name="GPU, 16 GB", bytes=15 * GIB, bytes_per_token=30e9),
    MachineClass(name="GPU, 24 GB", bytes=23 * GIB, bytes_per_token=40e9),
    MachineClass(name="GPUs with 48 GB", bytes=46 * GIB, bytes_per_token=60e9),
    MachineClass(name="GPUs with 80 GB", bytes=78 * GIB, bytes_per_token=80e9),
)
"""A token may read so much that about eight (CPU, 25 GB/s) or twelve (Apple, 120 GB/s) come in a second."""


def suited(models: Sequence[CatalogModel], machine: MachineClass, task: Ability) -> list[tuple[CatalogModel, Variant]]:
    """Return the best models of `task` for `machine`, best first, each with its largest variant that fits.

    Chat is ordered by published quality and asks for English and Spanish; code and vision by size.
    """
    found = []
    for model in models:
        if model.in_cloud or model.shape is None or task not in model.abilities:
            continue
        if task == "chat" and not {"en", "es"} <= set(model.languages):
            continue
        fitting = [variant for variant in model.variants if _fits(model, model.shape, variant, machine)]
        if fitting:
            found.append((model, max(fitting, key=lambda variant: variant.bytes)))
    return sorted(found, key=lambda pair: (-_rank(pair[0], task), pair[0].id))[:BEST]


def matrix(models: Sequence[CatalogModel]) -> str:
    """Return the table as Markdown."""
    rows = [f"| | {' | '.join(TASKS)} |", "|-" * (len(TASKS) + 1) + "|"]
    for machine in CLASSES:
        cells = ("<br>".join(_cell(*pair) for pair in suited(models, machine, task)) or "—" for task in TASKS)
        rows.append(f"| {machine.name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def with_matrix(text: str, models: Sequence[CatalogModel]) -> str:
    """Return `text` with the table between its two marks; `ValueError` where a mark is missing."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{matrix(models)}\n{END}{after}"


def write_matrix(readme: Path) -> bool:
    """Bring the table in `readme` up to date; return True if it changed. `ValueError` where a mark is missing."""
    text = readme.read_text(encoding="utf-8")
    changed = with_matrix(text, load_catalog(catalog_file()))
    if changed != text:
        readme.write_text(changed, encoding="utf-8")
    return changed != text


def _fits(model: CatalogModel, shape: Shape, variant: Variant, machine: MachineClass) -> bool:
    if "llama.cpp" not in variant.engines:
        return False
    share = (model.active_billion or 1.0) / (model.parameters_billion or 1.0) if model.active_billion else 1.0
    needed = variant.bytes * machine.growth + _kv_bytes(shape)
    return needed <= machine.bytes and variant.bytes * share <= machine.bytes_per_token


def _kv_bytes(shape: Shape) -> int:
    """Return the 16-bit cache of all layers; sliding windows and latent attention only shrink it."""
    numbers = shape.latent_length or shape.kv_heads * (shape.head_size + (shape.value_size or shape.head_size))
    return shape.layers * numbers * 2 * CONTEXT_TOKENS


def _rank(model: CatalogModel, task: Ability) -> float:
    return quality(model) if task == "chat" else (model.parameters_billion or 0.0)


def _cell(model: CatalogModel, variant: Variant) -> str:
    return f"`{model.id}` {variant.quantization}, {variant.bytes / 1e9:.1f} GB"
