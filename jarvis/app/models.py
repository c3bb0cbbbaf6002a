"""Everything about models, put together: the book, the hardware, placement, the pool, the library."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.app.once import built_once
from jarvis.app.placing import Placing, devices_of, shape_of, usable_machine, usable_vendors
from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.library import ModelLibrary
from jarvis.catalog.models import catalog_file, load_all
from jarvis.catalog.ollama_place import OllamaPlace
from jarvis.catalog.ollama_store import OllamaStore
from jarvis.catalog.reconcile import reconcile
from jarvis.contracts.errors import EngineError, StorageError
from jarvis.contracts.hardware import GpuDevice, GpuVendor, Machine
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import Measurement, Placement, Refusal
from jarvis.engines.llama_server_build import found_binary
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.running import ModelProcess, ModelToRun, RunnerKind
from jarvis.hardware.local import LocalHardware
from jarvis.placement.place import ShapePlacer
from jarvis.placement.wishes import preferred_variant
from jarvis.processes.exits import literal
from jarvis.storage.model_book import SqliteModelBook

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

USER_CATALOG = "models.json"
"""The person's own list of models, in the folder of the settings."""

_LOG = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 2.0
"""How long it is believed that llama-server is built or not: to look costs milliseconds, and every status asks."""


class Models:
    """Models behind every door; parts are built when they are first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building
        self.user_catalog = jarvis.folders.settings_file.parent / USER_CATALOG
        self._looking = threading.Lock()
        self._seen: frozenset[tuple[str, int, int]] | None = None
        self._server: tuple[float, bool] | None = None
        self._had_rows: set[str] = set()

    @built_once
    def book(self) -> SqliteModelBook:
        """State and measurements of every model."""
        return SqliteModelBook(self._jarvis.database, self._jarvis.clock)

    @built_once
    def hardware(self) -> LocalHardware:
        """This machine."""
        folders = self._jarvis.folders
        return LocalHardware(models=folders.models, cache=folders.cache, nvidia=self._jarvis.gpus)

    @built_once
    def catalog(self) -> tuple[CatalogModel, ...]:
        """The catalogue with the person's own entries."""
        return load_all(catalog_file(), self.user_catalog)

    @built_once
    def placer(self) -> Placing:
        """Says where a model goes."""
        return Placing(ShapePlacer(shape_of, self._measurements), self.vendors_of)

    @property
    def load_lock(self) -> Path:
        """Held by the one process that loads a model now, so that two do not give the same memory away."""
        return self._jarvis.folders.run / "loading.lock"

    def vendors_of(self, runner: RunnerKind) -> frozenset[GpuVendor]:
        """Return whose GPUs `runner` can use as it is installed here."""
        if runner == "vllm":
            return frozenset(("nvidia",))
        return usable_vendors() if runner == "llama" else self._server_vendors

    @property
    def _server_vendors(self) -> frozenset[GpuVendor]:
        binary = found_binary(self._jarvis.folders.home)
        return devices_of(binary, binary.stat().st_mtime_ns) if binary is not None else frozenset()

    def _measurements(self, identity: str) -> list[Measurement]:
        try:
            return self.book.measurements(identity)
        except StorageError as error:
            # Placement goes on with predictions.
            _LOG.warning("what was measured of %s cannot be read: %s", identity, error.code)
            return []

    @built_once
    def pool(self) -> EnginePool:
        """The owner of every running text model of this process."""
        pool = EnginePool(
            placer=self.placer,
            launcher=self._launch,
            probe=self.hardware,
            book=self.book,
            model_of=self._model_of,
            load_lock=self.load_lock,
        )
        self._jarvis.on_close(pool.close)
        return pool

    @built_once
    def ollama_place(self) -> OllamaPlace:
        """Where Ollama answers: at the address of the settings, or in a container on this computer."""
        return OllamaPlace(lambda: self._jarvis.settings.text("ollama.url"))

    @built_once
    def library(self) -> ModelLibrary:
        """The state of every model and everything that changes it."""
        jarvis, url = self._jarvis, self._jarvis.settings.text("ollama.url")
        return ModelLibrary(
            book=self.book,
            catalog=lambda: self.catalog,
            folder=jarvis.folders.models,
            runner=self.pool,
            ollama=OllamaStore(self.ollama_place.url) if url else None,
            look_for_ollama=self.ollama_place.look,
            clock=jarvis.clock,
            token=lambda: jarvis.secrets().get("huggingface"),
            choose_variant=chosen_variant,
        )

    def look_at_folder(self) -> None:
        """Bring the book into line with the models folder where something changed there; asks no daemon."""
        folder = self._jarvis.folders.models
        # Had before the lock is taken: whoever builds something now may be waiting for this look.
        book, catalog = self.book, self.catalog
        with self._looking:
            seen = _files_in(folder)
            if seen != self._seen:
                reconcile(book, catalog, folder, None, self._jarvis.clock)
                self._seen = seen

    def usable_rows(self) -> list[ModelRow]:
        """Return the models that may answer; what another process switched off or removed leaves memory here."""
        self.look_at_folder()
        usable = {row.id: row for row in self.book.rows() if row.state in {"installed", "active"}}
        for identity in self.pool.loaded():
            known = self.book.row(identity)
            if identity in self._had_rows and (known is None or known.state == "inactive"):
                self.pool.unload(identity)
        self._had_rows |= usable.keys()
        return list(usable.values())

    def place(self, model: ModelToRun) -> Placement | Refusal:
        """Say where `model` would go if it was loaded now and nothing else of ours was; raises for a damaged file."""
        return self.placer(model, self._idle(self.hardware.machine()))

    def idle_machine(self) -> Machine:
        """Return this machine as it is without the models of this process, and without GPUs while they are held.

        GPUs that what runs GGUF models here cannot use are left out.
        """
        return usable_machine(self.whole_idle_machine(), self.gguf_vendors())

    def whole_idle_machine(self) -> Machine:
        """Return the same with the GPUs that only others than GGUF models can use, such as speech recognition."""
        return self._idle(self.hardware.machine())

    def gguf_vendors(self) -> frozenset[GpuVendor]:
        """Return whose GPUs can be used by what runs GGUF models here."""
        return self.vendors_of(self._gguf_runner())

    def _idle(self, machine: Machine) -> Machine:
        ours = [one.placement for one in self.pool.now_loaded()]
        ram = sum(placement.ram_mib for placement in ours)
        gpus = () if self.book.hold() else tuple(_without(gpu, ours) for gpu in machine.gpus)
        return replace(machine, gpus=gpus, ram_free_mib=min(machine.ram_mib, machine.ram_free_mib + int(ram)))

    def parameters_of(self, path: Path) -> int:
        """Return how many numbers the model at `path` has; 0 for a damaged one."""
        try:
            return shape_of(path).parameters
        except EngineError:
            # It is listed as failed, with the reason.
            return 0

    def file_by_setting(self, asked: str) -> ModelToRun | EngineError:
        """Return the file that the setting engine.model names beside the rows, or why there is none."""
        folder = self._jarvis.folders.models
        given = Path(asked).expanduser()
        tries = (given,) if given.is_absolute() else (folder / given, folder / f"{given}.gguf", given.absolute())
        found = next((path for path in tries if path.is_file()), None)
        if found is not None:
            keep = self._jarvis.settings.number("engine.idle_minutes") * 60
            return self.file_to_run(found.stem, found, keep=keep)
        return EngineError(
            "engine.model_missing",
            en="The model {asked} set in engine.model is neither in the list nor a file in {folder}. "
            "Put it there, set another one, or clear the setting.",
            es="No existe el modelo {asked}, indicado en engine.model, ni en la lista ni como fichero en {folder}. "
            "Ponlo ahí, indica otro o vacía el ajuste.",
            retryable=False,
            asked=asked,
            folder=folder,
        )

    def why_none(self) -> EngineError:
        """Say why no local model can answer, and how to get one."""
        failed = [row for row in self.book.rows() if row.state == "failed" and row.kind == "text" and row.failure_en]
        if failed:
            return EngineError(
                "engine.model_failed",
                en=literal(failed[0].failure_en),
                es=literal(failed[0].failure_es),
                retryable=False,
            )
        return EngineError(
            "engine.no_model",
            en="There is no language model on this computer yet. “jarvis models download qwen2.5-1.5b” fetches one "
            "(1.1 GB), “jarvis models recommend” says which would suit, or put any chat model as a .gguf file into "
            "{folder}; then ask again.",
            es="Todavía no hay ningún modelo de lenguaje en este equipo. «jarvis models download qwen2.5-1.5b» "
            "descarga uno (1,1 GB), «jarvis models recommend» dice cuáles convienen, o pon cualquier modelo de chat "
            "en fichero .gguf en {folder}; después pregunta de nuevo.",
            retryable=False,
            folder=self._jarvis.folders.models,
        )

    def cloud_entry(self, identity: str) -> CatalogModel | None:
        """Return the catalogue's entry behind an id such as "openai/gpt-4o-mini"."""
        return next((each for each in self.catalog if f"{each.provider}/{each.api_model}" == identity), None)

    def entry_of(self, identity: str) -> tuple[CatalogModel, Variant] | None:
        """Return the catalogue's entry and variant behind an installed id; None for a loose file."""
        name, _, quantization = identity.partition(":")
        entry = next((each for each in self.catalog if each.id == name), None)
        variant = entry.variant(quantization) if entry is not None else None
        return (entry, variant) if entry is not None and variant is not None else None

    def to_run(self, row: ModelRow) -> ModelToRun:
        """Return how a model on this disk is to be run, by its row and the settings."""
        settings = self._jarvis.settings
        minutes = row.keep_alive_minutes
        keep = (settings.number("engine.idle_minutes") if minutes is None else minutes) * 60
        return self.file_to_run(
            row.id, Path(row.path), "vllm" if row.engine == "vllm" else None, pinned=row.pinned, keep=keep
        )

    def file_to_run(
        self, identity: str, path: Path, runner: RunnerKind | None = None, *, pinned: bool = False, keep: float = 900.0
    ) -> ModelToRun:
        """Return how the file at `path` is to be run under the present settings."""
        settings = self._jarvis.settings
        return ModelToRun(
            id=identity,
            path=path,
            runner=runner or self._gguf_runner(),
            context_tokens=settings.integer("engine.context_tokens"),
            projector=projector_of(path),
            threads=settings.integer("engine.threads"),
            gpu_layers=settings.integer("engine.gpu_layers"),
            stamp=_stamp(path),
            pinned=pinned,
            keep_alive_seconds=keep,
        )

    def _gguf_runner(self) -> RunnerKind:
        asked = self._jarvis.settings.text("engine.runner")
        return "llama-server" if asked != "llama" and self._has_server() else "llama"

    def _has_server(self) -> bool:
        now = time.monotonic()
        if self._server is None or now - self._server[0] >= _LOOK_AGAIN_SECONDS:
            self._server = (now, found_binary(self._jarvis.folders.home) is not None)
        return self._server[1]

    def _model_of(self, identity: str) -> ModelToRun | None:
        row = self.book.row(identity)
        return self.to_run(row) if row is not None and row.path else None

    def _launch(self, model: ModelToRun, placement: Placement) -> ModelProcess:
        folders, registry = self._jarvis.folders, self._jarvis.registry
        if model.runner == "vllm":
            from jarvis.engines.runners.vllm import vllm_launcher, vllm_program

            return vllm_launcher(
                program=lambda: vllm_program(environments_folder()),
                machine=self.hardware.machine,
                folders=folders,
                registry=registry,
            )(model, placement)
        binary = found_binary(folders.home) if model.runner == "llama-server" else None
        if binary is not None:
            from jarvis.engines.runners.llama_server import LlamaServerProcess

            return LlamaServerProcess(
                model=model,
                placement=placement,
                binary=binary,
                run_folder=folders.run,
                log=folders.logs / "text-model.log",
                registry=registry,
            )
        from jarvis.engines.runners.llama_child import LlamaChildLauncher

        return LlamaChildLauncher(folders, registry)(model, placement)


