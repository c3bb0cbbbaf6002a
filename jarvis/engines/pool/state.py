"""What the pool knows, what can happen to it, and what it can have done: values only, for the pure scheduler.

A `serial` names one life of one child, a `ticket` one request from its start to its end. Times are monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Placement, Refusal
from jarvis.contracts.ports import EngineNotice
from jarvis.engines.running import ModelToRun

Phase = Literal["loading", "ready", "stopping"]

Ending = Literal[
    "evicted", "idle", "unwanted", "failed", "died", "hung", "stuck", "freed", "updated", "unloaded", "closed"
]


Shares = tuple[tuple[int, float], ...]
"""Memory in MiB by GPU index."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How patient the pool is, in seconds.

    `starve`: how long newer requests for a ready model may overtake an older one that needs its place. `patience`:
    the longest wait for other answers and loads. `stuck`: a begun answer without a sign of life, `prompt` the same
    before its first word, while health checks alone say that the child lives. `elsewhere`: the longest wait for the
    load of another process. `vram`: the longest wait for freed
    memory to return, looked at every `look`. `fresh`: how long a look at the machine holds. `stop`: until a polite
    end becomes a forced one, `grace` the same when the GPUs are to be freed.
    """

    starve: float = 8.0
    patience: float = 120.0
    stuck: float = 300.0
    prompt: float = 1800.0
    elsewhere: float = 600.0
    vram: float = 5.0
    look: float = 0.25
    fresh: float = 1.0
    stop: float = 10.0
    grace: float = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """A child that holds memory, or is about to. `in_flight` pairs tickets with their last sign of life.

    `begun` are those tickets whose answer has begun. `vram` and `ram_mib` are predictions until the load is measured.
    `room` is what was free at the load, by GPU, with what other residents held then, and `ram_room` likewise.
    `ending` is set while it is stopping.
    """

    serial: int
    model: ModelToRun
    placement: Placement
    phase: Phase
    since: float
    vram: Shares
    ram_mib: float
    load_seconds: float
    idle_since: float = 0.0
    in_flight: tuple[tuple[int, float], ...] = ()
    begun: frozenset[int] = frozenset()
    room: Shares = ()
    ram_room: float = 0.0
    draining: bool = False
    ending: Ending | None = None
    killed: bool = False

    @property
    def vram_mib(self) -> float:
        """Memory on all GPUs together."""
        return sum(mib for _, mib in self.vram)

    @property
    def last_sign(self) -> float:
        """When any of its begun answers went on, else since when the first one is waited for."""
        begun = [at for ticket, at in self.in_flight if ticket in self.begun]
        return max(begun) if begun else max(self.idle_since, min((at for _, at in self.in_flight), default=0.0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Smaller:
    """How often loads of `model` are made smaller, since one ran out of memory with `room_mib` free on the GPUs
    (`on_gpu`) or in RAM. `proven` once the smaller one loaded."""

    model: ModelToRun
    count: int
    on_gpu: bool
    room_mib: float
    proven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiter:
    """A request that has no child yet. A `preload` wants no grant, only the model in memory. `told` are the codes of
    the notices that it got."""

    ticket: int
    model: ModelToRun
    since: float
    preload: bool = False
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settling:
    """Memory of ended children that has not come back yet: free MiB to wait for by GPU, until when at most."""

    expected: Shares
    until: float
    looked_at: float = float("-inf")


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolState:
    """Everything that decisions rest on. `waiters` stand in the order of their arrival.

    `machine` is the latest look at the hardware, usable while `machine_at` is recent; `looking` while one is under
    way. `foreign` are the models that other processes hold in memory. `paused` pairs ids with the time at which their
    answers are cut off. `smaller` are the sizes found after loads that ran out of memory.
    """

    residents: tuple[Resident, ...] = ()
    waiters: tuple[Waiter, ...] = ()
    machine: Machine | None = None
    machine_at: float = float("-inf")
    looking: bool = False
    foreign: tuple[str, ...] = ()
    settling: Settling | None = None
    held: bool = False
    closing: bool = False
    paused: tuple[tuple[str, float], ...] = ()
    pinned: frozenset[str] = frozenset()
    smaller: tuple[Smaller, ...] = ()
    next_serial: int = 1

    def resident(self, serial: int) -> Resident | None:
        """The resident with this serial, None when it is gone."""
        return next((resident for resident in self.residents if resident.serial == serial), None)

    def ready(self, model: ModelToRun) -> Resident | None:
        """The resident that can answer for `model` now."""
        return next(
            (one for one in self.residents if one.phase == "ready" and not one.draining and one.model == model), None
        )

    def smaller_of(self, model: ModelToRun) -> int:
        """How often a load of `model` is made smaller."""
        return next((one.count for one in self.smaller if one.model == model), 0)

    def is_paused(self, identity: str) -> bool:
        """True while `identity` may not be loaded."""
        return any(name == identity for name, _ in self.paused)

    def is_pinned(self, resident: Resident) -> bool:
        """True where eviction may not touch it."""
        return resident.model.pinned or resident.model.id in self.pinned


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable(Refusal):
    """No place, because the placer could not make sense of the model's files."""

    error: EngineError


