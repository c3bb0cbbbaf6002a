"""Where one model goes: the best device, cut, type of KV cache and context for it on a machine. Pure.

Tried in this order, each only when nothing before it fits: whole on one GPU; whole across several; the same with the
KV cache in 8 bit; the same with less context, down to 4096 tokens; a mixture of experts with routed experts in RAM;
as many layers as fit on the GPUs and the rest in RAM; all in RAM; refused, with the number that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from jarvis.catalog.shape import ModelShape
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import KV_TYPES, DeviceShare, How, KvType, Measurement, Placement, Refusal
from jarvis.placement import reasons
from jarvis.placement.cuts import Cut, offload_count, tensor_split
from jarvis.placement.estimate import RunnerKind
from jarvis.placement.fitting import Fitting, Margin
from jarvis.placement.speeds import load_seconds, with_measurements

__all__ = [
    "CONTEXT_FLOOR",
    "LEAST_CONTEXT",
    "Margin",
    "ModelWish",
    "ShapePlacer",
    "offload_count",
    "place",
    "tensor_split",
]

CONTEXT_FLOOR = 4096
"""Tokens of context below which a model is rather cut into RAM than shortened."""

LEAST_CONTEXT = 1024
"""Tokens of context below which a model that ran out of memory is not shortened further."""

CONTEXT_STEP = 256
"""A KV cache is allocated in multiples of so many tokens."""


def place(
    model_id: str,
    shape: ModelShape,
    machine: Machine,
    *,
    context: int,
    kv_types: Sequence[KvType] = ("f16", "q8_0"),
    smaller: int = 0,
    force_gpu_layers: int | None = None,
    prefer_small: bool = False,
    margin: Margin | None = None,
    runner: RunnerKind = "llama",
) -> Placement | Refusal:
    """Return the best place for one model, or how much memory it lacks.

    `context` is wished, in tokens, and never exceeds the trained one. `kv_types` may be used, the first preferred.
    `force_gpu_layers` 0 keeps it off the GPUs, a larger number is the most layers that go there, None decides.
    `runner` is what will run it, each of which takes memory by a rule of its own.
    `prefer_small` leaves the big card free where a smaller one has room. `smaller` counts the steps below the best
    place, each with strictly less memory on every device that the one before used: cache type, half the context,
    a tenth fewer layers on the GPUs, all in RAM, then refused. `ValueError` when `context` is not positive.
    """
    if context <= 0:
        raise ValueError("context must be positive")
    wished = min(context, shape.context_tokens) if shape.context_tokens else context
    first = Fitting(
        shape=shape,
        machine=machine,
        context=wished,
        kv_type=kv_types[0],
        margin=margin or Margin(),
        runner=runner,
    )
    found = _best(first, kv_types, force_gpu_layers, prefer_small)
    if found is None:
        return _refusal(model_id, replace(first, kv_type=kv_types[-1], context=min(wished, CONTEXT_FLOOR)), 0)
    if smaller:
        steps = list(_steps(*found))
        if smaller > len(steps):
            return _refusal(model_id, steps[-1][0] if steps else found[0], smaller)
        found = steps[smaller - 1]
    fitting, cut = found
    en, es = reasons.placed(fitting, cut, wished_context=context, forced=force_gpu_layers, smaller=smaller)
    return _placement(model_id, fitting, cut, en, es)


class ModelWish(Protocol):
    """What placing needs to know of a model that is to run; `gpu_layers` -1 decides, 0 means none."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def runner(self) -> RunnerKind: ...  # noqa: D102
    @property
    def context_tokens(self) -> int: ...  # noqa: D102
    @property
    def gpu_layers(self) -> int: ...  # noqa: D102
    @property
    def projector(self) -> Path | None: ...  # noqa: D102


