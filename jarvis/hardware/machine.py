"""What the machine is: the facts that do not change while Jarvis runs, for the doctor and for choosing models."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from jarvis.hardware.gpus import DriverFacts, GpuFacts, NvidiaGpus
from jarvis.hardware.probe import existing_folder

_MIB = 1 << 20
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineFacts:
    """The machine; memory and disk in MiB.

    `usable_cores` are those this process may run on, `ram_limit_mib` the memory that it may use: both are smaller
    than the machine's in a container.
    """

    system: str
    architecture: str
    python: str
    processor: str
    physical_cores: int
    logical_cores: int
    usable_cores: int
    ram_total_mib: int
    ram_limit_mib: int
    ram_available_mib: int
    disk_free_mib: int
    disk_total_mib: int
    gpus: tuple[GpuFacts, ...]
    driver: DriverFacts


def machine_facts(disk: Path, gpus: NvidiaGpus) -> MachineFacts:
    """Return the facts of this machine; `disk` is a folder on the disk of interest and need not exist yet."""
    memory = psutil.virtual_memory()
    space = psutil.disk_usage(str(existing_folder(disk)))
    logical = psutil.cpu_count() or 1
    limit = min(memory.total, _container_limit(_CGROUP_LIMIT) or memory.total)
    return MachineFacts(
        system=_system_name(),
        architecture=platform.machine(),
        python=platform.python_version(),
        processor=_processor_name(Path("/proc/cpuinfo")),
        physical_cores=psutil.cpu_count(logical=False) or logical,
        logical_cores=logical,
        usable_cores=len(os.sched_getaffinity(0)) if sys.platform == "linux" else logical,
        ram_total_mib=memory.total // _MIB,
        ram_limit_mib=limit // _MIB,
        ram_available_mib=min(memory.available, limit) // _MIB,
        disk_free_mib=space.free // _MIB,
        disk_total_mib=space.total // _MIB,
        gpus=gpus.facts(),
        driver=gpus.driver(),
    )


def _system_name() -> str:
    name = f"{platform.system()} {platform.release()}"
    if sys.platform == "darwin":
        name = f"macOS {platform.mac_ver()[0]}"
    elif sys.platform == "linux":
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME") or name
        except OSError:
            return name
    return name


def _processor_name(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _container_limit(file: Path) -> int | None:
    """Return the memory limit in bytes that a version-2 control group sets, or None for no limit."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
