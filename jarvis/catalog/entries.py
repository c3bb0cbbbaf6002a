"""What the catalogue says of a model: its shape, its files per quantization, its scores, its price.

The types of `models.json`, checked by pydantic. Knows nothing about this machine or about what is on disk.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
    "turn",
]
Format = Literal["gguf", "awq", "gptq", "compressed-tensors", "safetensors", "ctranslate2", "onnx", "bundled"]
Length = Annotated[int, Field(gt=0, le=1_000_000)]
"""A dimension of a model; the widest published ones have tens of thousands."""

Size = Annotated[int, Field(gt=0, le=4_000_000_000_000)]
"""Bytes of one file; 4 TB is more than any published model has."""

Context = Annotated[int, Field(gt=0, le=100_000_000)]
Experts = Annotated[int, Field(gt=0, le=10_000)]
Billions = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFile(_Part):
    """One file of a repository. `bytes` is exact unless `approximate`; `sha256` is empty where not published."""

    name: str = Field(min_length=1, max_length=250)
    bytes: Size
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

    @model_validator(mode="after")
    def _loadable(self) -> Self:
        if self.format != "bundled" and not any(file.role == "weights" for file in self.files):
            raise ValueError(
                'at least one of `files` needs the role "weights"',
                'al menos uno de `files` necesita el papel (`role`) "weights"',
            )
        return self

    @property
    def bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.bytes for file in self.files)


class Shape(_Part):
    """A transformer's dimensions, as in its published configuration.

    `sliding_window` layers see only that many tokens; every `sliding_every`-th layer sees all (0: all layers slide).
    The first `dense_layers` have no experts; `shared_experts` work beside the routed ones. `value_size` is a value
    head's where it differs from the key head's `head_size`. `latent_length` is what latent attention (MLA) caches per
    token and layer instead of both, in files whose conversion supports it.
    """

    architecture: str = Field(pattern=r"^[a-z0-9\-_.]+$")
    layers: Annotated[int, Field(gt=0, le=1000)]
    embedding_length: Length
    feed_forward_length: Length
    heads: Length
    kv_heads: Length
    head_size: Length
    value_size: Length | None = None
    vocabulary: Annotated[int, Field(gt=0, le=10_000_000)]
    tied_embeddings: bool = False
    sliding_window: Context | None = None
    sliding_every: int = Field(default=0, ge=0, le=1000)
    experts: Experts | None = None
    experts_used: Experts | None = None
    expert_feed_forward_length: Length | None = None
    shared_experts: int = Field(default=0, ge=0, le=10_000)
    dense_layers: int = Field(default=0, ge=0, le=1000)
    latent_length: Length | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.experts is None) != (self.experts_used is None):
            raise ValueError(
                "`experts` and `experts_used` belong together; give both or neither",
                "`experts` y `experts_used` van juntos; da los dos o ninguno",
            )
        if self.experts is not None and self.experts_used is not None and self.experts_used > self.experts:
            raise ValueError(
                f"`experts_used` {self.experts_used} is more than all {self.experts} `experts`",
                f"`experts_used` {self.experts_used} es más que los {self.experts} `experts` que hay",
            )
        if self.heads % self.kv_heads:
            raise ValueError(
                f"`kv_heads` {self.kv_heads} does not divide the {self.heads} `heads`",
                f"`kv_heads` {self.kv_heads} no divide los {self.heads} `heads`",
            )
        return self


class Score(_Part):
    """A published benchmark result in percent (or the unit that `benchmark` names), and where it was published.

    "MMLU" is the one that models are compared by; it is the base model's where only that one was published.
    """

    benchmark: str = Field(min_length=1)
    value: Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
    source: str = Field(pattern=r"^https://|^arXiv:")


class PriceTier(_Part):
    """What a request costs whose prompt has more than `above_tokens`: all its tokens, not only the further ones.

    Without `input_usd` and `output_usd` the provider charges more there, and how much is not known.
    """

    above_tokens: Context
    input_usd: Dollars | None = None
    output_usd: Dollars | None = None
    cached_input_usd: Dollars | None = None
    cache_write_usd: Dollars | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.input_usd is None) != (self.output_usd is None):
            raise ValueError(
                "`input_usd` and `output_usd` belong together; give both or neither",
                "`input_usd` y `output_usd` van juntos; da los dos o ninguno",
            )
        return self


class Price(_Part):
    """US dollars per million tokens on a day; `tiers` are for long prompts, and the highest that applies counts.

    `cache_write_usd` is for the part of the prompt that the provider puts into its cache.
    """

    input_usd: Dollars
    output_usd: Dollars
    cached_input_usd: Dollars | None = None
    cache_write_usd: Dollars | None = None
    tiers: tuple[PriceTier, ...] = ()
    on: date
    source: str = Field(pattern=r"^https://")


class CatalogModel(_Part):
    """One model. A local one has `variants`; one in the cloud has `provider`, `api_model` and `price`.

    `languages` are ISO 639-1 codes. `gated` means that a repository listed here wants its licence accepted on the hub
    first; conversions by others are often free of that gate, the licence holds all the same. `parameters_billion`
    counts the text model, without a vision tower.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    name: str = Field(min_length=1)
    kind: ModelKind
    family: str = Field(min_length=1)
    about_en: str = Field(min_length=1)
    about_es: str = Field(min_length=1)
    parameters_billion: Billions | None = None
    active_billion: Billions | None = None
    context_tokens: Context | None = None
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

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse what could be neither loaded nor asked; both languages travel in the error's arguments."""
        if self.provider is None and not self.variants:
            raise ValueError(
                "a local model needs `variants`, one in the cloud needs `provider`",
                "un modelo local necesita `variants`; uno en la nube, `provider`",
            )
        if self.provider is None and (self.api_model or self.price):
            raise ValueError(
                "`api_model` and `price` are for models in the cloud; this one has no `provider`",
                "`api_model` y `price` son de modelos en la nube; este no tiene `provider`",
            )
        if self.provider is not None and not self.api_model:
            raise ValueError("a model in the cloud needs `api_model`", "un modelo en la nube necesita `api_model`")
        if self.provider is not None and self.variants:
            raise ValueError("a model in the cloud has no `variants`", "un modelo en la nube no tiene `variants`")
        if self.provider is None and self.kind == "text" and self.shape is None:
            raise ValueError("a local text model needs `shape`", "un modelo de texto local necesita `shape`")
        names = [variant.quantization.lower() for variant in self.variants]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(
                f"two `variants` have the quantization {twice}; each may be there once",
                f"dos `variants` tienen la cuantización {twice}; cada una puede estar una vez",
            )
        return self

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
