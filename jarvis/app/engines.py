"""Builds the text engines from the settings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from jarvis.contracts.errors import Language
from jarvis.contracts.ports import TextEngine
from jarvis.engines.llama import LlamaEngine, LlamaOptions
from jarvis.engines.llama_build import build_state
from jarvis.engines.model_choice import ModelChoice, choose_model
from jarvis.engines.openai_compatible import OpenAICompatibleEngine

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_MIB = 1 << 20
_CHOICE_SECONDS = 2.0
"""How long a choice of model is kept: the window asks for the state every two seconds, a file rarely changes."""


def text_engines(jarvis: Jarvis) -> list[TextEngine]:
    """Return the local engine and the configured server, in this order."""
    settings = jarvis.settings
    return [
        LlamaEngine(
            choose=_Choice(jarvis),
            folders=jarvis.folders,
            registry=jarvis.registry,
            options=lambda: LlamaOptions(
                context_tokens=settings.integer("engine.context_tokens"),
                threads=settings.integer("engine.threads"),
                gpu_layers=settings.integer("engine.gpu_layers"),
                idle_minutes=settings.number("engine.idle_minutes"),
            ),
            install_state=install_sentence,
        ),
        OpenAICompatibleEngine(
            base_url=lambda: settings.text("cloud.base_url"),
            model=lambda: settings.text("cloud.model"),
            key=lambda: jarvis.secrets().get("openai"),
            enabled=lambda: settings.flag("cloud.enabled"),
        ),
    ]


def install_sentence(language: Language) -> str:
    """Return how far llama-cpp-python is while it is not installed, else an empty text."""
    build = build_state()
    return "" if build.state == "installed" else build.sentence(language)


class _Choice:
    """The model to answer with, looked up at most every two seconds."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._kept: tuple[float, tuple[str, int], ModelChoice] | None = None

    def __call__(self) -> ModelChoice:
        settings = self._jarvis.settings
        asked = (settings.text("engine.model"), settings.integer("engine.context_tokens"))
        now = time.monotonic()
        if self._kept and self._kept[1] == asked and now - self._kept[0] < _CHOICE_SECONDS:
            return self._kept[2]
        choice = choose_model(
            Path(self._jarvis.folders.models),
            asked[0],
            psutil.virtual_memory().total // _MIB,
            context_tokens=asked[1],
        )
        self._kept = (now, asked, choice)
        return choice
