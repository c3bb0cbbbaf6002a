"""Finds out what this machine has. Every parser is a pure function; only `gather` looks at the machine.

Knows nothing about what will be installed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

System = Literal["linux", "macos"]
Manager = Literal["apt", "dnf", "pacman", "brew", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gpu:
    """One graphics card; `vram_mib` and `capability` (compute capability) are None where they are not known."""

    name: str
    maker: Literal["nvidia", "amd"]
    vram_mib: int | None = None
    capability: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What was found; memory and disk in MiB, `driver` and `cuda` empty without an NVIDIA card."""

    system: System
    machine: str
    python: str
    python_home: str
    has_venv: bool
    cores: int
    ram_mib: int
    disk_free_mib: int
    gpus: tuple[Gpu, ...]
    driver: str
    cuda: str
    nvcc: bool
    compiler: bool
    display: bool
    sound: bool
    manager: Manager
    may_install: bool
    missing_libraries: tuple[str, ...]
    vllm_begun: bool = False

    @property
    def nvidia(self) -> bool:
        """True with at least one NVIDIA card whose driver answers."""
        return any(gpu.maker == "nvidia" for gpu in self.gpus)


def parse_nvidia_gpus(text: str) -> tuple[list[Gpu], str]:
    """Read `nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader,nounits`: cards, driver."""
    gpus, driver = [], ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.rsplit(",", 2)]
        if len(cells) == 3 and cells[0]:
            gpus.append(Gpu(name=cells[0], maker="nvidia", vram_mib=int(cells[1]) if cells[1].isdigit() else None))
            driver = cells[2]
    return gpus, driver


def parse_capabilities(text: str) -> list[tuple[int, int] | None]:
    """Read `nvidia-smi --query-gpu=compute_cap --format=csv,noheader`, one card a line; old drivers do not know it."""
    found = (re.fullmatch(r"(\d+)\.(\d+)", line.strip()) for line in text.splitlines() if line.strip())
    return [(int(one[1]), int(one[2])) if one else None for one in found]


def parse_cuda_version(text: str) -> str:
    """Read the CUDA version out of the heading of plain `nvidia-smi`; empty when it names none."""
    found = re.search(r"CUDA (?:UMD )?Version:\s*(\d+(?:\.\d+)*)", text)
    return found[1] if found else ""


def parse_amd_gpus(text: str) -> list[Gpu]:
    """Read AMD cards out of `lspci`."""
    gpus = []
    for line in text.splitlines():
        found = re.search(r"(?:VGA compatible|3D|Display) controller(?: \[\w+\])?: (.+)", line)
        if found and re.search(r"\bAMD\b|\bATI\b", found[1]):
            name = re.sub(r"^Advanced Micro Devices, Inc\. |\[AMD/ATI\] |\s*\(rev \w+\)$", "", found[1])
            gpus.append(Gpu(name=re.sub(r"^\[AMD/ATI\] ", "", name), maker="amd"))
    return gpus


