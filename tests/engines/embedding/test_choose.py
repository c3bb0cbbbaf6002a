"""Which embedder it is, as tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.placement import Plan
from jarvis.engines.embedding.choose import Here, choose, gpu_of
from tests.fakes.servers import placed

FOLDER, GGUF = Path("/m/bge-m3"), Path("/m/bge-m3/bge-m3-q8_0.gguf")
BARE = Here(minilm=True, bge_bytes=634_553_760, ram_mib=16_000)
FULL = replace(BARE, sentence_transformers=True, llama_cpp=True, bge_folder=FOLDER, bge_gguf=GGUF)
ONLY_GGUF = replace(BARE, llama_cpp=True, bge_gguf=GGUF)


@pytest.mark.parametrize(
    ("setting", "here", "kind", "path"),
    [
        ("auto", BARE, "minilm", None),
        ("auto", FULL, "sentence-transformers", FOLDER),
        ("auto", replace(FULL, sentence_transformers=False), "llama", GGUF),
        ("auto", replace(FULL, bge_folder=None), "llama", GGUF),
        ("auto", replace(FULL, llama_cpp=False, sentence_transformers=False), "minilm", None),
        ("auto", replace(FULL, ram_mib=0), "sentence-transformers", FOLDER),
        ("auto", replace(FULL, ram_mib=8_000), "llama", GGUF),
        ("auto", replace(FULL, ram_mib=3_500), "minilm", None),
        ("auto", replace(FULL, ram_mib=3_500, gpu=1), "sentence-transformers", FOLDER),
        ("auto", Here(), None, None),
        ("minilm", FULL, "minilm", None),
        ("minilm", replace(FULL, minilm=False), None, None),
        ("bge-m3", FULL, "sentence-transformers", FOLDER),
        ("bge-m3", ONLY_GGUF, "llama", GGUF),
        ("bge-m3", replace(FULL, ram_mib=3_500), "sentence-transformers", FOLDER),
        ("bge-m3", BARE, "minilm", None),
        ("bge-m3", Here(), None, None),
        ("server", FULL, "sentence-transformers", FOLDER),
    ],
)
def test_choice(setting: str, here: Here, kind: str | None, path: Path | None) -> None:
    made = choose(setting, here, languages=("en", "es"))
    assert (made.kind, made.path) == (kind, path)
    assert made.reason("en") != made.reason("es")
    assert all("{" not in made.reason(language) for language in LANGUAGES)


@pytest.mark.parametrize("setting", ["auto", "minilm", "bge-m3"])
def test_a_server_is_never_asked_unless_it_was_set(setting: str) -> None:
    assert choose(setting, Here(), url="https://api.openai.com/v1", model="m", languages=("en",)).kind is None


def test_a_server_that_was_set() -> None:
    made = choose("server", FULL, url="http://nas:8080/v1", model="bge-m3", languages=("en",))
    assert (made.kind, made.model) == ("server", "bge-m3")
    assert "nas" in made.reason("es")


@pytest.mark.parametrize(
    ("setting", "here", "said"),
    [
        ("server", BARE, "memory.embedder_url"),
        ("bge-m3", BARE, "jarvis models download bge-m3"),
        ("bge-m3", replace(FULL, llama_cpp=False, sentence_transformers=False), "jarvis-desktop[llama]"),
        ("bge-m3", replace(BARE, bge_folder=FOLDER), "jarvis-desktop[memory]"),
    ],
)
def test_what_was_set_and_is_not_there_is_said(setting: str, here: Here, said: str) -> None:
    made = choose(setting, here, languages=("en",))
    assert made.kind == "minilm"
    assert all(said in made.reason(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("setting", "here", "english", "spanish"),
    [
        ("auto", BARE, "jarvis models download bge-m3 (0.6 GB)", "jarvis models download bge-m3 (0,6 GB)"),
        ("minilm", FULL, "set memory.embedder to bge-m3", "pon memory.embedder en bge-m3"),
        ("auto", replace(FULL, ram_mib=3_500), "set memory.embedder to bge-m3", "pon memory.embedder en bge-m3"),
        ("auto", replace(BARE, bge_gguf=GGUF), "jarvis-desktop[llama]", "jarvis-desktop[llama]"),
    ],
)
def test_who_speaks_spanish_hears_what_bge_would_add(setting: str, here: Here, english: str, spanish: str) -> None:
    made = choose(setting, here, languages=("en", "es"))
    assert made.notice("en").startswith("Spanish memories are found by their words")
    assert english in made.notice("en")
    assert spanish in made.notice("es")
    assert not choose(setting, here, languages=("en",)).notice("en")


def test_with_bge_there_is_nothing_to_add() -> None:
    assert not choose("auto", FULL, languages=("en", "es")).notice("es")


def test_the_gpu_is_that_of_the_plan() -> None:
    plan = Plan(placements=(placed("bge-m3:q8_0", (1, 24, 1000.0)), placed("bge-m3:f32", cpu_layers=24)))
    assert gpu_of(plan, "bge-m3:q8_0") == 1
    assert gpu_of(plan, "bge-m3:f32") is None
    assert gpu_of(plan, "other") is None
    assert choose("auto", replace(FULL, gpu=1), languages=("en",)).gpu == 1
    assert "GPU 1" in choose("auto", replace(FULL, gpu=1), languages=("en",)).reason("es")
