"""Builds the text engines: one for every model that can answer, in the order in which they are to be tried.

The list follows the model book, the models folder and the settings while Jarvis runs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from jarvis.app.model_facts import LARGE_PARAMETERS, OWN_SERVER_PRICE, entry_behind, price_at
from jarvis.app.model_order import Candidate, in_order
from jarvis.app.once import built_once
from jarvis.catalog.models import CatalogModel
from jarvis.contracts.errors import EngineError, InputError, Language
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import Placement, Refusal
from jarvis.contracts.ports import TextEngine
from jarvis.engines.completions import Completions
from jarvis.engines.llama_build import build_state
from jarvis.engines.local_model import LocalModelEngine
from jarvis.engines.openai_compatible import OpenAICompatibleEngine, served_models
from jarvis.engines.reach import is_this_computer
from jarvis.engines.running import ModelToRun

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_LOG = logging.getLogger(__name__)

_RENEW_SECONDS = 2.0
"""How long a list is kept: the window asks for the states every two seconds."""

_ASK_AGAIN_SECONDS = 30.0
"""Pause between two questions to a server that did not name its models."""

_PLAN_SECONDS = 20.0
"""How long a predicted place is shown; the pool decides anew at every load."""


class _Known(TypedDict):
    abilities: frozenset[str]
    context_tokens: int


class TextEngines:
    """The engines, local first; call it for the present list. Safe from several threads."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building
        self._models = jarvis.models_room
        self._routing = jarvis.routing_room
        # Opened before this list exists, the book is closed after it: closing an engine still reads its row.
        self._book = self._models.book
        self._lock = threading.Lock()
        self._listed: tuple[float, list[TextEngine]] | None = None
        self._made: dict[Hashable, TextEngine] = {}
        self._plans: dict[ModelToRun, tuple[float, Placement | Refusal | None]] = {}
        self._completions = Completions()

    def __call__(self) -> list[TextEngine]:
        """Return the engines in the order of preference; looks for changes at most every two seconds."""
        with self._lock:
            now = time.monotonic()
            if self._listed is None or now - self._listed[0] >= _RENEW_SECONDS:
                self._listed = (now, self._renewed())
            return self._listed[1]

    def close(self) -> None:
        """Let go of all connections; the models themselves belong to the pool."""
        with self._lock:
            made, self._made, self._listed = list(self._made.values()), {}, None
        for engine in made:
            engine.close()
        self._completions.close()

    def _renewed(self) -> list[TextEngine]:
        rows = [row for row in self._models.usable_rows() if row.kind == "text"]
        local = self._local([row for row in rows if row.engine in {"llama.cpp", "vllm"}])
        daemon = [self._ollama(row) for row in rows if row.source == "ollama"]
        far = [engine for row in rows if row.source == "cloud" and (engine := self._cloud(row)) is not None]
        return [*(local or [self._nothing_here]), *daemon, *far, *self._own_servers]

    # Models on this disk.

    def _local(self, rows: list[ModelRow]) -> list[TextEngine]:
        asked = self._jarvis.settings.text("engine.model").strip()
        candidates = [self._candidate(row, asked) for row in rows]
        if asked and not any(candidate.set_by_name for candidate in candidates):
            candidates.insert(0, Candidate(id=asked, set_by_name=True))
        return [self._local_engine(candidate.id) for candidate in in_order(candidates)]

    def _candidate(self, row: ModelRow, asked: str) -> Candidate:
        model = self._models.to_run(row)
        plan = self._plan(model)
        return Candidate(
            id=row.id,
            set_by_name=bool(asked) and _is_meant(row, asked, self._jarvis.folders.models),
            active=row.state == "active",
            placed=not isinstance(plan, Refusal),
            tokens_per_second=plan.tokens_per_second if isinstance(plan, Placement) else 0.0,
            parameters=self._models.parameters_of(model.path),
        )

    def _local_engine(self, identity: str) -> TextEngine:
        entry = self._models.entry_of(identity)
        return self._once(
            identity,
            lambda: self._routing.watched(
                LocalModelEngine(
                    model=lambda: self._model_now(identity),
                    name=identity,
                    pool=self._models.pool,
                    completions=self._completions,
                    abilities=frozenset(entry[0].abilities) if entry is not None else frozenset(),
                    install_state=install_sentence,
                    plan=lambda: self._plan_now(identity),
                    book=self._book,
                    preferred=lambda: self._in_service(identity),
                    large=lambda: self._is_large(identity),
                ),
                "local",
            ),
        )

    def _in_service(self, identity: str) -> bool:
        """Tell whether the person named this model in the settings, or activated it."""
        asked = self._jarvis.settings.text("engine.model").strip()
        row = self._book.row(identity)
        if asked:
            return identity == asked or (row is not None and _is_meant(row, asked, self._jarvis.folders.models))
        return row is not None and row.state == "active"

    def _model_now(self, identity: str) -> ModelToRun | EngineError:
        row = self._book.row(identity)
        if row is not None and row.path:
            return self._models.to_run(row)
        return self._models.file_by_setting(identity)

    def _is_large(self, identity: str) -> bool:
        model = self._model_now(identity)
        return not isinstance(model, EngineError) and self._models.parameters_of(model.path) >= LARGE_PARAMETERS

    def _plan_now(self, identity: str) -> Placement | Refusal | None:
        model = self._model_now(identity)
        return None if isinstance(model, EngineError) else self._plan(model)

    def _plan(self, model: ModelToRun) -> Placement | Refusal | None:
        kept = self._plans.get(model)
        now = time.monotonic()
        if kept is None or now - kept[0] >= _PLAN_SECONDS:
            try:
                kept = (now, self._models.place(model))
            except EngineError:
                # A damaged or vanished file: asking it says so.
                kept = (now, None)
            self._plans[model] = kept
        return kept[1]

    @built_once
    def _nothing_here(self) -> TextEngine:
        """What stands in the list while no local model does, so that it can be said how to get one."""
        return LocalModelEngine(
            model=self._models.why_none,
            name="local",
            pool=self._models.pool,
            completions=self._completions,
            install_state=install_sentence,
        )

    # Models elsewhere.

    def _ollama(self, row: ModelRow) -> TextEngine:
        from jarvis.engines.apis.ollama import OllamaEngine, OllamaOptions

        settings = self._jarvis.settings
        url = self._models.ollama_place.url
        where: Literal["local", "cloud"] = "local" if is_this_computer(url()) else "cloud"
        entry, _ = entry_behind(row.id, "", self._models.catalog)

        def make() -> TextEngine:
            engine = OllamaEngine(
                model=row.id.removeprefix("ollama/"),
                base_url=url,
                options=lambda: OllamaOptions(
                    context_tokens=settings.integer("engine.context_tokens"),
                    keep_alive_minutes=settings.number("engine.idle_minutes"),
                ),
                enabled=lambda: settings.flag("cloud.enabled"),
                abilities=frozenset(entry.abilities) if entry is not None else frozenset(),
            )
            return self._routing.watched(engine, where, OWN_SERVER_PRICE)

        return self._once((row.id, where), make)

    def _cloud(self, row: ModelRow) -> TextEngine | None:
        if row.state != "active":
            return None
        entry = self._models.cloud_entry(row.id)
        return self._once(row.id, lambda: self._cloud_engine(entry)) if entry is not None else None

    def _cloud_engine(self, entry: CatalogModel) -> TextEngine:
        from jarvis.engines.cloud_models import cloud_engine

        jarvis, provider = self._jarvis, str(entry.provider)
        engine = cloud_engine(
            entry,
            key=lambda: jarvis.secrets().get(provider),
            enabled=lambda: jarvis.settings.flag("cloud.enabled"),
        )
        return self._routing.watched(engine, "cloud", entry.price)

    @property
    def _own_servers(self) -> list[TextEngine]:
        settings = self._jarvis.settings
        named = settings.text("cloud.base_url"), settings.text("cloud.model")
        servers = [self._once(("cloud", *named), lambda: self._cloud_server(*named))]
        if settings.text("vllm.url"):
            address, model = settings.text("vllm.url"), settings.text("vllm.model")
            servers.append(self._once(("vllm", address, model), lambda: self._cluster(address)))
        return servers

    def _cloud_server(self, base_url: str, model: str) -> TextEngine:
        settings, secrets = self._jarvis.settings, self._jarvis.secrets
        engine = OpenAICompatibleEngine(
            base_url=lambda: settings.text("cloud.base_url"),
            model=lambda: settings.text("cloud.model"),
            key=lambda: secrets().get("openai"),
            enabled=lambda: settings.flag("cloud.enabled"),
            **self._known_of(model),
        )
        price = price_at(base_url, model, self._models.catalog)
        return self._routing.watched(engine, "cloud", price)

    def _cluster(self, address: str) -> TextEngine:
        settings, secrets = self._jarvis.settings, self._jarvis.secrets
        served = _Served(lambda: settings.text("vllm.url"), lambda: secrets().get("vllm") or "")
        engine = OpenAICompatibleEngine(
            engine_id="vllm",
            base_url=lambda: settings.text("vllm.url"),
            model=lambda: settings.text("vllm.model") or served(),
            key=lambda: secrets().get("vllm"),
            enabled=lambda: settings.flag("cloud.enabled"),
            key_name="vllm",
            **self._known_of(settings.text("vllm.model")),
        )
        price = price_at(address, "", self._models.catalog, own=True)
        return self._routing.watched(engine, "cloud", price)

    def _known_of(self, model: str) -> _Known:
        """Return what the catalogue knows of a model that a server names; nothing of one that it does not have."""
        entry, _ = entry_behind("", model, self._models.catalog)
        if entry is None:
            return {"abilities": frozenset(), "context_tokens": 0}
        return {"abilities": frozenset(entry.abilities), "context_tokens": entry.context_tokens or 0}

    def _once(self, identity: Hashable, make: Callable[[], TextEngine]) -> TextEngine:
        """Return what was made for `identity`, making it at first: whatever it depends on belongs into it."""
        if identity not in self._made:
            self._made[identity] = make()
        return self._made[identity]