def projector_of(path: Path) -> Path | None:
    """Return the vision file that lies in the model's own folder, None when there is none."""
    if not path.is_file():
        return None
    beside = [each.name for each in path.parent.iterdir() if each.suffix == ".gguf"]
    found = [name for name in beside if "mmproj" in name]
    return path.parent / found[0] if len(found) == 1 and len(beside) == 2 and found[0] != path.name else None


def chosen_variant(model: CatalogModel) -> Variant:
    """Return the quantization that is fetched where none was named."""
    return preferred_variant(model) or model.variants[0]


def environments_folder() -> Path:
    """Return where the installer keeps its environments: `.venvs` at the top of the clone."""
    return Path(__file__).resolve().parents[2] / ".venvs"


def _files_in(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return name, size and time of everything in the models folder, two levels deep, unfinished downloads excepted."""
    found = []
    for path in (*folder.glob("*"), *folder.glob("*/*")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            # It vanished between listing and looking.
            continue
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found.append((str(path), stat.st_size, stat.st_mtime_ns))
    return frozenset(found)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        # Loading it will say that it is not there.
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


def _without(gpu: GpuDevice, ours: list[Placement]) -> GpuDevice:
    held = sum(placement.mib_on(gpu.index) for placement in ours)
    return replace(gpu, free_mib=min(gpu.total_mib, gpu.free_mib + int(held)))