def parse_ram_mib(meminfo: str) -> int:
    """Read the total memory out of /proc/meminfo; 0 when it is not there."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


def parse_ldconfig(text: str) -> frozenset[str]:
    """Return the library names (`libEGL.so.1`) in `ldconfig -p`."""
    return frozenset(re.findall(r"^\s+(\S+\.so\S*) \(", text, re.MULTILINE))


def package_manager(system: System, programs: Sequence[str]) -> Manager:
    """Return which of the known package managers, all on PATH in `programs`, this machine is run with."""
    if system == "macos":
        return "brew"
    for program, manager in (("apt-get", "apt"), ("dnf", "dnf"), ("pacman", "pacman")):
        if program in programs:
            return manager  # type: ignore[return-value]
    return "none"


def has_display(system: System, environment: Mapping[str, str], x_socket_answers: bool) -> bool:
    """Tell whether a window can be opened; a local X display counts only if its socket answers."""
    if system != "linux" or environment.get("WAYLAND_DISPLAY"):
        return True
    display = environment.get("DISPLAY", "")
    return bool(display) and (not display.startswith(":") or x_socket_answers)


def output_of(command: Sequence[str], seconds: float = 10.0) -> str:
    """Return what `command` prints; empty when it is missing, fails or takes longer than `seconds`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def gather(root: Path, libraries: Mapping[str, str]) -> Facts:
    """Look at this machine. `libraries` maps a name to the shared library to be looked for."""
    system: System = "macos" if sys.platform == "darwin" else "linux"
    gpus, driver, cuda = _gpus()
    manager = package_manager(system, [name for name in ("apt-get", "dnf", "pacman") if shutil.which(name)])
    return Facts(
        system=system,
        machine=os.uname().machine,
        python=".".join(map(str, sys.version_info[:3])),
        python_home=sys.base_prefix,
        has_venv=_has_venv(),
        cores=os.cpu_count() or 1,
        ram_mib=_ram_mib(system),
        disk_free_mib=shutil.disk_usage(root).free // 2**20,
        gpus=tuple(gpus),
        driver=driver,
        cuda=cuda,
        nvcc=_nvcc() is not None,
        compiler=any(shutil.which(name) for name in ("c++", "g++", "clang++")),
        display=has_display(system, os.environ, _x_socket_answers()),
        sound=system != "linux" or _has_sound(),
        manager=manager,
        may_install=manager == "apt" and may_install(),
        missing_libraries=missing_libraries(libraries) if system == "linux" else (),
        vllm_begun=(root / ".venvs" / "vllm").exists(),
    )


def may_install() -> bool:
    """True as root, or where sudo asks for no password."""
    if os.geteuid() == 0:
        return True
    return shutil.which("sudo") is not None and _succeeds(["sudo", "-n", "true"])


def missing_libraries(libraries: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in `libraries` whose shared library cannot be loaded here."""
    known = parse_ldconfig(output_of([shutil.which("ldconfig") or "/sbin/ldconfig", "-p"]))
    return tuple(name for name, library in libraries.items() if library not in known and not _loads(library))


def _gpus() -> tuple[list[Gpu], str, str]:
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]
    gpus, driver = parse_nvidia_gpus(output_of(query))
    cuda = parse_cuda_version(output_of(["nvidia-smi"])) if gpus else ""
    known = parse_capabilities(output_of(["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"]))
    if len(known) == len(gpus):
        gpus = [replace(gpu, capability=capability) for gpu, capability in zip(gpus, known, strict=True)]
    listed = parse_amd_gpus(output_of(["lspci"]))
    return gpus + (listed or _amd_from_sysfs()), driver, cuda


def _amd_from_sysfs() -> list[Gpu]:
    vendors = []
    for file in sorted(Path("/sys/class/drm").glob("card?/device/vendor")):
        with contextlib.suppress(OSError):
            vendors.append(file.read_text().strip())
    return [Gpu(name="AMD Radeon", maker="amd") for vendor in vendors if vendor == "0x1002"]


def _nvcc() -> str | None:
    return shutil.which("nvcc") or next((str(p) for p in [Path("/usr/local/cuda/bin/nvcc")] if p.exists()), None)


def _has_venv() -> bool:
    return _succeeds([sys.executable, "-c", "import ensurepip, venv"])


def _ram_mib(system: System) -> int:
    if system == "linux":
        return parse_ram_mib(Path("/proc/meminfo").read_text())
    bytes_text = output_of(["sysctl", "-n", "hw.memsize"]).strip()
    return int(bytes_text) // 2**20 if bytes_text.isdigit() else 0


def _x_socket_answers() -> bool:
    found = re.match(r":(\d+)", os.environ.get("DISPLAY", ""))
    if not found:
        return False
    name = f"/tmp/.X11-unix/X{found[1]}"
    for address in (name, f"\0{name}"):
        with socket.socket(socket.AF_UNIX) as x_server, contextlib.suppress(OSError):
            x_server.settimeout(1)
            x_server.connect(address)
            return True
    return False


def _has_sound() -> bool:
    cards = Path("/proc/asound/cards")
    if cards.exists() and "no soundcards" not in cards.read_text():
        return True
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return "PULSE_SERVER" in os.environ or any((folder / name).exists() for name in ("pulse/native", "pipewire-0"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