class ShapePlacer:
    """Places models by the shape of their file; what was measured of a placement replaces its prediction."""

    def __init__(
        self,
        shape_of: Callable[[Path], ModelShape],
        measurements: Callable[[str], Sequence[Measurement]],
        *,
        margin: Margin | None = None,
    ) -> None:
        """`shape_of` reads the shape from the model's file; `measurements` gives a model's, newest first."""
        self._shape_of = shape_of
        self._measurements = measurements
        self._margin = margin

    def __call__(self, model: ModelWish, machine: Machine, *, smaller: int = 0) -> Placement | Refusal:
        """Return the place of `model` on `machine`, `smaller` steps below the best. Raises what `shape_of` raises."""
        outcome = place(
            model.id,
            self._shape(model),
            machine,
            context=model.context_tokens,
            smaller=smaller,
            force_gpu_layers=None if model.gpu_layers < 0 else model.gpu_layers,
            margin=self._margin,
            runner=model.runner,
        )
        if isinstance(outcome, Refusal):
            return outcome
        return with_measurements(outcome, self._measurements(model.id))

    def _shape(self, model: ModelWish) -> ModelShape:
        """The model's shape with its vision file, whose bytes count wherever that file lies."""
        shape = self._shape_of(model.path)
        if model.projector is None or not model.projector.is_file():
            return replace(shape, projector_bytes=0)
        return replace(shape, projector_bytes=model.projector.stat().st_size)


def _best(
    first: Fitting, kv_types: Sequence[KvType], forced: int | None, prefer_small: bool
) -> tuple[Fitting, Cut] | None:
    whole = forced is None or forced >= first.count
    if whole:
        for kv_type in kv_types:
            fitting = replace(first, kv_type=kv_type)
            cut = _whole(fitting, prefer_small)
            if cut is not None:
                return fitting, cut
    last = replace(first, kv_type=kv_types[-1])
    if whole:
        found = _shortened(last, lambda fitting: _whole(fitting, prefer_small))
        if found is not None:
            return found
    if forced != 0:
        for cut in (last.experts_in_ram() if whole else None, last.partial(forced)):
            if cut is not None:
                return last, cut
    for kv_type in kv_types:
        fitting = replace(first, kv_type=kv_type)
        cut = fitting.cpu()
        if cut is not None:
            return fitting, cut
    return _shortened(last, lambda fitting: _rest(fitting, forced))


def _whole(fitting: Fitting, prefer_small: bool) -> Cut | None:
    return fitting.one_gpu(prefer_small=prefer_small) or fitting.split()


def _rest(fitting: Fitting, forced: int | None) -> Cut | None:
    if forced != 0:
        cut = fitting.experts_in_ram() if forced is None else None
        cut = cut or fitting.partial(forced)
        if cut is not None:
            return cut
    return fitting.cpu()


