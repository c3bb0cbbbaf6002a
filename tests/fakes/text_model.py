"""The model child under test, and the official client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import psutil

from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry
from tests.fakes.processes import PATIENCE_SECONDS, until

KEY = "test-key"


def model_child(model: Path, folder: Path, *arguments: str) -> Child:
    """Return a child that will serve `model` with one thread."""
    return Child(
        name=model.stem,
        module="jarvis.engines.children.llama_server",
        arguments=(str(model), "--threads=1", *arguments),
        environment={"JARVIS_ENGINE_KEY": KEY},
        log=folder / "model.log",
        registry=ChildRegistry(folder),
        start_seconds=PATIENCE_SECONDS,
    )


@contextmanager
def served(model: Path, folder: Path, *arguments: str) -> Iterator[Served]:
    """Run `model` and yield clients for it."""
    child = model_child(model, folder, *arguments)
    try:
        yield Served(child, child.ensure_ready())
    finally:
        child.kill()


class Served:
    """A running model child and the means to ask it."""

    def __init__(self, child: Child, document: dict[str, Any]) -> None:
        self.child = child
        self.document = document
        self.model: str = document["model"]

    def client(self, key: str = KEY) -> openai.OpenAI:
        """Return the official client."""
        return openai.OpenAI(base_url=self.document["url"], api_key=key, max_retries=0, timeout=PATIENCE_SECONDS)

    def cpu_seconds(self) -> float:
        """Return how long the child has computed."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def pid(self) -> int:
        """Return its process id."""
        assert self.child.pid is not None
        return self.child.pid

    def is_computing(self) -> None:
        """Wait until it has begun to compute: a tenth of a second of CPU from now."""
        begun = self.cpu_seconds()
        until(lambda: self.cpu_seconds() > begun + 0.1, "the model computes")
