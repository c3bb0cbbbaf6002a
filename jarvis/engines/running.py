"""The parts between which the pool stands: what is to run, who says where, who starts it, what runs.

Values and interfaces only; each implementation lives in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Placement, Refusal
from jarvis.placement.estimate import RunnerKind

__all__ = ["Endpoint", "Launcher", "ModelProcess", "ModelToRun", "Placer", "RunnerKind"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelToRun:
    """A model on this disk and how it is to be run. Equal values mean the same child, whatever `pinned` and
    `keep_alive_seconds` say: these steer the pool and not the child.

    `stamp` is the file's time and size, so that an exchanged file is loaded anew. `context_tokens` is what is wished
    for; the placement may give less. `projector` is the vision file. `keep_alive_seconds` None keeps it until something
    needs its place. A `pinned` model is never evicted.
    """

    id: str
    path: Path
    runner: RunnerKind = "llama"
    context_tokens: int = 4096
    projector: Path | None = None
    threads: int = 0
    gpu_layers: int = -1
    stamp: tuple[int, int] = (0, 0)
    pinned: bool = field(default=False, compare=False)
    keep_alive_seconds: float | None = field(default=900.0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a ready model answers in the OpenAI protocol. `document` is what the child said of itself."""

    base_url: str
    key: str
    model: str
    pid: int
    document: dict[str, Any] = field(default_factory=dict)


class Placer(Protocol):
    """Pure: says where a model goes."""

    def __call__(self, model: ModelToRun, machine: Machine, *, smaller: int = 0) -> Placement | Refusal:
        """Return the best place for `model` on `machine`, whose free memory already lacks what residents hold or
        will hold. `smaller` counts the sizes to go below that, after a load that ran out of memory: 1 is the next
        smaller step (cache type, context, layers), and so on until it refuses."""
        ...


class ModelProcess(Protocol):
    """One model's child, from start to end; used by one pool only."""

    def start(self, cancel: CancelToken | None = None) -> Endpoint:
        """Start it and wait until it answers. Raises `EngineError` (code `engine.out_of_memory` when that is why) or
        `Cancelled`, which leaves the start going on."""
        ...

    def stop(self) -> None:
        """End it and everything that it started: politely, then by force. Returns when it is gone."""
        ...

    def kill(self) -> None:
        """End it by force, at once."""
        ...

    def running(self) -> bool:
        """True while its process exists."""
        ...

    def healthy(self, seconds: float) -> bool:
        """Ask it whether it is alive; False when it does not say so within `seconds`."""
        ...

    def ending(self, seconds: float) -> str:
        """Wait at most `seconds` for its end and say in a few technical words how it ended; "" while it runs."""
        ...


Launcher = Callable[[ModelToRun, Placement], ModelProcess]
"""Makes the child for a model at a place; starts nothing yet."""
