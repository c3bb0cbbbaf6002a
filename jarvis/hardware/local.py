"""This machine as placement and the dashboard see it: memory that may be used, cores, GPUs of every maker.

Knows nothing about models. Opens no CUDA context.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from jarvis.contracts.hardware import GpuDevice, GpuSample, GpuVendor, HardwareProbe, Machine
from jarvis.hardware.gpus import NvidiaGpus
from jarvis.hardware.other_gpus import AmdGpus, AppleChip, apple_chip
from jarvis.hardware.ram_bandwidth import KnownSpeeds

_MIB = 1 << 20
_CGROUP = Path("/sys/fs/cgroup")

ALL_VENDORS: frozenset[GpuVendor] = frozenset({"nvidia", "amd", "apple", "other"})


class LocalHardware(HardwareProbe):
    """A `HardwareProbe` of this machine. `models` is a folder on the disk that models are read from.

    `usable` says whose GPUs the installed engines can use (a llama.cpp built for the processor alone uses none);
    `machine` leaves the others out, `gpu_samples` shows all. AMD's GPUs are counted after NVIDIA's. A container's
    limits of memory and processor count as the machine's own. Safe to use from several threads.
    """

    def __init__(
        self,
        *,
        models: Path,
        cache: Path,
        nvidia: NvidiaGpus,
        amd: AmdGpus | None = None,
        apple: Callable[[], AppleChip | None] = apple_chip,
        usable: Callable[[], frozenset[GpuVendor]] = lambda: ALL_VENDORS,
        cgroup: Path = _CGROUP,
    ) -> None:
        self._models = models
        self._nvidia = nvidia
        self._amd = amd or AmdGpus()
        self._apple = apple()
        self._usable = usable
        self._cgroup = cgroup
        self.speeds = KnownSpeeds(cache)

    def machine(self) -> Machine:
        """Return what there is, with the memory that is free now."""
        total, free = memory_mib(self._cgroup)
        usable = self._usable()
        return Machine(
            ram_mib=total,
            ram_free_mib=free,
            ram_bandwidth_gbs=self._ram_gbs(),
            cores=usable_cores(self._cgroup),
            gpus=tuple(gpu for gpu in self._devices(free) if gpu.vendor in usable),
            disk_gbs=self.speeds.disk_gbs(self._models),
            unified=self._apple is not None,
        )

    def gpu_samples(self) -> tuple[GpuSample, ...]:
        """Return what every GPU does now; empty without one."""
        if self._apple is not None:
            return (self._apple.sample(memory_mib(self._cgroup)[1]),)
        nvidia = self._nvidia.samples()
        return nvidia + self._amd.samples(first=_after(nvidia))

    def _devices(self, ram_free_mib: int) -> tuple[GpuDevice, ...]:
        if self._apple is not None:
            return (self._apple.device(ram_free_mib),)
        nvidia = self._nvidia.devices()
        return nvidia + self._amd.devices(first=_after(nvidia))

    def _ram_gbs(self) -> float:
        return self.speeds.ram_gbs() if self._apple is None else self._apple.device(0).bandwidth_gbs


def memory_mib(cgroup: Path = _CGROUP) -> tuple[int, int]:
    """Return the memory that this process may use and what of it is available, in MiB.

    In a container (a version-2 control group with a limit) that is its limit, and the limit less what is in use
    there; files that the system merely remembers (`inactive_file`) can be had back and count as available.
    """
    memory = psutil.virtual_memory()
    limit = _first_number(cgroup / "memory.max")
    if limit is None or limit >= memory.total:
        return memory.total // _MIB, memory.available // _MIB
    used = (_first_number(cgroup / "memory.current") or 0) - _inactive_file(cgroup / "memory.stat")
    return limit // _MIB, max(0, min(memory.available, limit - max(0, used))) // _MIB


def usable_cores(cgroup: Path = _CGROUP) -> int:
    """Return how many physical cores this process may keep busy: at least 1.

    The smallest of the machine's, those it is bound to, and the share of time that a container gets, rounded up.
    """
    logical = psutil.cpu_count() or 1
    bound = len(os.sched_getaffinity(0)) if sys.platform == "linux" else logical
    return max(1, min(psutil.cpu_count(logical=False) or logical, bound, _granted_cores(cgroup) or logical))


def _granted_cores(cgroup: Path) -> int | None:
    words = _text(cgroup / "cpu.max").split()
    if len(words) != 2 or not all(word.isdigit() for word in words):
        return None
    return math.ceil(int(words[0]) / int(words[1]))


def _inactive_file(stat: Path) -> int:
    for line in _text(stat).splitlines():
        name, _, number = line.partition(" ")
        if name == "inactive_file" and number.isdigit():
            return int(number)
    return 0


def _first_number(file: Path) -> int | None:
    text = _text(file)
    return int(text) if text.isdigit() else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        # No control group, or one without this limit: the usual case outside of a container.
        return ""


def _after(samples: tuple[GpuDevice, ...] | tuple[GpuSample, ...]) -> int:
    return max((sample.index + 1 for sample in samples), default=0)
