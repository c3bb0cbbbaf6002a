"""Fixtures that several rooms share: real language models made on the spot."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.tiny_gguf import random_gguf, tiny_gguf

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore Ctrl+C, and so would every program that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A machine may stand still for seconds in the middle of an example; and what fails must fail again.
settings.register_profile("jarvis", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jarvis")


@pytest.fixture(scope="session")
def home_model(pytestconfig: pytest.Config) -> Path:
    """A GGUF that knows `tests.fakes.home_facts.FACTS`; kept between runs because it takes half a minute to train."""
    named = os.environ.get("JARVIS_TEST_CACHE")
    return tiny_gguf(Path(named) if named else Path(pytestconfig.cache.mkdir("models")))  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF of random weights whose long prompts and answers take many seconds."""
    return random_gguf(tmp_path_factory.mktemp("slow") / "slow.gguf", width=768, layers=12)
