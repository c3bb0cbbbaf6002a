"""Engines for catalogue entries in the cloud, and what their answers cost."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from datetime import date

import pytest

from jarvis.catalog.entries import CatalogModel, Price, PriceTier
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, InputError
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import GenerationOptions
from jarvis.engines.apis.anthropic import AnthropicEngine
from jarvis.engines.apis.google import GoogleEngine
from jarvis.engines.cloud_models import BASE_URLS, cloud_engine, cost_usd
from jarvis.engines.openai_compatible import OpenAICompatibleEngine
from jarvis.engines.reach import is_private_way

PRICE = Price(input_usd=2.0, output_usd=8.0, cached_input_usd=0.5, on=date(2026, 11, 1), source="https://example.org")


TIERED = PRICE.model_copy(
    update={
        "cache_write_usd": 2.5,
        "tiers": (
            PriceTier(above_tokens=900),
            PriceTier(above_tokens=100, input_usd=4.0, output_usd=12.0, cached_input_usd=1.0, cache_write_usd=5.0),
        ),
    }
)


def _entry(provider: str | None) -> CatalogModel:
    return CatalogModel.model_construct(
        id="big", provider=provider, api_model="big-1", abilities=("chat", "tools"), context_tokens=9000
    )


@pytest.mark.parametrize("provider", BASE_URLS)
def test_every_provider_has_an_engine_that_needs_its_key(provider: str) -> None:
    own = {"anthropic": AnthropicEngine, "google": GoogleEngine}
    engine = cloud_engine(_entry(provider), key=lambda: None, enabled=lambda: True)
    assert type(engine) is own.get(provider, OpenAICompatibleEngine)
    assert engine.id == f"{provider}/big-1" and is_private_way(BASE_URLS[provider])
    status = engine.status("es")
    assert status.state == "missing" and f"jarvis keys set {provider}" in status.sentence
    assert status.model == "big-1" and status.context_tokens == 9000 and status.abilities == {"chat", "tools"}
    assert cloud_engine(_entry(provider), key=lambda: "k", enabled=lambda: True).status().state == "ready"
    off = cloud_engine(_entry(provider), key=lambda: "k", enabled=lambda: False).status("es")
    assert off.state == "missing" and "desactivado" in off.sentence


def test_a_local_entry_has_none() -> None:
    with pytest.raises(InputError):
        cloud_engine(_entry(None), key=lambda: None, enabled=lambda: True)


@pytest.mark.parametrize(
    ("price", "usage", "dollars"),
    [
        (PRICE, Usage(prompt_tokens=1_000_000, completion_tokens=500_000), 6.0),
        (PRICE, Usage(prompt_tokens=1_000_000, cached_tokens=400_000), 1.4),
        (
            PRICE.model_copy(update={"cached_input_usd": None}),
            Usage(prompt_tokens=1_000_000, cached_tokens=400_000),
            2.0,
        ),
        (PRICE, Usage(prompt_tokens=10, cached_tokens=90), 0.000005),
        (None, Usage(prompt_tokens=5), None),
        (TIERED, Usage(prompt_tokens=100, completion_tokens=10), 0.000280),
        (TIERED, Usage(prompt_tokens=100, cache_written_tokens=40, cached_tokens=20), 0.000190),
        (TIERED, Usage(prompt_tokens=101, completion_tokens=10, cached_tokens=1), 0.000521),
        (TIERED, Usage(prompt_tokens=101, cache_written_tokens=200), 0.000505),
        (TIERED, Usage(prompt_tokens=901), None),
    ],
)
def test_cost(price: Price | None, usage: Usage, dollars: float | None) -> None:
    assert cost_usd(price, usage) == (None if dollars is None else pytest.approx(dollars))


@pytest.mark.parametrize(("provider", "package"), [("anthropic", "anthropic"), ("google", "google-genai")])
def test_a_missing_client_is_told(provider: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    monkeypatch.setitem(sys.modules, "google", None)
    engine = cloud_engine(_entry(provider), key=lambda: "k", enabled=lambda: True)
    with pytest.raises(EngineError) as caught:
        list(engine.stream([ChatMessage(role="user", text="hi")], GenerationOptions(), CancelToken()))
    engine.close()
    assert caught.value.code == "engine.no_package" and package in caught.value.sentence("es")


def test_importing_the_engines_imports_no_client() -> None:
    heavy = "{'openai', 'anthropic', 'google', 'httpx2', 'fastjsonschema'} & set(sys.modules)"
    code = f"import sys, jarvis.engines.cloud_models, jarvis.engines.apis.ollama; sys.exit(str({heavy} or ''))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr.strip() == ""
    )


@pytest.mark.parametrize("provider", ["mistral", "anthropic", "google"])
def test_cancel_while_connecting(provider: str) -> None:
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            # A full queue leaves later connections hanging, as a computer that is switched off does.
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        engine = cloud_engine(_entry(provider), key=lambda: "k", enabled=lambda: True, base_url=url)
        cancel = CancelToken()
        timer = threading.Timer(0.5, cancel.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            list(engine.stream([ChatMessage(role="user", text="hi")], GenerationOptions(), cancel))
        timer.join()
        engine.close()
