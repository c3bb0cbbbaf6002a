"""What every door can do with models, done: over the library, the plan and the pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from jarvis.app.measuring import measured
from jarvis.app.model_downloads import download_all, relay
from jarvis.app.model_facts import LARGE_PARAMETERS
from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.shape import ModelShape
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, InputError, JarvisError, Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.model_desk import (
    FreedMemory,
    MeasuredSpeeds,
    MeasureStep,
    ModelView,
    RecommendedModel,
    RecommendedSet,
    Removal,
    Transfer,
    TransferProgress,
)
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import KvType, MemoryEstimate, Plan
from jarvis.contracts.ports import EngineDone, EngineText, GenerationOptions
from jarvis.engines.llama_server_build import ServerBuilder
from jarvis.engines.pool.free import free_everywhere
from jarvis.engines.speech.models import half_bytes
from jarvis.hardware.bandwidth import gpu_bandwidth_gbs
from jarvis.placement.entry_shape import shape_of_entry
from jarvis.placement.estimate import cpu_estimate, gpu_estimate
from jarvis.placement.machine_file import load_machine
from jarvis.placement.machine_told import machine_told
from jarvis.placement.plan_table import where
from jarvis.placement.planning import plan, swapped
from jarvis.placement.recommend import Pick, recommend
from jarvis.placement.wishes import Role, Wish, installed_id, reference_wishes, wish_for

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_HERE = frozenset(("installed", "active", "inactive", "failed", "downloading"))

_TRIAL_TOKENS = 400
"""The longest answer of a trial."""


class AppModelDesk:
    """`ModelDesk` over the parts of `Models`."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._models = jarvis.models_room

    def views(
        self, language: Language, *, installed_only: bool = False, every_quantization: bool = False
    ) -> list[ModelView]:
        """What there is; of what is not here, one quantization each unless `every_quantization`."""
        self._models.library.reconcile()
        rows = self._models.library.rows()
        if installed_only:
            rows = [row for row in rows if row.state in _HERE]
        elif not every_quantization:
            rows = [row for row in rows if row.state != "available" or self._is_chosen(row)]
        return [self._view(row, language) for row in rows]

    def ollama_note(self, language: Language) -> str:
        """Say what is out of the ordinary about Ollama: none running, and no model of its known, is not."""
        library = self._models.library
        found, failure = library.ollama_found, library.ollama_failure
        if failure is None:
            return found.sentence(language) if found is not None else ""
        wanted = failure.code != "ollama.unreachable" or any(row.source == "ollama" for row in library.rows())
        return failure.sentence(language) if wanted else ""

    def recommend(self, language: Language) -> RecommendedSet:
        """Pick a set for this machine and the person's language first."""
        languages = (language, *(other for other in LANGUAGES if other != language))
        free = psutil.disk_usage(str(self._jarvis.folders.models)).free >> 20
        machine = self._models.idle_machine()
        chosen = recommend(
            self._models.catalog,
            machine,
            languages,
            free_disk_mib=free,
            shape_of=shape_of_entry,
        )
        here = {row.id for row in self._models.library.rows() if row.state in {"installed", "active", "inactive"}}
        models = tuple(_recommended(pick, language, pick.model in here) for pick in chosen.picks)
        notes = [spanish if language == "es" else english for english, spanish in chosen.notes]
        return RecommendedSet(
            models=models,
            total_bytes=chosen.bytes,
            summary=" ".join([_summary(chosen.bytes, models, language), *notes]),
            machine=machine_told(machine, free, language),
        )

    def download(
        self, identity: str, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> ModelView:
        """Fetch a model whole, or go on with an interrupted fetch."""
        self._models.library.reconcile()
        row = self._models.library.download(identity, cancel=cancel, on_progress=relay(on_progress))
        return self._view(row, self._jarvis.language)

    def download_all(
        self, identities: Sequence[str], cancel: CancelToken, on_change: Callable[[Transfer], None]
    ) -> list[Transfer]:
        """Fetch several models, a few at once."""
        self._models.library.reconcile()
        return download_all(
            self._models.library, identities, cancel, on_change, lambda row: self._view(row, self._jarvis.language)
        )

    def take_over(self, source: str, identity: str | None = None) -> ModelView:
        """Use a file, a folder or a model of Ollama's store in place."""
        self._models.library.reconcile()
        named = f"ollama/{source.removeprefix('ollama:')}" if source.startswith("ollama:") else source
        return self._view(self._models.library.take_over(named, identity), self._jarvis.language)

    def activate(self, identity: str) -> ModelView:
        """Put it in service; says so where switching on the cloud is still missing."""
        self._models.library.reconcile()
        row = self._models.library.activate(identity)
        return self._view(row, self._jarvis.language)

    def deactivate(self, identity: str) -> ModelView:
        """Take it out of service and out of memory."""
        self._models.library.reconcile()
        return self._view(self._models.library.deactivate(identity), self._jarvis.language)

    def pin(self, identity: str, pinned: bool) -> ModelView:
        """Keep it in memory once loaded, or no longer."""
        self._models.library.reconcile()
        found = self._models.library.find(identity)
        if pinned and (found.source in {"cloud", "ollama"} or found.state not in {"installed", "active", "inactive"}):
            raise InputError(
                "models.not_pinned",
                en="{id} is not in Jarvis' own care on this computer, so it cannot be kept in memory; nothing was "
                "changed. “jarvis models list --here” shows what is here.",
                es="Jarvis no tiene {id} a su cargo en este equipo, así que no puede mantenerlo en memoria; no "
                "se ha cambiado nada. «jarvis models list --here» muestra lo que hay.",
                id=found.id,
            )
        row = self._models.library.set_pinned(identity, pinned)
        self._models.pool.pin(row.id, pinned)
        return self._view(row, self._jarvis.language)

    def update(
        self, identity: str | None, cancel: CancelToken, on_progress: Callable[[TransferProgress], None]
    ) -> Sequence[tuple[str, bool]]:
        """Bring one model, or all, to the newest version; the first that failed is told after the others."""
        library, told = self._models.library, relay(on_progress)
        library.reconcile()
        if identity is not None:
            return [(identity, library.update(identity, cancel=cancel, on_progress=told))]
        done = library.update_all(cancel=cancel, on_progress=told)
        failed = [outcome for outcome in done.values() if isinstance(outcome, JarvisError)]
        if failed:
            raise failed[0]
        return [(name, bool(changed)) for name, changed in done.items()]

    def removal(self, identity: str, language: Language) -> Removal:
        """Say what `remove` would delete."""
        self._models.library.reconcile()
        plan = self._models.library.removal(identity)
        files = tuple(str(path) for path in plan.paths)
        return Removal(id=plan.id, files=files, bytes=plan.bytes, sentence=_removal_sentence(plan.id, plan, language))

    def remove(self, identity: str) -> int:
        """Delete it; returns the bytes freed."""
        return self._models.library.remove(identity)

    def estimate(self, target: str, *, context_tokens: int, kv_type: KvType, gpu_layers: int = -1) -> MemoryEstimate:
        """Say what a file, folder or catalogue id takes in memory."""
        shape = self._shape(target)
        if gpu_layers == 0:
            return cpu_estimate(shape, context=context_tokens, kv_type=kv_type, mmap=False)
        layers = range(len(shape.layers))
        return gpu_estimate(shape, layers, context=context_tokens, kv_type=kv_type, with_output=True)

    def has_gpu(self) -> bool:
        """True where a GPU is here that the installed engines can use."""
        return bool(self._models.idle_machine().gpus)

    def plan(self, hardware: Path | None, models: Sequence[str] = ()) -> tuple[Plan, Plan]:
        """Say what goes where together, and where each goes when it has the machine to itself."""
        wishes = self._wishes(hardware, models)
        if hardware is not None:
            machine = load_machine(hardware, bandwidth_of=gpu_bandwidth_gbs)
            return plan(machine, wishes), swapped(machine, wishes)
        machine, measured = self._models.whole_idle_machine(), self._models.book.measurements
        vendors = self._models.gguf_vendors()
        return plan(machine, wishes, measured, vendors=vendors), swapped(machine, wishes, measured, vendors=vendors)

    def try_out(
        self, identity: str, prompt: str, cancel: CancelToken, on_end: Callable[[int], None] | None = None
    ) -> Iterator[str]:
        """Ask one model of this computer and yield its answer piece by piece."""
        self._models.look_at_folder()
        row = self._models.library.find(identity)
        engine = next((each for each in self._jarvis.text_engines() if each.id == row.id), None)
        if engine is None or engine.status().where != "local":
            raise InputError(
                "models.not_tried",
                en="{id} cannot be tried here: only language models in use on this computer can. Nothing was asked. "
                "Download or activate it first, or ask it in a conversation.",
                es="{id} no se puede probar aquí: solo los modelos de lenguaje en uso en este equipo. No se ha "
                "preguntado nada. Descárgalo o actívalo antes, o pregúntale en una conversación.",
                id=row.id,
            )
        options = GenerationOptions(max_tokens=_TRIAL_TOKENS, temperature=0.0, stage="trial")
        for item in engine.stream([ChatMessage(role="user", text=prompt)], options, cancel):
            if isinstance(item, EngineText):
                yield item.text
            elif isinstance(item, EngineDone) and on_end is not None:
                on_end(item.usage.completion_tokens)

    def measure(
        self, cancel: CancelToken | None = None, on_step: Callable[[MeasureStep], None] | None = None
    ) -> MeasuredSpeeds:
        """Measure memory, and the disk by reading part of the largest model here."""
        self._models.look_at_folder()
        files = [Path(row.path) for row in self._models.book.rows() if row.path and Path(row.path).is_file()]
        return measured(self._models.hardware.speeds, files, cancel or CancelToken(), on_step or (lambda _: None))

    def build_server(self, cancel: CancelToken, on_progress: Callable[[int, str], None]) -> Path:
        """Build llama.cpp's own server."""
        return ServerBuilder(self._jarvis.folders.home).build(on_progress, cancel)

    def free(self) -> FreedMemory:
        """Empty every GPU, in every Jarvis process, and keep it so."""
        self._jarvis.memory_room.free()
        if self._models.pool.loaded():
            freed = self._models.pool.free()
        else:
            freed = free_everywhere(self._models.book, self._models.hardware, load_lock=self._models.load_lock)
        return FreedMemory(freed_mib=freed.freed_mib, seconds=freed.seconds, models=freed.models)

    def use_gpus_again(self) -> None:
        """End what `free` began."""
        self._models.pool.hold(False)

    def held(self) -> bool:
        """True while the GPUs are kept free."""
        return self._models.book.hold()

    # Looking things up.

    def _is_chosen(self, row: ModelRow) -> bool:
        from jarvis.app.models import chosen_variant

        known = self._models.entry_of(row.id)
        return known is None or chosen_variant(known[0]) == known[1]

    def _entry(self, row: ModelRow) -> CatalogModel | None:
        known = self._models.entry_of(row.id)
        return known[0] if known is not None else self._models.cloud_entry(row.id)

    def _view(self, row: ModelRow, language: Language) -> ModelView:
        entry = self._entry(row)
        measured = self._models.book.measurements(row.id) if row.state != "available" else []
        return ModelView(
            id=row.id,
            name=entry.name if entry is not None else row.id,
            kind=row.kind,
            state=row.state,
            engine=row.engine,
            source=row.source,
            about=entry.about(language) if entry is not None else "",
            bytes=row.bytes,
            quantization=row.quantization,
            licence=entry.licence if entry is not None else "",
            gated=entry.gated if entry is not None else False,
            languages=entry.languages if entry is not None else (),
            abilities=entry.abilities if entry is not None else (),
            context_tokens=entry.context_tokens if entry is not None else None,
            path=row.path,
            pinned=row.pinned,
            failure=row.failure(language),
            device=row.loaded.device if row.loaded is not None else None,
            vram_mib=row.loaded.vram_mib if row.loaded is not None else None,
            url=row.loaded.url if row.loaded is not None else None,
            tokens_per_second=next((each.tokens_per_second for each in measured if each.tokens_per_second), None),
        )

    def _shape(self, target: str) -> ModelShape:
        from jarvis.app.placing import shape_of

        path = Path(target).expanduser()
        if path.exists():
            return shape_of(path)
        if target.endswith(".gguf"):
            raise InputError(
                "models.no_file",
                en="There is no file {target}. Give a GGUF file, a model folder, or an id of “jarvis models list”.",
                es="No existe {target}. Indica un GGUF, una carpeta de modelo o un id de «jarvis models list».",
                target=target,
            )
        self._models.look_at_folder()
        row = self._models.library.find(target)
        if row.path and Path(row.path).exists():
            return shape_of(Path(row.path))
        return shape_of_entry(*self._known(row))

    def _known(self, row: ModelRow) -> tuple[CatalogModel, Variant]:
        known = self._models.entry_of(row.id)
        if known is None:
            raise InputError(
                "models.no_shape",
                en="{id} runs elsewhere, so it takes no memory here.",
                es="{id} funciona en otro sitio y aquí no ocupa memoria.",
                id=row.id,
            )
        return known

    def _wishes(self, hardware: Path | None, models: Sequence[str]) -> tuple[Wish, ...]:
        if models:
            self._models.look_at_folder()
            return tuple(self._wish(self._models.library.find(each)) for each in models)
        if hardware is None:
            here = [row for row in self._models.usable_rows() if row.path and row.kind in {"text", "recognition"}]
            if any(row.kind == "text" for row in here):
                return tuple(self._wish(row) for row in here)
        return reference_wishes(self._models.catalog, shape_of_entry)

    def _wish(self, row: ModelRow) -> Wish:
        known = self._models.entry_of(row.id)
        if row.kind != "text" and known is not None:
            role: Role = "embedding" if row.kind in {"embedding", "reranker"} else "recognition"
            return wish_for(*known, role, shape_of_entry)
        if row.kind == "recognition":
            return Wish(model=row.id, role="recognition", half_mib=half_bytes(Path(row.path)) / 2**20)
        shape = self._shape(row.path or row.id)
        return Wish(
            model=row.id if known is None else installed_id(*known),
            role="big" if shape.parameters >= LARGE_PARAMETERS else "fast",
            shape=shape,
            pinned=row.pinned,
        )


def _recommended(pick: Pick, language: Language, installed: bool) -> RecommendedModel:
    placement = pick.placement
    return RecommendedModel(
        id=pick.model,
        role=str(pick.role),
        bytes=pick.bytes,
        device=where(placement, language) if placement is not None else "CPU",
        tokens_per_second=placement.tokens_per_second if placement is not None else None,
        installed=installed,
        why=pick.why(language),
    )


def _summary(size: int, models: Sequence[RecommendedModel], language: Language) -> str:
    if not models:
        return (
            "De momento, nada: todo lo que cabe aquí sería demasiado lento."
            if language == "es"
            else "Nothing for now: whatever fits here would be too slow."
        )
    missing = sum(model.bytes for model in models if not model.installed)
    together, fetched = f"{size / 1e9:.1f} GB", f"{missing / 1e9:.1f} GB"
    if language == "es":
        together, fetched = together.replace(".", ","), fetched.replace(".", ",")
        return f"{len(models)} modelos, {together} en total, {fetched} por descargar."
    return f"{len(models)} models, {together} together, {fetched} to fetch."


def _removal_sentence(identity: str, plan: object, language: Language) -> str:
    size = getattr(plan, "bytes", 0)
    if getattr(plan, "in_ollama", False):
        en = f"{identity} would be deleted from Ollama; {size / 1e6:.0f} MB."
        es = f"{identity} se borraría de Ollama; {size / 1e6:.0f} MB."
    elif not getattr(plan, "paths", ()):
        en = f"{identity} would be taken off the list; no file is deleted."
        es = f"{identity} se quitaría de la lista; no se borra ningún fichero."
    else:
        en = f"{identity} would be deleted; {size / 1e6:.0f} MB."
        es = f"{identity} se borraría; {size / 1e6:.0f} MB."
    return es if language == "es" else en
