"""The state of every model, as it is kept in the database and shown at every door.

Knows nothing about how models are fetched or run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.placement import DeviceShare, Measurement

ModelState = Literal["available", "downloading", "installed", "active", "inactive", "failed"]
"""`available`: known, not here. `installed`: whole on disk, used when Jarvis chooses it. `active`: the person put it
in service. `inactive`: the person took it out of service, it is never loaded. `failed`: the last download, check or
load failed, and the row says why."""

ModelKind = Literal["text", "embedding", "reranker", "recognition", "voice", "wake", "turn"]
EngineKind = Literal[
    "llama.cpp",
    "vllm",
    "ollama",
    "openai",
    "anthropic",
    "google",
    "faster-whisper",
    "piper",
    "onnxruntime",
    "sentence-transformers",
    "openwakeword",
    "bundled",
]
ModelSource = Literal["catalogue", "folder", "import", "ollama", "cloud"]
"""Where a row comes from: fetched by the catalogue, found in the models folder, taken over from elsewhere on this
disk without copying, in Ollama's care, or behind somebody's API."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedModel:
    """A model that is in memory now, in whichever Jarvis process: `pid` is the child's. `shares` are what lies on which
    GPU; no layers where layers say nothing."""

    device: str
    """Such as "GPU 0", "GPU 0+1", "GPU 0+CPU" or "CPU"."""
    vram_mib: float
    ram_mib: float
    url: str
    pid: int
    shares: tuple[DeviceShare, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRow:
    """One model. `id` is unique: "qwen2.5-7b:q4_k_m" from the catalogue, the file's stem for a loose file,
    "ollama/llama3.2:3b", or "openai/gpt-4o-mini". `path` is the file or folder, empty when there is none.

    `version` is the hub's commit or Ollama's digest; `sha256` is of the first file. `failure_en` and `failure_es`
    say why the state is `failed`; empty otherwise. Times are aware UTC.
    """

    id: str
    kind: ModelKind
    engine: EngineKind
    source: ModelSource
    state: ModelState
    path: str = ""
    quantization: str = ""
    bytes: int = 0
    sha256: str = ""
    version: str = ""
    pinned: bool = False
    keep_alive_minutes: float | None = None
    failure_en: str = ""
    failure_es: str = ""
    added_at: datetime | None = None
    used_at: datetime | None = None
    loaded: LoadedModel | None = None

    def failure(self, language: Language) -> str:
        """Why it failed, in `language`."""
        return self.failure_es if language == "es" else self.failure_en


class ModelBook(Protocol):
    """Model rows and measurements; a returned write survives the death of the process."""

    def rows(self) -> list[ModelRow]:
        """All rows, by id."""
        ...

    def row(self, identity: str) -> ModelRow | None:
        """The row of `identity`, None when it is unknown."""
        ...

    def put(self, row: ModelRow) -> None:
        """Insert or replace everything but `loaded`."""
        ...

    def remove(self, identity: str) -> None:
        """Forget the row and its measurements."""
        ...

    def set_loaded(self, identity: str, loaded: LoadedModel | None) -> None:
        """Note that this process loaded or unloaded it; unknown ids are ignored. Notes of dead children are
        dropped when rows are read."""
        ...

    def used(self, identity: str) -> None:
        """Note that it answered just now."""
        ...

    def measurements(self, identity: str) -> list[Measurement]:
        """Everything measured of one model, newest first."""
        ...

    def measured(self, measurement: Measurement) -> None:
        """Keep `measurement`; a speed that is None leaves the one known for the same signature."""
        ...

    def hold(self) -> bool:
        """True while the GPUs are to be left alone ("gaming mode"), in every process."""
        ...

    def set_hold(self, held: bool) -> None:
        """Begin or end it."""
        ...

    def revision(self) -> int:
        """A number that changes when another process or this one wrote something here; cheap enough to poll."""
        ...


class ModelRunner(Protocol):
    """What of the running models the library may steer."""

    def loaded(self) -> Sequence[str]:
        """Ids of the models in memory."""
        ...

    def pause(self, identity: str, seconds: float = 60.0) -> bool:
        """Let running answers end (at most `seconds`), unload it and load it no more; True if it was loaded."""
        ...

    def resume(self, identity: str, *, load: bool) -> None:
        """Allow it again; `load` starts it at once, in the background."""
        ...
