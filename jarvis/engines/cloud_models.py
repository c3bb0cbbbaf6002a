"""The right engine for a catalogue entry in somebody's cloud, and what an answer of it cost.

Knows the providers' addresses; nothing is asked before an engine streams.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from jarvis.catalog.entries import CatalogModel, Price
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import TextEngine
from jarvis.engines.apis import anthropic, google
from jarvis.engines.apis.api_engine import ApiOptions
from jarvis.engines.openai_compatible import OpenAICompatibleEngine

Provider = Literal["openai", "anthropic", "google", "deepseek", "cohere", "ai21", "mistral"]

BASE_URLS: dict[str, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": anthropic.BASE_URL,
    "google": google.BASE_URL,
    "deepseek": "https://api.deepseek.com",
    "cohere": "https://api.cohere.ai/compatibility/v1",
    "ai21": "https://api.ai21.com/studio/v1",
    "mistral": "https://api.mistral.ai/v1",
}
"""Where each provider answers; from docs of platform.openai.com, api-docs.deepseek.com, docs.cohere.com (compatibility
API), docs.ai21.com (Jamba API) and docs.mistral.ai. All but Anthropic and Google speak the OpenAI protocol."""


def cloud_engine(
    entry: CatalogModel,
    *,
    key: Callable[[], str | None],
    enabled: Callable[[], bool],
    base_url: str = "",
    silence_seconds: float = 120.0,
) -> TextEngine:
    """Return the engine with the id "<provider>/<api model>"; its key is called like the provider.

    `base_url` stands in for the provider's own address where it is not empty. Raises `InputError` for an entry that
    is not in the cloud.
    """
    if entry.provider is None:
        raise InputError(
            "engine.not_in_cloud",
            en="{model} runs on this computer, not in the cloud. Choose a model of a provider.",
            es="{model} funciona en este equipo, no en la nube. Elige un modelo de un proveedor.",
            model=entry.id,
        )
    address = base_url or BASE_URLS[entry.provider]
    identity = f"{entry.provider}/{entry.api_model}"
    abilities: frozenset[str] = frozenset(entry.abilities)
    if entry.provider in ("anthropic", "google"):
        options = ApiOptions(
            engine_id=identity,
            model=entry.api_model,
            base_url=address,
            key_name=entry.provider,
            abilities=abilities,
            context_tokens=entry.context_tokens or 0,
            silence_seconds=silence_seconds,
        )
        engine = anthropic.AnthropicEngine if entry.provider == "anthropic" else google.GoogleEngine
        return engine(options, key=key, enabled=enabled)
    return OpenAICompatibleEngine(
        engine_id=identity,
        base_url=lambda: address,
        model=lambda: entry.api_model,
        key=key,
        enabled=enabled,
        key_name=entry.provider,
        silence_seconds=silence_seconds,
        retries=2,
        abilities=abilities,
        context_tokens=entry.context_tokens or 0,
    )


def cost_usd(price: Price | None, usage: Usage) -> float | None:
    """Return US dollars for what `usage` counted; None where the price is not known.

    Tokens read from a cache cost `cached_input_usd` where the provider has such a price, and those put into one
    `cache_write_usd`, else as much as others. A long prompt costs what its tier says; None where only that it is more
    is known.
    """
    if price is None:
        return None
    reached = [tier for tier in price.tiers if usage.prompt_tokens > tier.above_tokens]
    rates = max(reached, key=lambda tier: tier.above_tokens) if reached else price
    if rates.input_usd is None or rates.output_usd is None:
        return None
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    cached_usd = rates.input_usd if rates.cached_input_usd is None else rates.cached_input_usd
    written = min(usage.cache_written_tokens, usage.prompt_tokens - cached)
    written_usd = rates.input_usd if rates.cache_write_usd is None else rates.cache_write_usd
    fresh = usage.prompt_tokens - cached - written
    million = fresh * rates.input_usd + cached * cached_usd + written * written_usd
    million += usage.completion_tokens * rates.output_usd
    return million / 1_000_000
