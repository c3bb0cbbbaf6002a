"""How a model is cut over RAM and GPUs, and the `tensor_split` that makes llama.cpp cut it exactly so.

llama.cpp numbers the blocks 0..n-1 and the output n. Of these n + 1 it puts the last `n_gpu_layers` on GPUs, block i
of them on the first GPU whose cumulative share of `tensor_split` lies above i / n_gpu_layers (`load_tensors` in
src/llama-model.cpp, as shipped with llama-cpp-python 0.3.36). So RAM always has the first blocks, every GPU a
contiguous range in the order of its number, and the last GPU the output. Knows nothing of memory or speed.
"""

from __future__ import annotations

from dataclasses import dataclass

from jarvis.contracts.placement import Placement


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The first `cpu_layers` in RAM, then `layers[i]` on the GPU with index `gpus[i]` (ascending, all at least 1).

    The routed experts of the first `expert_cpu_layers` layers of all stay in RAM. Without GPUs all is in RAM.
    """

    cpu_layers: int
    gpus: tuple[int, ...] = ()
    layers: tuple[int, ...] = ()
    expert_cpu_layers: int = 0

    @property
    def gpu_layers(self) -> int:
        """Layers on all GPUs together."""
        return sum(self.layers)

    @property
    def spans(self) -> tuple[tuple[int, range], ...]:
        """GPU index and the layers it holds, in order; the output goes with the last."""
        spans, start = [], self.cpu_layers
        for gpu, count in zip(self.gpus, self.layers, strict=True):
            spans.append((gpu, range(start, start + count)))
            start += count
        return tuple(spans)


def offload_count(placement: Placement) -> int:
    """Return llama.cpp's `n_gpu_layers` for `placement`: its GPU layers and the output, which it counts as one more."""
    return placement.gpu_layers + 1 if placement.devices else 0


def tensor_split(placement: Placement, gpu_count: int) -> list[float]:
    """Return the `tensor_split` over `gpu_count` GPUs that gives each exactly the layers of its share.

    The boundaries lie half a layer before the next GPU's first, so that rounding to float32 cannot move one. All are
    0 without a share on a GPU. `ValueError` when a share names a GPU that is not among them.
    """
    layers = [0] * gpu_count
    for share in placement.devices:
        if not 0 <= share.gpu < gpu_count:
            raise ValueError(f"GPU {share.gpu} is not one of {gpu_count}")
        layers[share.gpu] = share.layers
    used = [gpu for gpu, count in enumerate(layers) if count]
    split = [float(count) for count in layers]
    if used:
        split[used[-1]] += 1.0
    if len(used) > 1:
        split[used[0]] -= 0.5
        split[used[-1]] += 0.5
    return split


def expert_pattern(placement: Placement) -> str | None:
    """Return the pattern of the routed experts that `placement` keeps in RAM; None without any.

    They belong to the first layers that are on a GPU: `blk\\.(2|3|4)\\.ffn_(up|down|gate|gate_up)_(ch|)exps` with
    two layers in RAM as a whole and the experts of three more.
    """
    if not placement.expert_cpu_layers:
        return None
    first = placement.cpu_layers
    numbers = [str(layer) for layer in range(first, first + placement.expert_cpu_layers)]
    return rf"blk\.({'|'.join(numbers)})\.ffn_(up|down|gate|gate_up)_(ch|)exps"


def maps_file(placement: Placement) -> bool:
    """Return whether the file is to be mapped: only where no layer and no experts stay in RAM.

    Elsewhere its pages would stay beside the CPU's rearranged copy and take the memory twice; 0.4 seconds longer per
    GB to load from the page cache (1.5B shape, 2 cores) are the price.
    """
    return bool(placement.devices) and not placement.cpu_layers and not placement.expert_cpu_layers
