"""What the machine's memory and processors are used for now, by whom, and what can be done about it.

Values and one port; MiB are 2**20 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.hardware import GpuSample
from jarvis.contracts.models import ModelKind

HolderKind = ModelKind | Literal["jarvis", "others"]
"""Whose memory it is: a model's, by its kind; another part of Jarvis'; another program's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuHolding:
    """A part of one GPU's memory. `name` is a model's id or a program's name, "" for what nobody is known to hold.

    `layers` of the model lie there, 0 where layers say nothing, the first of them with the number `first_layer`, from
    0, where that is known. `measured` is False where the driver does not tell
    what each process holds, and the figure is what was placed there.
    """

    kind: HolderKind
    name: str
    mib: float
    layers: int = 0
    measured: bool = True
    first_layer: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuView:
    """One GPU now and who holds its memory, largest first; the parts add up to `sample.used_mib`."""

    sample: GpuSample
    holdings: tuple[GpuHolding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidentModel:
    """A model in memory. `own` tells that this process has it, so that it can be unloaded from here alone."""

    id: str
    kind: ModelKind
    device: str
    vram_mib: float
    ram_mib: float
    pinned: bool
    own: bool
    tokens_per_second: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceView:
    """The machine at one moment: `at` in seconds of the monotonic clock, loads 0..100, disk the one with the models.

    `gpu_trouble` says why no GPU answers that did before, else is "". `held` is True while the GPUs are kept free.
    `cost_today_usd` counts today's calls, `tokens_per_second_now` what this process' answers are being written with,
    0 while there is none.
    """

    at: float
    cpu_percent: float
    ram_used_mib: int
    ram_total_mib: int
    disk_free_mib: int
    disk_total_mib: int
    gpus: tuple[GpuView, ...] = ()
    resident: tuple[ResidentModel, ...] = ()
    held: bool = False
    gpu_trouble: str = ""
    cost_today_usd: float = 0.0
    tokens_per_second_now: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Whether a model that is here would find room now: `sentence` says where, or what is missing."""

    model: str
    fits: bool
    sentence: str


class ResourceDesk(Protocol):
    """The doors' way to what the machine is doing; any thread. Nothing here loads or starts a model."""

    def watch(self) -> None:
        """Sample once a second from now on, until `rest`; a second call does nothing."""
        ...

    def rest(self) -> None:
        """Sample no more; what was seen stays."""
        ...

    def view(self, language: Language) -> ResourceView:
        """Return the machine as it was sampled last, or is now where nobody watches."""
        ...

    def history(self) -> Sequence[ResourceView]:
        """Return the last five minutes, oldest first: without models and money, GPUs without their holders."""
        ...

    def fits(self, language: Language) -> Sequence[Fit]:
        """Say of every text model on this disk whether it would find room beside what others hold."""
        ...

    def unload(self, model: str) -> None:
        """Take a model out of memory; it stays in service. `InputError` where another process has it."""
        ...
