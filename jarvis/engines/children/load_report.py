"""What llama.cpp says while it loads a model: sizes, devices, and why it failed.

`LoadLog` collects its lines through the library's own log callback; the rest is pure reading of lines.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Failure = Literal["out_of_memory", "damaged"]

_ERROR_LEVEL = 4
"""GGML_LOG_LEVEL_ERROR as its header counts: none 0, debug 1, info 2, warn 3, error 4, continued 5."""

_BUFFER = re.compile(
    r"^\w+:\s+(?P<device>\S+)\s+(?P<kind>model|KV|RS|compute|output) buffer size =\s*(?P<mib>[\d.]+) MiB"
)
_LAYER = re.compile(r"layer\s+(?P<layer>\d+) assigned to device (?P<device>[^\s,]+)")
_OFFLOADED = re.compile(r"offloaded (?P<layers>\d+)/(?P<all>\d+) layers to GPU")
_OUT_OF_MEMORY = re.compile(
    r"out of memory|failed to allocate|unable to allocate|cudaMalloc failed|ErrorOutOfDeviceMemory|"
    r"failed to (?:reserve|create) .*buffer|std::bad_alloc|Cannot allocate memory",
    re.IGNORECASE,
)
_OVERRIDDEN = re.compile(r"^tensor .* buffer type overridden to CPU")
_CPU_DEVICES = ("CPU", "AMX", "BLAS", "ACCEL")


@dataclass(frozen=True, kw_only=True, slots=True)
class BufferSize:
    """One allocation: `device` as llama.cpp names it ("CUDA0", "CPU_Mapped"), `kind` such as "model" or "KV"."""

    device: str
    kind: str
    mib: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What a load really did. `layers` counts the layers with their weights on each device, the output layer too;
    `kept_in_ram` the tensors that were asked to stay there."""

    buffers: tuple[BufferSize, ...] = ()
    layers: tuple[tuple[str, int], ...] = ()
    offloaded: int = 0
    kept_in_ram: int = 0

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of the GPUs that hold something of the model, in llama.cpp's order; empty on the CPU."""
        named = {name for name, _ in self.layers} | {buffer.device for buffer in self.buffers if buffer.kind == "model"}
        return tuple(sorted(name for name in named if not name.startswith(_CPU_DEVICES) and not name.endswith("_Host")))

    def document(self) -> dict[str, Any]:
        """Return it for the announcement: `devices`, `gpu_layers`, `layers` and `buffers` with sizes in MiB."""
        return {
            "devices": list(self.devices),
            "gpu_layers": self.offloaded or sum(count for name, count in self.layers if name in self.devices),
            "layers": dict(self.layers),
            "kept_in_ram": self.kept_in_ram,
            "buffers": [{"device": b.device, "kind": b.kind.lower(), "mib": b.mib} for b in self.buffers],
        }


class LoadLog:
    """Collects what llama.cpp says inside the block; errors go on to standard error, then and afterwards."""

    def __init__(self) -> None:
        self._text = ""
        self._collecting = True
        self._callback: Any = None

    def listen(self) -> None:
        """Begin; the library keeps this listener for the life of the process."""
        import llama_cpp
        from llama_cpp import mtmd_cpp

        self._callback = llama_cpp.llama_log_callback(self._take)
        llama_cpp.llama_log_set(self._callback, ctypes.c_void_p(0))
        mtmd_cpp.mtmd_log_set(self._callback, ctypes.c_void_p(0))
        mtmd_cpp.mtmd_helper_log_set(self._callback, ctypes.c_void_p(0))

    def stop_collecting(self) -> None:
        """Keep nothing more."""
        self._collecting = False

    def lines(self) -> list[str]:
        """Return what was said so far."""
        return self._text.splitlines()

    def _take(self, level: int, text: bytes, _data: object) -> None:
        said = text.decode("utf-8", "replace")
        if self._collecting:
            self._text += said
        if level == _ERROR_LEVEL:
            sys.stderr.write(said)
            sys.stderr.flush()


def report_of(lines: Sequence[str]) -> LoadReport:
    """Return what `lines` tell; sizes of the same device and kind are added up."""
    sizes: dict[tuple[str, str], float] = {}
    layers: dict[int, str] = {}
    offloaded = 0
    for line in lines:
        if found := _BUFFER.search(line):
            place = (found["device"], found["kind"])
            sizes[place] = sizes.get(place, 0.0) + float(found["mib"])
        elif found := _LAYER.search(line):
            layers[int(found["layer"])] = found["device"]
        elif found := _OFFLOADED.search(line):
            offloaded = int(found["layers"])
    counts = {device: list(layers.values()).count(device) for device in dict.fromkeys(layers.values())}
    buffers = tuple(BufferSize(device=d, kind=k, mib=round(mib, 2)) for (d, k), mib in sizes.items())
    kept = sum(_OVERRIDDEN.search(line) is not None for line in lines)
    return LoadReport(buffers=buffers, layers=tuple(counts.items()), offloaded=offloaded, kept_in_ram=kept)


def failure_of(lines: Sequence[str]) -> Failure:
    """Return why a load failed, as far as `lines` tell."""
    return "out_of_memory" if any(_OUT_OF_MEMORY.search(line) for line in lines) else "damaged"


def last_error(lines: Sequence[str]) -> str:
    """Return the line that tells most about a failure, without the name of the function; "" when there is none."""
    telling = [line for line in lines if re.search(r"error|fail|unable|invalid|missing", line, re.IGNORECASE)]
    return re.sub(r"^\w+: ", "", telling[0]).strip() if telling else ""
