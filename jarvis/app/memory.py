"""Everything that remembers, put together: rows, search, vectors, facts, documents, and the work behind them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from jarvis.app.memory_fresh import freshen
from jarvis.app.memory_work import MemoryWork
from jarvis.app.once import built_once
from jarvis.app.preferences import privacy_of
from jarvis.assistant.confirmation import confirmation_of
from jarvis.assistant.language import language_of
from jarvis.contracts.embedding import Embedder, Reranker
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.ports import TextEngine
from jarvis.documents.reading import DocumentReader
from jarvis.engines.embedding.choose import BGE, Choice, Here, choose
from jarvis.engines.embedding.own_networks import is_at_home
from jarvis.guard.embedding import GuardedEmbedder
from jarvis.memory.desk import RememberingDesk
from jarvis.memory.fact_model import FactsByModel
from jarvis.memory.facts import FactFinder
from jarvis.memory.hurried import HurriedMeaning, HurriedReranking
from jarvis.memory.ingest import DocumentKeeper
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.passages import PassageMeanings
from jarvis.memory.recall import MemoryRecall
from jarvis.memory.search import MemorySearch
from jarvis.memory.search_ports import Meaning
from jarvis.memory.time_range import happened_in
from jarvis.memory.turns import TurnKeeper
from jarvis.storage.documents import SqliteDocuments
from jarvis.storage.memory_counts import memory_counts
from jarvis.storage.memory_stems import SqliteMemoryStems
from jarvis.storage.memory_words import SqliteMemoryWords
from jarvis.storage.model_book import SqliteModelBook
from jarvis.storage.profile import SqliteProfile

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_RERANKER = "bge-reranker-v2-m3"
_EMBEDDER_KEY = "embedder"
"""Name under which the key of an embeddings server is kept."""

_ROOM = 1.5
"""What a model takes while it reads, against the bytes of its file."""

_LOOK_AGAIN_SECONDS = 5.0
"""How long it is believed which models are here; every search asks."""


class MemoryRoom:
    """The memory behind every door; parts are built when they are first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = RLock()
        self._chosen: tuple[tuple[object, ...], Choice, Embedder] | None = None
        self._reranker: Reranker | None = None
        self._embedders: list[Embedder] = []
        self._gpus: dict[str, int | None] = {}
        self._here: tuple[float, Here] | None = None
        self._book = SqliteModelBook(jarvis.database, jarvis.clock)

    @property
    def folder(self) -> Path:
        """Vectors and index; everything in it can be made again."""
        return self._jarvis.folders.home / "memory"

    # Finding.

    @built_once
    def keeper(self) -> IndexKeeper:
        """Vectors and the index over them."""
        jarvis, settings = self._jarvis, self._jarvis.settings
        keeper = IndexKeeper(
            self.folder,
            jarvis.memories,
            self.embedder,
            jarvis.registry,
            jarvis.folders.logs,
            index_from=lambda: settings.integer("memory.index_from"),
            chroma_url=lambda: settings.text("memory.chroma_url").strip(),
            scrub=jarvis.database.scrub,
            may_leave=lambda: privacy_of(settings) == "cloud",
            at_home=is_at_home,
        )
        # Last first: a model that does not answer would be waited for by what is to stop, which may start it again.
        jarvis.on_close(self._close_models)
        jarvis.on_close(keeper.stop)
        jarvis.on_close(self._close_models)
        return keeper

    @built_once
    def search(self) -> MemorySearch:
        """Words and meaning together, for who searches by themselves: a model is waited for until it has started."""
        return self._search(self.keeper, self.reranker)

    def _search(self, meaning: Meaning, reranker: Callable[[], Reranker | None]) -> MemorySearch:
        jarvis = self._jarvis
        return MemorySearch(
            jarvis.memories,
            SqliteMemoryWords(jarvis.database),
            meaning,
            jarvis.clock,
            reranker,
            stems=SqliteMemoryStems(jarvis.database),
        )

    def choice(self, languages: Sequence[Language] = ()) -> Choice:
        """Return which embedder it is to be now, why, and what the speaker of `languages` could gain."""
        settings = self._jarvis.settings
        return choose(
            settings.text("memory.embedder"),
            replace(self._what_is_here(), bge_bytes=self._smallest_bge()) if languages else self._what_is_here(),
            url=settings.text("memory.embedder_url").strip(),
            model=settings.text("memory.embedder_model").strip(),
            languages=languages,
        )

    def embedder(self) -> Embedder:
        """Return the embedder of the settings, started late."""
        choice = self.choice()
        key = (choice.kind, choice.model, choice.path, choice.gpu, self._jarvis.settings.text("memory.embedder_url"))
        if self._chosen is None or self._chosen[0] != key:
            self._chosen = (key, choice, self._made(choice))
            # The one before may still answer while this one's vectors are made; all are closed at the end.
            self._embedders.append(self._chosen[2])
        return self._chosen[2]

    def reranker(self) -> Reranker | None:
        """Return the reranker where it is wanted and here."""
        if not self._jarvis.settings.flag("memory.reranker"):
            return None
        if self._reranker is None:
            found = self._installed(_RERANKER)
            if found is None:
                return None
            from jarvis.engines.embedding.reranker import BgeReranker

            self._reranker = BgeReranker(
                found[1], self._jarvis.registry, self._jarvis.folders.logs, gpu=self._gpu(_RERANKER)
            )
        return self._reranker

    # Remembering.

    @built_once
    def turns(self) -> TurnKeeper:
        """Makes memories of conversations."""
        jarvis = self._jarvis
        return TurnKeeper(
            jarvis.database,
            jarvis.memories,
            jarvis.clock,
            enabled=lambda: jarvis.settings.flag("memory.enabled"),
            privacy=lambda: jarvis.settings.text("memory.privacy"),
            is_confirmation=lambda text: confirmation_of(text) is not None,
        )

    @built_once
    def profile(self) -> SqliteProfile:
        """The core profile."""
        return SqliteProfile(self._jarvis.database)

    @built_once
    def facts(self) -> FactFinder:
        """Finds facts in what was said."""
        jarvis = self._jarvis
        return FactFinder(
            jarvis.memories,
            self.profile,
            jarvis.clock,
            model=FactsByModel(self._loaded_engine),
            wanted=lambda: jarvis.settings.text("memory.facts"),
        )

    @built_once
    def documents(self) -> DocumentKeeper:
        """Reads files and folders."""
        jarvis = self._jarvis
        reader = DocumentReader(logs=jarvis.folders.logs, registry=jarvis.registry)
        keeper = DocumentKeeper(
            documents=SqliteDocuments(jarvis.database, jarvis.memories, jarvis.clock),
            reader=reader,
            clock=jarvis.clock,
            own=jarvis.folders.home,
            run_folder=jarvis.folders.run,
            added=self.keeper.wake,
        )
        jarvis.on_close(reader.close)
        jarvis.on_close(keeper.stop)
        return keeper

    @built_once
    def recall(self) -> MemoryRecall:
        """The Recall port."""
        jarvis, settings = self._jarvis, self._jarvis.settings
        meaning, reranking = HurriedMeaning(self.keeper, self.embedder), HurriedReranking(self.reranker)
        return MemoryRecall(
            self._search(meaning, reranking),
            jarvis.memories,
            self.profile,
            jarvis.clock,
            items=lambda: settings.integer("memory.recall_items"),
            quotes=lambda: settings.flag("memory.quote"),
            late=lambda language: meaning.late(language) or reranking.late(language),
        )

    @built_once
    def passages(self) -> PassageMeanings:
        """The PassageRanking port, for attached documents."""
        ranking = PassageMeanings(self.embedder, HurriedReranking(self.reranker))
        self._jarvis.on_close(self._close_models)
        self._jarvis.on_close(ranking.stop)
        return ranking

    @built_once
    def desk(self) -> RememberingDesk:
        """What doors can do with the memory."""
        jarvis = self._jarvis
        return RememberingDesk(
            database=jarvis.database,
            memories=jarvis.memories,
            search=self.search,
            index=self.keeper,
            documents=self.documents,
            profile=self.profile,
            places=jarvis.folders,
            clock=jarvis.clock,
            language=lambda: jarvis.language,
            language_of=self.language_of,
            happened=happened_in,
            learn=self.facts.learn,
            advice=self.advice,
            default_level=jarvis.routing_room.default_level,
        )

    def language_of(self, text: str) -> Language:
        """Return the language of `text`, the usual one where the words do not tell."""
        return language_of(text, self._jarvis.language)

    @property
    def keeps(self) -> bool:
        """Whether conversations are remembered."""
        return self._jarvis.settings.flag("memory.enabled")

    def told(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the facts that are learned from what is said now; none where conversations are not remembered."""
        return self.facts.told_now(text, language) if self.keeps else ()

    def advice(self) -> str | None:
        """Return one sentence on what a better embedder would add; None where there is nothing to say."""
        return self.choice(self._spoken()).notice(self._jarvis.language) or None

    # The work behind it.

    @built_once
    def work(self) -> MemoryWork:
        """What a process that runs all day does for the memory in the background."""
        work = MemoryWork(
            turns=self.turns,
            facts=self.facts,
            keeper=self.keeper,
            documents=self.documents,
            words=self._jarvis.memories,
            finish=self.desk.finish,
            model_facts=lambda: self._jarvis.settings.text("memory.facts") == "auto",
        )
        self._jarvis.on_close(work.stop)
        return work

    def freshen(self) -> tuple[str, ...]:
        """Bring the memory up to date for a short command; returns sentences on what could not be done now."""
        return freshen(lambda: self.desk.finish(wait=False), self.work, self._jarvis.language)

    def free(self) -> None:
        """Give the memory of models and index back; they start again when they are needed."""
        if "keeper" in self.__dict__:
            self.keeper.free()
            self._close_models()
            self._gpus.clear()

    # Models.

    def _made(self, choice: Choice) -> Embedder:
        """Return the embedder of `choice`; nothing is started."""
        jarvis = self._jarvis
        registry, logs = jarvis.registry, jarvis.folders.logs
        if choice.kind == "server":
            from jarvis.engines.embedding.openai_server import OpenAiEmbedder

            server = OpenAiEmbedder(
                jarvis.settings.text("memory.embedder_url").strip(),
                choice.model,
                lambda: jarvis.secrets().get(_EMBEDDER_KEY),
                remembered=jarvis.folders.cache / "embedders.json",
                key_name=_EMBEDDER_KEY,
            )
            return GuardedEmbedder(
                server, jarvis.redactor(), stays=lambda: jarvis.settings.text("privacy.personal_data") == "stay"
            )
        if choice.kind == "sentence-transformers" and choice.path is not None:
            from jarvis.engines.embedding.sentence_transformers import SentenceTransformersEmbedder

            return SentenceTransformersEmbedder(choice.path, registry, logs, gpu=choice.gpu)
        if choice.kind == "llama" and choice.path is not None:
            from jarvis.engines.embedding.llama import LlamaEmbedder

            return LlamaEmbedder(choice.path, registry, logs, model=choice.model, gpu=choice.gpu)
        from jarvis.engines.embedding.minilm import MiniLmEmbedder

        return MiniLmEmbedder(jarvis.folders.cache, registry, logs)

    def _what_is_here(self) -> Here:
        now = self._jarvis.clock.monotonic()
        if self._here is None or now - self._here[0] >= _LOOK_AGAIN_SECONDS:
            self._here = (now, self._look())
        return self._here[1]

    def _look(self) -> Here:
        from jarvis.engines.encoder.minilm import package_folder

        gguf, whole = self._installed(BGE, ".gguf"), self._installed(BGE)
        here = Here(
            minilm=package_folder() is not None,
            sentence_transformers=importlib.util.find_spec("sentence_transformers") is not None,
            llama_cpp=importlib.util.find_spec("llama_cpp") is not None,
        )
        if gguf is None and whole is None:
            # What this computer has need not be looked up then, which takes longer than the rest of a short command.
            return here
        return replace(
            here,
            bge_folder=whole[1] if whole is not None else None,
            bge_gguf=gguf[1] if gguf is not None else None,
            bge_gguf_id=gguf[0] if gguf is not None else here.bge_gguf_id,
            gpu=self._gpu(BGE),
            ram_mib=round(self._jarvis.models_room.hardware.machine().ram_mib),
        )

    def _smallest_bge(self) -> int:
        """Return how many bytes the smallest variant of BGE-M3 takes to fetch, 0 where the catalogue has none."""
        variants = [one for model in self._jarvis.models_room.catalog if model.id == BGE for one in model.variants]
        return min((sum(file.bytes for file in variant.files) for variant in variants), default=0)

    def _installed(self, entry: str, suffix: str = "") -> tuple[str, Path] | None:
        """Return id and place of a model of the catalogue that may be used: a file with `suffix`, or a folder."""
        for row in self._book.rows():
            if row.id.partition(":")[0] != entry or row.state not in {"installed", "active"}:
                continue
            path = Path(row.path)
            if (path.is_file() and path.suffix == suffix) if suffix else path.is_dir():
                return row.id, path
        return None

    def _gpu(self, entry: str) -> int | None:
        """Return the GPU for a model of the memory: the smallest with room for it, so that the large one stays free for
        answers. Decided once: a vector must not depend on what else is loaded just now."""
        if entry not in self._gpus:
            found = self._installed(entry, ".gguf") or self._installed(entry)
            wanted = _mib(found[1]) * _ROOM if found is not None else float("inf")
            gpus = self._jarvis.models_room.idle_machine().gpus
            fits = sorted((gpu.total_mib, gpu.index) for gpu in gpus if gpu.free_mib >= wanted)
            self._gpus[entry] = fits[0][1] if fits else None
        return self._gpus[entry]

    def _spoken(self) -> tuple[Language, ...]:
        """Return the languages that the person uses: what is set, and what memories are in."""
        counts = memory_counts(self._jarvis.database).by_language
        return tuple(one for one in LANGUAGES if one == self._jarvis.language or counts.get(one, 0) > 0)

    def _loaded_engine(self) -> TextEngine | None:
        """Return a model of this computer that is in memory already."""
        for engine in self._jarvis.text_engines():
            status = engine.status(self._jarvis.language)
            if status.where == "local" and status.state == "ready":
                return engine
        return None

    def _close_models(self) -> None:
        for embedder in self._embedders:
            embedder.close()
        if self._reranker is not None:
            self._reranker.close()


def _mib(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / (1 << 20)