def _shortened(fitting: Fitting, cut_of: Callable[[Fitting], Cut | None]) -> tuple[Fitting, Cut] | None:
    """Return the longest context below `fitting`'s, not below the floor, at which `cut_of` finds a cut."""
    low, high = -(-CONTEXT_FLOOR // CONTEXT_STEP), (fitting.context - 1) // CONTEXT_STEP
    best: tuple[Fitting, Cut] | None = None
    while low <= high:
        # The floor first: most models that do not fit at 8k do not fit at 4k either.
        middle = low if best is None else (low + high + 1) // 2
        shorter = replace(fitting, context=middle * CONTEXT_STEP)
        cut = cut_of(shorter)
        if cut is None:
            high = middle - 1
        else:
            best, low = (shorter, cut), middle + 1
    return best


def _steps(fitting: Fitting, cut: Cut) -> Iterator[tuple[Fitting, Cut]]:
    """Yield what is smaller than `cut`, each strictly smaller than the one before on every device of that one."""
    for shorter, smaller in _candidates(fitting, cut):
        before, after = _held(fitting, cut), _held(shorter, smaller)
        if all(after.get(device, 0.0) < mib for device, mib in before.items()):
            if not shorter.fits(smaller):
                return
            fitting, cut = shorter, smaller
            yield fitting, cut


def _candidates(fitting: Fitting, cut: Cut) -> Iterator[tuple[Fitting, Cut]]:
    for kv_type in KV_TYPES[KV_TYPES.index(fitting.kv_type) + 1 : 2]:
        fitting = replace(fitting, kv_type=kv_type)
        yield fitting, cut
    while fitting.context // 2 >= LEAST_CONTEXT:
        fitting = replace(fitting, context=fitting.context // 2)
        yield fitting, cut
    while cut.gpus:
        cut = _fewer(cut)
        yield fitting, cut


def _fewer(cut: Cut) -> Cut:
    """Take a tenth of its layers, at least one, from every GPU."""
    kept = [(gpu, count - max(1, count // 10)) for gpu, count in zip(cut.gpus, cut.layers, strict=True)]
    kept = [(gpu, count) for gpu, count in kept if count]
    total = cut.cpu_layers + cut.gpu_layers
    left = sum(count for _, count in kept)
    return Cut(
        cpu_layers=total - left,
        gpus=tuple(gpu for gpu, _ in kept),
        layers=tuple(count for _, count in kept),
        expert_cpu_layers=max(cut.expert_cpu_layers, total - left) if cut.expert_cpu_layers and kept else 0,
    )


def _held(fitting: Fitting, cut: Cut) -> dict[int, float]:
    """MiB by GPU; a model that uses none is judged by its RAM, under -1."""
    return fitting.gpu_mib(cut) if cut.gpus else {-1: fitting.ram_mib(cut)}


def _placement(model_id: str, fitting: Fitting, cut: Cut, reason_en: str, reason_es: str) -> Placement:
    held = fitting.gpu_mib(cut)
    return Placement(
        model=model_id,
        how=_how(cut),
        devices=tuple(
            DeviceShare(gpu=gpu, layers=layers, mib=held[gpu]) for gpu, layers in zip(cut.gpus, cut.layers, strict=True)
        ),
        cpu_layers=cut.cpu_layers,
        ram_mib=fitting.ram_mib(cut),
        context_tokens=fitting.context,
        kv_type=fitting.kv_type,
        tokens_per_second=fitting.speed(cut),
        load_seconds=load_seconds(fitting.shape, fitting.machine),
        reason_en=reason_en,
        reason_es=reason_es,
        expert_cpu_layers=max(0, cut.expert_cpu_layers - cut.cpu_layers),
    )


def _how(cut: Cut) -> How:
    if not cut.gpus:
        return "cpu"
    if cut.cpu_layers or cut.expert_cpu_layers:
        return "partial"
    return "one_gpu" if len(cut.gpus) == 1 else "split"


def _refusal(model_id: str, fitting: Fitting, smaller: int) -> Refusal:
    """Name the memory of which the least more would do: a GPU that holds it whole, or RAM beside what the GPUs hold."""
    ways: list[tuple[float, int | None]] = [(_ram_missing(fitting, Cut(cpu_layers=fitting.count)), None)]
    groups = (fitting.gpus, *((gpu,) for gpu in fitting.gpus))
    for group in groups if not fitting.machine.unified else ():
        cut = fitting.most_layers(group, fitting.count, 0) if group else None
        if cut is not None:
            ways.append((_ram_missing(fitting, cut), None))
    for gpu in fitting.gpus:
        cut = Cut(cpu_layers=0, gpus=(gpu.index,), layers=(fitting.count,))
        if _ram_missing(fitting, cut) <= 0:
            ways.append((fitting.gpu_mib(cut)[gpu.index] + fitting.margin.one_mib - gpu.free_mib, gpu.index))
    missing, gpu_index = min(ways, key=lambda way: (way[0], way[1] is not None, way[1] or 0))
    missing = max(1.0, missing)
    en, es = reasons.refused(fitting, missing_mib=missing, gpu=gpu_index, smaller=smaller)
    return Refusal(model=model_id, missing_mib=missing, why_en=en, why_es=es)


def _ram_missing(fitting: Fitting, cut: Cut) -> float:
    return fitting.ram_mib(cut) - fitting.ram_room()
