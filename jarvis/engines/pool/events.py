"""What the pool shows of itself: which models are in memory now, what just changed, and what freeing the GPUs gave.

Values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import Placement
from jarvis.engines.pool.state import Ending, Phase
from jarvis.engines.running import ModelToRun


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedNow:
    """One child as it is now. `vram_mib` and `ram_mib` are measured where they could be, else predicted;
    `idle_seconds` is 0 while it answers; `load_seconds` predicted until it is ready."""

    model: ModelToRun
    placement: Placement
    phase: Phase
    device: str
    vram_mib: float
    ram_mib: float
    in_flight: int
    idle_seconds: float
    load_seconds: float
    pid: int | None
    url: str
    pinned: bool
    tokens_per_second: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolView:
    """The whole pool at one moment. `settling`: memory of ended children has not come back yet."""

    loaded: tuple[LoadedNow, ...] = ()
    waiting: int = 0
    held: bool = False
    settling: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolEvent:
    """Something that happened to `model`. `why` says why it was unloaded, `error` how it failed to load or died."""

    kind: Literal["loading", "loaded", "unloaded", "failed", "died"]
    model: ModelToRun
    placement: Placement | None = None
    seconds: float = 0.0
    why: Ending | None = None
    error: EngineError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Freed:
    """What freeing the GPUs gave: MiB by the driver's figures, else by those of the placements."""

    freed_mib: float
    seconds: float
    models: tuple[str, ...]
