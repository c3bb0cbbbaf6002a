"""A local engine over its own pool of real children, its book and its machine; GPUs there are only a claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import GpuSample, Machine
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import Placement, Refusal
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.engines.completions import Completions
from jarvis.engines.local_model import LocalModelEngine
from jarvis.engines.pool.events import PoolEvent
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.runners.llama_child import LlamaChildLauncher
from jarvis.engines.runners.llama_server import LlamaServerProcess
from jarvis.engines.running import ModelProcess, ModelToRun
from jarvis.placement.place import ShapePlacer
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.clock import FakeClock
from tests.fakes.home_facts import UNSEEN_SYSTEM_PROMPT
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.servers import real_llama_server

EXACT = GenerationOptions(max_tokens=64, temperature=0.0)
PLAIN = Machine(ram_mib=16_384, ram_free_mib=14_336, ram_bandwidth_gbs=20.0, cores=2)
REAL = real_llama_server()


class LocalBench:
    """An engine over its own pool, book and machine, with everything that a test may change about it.

    It is the probe and the launcher too: where the machine has a GPU, children run on the processor and the places
    of the living ones are what is taken of it.
    """

    def __init__(self, home: Path, path: Path) -> None:
        self.folders = Folders(home=home)
        self.base = PLAIN
        self.model: ModelToRun | EngineError = ModelToRun(id="m", path=path, context_tokens=2048, threads=1)
        self.installing = {"en": "", "es": ""}
        self.database = Database(home / "jarvis.sqlite3")
        self.book = SqliteModelBook(self.database, FakeClock())
        for name in ("m", "other"):
            row = ModelRow(id=name, kind="text", engine="llama.cpp", source="folder", state="installed", path=str(path))
            self.book.put(row)
        self.placer = ShapePlacer(shape_of_gguf, self.book.measurements)
        self.completions = Completions()
        self.children: list[tuple[Placement, ModelProcess]] = []
        self.events: list[PoolEvent] = []
        self.pools: list[EnginePool] = []
        self.pool = self.new_pool()
        self.engine = self.new_engine()

    def new_pool(self, **options: Any) -> EnginePool:
        pool = EnginePool(
            placer=self.placer,
            launcher=self.launch,
            probe=self,
            book=self.book,
            tick_seconds=0.02,
            check_seconds=0.2,
            **options,
        )
        pool.subscribe(self.events.append)
        self.pools.append(pool)
        return pool

    def new_engine(self) -> LocalModelEngine:
        return LocalModelEngine(
            model=lambda: self.model,
            name="local",
            pool=self.pool,
            completions=self.completions,
            abilities=frozenset({"tools"}),
            install_state=lambda language: self.installing[language],
            plan=self.plan,
            book=self.book,
            exit_seconds=PATIENCE_SECONDS,
        )

    def plan(self) -> Placement | Refusal | None:
        if isinstance(self.model, EngineError):
            return None
        try:
            return self.placer(self.model, self.base)
        except EngineError:
            return None

    def change(self, **changes: Any) -> None:
        assert isinstance(self.model, ModelToRun)
        self.model = replace(self.model, **changes)

    def launch(self, model: ModelToRun, placement: Placement) -> ModelProcess:
        registry = ChildRegistry(self.folders.run)
        on_processor = replace(placement, how="cpu", devices=(), cpu_layers=placement.cpu_layers + placement.gpu_layers)
        child: ModelProcess
        if model.runner == "llama-server":
            assert REAL is not None
            child = LlamaServerProcess(
                model=model, placement=on_processor, binary=REAL, run_folder=self.folders.run,
                log=self.folders.logs / "server.log", registry=registry,
            )  # fmt: skip
        else:
            child = LlamaChildLauncher(self.folders, registry)(model, on_processor)
        self.children.append((placement, child))
        return child

    def machine(self) -> Machine:
        living = [placement for placement, child in self.children if child.running()]
        gpus = tuple(
            replace(gpu, free_mib=int(gpu.free_mib - sum(one.mib_on(gpu.index) for one in living)))
            for gpu in self.base.gpus
        )
        return replace(self.base, gpus=gpus)

    def gpu_samples(self) -> tuple[GpuSample, ...]:
        return tuple(
            GpuSample(
                index=gpu.index, name=gpu.name, vendor="nvidia",
                used_mib=gpu.total_mib - gpu.free_mib, total_mib=gpu.total_mib,
            )
            for gpu in self.machine().gpus
        )  # fmt: skip

    def stream(self, text: str, options: GenerationOptions = EXACT, cancel: CancelToken | None = None) -> Iterator[Any]:
        return self.engine.stream(self.messages(text), options, cancel or CancelToken())

    def messages(self, text: str) -> list[ChatMessage]:
        return [ChatMessage(role="system", text=UNSEEN_SYSTEM_PROMPT), ChatMessage(role="user", text=text)]

    def ask(self, text: str) -> str:
        return "".join(item.text for item in self.stream(text) if isinstance(item, EngineText))

    def child(self) -> int:
        """The process id of the one child that is noted."""
        (note,) = (self.folders.run / "children").glob("*.json")
        return int(note.stem)

    def close(self) -> None:
        for pool in self.pools:
            pool.close()
        self.completions.close()
        self.database.close()
        assert [child for _, child in self.children if child.running()] == []
