"""BGE-M3's formats made small: sentence-transformers folders, GGUF files and cross-encoders in real children."""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.llama import LlamaEmbedder
from jarvis.engines.embedding.openai_server import OpenAiEmbedder
from jarvis.engines.embedding.reranker import BgeReranker
from jarvis.engines.embedding.sentence_transformers import SentenceTransformersEmbedder
from jarvis.engines.runners.http_child import get, unused_port
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry
from tests.engines.embedding.numbers import cosine, numbers
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.servers import real_llama_server
from tests.fakes.tiny_sentence_models import SENTENCES, expected, made_models

REAL = real_llama_server()

if any(importlib.util.find_spec(name) is None for name in ("sentence_transformers", "transformers", "torch")):
    pytest.skip("sentence-transformers is not installed", allow_module_level=True)


@dataclass(frozen=True, kw_only=True)
class Models:
    """Where the models are, and what transformers itself makes of `SENTENCES`."""

    bge: Path
    gguf: Path
    reranker: Path
    dense: list[list[float]]
    sparse: list[dict[int, float]]
    scores: list[float]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    made_models(folder)
    return Models(bge=folder / "bge", gguf=folder / "bge.gguf", reranker=folder / "reranker", **expected(folder))


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    return {"registry": ChildRegistry(tmp_path / "run"), "logs": tmp_path}


@pytest.fixture(scope="module")
def exact(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentenceTransformersEmbedder]:
    """On a GPU that is not there: so on the processor, in full precision."""
    folder = tmp_path_factory.mktemp("exact")
    made = SentenceTransformersEmbedder(models.bge, ChildRegistry(folder / "run"), folder, gpu=1)
    yield made
    made.close()


def alike(dense: bytes, expected: list[float]) -> float:
    return math.fsum(one * other for one, other in zip(numbers(dense), expected, strict=True))


def test_vectors_are_those_of_the_model(models: Models, exact: SentenceTransformersEmbedder) -> None:
    assert exact.info().device == "GPU 1"
    made = exact.embed(SENTENCES)
    assert [alike(each.dense, vector) for each, vector in zip(made, models.dense, strict=True)] == pytest.approx(
        [1.0] * len(SENTENCES), abs=1e-5
    )
    assert exact.info().device == "CPU (no CUDA)"
    assert exact.info().sparse


def test_words_have_the_weights_of_the_model(models: Models, exact: SentenceTransformersEmbedder) -> None:
    found = exact.embed(SENTENCES)
    for made, weights in zip(found, models.sparse, strict=True):
        assert dict(made.sparse) == pytest.approx(weights, abs=1e-4)
        assert not set(made.sparse) & {0, 1, 2, 3}
    assert len(found[0].sparse) > 3


@pytest.mark.parametrize("text", ["", "\ud800", "😀", "palabra " * 5000])
def test_any_text_has_a_vector(exact: SentenceTransformersEmbedder, text: str) -> None:
    assert len(exact.embed([text], query=True)[0].dense) == 4 * exact.info().dimensions


def test_eight_bits_on_the_processor(models: Models, place: dict[str, Any]) -> None:
    made = SentenceTransformersEmbedder(models.bge, **place)
    try:
        found = made.embed(SENTENCES)
        assert made.info().device == "CPU int8"
        assert min(alike(each.dense, vector) for each, vector in zip(found, models.dense, strict=True)) > 0.98
        # Alone or beside others: one text has one vector.
        assert found == [made.embed([text])[0] for text in SENTENCES]
    finally:
        made.close()


def test_a_gguf_gives_the_same_meaning(models: Models, place: dict[str, Any]) -> None:
    made = LlamaEmbedder(models.gguf, model="bge-m3:f16", **place)
    try:
        assert (made.info().dimensions, made.info().sparse) == (64, False)
        found = made.embed(SENTENCES)
        assert min(alike(each.dense, vector) for each, vector in zip(found, models.dense, strict=True)) > 0.999
        for text in ("", "\ud800", "palabra " * 5000):
            assert len(made.embed([text], query=True)[0].dense) == 4 * 64
        assert cosine(made.embed(SENTENCES[:1], query=True)[0], found[0]) == pytest.approx(1.0, abs=1e-5)
        assert made.info().device == "CPU"
    finally:
        made.close()


