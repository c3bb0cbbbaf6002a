"""Where models go on this machine: the placer for every runner, on the GPUs that each of them can use as installed."""

from __future__ import annotations

import importlib.util
import logging
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from jarvis.catalog.folder_shape import shape_of_folder
from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.catalog.shape import ModelShape
from jarvis.contracts.hardware import GpuVendor, Machine
from jarvis.contracts.placement import Placement, Refusal
from jarvis.engines.running import ModelToRun, RunnerKind
from jarvis.placement.place import ShapePlacer

_DEVICES: dict[str, GpuVendor] = {"CUDA": "nvidia", "ROCm": "amd", "Metal": "apple", "MTL": "apple"}
"""How llama-server names the devices of each backend."""

_LIST_SECONDS = 20.0
_LOG = logging.getLogger(__name__)

_BACKENDS: dict[str, GpuVendor] = {"cuda": "nvidia", "hip": "amd", "metal": "apple"}
"""Libraries that llama.cpp is built with (libggml-<name>), and whose cards they drive."""


class Placing:
    """A `Placer` for every runner, each on the GPUs that it can use; vLLM takes whole models on GPUs only."""

    def __init__(self, placer: ShapePlacer, vendors_of: Callable[[RunnerKind], frozenset[GpuVendor]]) -> None:
        self._placer = placer
        self._vendors_of = vendors_of

    def __call__(self, model: ModelToRun, machine: Machine, *, smaller: int = 0) -> Placement | Refusal:
        """Return the place of `model` on `machine`; see `Placer`."""
        machine = usable_machine(machine, self._vendors_of(model.runner))
        outcome = self._placer(model, machine, smaller=smaller)
        if model.runner == "vllm" and isinstance(outcome, Placement) and outcome.how not in ("one_gpu", "split"):
            return Refusal(
                model=model.id,
                missing_mib=outcome.ram_mib,
                why_en=f"{model.id} runs in vLLM, which needs all of it on GPUs: {outcome.ram_mib / 1024:.1f} GB more "
                "would be needed there. Its GGUF variant runs here.",
                why_es=f"{model.id} funciona en vLLM, que lo necesita entero en las GPU: faltarían allí "
                f"{outcome.ram_mib / 1024:.1f} GB. Su variante GGUF sí funciona aquí.",
            )
        return outcome


def shape_of(path: Path) -> ModelShape:
    """Return the shape of the GGUF file or model folder at `path`; `EngineError` for a damaged one."""
    return shape_of_folder(path) if path.is_dir() else shape_of_gguf(path)


def usable_machine(machine: Machine, vendors: frozenset[GpuVendor]) -> Machine:
    """Return `machine` with only the GPUs of `vendors`."""
    return replace(machine, gpus=tuple(gpu for gpu in machine.gpus if gpu.vendor in vendors))


@lru_cache(maxsize=4)
def devices_of(binary: Path, _modified: int) -> frozenset[GpuVendor]:
    """Return whose GPUs the llama-server at `binary` lists; none where it does not answer."""
    try:
        listed = subprocess.run(
            [str(binary), "--list-devices"], capture_output=True, text=True, timeout=_LIST_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        _LOG.warning("%s does not list its devices: %s", binary.name, error)
        return frozenset()
    return frozenset(vendor for name, vendor in _DEVICES.items() if re.search(rf"^\s*{name}\d*:", listed, re.MULTILINE))


def usable_vendors() -> frozenset[GpuVendor]:
    """Return whose GPUs the installed llama.cpp was built for; none for one built for the processor alone.

    A build for Vulkan or SYCL counts as none: its devices are numbered in an order of their own, so that a model could
    land on another card than the one that was planned.
    """
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        return frozenset()
    names = [file.name for file in (Path(spec.origin).parent / "lib").glob("*ggml-*")]
    return frozenset(vendor for backend, vendor in _BACKENDS.items() if any(backend in name for name in names))
