"""What a machine has to run models on, as placement sees it, and what its GPUs are doing now.

Values only: who measures them lives elsewhere. MiB are 2**20 bytes, GB/s are 10**9 bytes a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

GpuVendor = Literal["nvidia", "amd", "apple", "other"]


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuDevice:
    """One GPU that can hold layers. `index` counts in the order of the PCI bus, as the driver's tools do."""

    index: int
    name: str
    total_mib: int
    free_mib: int
    bandwidth_gbs: float
    vendor: GpuVendor = "nvidia"
    compute_capability: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """Everything that placement needs to know. `ram_mib` is the memory this process may use, `ram_free_mib` what of
    it is available now; `disk_gbs` is how fast a model file is read. On a `unified` machine GPU and RAM are one."""

    ram_mib: int
    ram_free_mib: int
    ram_bandwidth_gbs: float
    cores: int
    gpus: tuple[GpuDevice, ...] = ()
    disk_gbs: float = 0.5
    unified: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuProcess:
    """One process that holds memory of a GPU; `used_mib` None where the driver does not tell."""

    pid: int
    name: str
    used_mib: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuSample:
    """One GPU now; a value that the driver does not tell is None."""

    index: int
    name: str
    vendor: GpuVendor
    used_mib: int
    total_mib: int
    utilisation_percent: int | None = None
    temperature_celsius: int | None = None
    power_watts: float | None = None
    power_limit_watts: float | None = None
    processes: tuple[GpuProcess, ...] = ()

    @property
    def free_mib(self) -> int:
        """Memory that nobody uses."""
        return max(0, self.total_mib - self.used_mib)


class HardwareProbe(Protocol):
    """Looks at this machine; never opens a CUDA context."""

    def machine(self) -> Machine:
        """Return what there is, with the memory that is free now."""
        ...

    def gpu_samples(self) -> tuple[GpuSample, ...]:
        """Return what every GPU does now; empty without one."""
        ...