def test_a_gguf_stops_in_the_middle_of_a_text(models: Models) -> None:
    command = [sys.executable, "-m", "tests.programs.interrupt_gguf", str(models.gguf)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    assert done.stdout.split() == ["interrupted", "same"]


@pytest.mark.skipif(REAL is None, reason="no llama-server is here")
def test_a_real_llama_server_is_understood(models: Models, tmp_path: Path, place: dict[str, Any]) -> None:
    port = unused_port()
    command = [str(REAL), "-m", str(models.gguf), "--embeddings", "--no-repack", "-ngl", "0", "-ub", "256", "-b", "256"]
    server = Child(
        name="llama-server",
        command=[*command, "--host", "127.0.0.1", "--port", str(port)],
        mode="http",
        probe=lambda: {"up": True} if get(port, "/health", "", 2.0)[0] == 200 else None,
        log=tmp_path / "server.log",
        registry=place["registry"],
    )
    made = OpenAiEmbedder(f"http://127.0.0.1:{port}/v1", "bge-m3", lambda: None, remembered=tmp_path / "servers")
    try:
        server.ensure_ready()
        found = made.embed([*SENTENCES, "", "\ud800", "palabra " * 1000])
        assert min(alike(each.dense, vector) for each, vector in zip(found, models.dense, strict=False)) > 0.999
        assert (made.info().dimensions, len(found)) == (64, len(SENTENCES) + 3)
    finally:
        made.close()
        server.kill()


@pytest.mark.parametrize("content", [b"", b"GGUF", b"x" * 500])
def test_a_damaged_gguf_is_told_before_it_is_loaded(tmp_path: Path, place: dict[str, Any], content: bytes) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    made = LlamaEmbedder(tmp_path / "m.gguf", model="bge-m3:q8_0", **place)
    with pytest.raises(EngineError):
        made.embed(["a"])
    assert made.why_not("es")
    assert made.pid is None


def test_a_gguf_that_makes_no_vectors_is_told(home_model: Path, place: dict[str, Any]) -> None:
    made = LlamaEmbedder(home_model, model="chat", **place)
    try:
        with pytest.raises(EngineError) as caught:
            made.embed(["a"])
        assert caught.value.code == "embedding.model_broken"
    finally:
        made.close()


def test_a_reranker_judges_as_its_model_does(models: Models, place: dict[str, Any]) -> None:
    made = BgeReranker(models.reranker, gpu=0, **place)
    try:
        assert made.scores(SENTENCES[0], SENTENCES) == pytest.approx(models.scores, abs=1e-5)
        assert made.scores("a", []) == []
        assert all(0 <= score <= 1 for score in made.scores("", ["", "\ud800", "palabra " * 5000]))
    finally:
        made.close()


def _damaged(folder: Path, change: str) -> None:
    match change:
        case "weights":
            weights = folder / "model.safetensors"
            weights.write_bytes(weights.read_bytes()[:1000])
        case "sparse":
            (folder / "sparse_linear.pt").write_bytes(b"PK nothing")
        case "code":
            (folder / "evil.py").write_text("raise SystemExit(3)")
            modules = json.loads((folder / "modules.json").read_text())
            modules[1]["type"] = "evil.Pooling"
            (folder / "modules.json").write_text(json.dumps(modules))
        case "no model":
            (folder / "modules.json").unlink()
            (folder / "config.json").unlink()
        case "tokenizer":
            (folder / "tokenizer.json").write_text('{"version": 7}')


@pytest.mark.parametrize("change", ["weights", "sparse", "tokenizer", "no model"])
def test_a_damaged_folder_is_refused(
    models: Models, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "TOKENIZERS_PARALLELISM", "TRANSFORMERS_VERBOSITY"):
        monkeypatch.setenv(name, "1" if "OFFLINE" in name else "error" if "VERBOSITY" in name else "false")
    from jarvis.engines.children.sentence_model import SentenceModel

    folder = tmp_path / "broken"
    shutil.copytree(models.bge, folder)
    _damaged(folder, change)
    with pytest.raises(EngineError) as caught:
        SentenceModel(folder, device="cpu", int8=False, max_tokens=64)
    assert caught.value.code == "embedding.model_broken"


def test_a_folder_that_names_code_of_its_own_is_told(models: Models, tmp_path: Path, place: dict[str, Any]) -> None:
    folder = tmp_path / "broken {model}"
    shutil.copytree(models.bge, folder)
    _damaged(folder, "code")
    made = SentenceTransformersEmbedder(folder, **place)
    try:
        with pytest.raises(EngineError) as caught:
            made.embed(["a"])
        assert caught.value.code == "embedding.model_broken"
        assert "evil.Pooling" in str(made.why_not("en"))
        assert "{model}" in str(made.why_not("es"))
    finally:
        made.close()


def test_a_folder_that_is_missing_is_told_without_a_child(tmp_path: Path, place: dict[str, Any]) -> None:
    made = SentenceTransformersEmbedder(tmp_path / "none", **place)
    assert "config.json" in str(made.why_not("en"))
    with pytest.raises(EngineError):
        made.embed(["a"])
    assert made.pid is None


def test_without_the_package_it_says_so(models: Models, place: dict[str, Any]) -> None:
    made = SentenceTransformersEmbedder(models.bge, installed=lambda: False, **place)
    judge = BgeReranker(models.reranker, installed=lambda: False, **place)
    with pytest.raises(EngineError) as caught:
        made.embed(["a"])
    assert caught.value.code == "embedding.no_package"
    with pytest.raises(EngineError):
        judge.scores("a", ["b"])
    assert "jarvis-desktop[memory]" in str(made.why_not("en"))
    assert "jarvis-desktop[memory]" in str(judge.why_not("es"))


def test_other_weights_are_other_vectors(models: Models, tmp_path: Path, place: dict[str, Any]) -> None:
    folder = tmp_path / "other"
    shutil.copytree(models.bge, folder)
    before = SentenceTransformersEmbedder(folder, **place).info()
    (folder / "sparse_linear.pt").unlink()
    after = SentenceTransformersEmbedder(folder, **place).info()
    assert before.tag == SentenceTransformersEmbedder(models.bge, **place).info().tag
    assert (before.sparse, after.sparse) == (True, False)
    assert before.tag != after.tag