class _Served:
    """The first model that a server of one's own says it serves; asked for in the background, so that none waits."""

    def __init__(self, url: Callable[[], str], key: Callable[[], str]) -> None:
        self._url = url
        self._key = key
        self._known: dict[str, str] = {}
        self._asked: dict[str, float] = {}

    def __call__(self) -> str:
        url = self._url()
        asked = self._asked.get(url)
        if url not in self._known and (asked is None or time.monotonic() - asked >= _ASK_AGAIN_SECONDS):
            self._asked[url] = time.monotonic()
            threading.Thread(target=self._ask, args=(url,), name="vllm-models", daemon=True).start()
        return self._known.get(url, "")

    def _ask(self, url: str) -> None:
        try:
            models = served_models(url, self._key(), key_name="vllm")
        except (EngineError, InputError) as error:
            _LOG.info("the server's models are not known: %s", error.code)
            return
        if models:
            self._known[url] = models[0]


def install_sentence(language: Language) -> str:
    """Return how far llama-cpp-python is while it is not installed, else an empty text."""
    build = build_state()
    return "" if build.state == "installed" else build.sentence(language)


def _is_meant(row: ModelRow, asked: str, folder: Path) -> bool:
    """Tell whether the setting engine.model names this row: by id, file name, or path."""
    path = Path(row.path)
    given = Path(asked).expanduser()
    names = {row.id, row.id.partition(":")[0], path.name, path.stem}
    return asked in names or path in {given, folder / given, folder / f"{given}.gguf", given.absolute()}
