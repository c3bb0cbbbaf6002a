"""Small catalogue entries whose files the hub stand-in has, and a model library over a real database and folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jarvis.catalog.entries import CatalogModel, ModelFile, Shape, Variant
from jarvis.catalog.library import ModelLibrary
from jarvis.catalog.ollama_place import OllamaPlace
from jarvis.catalog.ollama_store import OllamaStore
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.clock import FakeClock
from tests.fakes.shaped_gguf import Dimensions, shaped_gguf

ID = "whisper-x:f16"
BIG = "owner/whisper-x/deep/model.bin"
FILES = {"owner/whisper-x/config.json": b"{}", BIG: bytes(range(256)) * 4000}
SMALL = Dimensions(
    architecture="llama", layers=2, width=256, feed_forward=256, heads=4, kv_heads=2, head=64, vocabulary=300
)


class Runner:
    """Notes what it is told; `here` is in memory."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.here: set[str] = set()

    def loaded(self) -> Sequence[str]:
        return sorted(self.here)

    def pause(self, identity: str, seconds: float = 60.0) -> bool:
        self.acts.append(f"pause {identity}")
        return identity in self.here

    def resume(self, identity: str, *, load: bool) -> None:
        self.acts.append(f"resume {identity} {load}")


def entry(**file: object) -> CatalogModel:
    """Return a recognition model of two files, of which `FILES` are the content."""
    weights = ModelFile.model_validate({"name": "deep/model.bin", "bytes": 1, "approximate": True, **file})
    variant = Variant(
        quantization="F16",
        format="ctranslate2",
        repository="owner/whisper-x",
        files=(weights, ModelFile(name="config.json", bytes=2, role="config")),
        engines=("faster-whisper",),
    )
    return CatalogModel(
        id="whisper-x",
        name="X",
        kind="recognition",
        family="whisper",
        about_en="a",
        about_es="b",
        licence="MIT",
        languages=("en",),
        abilities=("recognition",),
        variants=(variant,),
    )


def text_entry(name: str, *variants: Variant) -> CatalogModel:
    """Return a text model called `name`."""
    return CatalogModel(
        id=name,
        name=name,
        kind="text",
        family="llama",
        about_en="a",
        about_es="b",
        licence="MIT",
        languages=("en", "es"),
        abilities=("chat",),
        shape=Shape(
            architecture="llama",
            layers=2,
            embedding_length=256,
            feed_forward_length=256,
            heads=4,
            kv_heads=2,
            head_size=64,
            vocabulary=300,
        ),
        variants=variants,
    )


def gguf_variant(repository: str, quantization: str, files: dict[str, bytes], projector: str = "") -> Variant:
    """Return a GGUF variant of exactly these files; the one named `projector` is its vision file."""
    return Variant(
        quantization=quantization,
        format="gguf",
        repository=repository,
        files=tuple(
            ModelFile(name=name, bytes=len(content), role="projector" if name == projector else "weights")
            for name, content in files.items()
        ),
        engines=("llama.cpp",),
    )


def gguf_bytes(folder: Path, name: str, *, parts: int = 1, architecture: str = "llama") -> dict[str, bytes]:
    """Return real GGUF files (name -> content), the first part first."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {each: getattr(SMALL, each) for each in SMALL.__slots__} | {"architecture": architecture}
    first = shaped_gguf(folder / f"{name}.gguf", Dimensions(**values), parts=parts)
    found = sorted(path for path in folder.glob(f"{name}*.gguf") if parts > 1 or path == first)
    return {path.name: path.read_bytes() for path in found}


def cloud() -> CatalogModel:
    """Return a model behind an API."""
    return CatalogModel(
        id="gpt-4o-mini",
        name="m",
        kind="text",
        family="gpt",
        about_en="a",
        about_es="b",
        licence="-",
        languages=("en", "es"),
        abilities=("chat",),
        provider="openai",
        api_model="gpt-4o-mini",
    )


def library_over(
    database: Database,
    folder: Path,
    models: Sequence[CatalogModel],
    *,
    runner: Runner | None = None,
    ollama: OllamaStore | None = None,
    place: OllamaPlace | None = None,
    token: Callable[[], str | None] = lambda: None,
) -> ModelLibrary:
    """Return a library that chooses an entry's first variant; Ollama is `ollama`, or what is found at `place`."""
    return ModelLibrary(
        book=SqliteModelBook(database, FakeClock()),
        catalog=lambda: models,
        folder=folder,
        runner=runner or Runner(),
        ollama=ollama if place is None else OllamaStore(place.url),
        clock=FakeClock(),
        token=token,
        choose_variant=lambda model: model.variants[0],
        look_for_ollama=place.look if place is not None else None,
    )
