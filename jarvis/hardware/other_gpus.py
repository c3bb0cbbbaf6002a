"""GPUs of other makers: AMD through what the Linux kernel publishes, Apple through sysctl.

The amdgpu driver publishes memory, load, temperature and power as files, which needs no library. Which process holds
how much of an AMD or Apple GPU is not told. Knows nothing about NVIDIA.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.hardware import GpuDevice, GpuSample
from jarvis.hardware.bandwidth import bandwidth_gbs

_LOG = logging.getLogger(__name__)

AMD_VENDOR = "0x1002"

SMALL_APPLE_MIB = 36 * 1024
"""Macs with less memory than this let the GPU work on two thirds of it, others on three quarters: Metal's
`recommendedMaxWorkingSetSize`, as llama.cpp prints it (16 GiB: 10923 MiB; 36 GiB: 27648 MiB; 64 GiB: 49152 MiB)."""

_MIB = 1 << 20
_IDS = Path("/usr/share/libdrm/amdgpu.ids")


class AmdGpus:
    """The AMD GPUs of a Linux machine, in the order of the PCI bus; none elsewhere. `first` is their first index."""

    def __init__(self, sys: Path = Path("/sys"), ids: Path = _IDS) -> None:
        self._sys = sys
        self._ids = ids
        self._names: dict[str, str] = {}

    def devices(self, first: int = 0) -> tuple[GpuDevice, ...]:
        """Return what there is, numbered from `first`."""
        found = []
        for index, (folder, total) in enumerate(self._cards(), start=first):
            name = self._name(folder)
            used = _number(folder / "mem_info_vram_used") or 0
            found.append(
                GpuDevice(
                    index=index,
                    name=name,
                    total_mib=total // _MIB,
                    free_mib=max(0, total - used) // _MIB,
                    bandwidth_gbs=bandwidth_gbs(name),
                    vendor="amd",
                )
            )
        return tuple(found)

    def samples(self, first: int = 0) -> tuple[GpuSample, ...]:
        """Return what each does now, numbered from `first`."""
        found = []
        for index, (folder, total) in enumerate(self._cards(), start=first):
            sensors = next(iter(sorted(folder.glob("hwmon/hwmon*"))), folder)
            heat = _number(sensors / "temp1_input")
            power = _number(sensors / "power1_average")
            power = _number(sensors / "power1_input") if power is None else power
            limit = _number(sensors / "power1_cap")
            found.append(
                GpuSample(
                    index=index,
                    name=self._name(folder),
                    vendor="amd",
                    used_mib=(_number(folder / "mem_info_vram_used") or 0) // _MIB,
                    total_mib=total // _MIB,
                    utilisation_percent=_number(folder / "gpu_busy_percent"),
                    temperature_celsius=None if heat is None else round(heat / 1000),
                    power_watts=None if power is None else power / 1e6,
                    power_limit_watts=None if limit is None else limit / 1e6,
                )
            )
        return tuple(found)

    def _cards(self) -> Iterator[tuple[Path, int]]:
        """Yield each card's folder and its memory in bytes; a card whose driver goes away is left out."""
        folders = [card / "device" for card in (self._sys / "class" / "drm").glob("card*") if card.name[4:].isdigit()]
        for folder in sorted(folders, key=lambda folder: folder.resolve().name):
            total = _number(folder / "mem_info_vram_total")
            if _text(folder / "vendor") == AMD_VENDOR and total:
                yield folder, total

    def _name(self, folder: Path) -> str:
        key = str(folder)
        if key not in self._names:
            self._names[key] = _text(folder / "product_name") or self._listed_name(folder) or "AMD Radeon"
        return self._names[key]

    def _listed_name(self, folder: Path) -> str:
        """Look up device and revision in libdrm's list, whose lines are "744C, C8, AMD Radeon RX 7900 XTX"."""
        device = _text(folder / "device").removeprefix("0x").upper()
        revision = _text(folder / "revision").removeprefix("0x").upper()
        try:
            lines = self._ids.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        for line in lines:
            cells = [cell.strip() for cell in line.split(",", 2)]
            if len(cells) == 3 and (cells[0].upper(), cells[1].upper()) == (device, revision):
                return cells[2]
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppleChip:
    """A Mac whose GPU and processor share one memory: its name ("Apple M2 Pro") and what the GPU may use, in MiB."""

    name: str
    working_set_mib: int

    def device(self, ram_free_mib: int) -> GpuDevice:
        """Return it as a GPU, of which what is free in RAM is free, at most its working set."""
        return GpuDevice(
            index=0,
            name=self.name,
            total_mib=self.working_set_mib,
            free_mib=min(self.working_set_mib, ram_free_mib),
            bandwidth_gbs=bandwidth_gbs(self.name),
            vendor="apple",
        )

    def sample(self, ram_free_mib: int) -> GpuSample:
        """Return what is known of it now: the memory alone."""
        free = min(self.working_set_mib, ram_free_mib)
        return GpuSample(
            index=0,
            name=self.name,
            vendor="apple",
            used_mib=self.working_set_mib - free,
            total_mib=self.working_set_mib,
        )


def apple_chip(platform: str = sys.platform, sysctl: Callable[[str], str] | None = None) -> AppleChip | None:
    """Return this Mac's chip, None on anything but an Apple one. `sysctl` gives the value of a name, "" if unknown."""
    if platform != "darwin":
        return None
    ask = sysctl or _sysctl
    name = ask("machdep.cpu.brand_string").strip()
    size = ask("hw.memsize").strip()
    if not re.match(r"Apple M\d", name) or not size.isdigit():
        return None
    ram_mib = int(size) // _MIB
    wired = ask("iogpu.wired_limit_mb").strip()
    usual = ram_mib * 2 // 3 if ram_mib < SMALL_APPLE_MIB else ram_mib * 3 // 4
    # A person may have raised the limit; 0 means that they have not.
    limit = int(wired) if wired.isdigit() and int(wired) > 0 else usual
    return AppleChip(name=name, working_set_mib=min(limit, ram_mib))


def _sysctl(name: str) -> str:
    try:
        done = subprocess.run(["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        _LOG.warning("sysctl %s did not answer: %s", name, error)
        return ""
    return done.stdout if done.returncode == 0 else ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        # Which of the files there are depends on card and kernel; a sensor of a sleeping card refuses with an error.
        return ""


def _number(file: Path) -> int | None:
    text = _text(file)
    return int(text) if text.lstrip("-").isdigit() else None
