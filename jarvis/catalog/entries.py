"""What the catalogue says of a model: its shape, its files per quantization, its scores, its price.

The types of `models.json`, checked by pydantic. Knows nothing about this machine or about what is on disk.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from jarvis.contracts.errors import Language
from jarvis.contracts.models import EngineKind, ModelKind

Ability = Literal[
    "chat",
    "code",
    "reasoning",
    "maths",
    "legal",
    "vision",
    "tools",
    "long_context",
    "translation",
    "embedding",
    "recognition",
    "speech",
    "wake",
]
Format = Literal["gguf", "awq", "gptq", "safetensors", "ctranslate2", "onnx", "bundled"]
Count = Annotated[int, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFile(_Part):
    """One file of a repository. `bytes` is exact unless `approximate`; `sha256` is empty where not published."""

    name: str = Field(min_length=1)
    bytes: Count
    approximate: bool = False
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    role: Literal["weights", "projector", "config"] = "weights"


class Variant(_Part):
    """One quantization. `ollama` is the same model's tag there, empty when there is none."""

    quantization: str = Field(pattern=r"^[A-Za-z0-9_.\-]+$")
    format: Format
    repository: str = Field(pattern=r"^[\w.\-]+/[\w.\-]+$")
    files: tuple[ModelFile, ...] = Field(min_length=1)
    engines: tuple[EngineKind, ...] = Field(min_length=1)
    ollama: str = ""

    @property
    def bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.bytes for file in self.files)


class Shape(_Part):
    """A transformer's dimensions, as in its published configuration.

    `sliding_window` layers see only that many tokens; every `sliding_every`-th layer sees all (0: all layers slide).
    """

    architecture: str = Field(pattern=r"^[a-z0-9\-_.]+$")
    layers: Count
    embedding_length: Count
    feed_forward_length: Count
    heads: Count
    kv_heads: Count
    head_size: Count
    vocabulary: Count
    tied_embeddings: bool = False
    sliding_window: Count | None = None
    sliding_every: int = Field(default=0, ge=0)
    experts: Count | None = None
    experts_used: Count | None = None
    expert_feed_forward_length: Count | None = None


class Score(_Part):
    """A published benchmark result in percent (or the unit that `benchmark` names), and where it was published."""

    benchmark: str = Field(min_length=1)
    value: float
    source: str = Field(pattern=r"^https://|^arXiv:")


class Price(_Part):
    """US dollars per million tokens on a day."""

    input_usd: float = Field(ge=0)
    output_usd: float = Field(ge=0)
    cached_input_usd: float | None = Field(default=None, ge=0)
    on: date
    source: str = Field(pattern=r"^https://")


class CatalogModel(_Part):
    """One model. A local one has `variants`; one in the cloud has `provider`, `api_model` and `price`.

    `languages` are ISO 639-1 codes; `gated` means that its owner wants a licence accepted on the hub first.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    name: str = Field(min_length=1)
    kind: ModelKind
    family: str = Field(min_length=1)
    about_en: str = Field(min_length=1)
    about_es: str = Field(min_length=1)
    parameters_billion: float | None = Field(default=None, gt=0)
    active_billion: float | None = Field(default=None, gt=0)
    context_tokens: Count | None = None
    licence: str = Field(min_length=1)
    licence_url: str = ""
    gated: bool = False
    languages: tuple[str, ...] = Field(min_length=1)
    abilities: tuple[Ability, ...] = Field(min_length=1)
    shape: Shape | None = None
    variants: tuple[Variant, ...] = ()
    provider: Literal["openai", "anthropic", "google", "deepseek", "cohere", "ai21", "mistral"] | None = None
    api_model: str = ""
    price: Price | None = None
    scores: tuple[Score, ...] = ()
    notes_en: str = ""
    notes_es: str = ""

    @property
    def in_cloud(self) -> bool:
        """True when asking it sends the question to somebody else's computer."""
        return self.provider is not None

    def about(self, language: Language) -> str:
        """What it is good for, in `language`."""
        return self.about_es if language == "es" else self.about_en

    def variant(self, quantization: str) -> Variant | None:
        """The variant of that quantization, whatever its case; None when there is none."""
        return next((each for each in self.variants if each.quantization.lower() == quantization.lower()), None)


class Catalog(_Part):
    """The whole file. `schema_version` grows when a field changes its meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    json_schema: str = Field(default="", alias="$schema")
    schema_version: Literal[1] = 1
    models: tuple[CatalogModel, ...]
