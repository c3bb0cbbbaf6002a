"""Has the router's encoder made by a child process, so that what that takes for a moment is never this one's.

Knows the child's program and nothing of what it does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry

START_SECONDS = 60.0
"""Most that it may take; usually one to two."""


def made_by_child(cache: Path, registry: Callable[[], ChildRegistry], logs: Path) -> None:
    """Have the graph put into `cache`; returns once it is there. Raises `EngineError` where it cannot be made."""
    child = Child(
        name="the maker of the encoder",
        module="jarvis.engines.children.encoder_maker",
        arguments=[str(cache)],
        log=logs / "encoder-maker.log",
        registry=registry(),
        start_seconds=START_SECONDS,
    )
    try:
        child.ensure_ready()
    finally:
        child.stop()