# What can happen.


@dataclass(frozen=True, kw_only=True, slots=True)
class Acquire:
    """Somebody wants to use `model`, or with `preload` only to have it in memory."""

    ticket: int
    model: ModelToRun
    preload: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """The request is over: answered, cancelled, or its grant was not taken."""

    ticket: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """An answer gave a sign of life at `at`."""

    ticket: int
    at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A child answers; `vram` and `ram_mib` are measured where they could be, else None."""

    serial: int
    seconds: float
    vram: Shares | None = None
    ram_mib: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadFailed:
    """A child did not come up."""

    serial: int
    error: EngineError


@dataclass(frozen=True, kw_only=True, slots=True)
class Died:
    """A ready child is gone (`hung` False) or no longer answers (`hung` True); `why` in technical words."""

    serial: int
    why: str
    hung: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A stopped child is gone for good; `before` is the machine just before that, None when it is unknown."""

    serial: int
    before: Machine | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """The machine as it is now; the hold and the models of other processes as the book has them, else None."""

    machine: Machine
    held: bool | None = None
    foreign: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadingElsewhere:
    """A look that was asked for has to wait, because another process is loading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """Time went by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """The GPUs are to be left alone, or may be used again."""

    held: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """`identity` is to be unloaded and not loaded again; answers are cut off at `until`."""

    identity: str
    until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """`identity` may be loaded again."""

    identity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unload:
    """`identity` is to go, with `drain` only after its running answers."""

    identity: str
    drain: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """`identity` is never evicted any more, or may be again."""

    identity: str
    pinned: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Close:
    """Everything is to end."""


Event = (
    Acquire | Leave | Progress | Loaded | LoadFailed | Died | Ended | Looked | LoadingElsewhere | Tick | Hold | Pause
    | Resume | Unload | Pin | Close
)  # fmt: skip


# What the scheduler has done.


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """Start the child `serial`; answered by `Loaded` or `LoadFailed`."""

    serial: int
    model: ModelToRun
    placement: Placement


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """End the child `serial`, by force with `kill`; answered by `Ended`. A second one only adds the force."""

    serial: int
    kill: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Hand the child to the waiter, who takes it or is answered for with `Leave`."""

    ticket: int
    serial: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """Tell the waiter that it gets nothing."""

    ticket: int
    error: EngineError


@dataclass(frozen=True, kw_only=True, slots=True)
class Tell:
    """Tell the waiter something while it waits."""

    ticket: int
    notice: EngineNotice


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """Tell the holder of a grant why its answer ends; `at_once` without waiting for what may still arrive."""

    ticket: int
    error: EngineError
    at_once: bool = field(default=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Look at the machine; answered by `Looked`. With `placing` a load may follow, so its turn has to come first."""

    placing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """For listeners: a model failed to load, or with `died` its ready child died or hung; `error` says how."""

    model: ModelToRun
    error: EngineError
    died: bool = False


Act = Start | Stop | Grant | Refuse | Tell | Break | Look | Note
