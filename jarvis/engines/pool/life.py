"""One child of the pool with everything that belongs to it, for the loop that owns them.

A value that changes; decides nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.placement import Measurement, Placement
from jarvis.engines.pool.lease import Pulse
from jarvis.engines.pool.watch import Watched
from jarvis.engines.running import Endpoint, ModelProcess, ModelToRun


@dataclass(slots=True)
class Life:
    """One child with what belongs to it; `process` is made on the thread that starts it."""

    serial: int
    model: ModelToRun
    placement: Placement
    token: CancelToken = field(default_factory=CancelToken)
    process: ModelProcess | None = None
    starter: threading.Thread | None = None
    stopping: bool = False
    disturbed: bool = False
    endpoint: Endpoint | None = None
    watched: Watched | None = None
    measurement: Measurement | None = None
    speed: float | None = None
    pulse: Pulse = field(default_factory=Pulse)
