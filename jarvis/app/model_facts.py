"""What the catalogue knows of each engine, as the facts that routing goes by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jarvis.catalog.entries import CatalogModel, Price, Variant
from jarvis.contracts.routing import ModelFacts
from jarvis.engines.cloud_models import BASE_URLS
from jarvis.engines.reach import host_of, is_this_computer

_CLOUD_FIRST_SECONDS = 0.8
"""Usual wait for a cloud model's first token before any was measured; hosted models take half a second to a second."""

LARGE_PARAMETERS = 9_000_000_000
"""From about this size on a model is planned as one to think with, not one to answer at once."""

OWN_SERVER_PRICE = Price(input_usd=0.0, output_usd=0.0, on=date(2026, 1, 1), source="https://localhost/")
"""What somebody's own server charges: nothing that Jarvis could count."""


def price_at(base_url: str, model: str, catalog: Sequence[CatalogModel], *, own: bool = False) -> Price | None:
    """Return what a server at `base_url` charges for `model`: a provider's price at its own address, nothing for a
    server on this computer or one that is the person's `own`, and None where nobody knows."""
    host = host_of(base_url)
    for provider, address in BASE_URLS.items():
        if host == host_of(address):
            known = (each for each in catalog if each.provider == provider and each.api_model == model)
            return next((each.price for each in known), None)
    return OWN_SERVER_PRICE if own or is_this_computer(base_url) else None


def facts_of(
    engine: str,
    catalog: Sequence[CatalogModel],
    *,
    model: str = "",
    in_cloud: bool = False,
    first_seconds: float | None = None,
    prompt_tokens_per_second: float | None = None,
) -> ModelFacts:
    """Return what is known of `engine`; `model` is the name that its server knows it by, where that says more.

    A model that the catalogue does not have has no scores, and outside this computer no known price.
    """
    entry, variant = entry_behind(engine, model, catalog)
    cloud = in_cloud or (entry is not None and entry.in_cloud)
    if entry is None:
        unknown = None if cloud else 0.0
        return ModelFacts(
            engine=engine,
            input_usd=unknown,
            output_usd=unknown,
            first_seconds=first_seconds or (_CLOUD_FIRST_SECONDS if cloud else None),
            prompt_tokens_per_second=prompt_tokens_per_second,
        )
    price = entry.price if cloud else None
    return ModelFacts(
        engine=engine,
        scores={score.benchmark: score.value for score in entry.scores},
        parameters_billion=entry.parameters_billion,
        active_billion=entry.active_billion,
        abilities=frozenset(entry.abilities),
        quantization=variant.quantization if variant is not None else "",
        input_usd=(price.input_usd if price is not None else None) if cloud else 0.0,
        output_usd=(price.output_usd if price is not None else None) if cloud else 0.0,
        languages=frozenset(entry.languages),
        first_seconds=first_seconds or (_CLOUD_FIRST_SECONDS if cloud else None),
        prompt_tokens_per_second=prompt_tokens_per_second,
        effective_context_tokens=entry.context_tokens,
    )


def entry_behind(
    engine: str, model: str, catalog: Sequence[CatalogModel]
) -> tuple[CatalogModel | None, Variant | None]:
    """Return the catalogue's entry that `engine` answers with, and its variant where it runs on a disk of ours.

    Ids are "<entry>:<quantization>", "ollama/<tag>", "<provider>/<api model>"; the engines "cloud" and "vllm" stand
    for whatever `model` their server serves.
    """
    if engine.startswith("ollama/"):
        tag = engine.removeprefix("ollama/")
        for entry in catalog:
            for variant in entry.variants:
                if variant.ollama and tag in (variant.ollama, f"{variant.ollama}:latest"):
                    return entry, variant
        return None, None
    for entry in catalog:
        if f"{entry.provider}/{entry.api_model}" == engine:
            return entry, None
    name, _, quantization = engine.partition(":")
    for entry in catalog:
        if entry.id == name:
            return entry, entry.variant(quantization)
    served = model.rpartition("/")[2].casefold()
    for entry in catalog:
        repositories = {variant.repository.casefold() for variant in entry.variants}
        if served and (entry.api_model.casefold() == served or model.casefold() in repositories):
            return entry, None
    return None, None
