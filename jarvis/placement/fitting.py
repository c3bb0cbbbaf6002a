"""Where a model can be cut so that every part fits: on one GPU, across several, partly in RAM, or all in RAM.

For one context and one type of KV cache; which of them to try in which order is `placement`'s. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from jarvis.catalog.shape import ModelShape
from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.placement import KvType
from jarvis.placement.cuts import Cut
from jarvis.placement.estimate import (
    MIB,
    VLLM_HOST_MIB,
    RunnerKind,
    batch_tokens,
    cpu_estimate,
    gpu_estimate,
    ram_estimate_of_rest,
    vllm_bytes,
)
from jarvis.placement.speeds import tokens_per_second

MOST_GPUS_COMBINED = 4
"""Up to so many GPUs every combination is tried; with more, only those with the most room first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Margin:
    """Memory in MiB that is left free beside a model: on its GPU if it has one alone, on each of several (at least
    `many_mib`, at least `many_share` of the whole GPU, since buffers between GPUs are estimated less exactly), in RAM.
    """

    one_mib: float = 256.0
    many_mib: float = 512.0
    many_share: float = 0.05
    ram_mib: float = 512.0

    def on(self, gpu: GpuDevice, *, many: bool) -> float:
        """Return what is left free on `gpu`."""
        return max(self.many_mib, self.many_share * gpu.total_mib) if many else self.one_mib


