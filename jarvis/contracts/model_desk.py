"""Everything that a door can do with models: look, fetch, take over, switch on and off, plan, free.

Values and one port; who does it, and how, lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.models import EngineKind, ModelKind, ModelSource, ModelState
from jarvis.contracts.placement import KvType, MemoryEstimate, Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelView:
    """One model as people see it. `bytes` is its size on disk, or to be fetched; sentences are in the asked language.

    `device`, `vram_mib` and `url` are None unless it is in memory now. `url` answers only with the key that its
    owning process keeps.
    """

    id: str
    name: str
    kind: ModelKind
    state: ModelState
    engine: EngineKind
    source: ModelSource
    about: str = ""
    bytes: int = 0
    quantization: str = ""
    licence: str = ""
    gated: bool = False
    languages: tuple[str, ...] = ()
    abilities: tuple[str, ...] = ()
    context_tokens: int | None = None
    path: str = ""
    pinned: bool = False
    failure: str = ""
    device: str | None = None
    vram_mib: float | None = None
    url: str | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferProgress:
    """How far a download is, all its files together; rate and time left are None until they can be told."""

    model: str
    file: str
    done_bytes: int
    total_bytes: int
    bytes_per_second: float | None = None
    seconds_left: float | None = None


TransferState = Literal["queued", "running", "finished", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """One of several downloads: `model` is its id, or what was asked for where there is no such model.

    `progress` is None until bytes came. After the end `view` is the model as it is then, None for one that is unknown,
    and `failure` says why it failed.
    """

    model: str
    state: TransferState = "queued"
    progress: TransferProgress | None = None
    view: ModelView | None = None
    failure: JarvisError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What removing a model would delete; `files` is empty for one that only stands in the list."""

    id: str
    files: tuple[str, ...]
    bytes: int
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendedModel:
    """One model of a recommended set: what for, how big, where it would go and why."""

    id: str
    role: str
    bytes: int
    device: str
    tokens_per_second: float | None
    installed: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendedSet:
    """A set that works together on one machine; empty `models` means "nothing for now" and `summary` says why.

    `machine` is a sentence of what the machine has.
    """

    models: tuple[RecommendedModel, ...]
    total_bytes: int
    summary: str
    machine: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FreedMemory:
    """What `free` achieved. `freed_mib` is measured on the GPUs where a driver tells, else what was placed there."""

    freed_mib: float
    seconds: float
    models: tuple[str, ...]


MeasureStep = Literal["memory", "disk"]
"""What is being measured, in this order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredSpeeds:
    """How fast memory and disk were read, in GB/s; `disk_gbs` None where there was no model to read."""

    ram_gbs: float
    disk_gbs: float | None


class ModelDesk(Protocol):
    """The doors' way to the models. Ids may leave out the quantization where only one is meant.

    Every method raises `JarvisError` with one sentence for what cannot be done; nothing is half done after it.
    """

    def views(
        self, language: Language, *, installed_only: bool = False, every_quantization: bool = False
    ) -> list[ModelView]:
        """What there is, after a look at what is really on disk and running; of what is not here one quantization
        each, unless `every_quantization`."""
        ...

    def ollama_note(self, language: Language) -> str:
        """Say, after `views`, what is out of the ordinary about Ollama: a container that answers in its place or cannot
        be reached, models that do not answer now. Empty where there is nothing to say."""
        ...

    def recommend(self, language: Language) -> RecommendedSet:
        """Pick a set for this machine."""
        ...

    def download(
        self, identity: str, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> ModelView:
        """Fetch a model whole, or go on with an interrupted fetch."""
        ...

    def download_all(
        self, identities: Sequence[str], cancel: CancelToken, on_change: Callable[[Transfer], None]
    ) -> list[Transfer]:
        """Fetch several models, a few at once; one that fails stops no other. Returns how each ended, in order.

        `on_change` is called from several threads, one at a time. Cancelled, or interrupted by an exception in the
        waiting thread, all of them pause: what arrived is kept, and the next download of the model goes on from there.
        """
        ...

    def take_over(self, source: str, identity: str | None = None) -> ModelView:
        """Use a GGUF file or model folder that is on this disk, or "ollama:NAME" out of Ollama's store, in place."""
        ...

    def activate(self, identity: str) -> ModelView:
        """Put it in service; a running Jarvis prefers it from the next question on."""
        ...

    def deactivate(self, identity: str) -> ModelView:
        """Take it out of service and out of memory."""
        ...

    def pin(self, identity: str, pinned: bool) -> ModelView:
        """Keep it in memory once loaded, or no longer."""
        ...

    def update(
        self, identity: str | None, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> Sequence[tuple[str, bool]]:
        """Bring one model, or all, to the newest version; returns id and whether anything changed."""
        ...

    def removal(self, identity: str, language: Language) -> Removal:
        """Say what `remove` would delete."""
        ...

    def remove(self, identity: str) -> int:
        """Delete it; returns the bytes freed."""
        ...

    def estimate(self, target: str, *, context_tokens: int, kv_type: KvType, gpu_layers: int = -1) -> MemoryEstimate:
        """Say what a file, folder or catalogue id takes in memory, wholly on one GPU (-1) or on the CPU (0)."""
        ...

    def has_gpu(self) -> bool:
        """True where a GPU is here that the installed engines can use."""
        ...

    def plan(self, hardware: Path | None, models: Sequence[str] = ()) -> tuple[Plan, Plan]:
        """Say what goes where, here or on the machine that a JSON file describes: all together, and each text model
        with the machine to itself. Without `models`, those that are here, or what Jarvis was made to run."""
        ...

    def try_out(
        self, identity: str, prompt: str, cancel: CancelToken, on_end: Callable[[int], None] | None = None
    ) -> Iterator[str]:
        """Ask one model of this computer and yield its answer piece by piece. It is loaded first where it is not in
        memory; no skill, memory or history goes along, and no conversation keeps it. Cancelled, it ends. A whole
        answer's number of tokens is given to `on_end`."""
        ...

    def measure(
        self, cancel: CancelToken | None = None, on_step: Callable[[MeasureStep], None] | None = None
    ) -> MeasuredSpeeds:
        """Measure this machine, which takes a few seconds; predictions use it from then on. `on_step` is told what is
        being measured. Raises `Cancelled`, and `StorageError` where it cannot be measured; what was known before stays
        then."""
        ...

    def build_server(self, cancel: CancelToken, on_progress: Callable[[int, str], None]) -> Path:
        """Build llama.cpp's own server; `on_progress` is given percent and what is being done. Returns the program."""
        ...

    def free(self) -> FreedMemory:
        """Empty every GPU, in every Jarvis process, and keep it so until `use_gpus_again`."""
        ...

    def use_gpus_again(self) -> None:
        """End what `free` began."""
        ...

    def held(self) -> bool:
        """True while the GPUs are kept free."""
        ...