def slowest_first(gpu: GpuDevice) -> tuple[float, int, int]:
    """Key of the order in which GPUs take what is not cut: speech and embeddings lose nothing on a slow one, and the
    quick one stays free for answers."""
    return gpu.bandwidth_gbs, gpu.total_mib, -gpu.index


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """One model on one machine with one context and one type of KV cache, as its runner runs it."""

    shape: ModelShape
    machine: Machine
    context: int
    kv_type: KvType
    margin: Margin
    runner: RunnerKind = "llama"

    @property
    def count(self) -> int:
        """Layers of the model."""
        return len(self.shape.layers)

    @property
    def gpus(self) -> tuple[GpuDevice, ...]:
        """The GPUs that one child can use together: those of the vendor with the most free memory, by index."""
        usable = [gpu for gpu in self.machine.gpus if gpu.bandwidth_gbs > 0 and gpu.free_mib > 0]
        room: dict[str, int] = {}
        for gpu in usable:
            room[gpu.vendor] = room.get(gpu.vendor, 0) + gpu.free_mib
        best = max(sorted(room), key=lambda vendor: room[vendor], default="")
        return tuple(sorted((gpu for gpu in usable if gpu.vendor == best), key=lambda gpu: gpu.index))

    def speed(self, cut: Cut) -> float:
        """Predicted tokens a second."""
        return tokens_per_second(self.shape, cut, self.machine, context=self.context, kv_type=self.kv_type)

    def gpu_mib(self, cut: Cut) -> dict[int, float]:
        """MiB that `cut` takes on each of its GPUs."""
        return {
            gpu: self._span_mib(
                span,
                output=gpu == cut.gpus[-1],
                first=gpu == cut.gpus[0],
                experts=cut.expert_cpu_layers,
                batch=self._batch(cut.cpu_layers > 0),
            )
            for gpu, span in cut.spans
        }

    def ram_mib(self, cut: Cut) -> float:
        """MiB that `cut` takes in RAM: its layers there, experts, the embedding, and the runtime itself."""
        batch = self._batch(cut.cpu_layers > 0)
        if not cut.gpus:
            whole = cpu_estimate(self.shape, context=self.context, kv_type=self.kv_type, batch=batch, mmap=False)
            return whole.total_mib + self.shape.projector_bytes / MIB
        if self.runner == "vllm" and not cut.cpu_layers:
            return VLLM_HOST_MIB
        experts = range(cut.cpu_layers, max(cut.cpu_layers, cut.expert_cpu_layers))
        return ram_estimate_of_rest(
            self.shape,
            range(cut.cpu_layers),
            context=self.context,
            kv_type=self.kv_type,
            experts_of=experts,
            batch=batch,
        ).total_mib

    def ram_room(self) -> float:
        """MiB of RAM that a model may take."""
        return self.machine.ram_free_mib - self.margin.ram_mib

    def fits(self, cut: Cut) -> bool:
        """True if every device has the memory that `cut` takes there, with the margin left."""
        held = self.gpu_mib(cut)
        by_index = {gpu.index: gpu for gpu in self.gpus}
        many = len(cut.gpus) > 1 or cut.cpu_layers > 0
        if any(mib > self._room(by_index[index], many=many) for index, mib in held.items()):
            return False
        shared = sum(held.values()) if self.machine.unified else 0.0
        return self.ram_mib(cut) + shared <= self.ram_room()

    def one_gpu(self, *, prefer_small: bool) -> Cut | None:
        """Return the whole model on the GPU where it is fastest; with `prefer_small` on the one with the least room."""
        cuts = [Cut(cpu_layers=0, gpus=(gpu.index,), layers=(self.count,)) for gpu in self.gpus]
        room = {gpu.index: gpu.free_mib for gpu in self.gpus}
        fitting = [cut for cut in cuts if self.fits(cut)]
        if prefer_small:
            return min(fitting, key=lambda cut: (room[cut.gpus[0]], cut.gpus[0]), default=None)
        return self.fastest(fitting)

    def split(self) -> Cut | None:
        """Return the whole model across as few GPUs as can hold it, cut where it is fastest; None if they cannot."""
        for size in range(2, len(self.gpus) + 1):
            cut = self.fastest(cut for group in self._groups(size) for cut in self._whole(group, 0))
            if cut is not None:
                return cut
        return None

    def experts_in_ram(self) -> Cut | None:
        """Return all layers on as few GPUs as can hold their dense parts, as few layers' experts in RAM as must be."""
        if not self.shape.experts:
            return None
        for size in range(1, len(self.gpus) + 1):
            cut = self.fastest(cut for group in self._groups(size) for cut in self._fewest_experts(group))
            if cut is not None:
                return cut
        return None

    def partial(self, limit: int | None = None) -> Cut | None:
        """Return the fastest cut with layers on GPUs (at most `limit`) and the rest in RAM; None if there is none."""
        if self.machine.unified:
            return None
        experts = (0, self.count) if self.shape.experts else (0,)
        most = self.count - 1 if limit is None else min(limit, self.count - 1)
        groups = [group for size in range(1, len(self.gpus) + 1) for group in self._groups(size)]
        found = (self.most_layers(group, most, held) for held in experts for group in groups)
        return self.fastest(cut for cut in found if cut is not None and self.fits(cut))

    def most_layers(self, group: tuple[GpuDevice, ...], most: int, experts: int) -> Cut | None:
        """Return the cut with the most layers on all of `group` (at most `most`), whether RAM holds the rest or not."""
        end, layers = self.count, []
        batch = self._batch(most < self.count)
        for position in reversed(range(len(group))):
            left = most - (self.count - end) - position
            layers.append(self._most_back(group, position, end, experts, many=True, at_most=left, batch=batch))
            if layers[-1] < 1:
                return None
            end -= layers[-1]
        indices = tuple(gpu.index for gpu in group)
        return Cut(cpu_layers=end, gpus=indices, layers=tuple(reversed(layers)), expert_cpu_layers=experts)

    def cpu(self) -> Cut | None:
        """Return the whole model in RAM; None if it has no room there."""
        cut = Cut(cpu_layers=self.count)
        return cut if self.fits(cut) else None

    def fastest(self, cuts: Iterable[Cut]) -> Cut | None:
        """Return the cut with the best predicted speed; of equals the one on fewer and earlier GPUs."""
        return max(cuts, key=lambda cut: (self.speed(cut), -len(cut.gpus), [-gpu for gpu in cut.gpus]), default=None)

    def _groups(self, size: int) -> Iterator[tuple[GpuDevice, ...]]:
        if len(self.gpus) <= MOST_GPUS_COMBINED:
            yield from combinations(self.gpus, size)
            return
        roomiest = sorted(self.gpus, key=lambda gpu: (-gpu.free_mib, -gpu.bandwidth_gbs, gpu.index))[:size]
        yield tuple(sorted(roomiest, key=lambda gpu: gpu.index))

    def _whole(self, group: tuple[GpuDevice, ...], experts: int) -> Iterator[Cut]:
        """Yield cuts of the whole model over all of `group`: at every boundary as late and as early as can be."""
        coverable = [0]
        for position in range(len(group)):
            start = coverable[-1]
            coverable.append(start + self._most_front(group, position, start, experts))

        def cut_at(position: int, end: int) -> Iterator[tuple[int, ...]]:
            low = max(1, end - coverable[position])
            high = self._most_back(
                group, position, end, experts, many=len(group) > 1, at_most=end - position, batch=self._batch(False)
            )
            if low > high or (position == 0 and high < end):
                return
            for layers in sorted({low, high}) if position else [end]:
                for before in cut_at(position - 1, end - layers) if position else [()]:
                    yield (*before, layers)

        indices = tuple(gpu.index for gpu in group)
        for layers in cut_at(len(group) - 1, self.count):
            cut = Cut(cpu_layers=0, gpus=indices, layers=layers, expert_cpu_layers=experts)
            if self.fits(cut):
                yield cut

    def _fewest_experts(self, group: tuple[GpuDevice, ...]) -> Iterator[Cut]:
        low, high = 0, self.count
        if not any(True for _ in self._whole(group, high)):
            return
        while low < high:
            middle = (low + high) // 2
            if any(True for _ in self._whole(group, middle)):
                high = middle
            else:
                low = middle + 1
        yield from self._whole(group, low)

    def _most_back(
        self,
        group: tuple[GpuDevice, ...],
        position: int,
        end: int,
        experts: int,
        *,
        many: bool,
        at_most: int,
        batch: int,
    ) -> int:
        return self._most(group, position, experts, many, min(end, at_most), lambda n: range(end - n, end), batch)

    def _most_front(self, group: tuple[GpuDevice, ...], position: int, start: int, experts: int) -> int:
        many = len(group) > 1
        return self._most(
            group, position, experts, many, self.count - start, lambda n: range(start, start + n), self._batch(False)
        )

    def _most(
        self,
        group: tuple[GpuDevice, ...],
        position: int,
        experts: int,
        many: bool,
        most: int,
        span: Callable[[int], range],
        batch: int,
    ) -> int:
        """Return how many layers fit on one GPU of `group`, at most `most`, the span growing with the number."""
        room = self._room(group[position], many=many)
        first, last = position == 0, position == len(group) - 1
        low, high = 0, max(0, most)
        while low < high:
            middle = (low + high + 1) // 2
            mib = self._span_mib(span(middle), output=last, first=first, experts=experts, batch=batch)
            low, high = (middle, high) if mib <= room else (low, middle - 1)
        return low

    def _room(self, gpu: GpuDevice, *, many: bool) -> float:
        return gpu.free_mib - self.margin.on(gpu, many=many)

    def _batch(self, layers_in_ram: bool) -> int:
        return batch_tokens(self.runner, layers_in_ram=layers_in_ram)

    def _span_mib(self, span: range, *, output: bool, first: bool, experts: int, batch: int) -> float:
        """MiB of one GPU for `span`; the vision file goes with the `first` GPU, the output with the last.

        llama.cpp puts the output on a GPU as soon as any layer is on one, so no GPU has to borrow it.
        """
        if self.runner == "vllm":
            size = vllm_bytes(self.shape, self.context, layers=span, first=first, last=output, kv_type=self.kv_type)
            return size / MIB
        held = gpu_estimate(
            self.shape, span, context=self.context, kv_type=self.kv_type, with_output=True, batch=batch
        ).total_mib
        less = sum(self.shape.layers[number].expert_bytes for number in span if number < experts)
        less += 0 if output else self.shape.output_bytes
        return held + ((self.shape.projector_bytes if first else 0) - less) / MIB
