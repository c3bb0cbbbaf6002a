"""Embedders behind an OpenAI address: batches, limits, retries, refusals, nonsense, and another model on the port."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.openai_server import OpenAiEmbedder
from jarvis.engines.embedding.own_networks import is_at_home
from jarvis.engines.embedding.served import served_model
from tests.engines.embedding.numbers import numbers
from tests.fakes.embedding_server import REFUSED, EmbeddingServer, embedding_server


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as made:
        yield made


@contextmanager
def embedder(
    folder: Path, url: str, model: str = "bge-m3", key: str | None = None, **more: Any
) -> Iterator[OpenAiEmbedder]:
    made = OpenAiEmbedder(url, model, lambda: key, remembered=folder / "servers", sleep=lambda _: None, **more)
    try:
        yield made
    finally:
        made.close()


def unit(vector: list[float]) -> list[float]:
    length = sum(n * n for n in vector) ** 0.5
    return [n / length for n in vector]


def refused(made: OpenAiEmbedder, *texts: str) -> EngineError:
    with pytest.raises(EngineError) as caught:
        made.embed(texts or ["a"])
    assert caught.value.sentence("en")
    assert caught.value.sentence("es")
    return caught.value


def test_vectors_come_in_order_and_of_length_one(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        texts = [f"text {number}" for number in range(70)]
        found = made.embed(texts)
        assert [list(numbers(each.dense)) for each in found] == [
            pytest.approx(unit(server.vector(text)), abs=1e-6) for text in texts
        ]
        assert [len(batch) for batch in server.texts] == [1, 32, 32, 6]
        info = made.info()
        assert (info.dimensions, info.local, info.device, info.languages) == (6, True, "127.0.0.1", ("en", "es"))
        assert info.tag.startswith("server-bge-m3-6-")
        assert server.asked[1]["model"] == "bge-m3"


def test_base64_is_understood(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        made.info()
        vector = array("f", [0.0, 3.0, 0.0, 4.0, 0.0, 0.0]).tobytes()
        server.answers = [(200, {"data": [{"embedding": base64.b64encode(vector).decode()}]})]
        (found,) = made.embed(["a"])
        assert list(numbers(found.dense)) == pytest.approx([0, 0.6, 0, 0.8, 0, 0])


def test_a_known_server_is_known_without_asking(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        told = made.info()
    asked = len(server.asked)
    with embedder(tmp_path, server.url) as made:
        assert made.info() == told
        assert len(server.asked) == asked
        made.embed(["a"])
        assert made.info() == told


@pytest.mark.parametrize("width", [6, 9])
def test_another_model_under_the_old_name_is_noticed(tmp_path: Path, server: EmbeddingServer, width: int) -> None:
    with embedder(tmp_path, server.url) as made:
        made.embed(["a"])
        old = made.info().tag
    server.seed, server.width = 2, width
    with embedder(tmp_path, server.url) as made:
        assert refused(made).code == "embedding.model_changed"
        assert made.info().tag != old
        assert made.info().dimensions == width
        assert made.embed(["a"])


def test_a_server_that_was_started_anew_is_looked_at_again(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        made.embed(["a"])
        server.seed = 2
        server.answers = [None]
        assert refused(made, "b", "c").code == "embedding.model_changed"
        assert list(numbers(made.embed(["d"])[0].dense)) == pytest.approx(unit(server.vector("d")), abs=1e-6)


def test_vectors_of_a_new_width_are_never_mixed(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        made.embed(["a"])
        server.width = 12
        assert refused(made).code == "embedding.model_changed"


@pytest.mark.parametrize(
    "too_long",
    [
        (400, "This model's maximum context length is 8192 tokens"),
        (500, "input is too large to process. increase the physical batch size"),
        (413, "batch size 32 > maximum allowed batch size 8"),
    ],
)
def test_what_is_too_long_is_asked_in_parts_and_cut(
    tmp_path: Path, server: EmbeddingServer, too_long: tuple[int, str]
) -> None:
    server.most, server.too_long = 1000, too_long
    with embedder(tmp_path, server.url) as made:
        short, long = made.embed(["a", "b" * 5000])
        assert list(numbers(short.dense)) == pytest.approx(unit(server.vector("a")), abs=1e-6)
        assert list(numbers(long.dense)) == pytest.approx(unit(server.vector("b" * 625)), abs=1e-6)


def test_a_server_that_finds_everything_too_long(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        made.info()
        server.most = 0
        assert refused(made, "a" * 500).code == "embedding.reads_too_little"


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "é" * 20_000])
def test_any_text_is_sent_as_a_server_takes_it(tmp_path: Path, server: EmbeddingServer, text: str) -> None:
    with embedder(tmp_path, server.url) as made:
        made.embed([text])
    (sent,) = server.texts[-1]
    assert sent.strip()
    assert len(sent) <= 8000
    assert "\x00" not in sent


def test_passing_trouble_is_tried_once_more(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url) as made:
        made.info()
        server.answers = [(503, REFUSED)]
        assert made.embed(["a"])
        server.answers = [None]
        assert made.embed(["a"], query=True)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((401, REFUSED), "engine.auth"),
        ((404, REFUSED), "engine.model_unknown"),
        ((400, REFUSED), "engine.refused"),
        ((307, REFUSED), "engine.moved"),
        ((200, b"<html>"), "engine.not_an_api"),
        ((200, {"data": []}), "embedding.unusable"),
        ((200, {"data": [{"embedding": []}]}), "embedding.unusable"),
        ((200, {"data": [{"embedding": ["a"]}]}), "embedding.unusable"),
        ((200, {"data": [{"embedding": "%%"}]}), "embedding.unusable"),
        ((200, {"data": [{"embedding": None}]}), "embedding.unusable"),
        ((200, {"data": [{"embedding": [0.0] * 6}]}), "embedding.unusable"),
        ((200, {"data": [{"embedding": [1e400] * 6}]}), "embedding.unusable"),
        ((200, {"data": [{"index": 7, "embedding": [1.0] * 6}]}), "embedding.unusable"),
        ((200, {"data": [7]}), "embedding.unusable"),
        ((200, {"embeddings": [[1.0]]}), "embedding.unusable"),
        (b'{"data": [{"embedding": [NaN, 1, 1, 1, 1, 1]}]}', "embedding.unusable"),
    ],
)
def test_refusals_and_nonsense_are_told(
    tmp_path: Path, server: EmbeddingServer, answer: tuple[int, Any] | bytes, code: str
) -> None:
    with embedder(tmp_path, server.url) as made:
        made.info()
        server.answers = [answer]
        assert refused(made).code == code
        assert made.embed(["a"])


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with embedding_server() as gone:
        url = gone.url
    with embedder(tmp_path, url) as made:
        assert made.why_not() is None
        assert refused(made).code == "engine.unreachable"
        with pytest.raises(EngineError):
            made.info()


def test_a_silent_server_is_not_waited_for(tmp_path: Path) -> None:
    from tests.fakes.openai_server import MUTE, scripted

    with scripted(MUTE) as mute, embedder(tmp_path, f"{mute.url}/v1", silence_seconds=0.2) as made:
        assert refused(made).code == "engine.timeout"


def test_the_key_is_sent_only_where_nobody_reads_along(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url, key="secret") as made:
        made.embed(["a"])
    assert set(server.keys) == {"Bearer secret"}
    with embedder(tmp_path, "http://192.168.0.7/v1", key="secret") as made:
        assert refused(made).code == "engine.insecure_address"
        assert made.why_not("es") is not None


@pytest.mark.parametrize("url", ["", "ftp://x", "localhost"])
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    with embedder(tmp_path, url) as made:
        assert refused(made).code == "engine.bad_address"


def test_a_damaged_memory_of_servers_is_begun_anew(tmp_path: Path, server: EmbeddingServer) -> None:
    (tmp_path / "servers").write_bytes(b"x" * 100)
    with embedder(tmp_path, server.url) as made:
        assert made.info().dimensions == 6


def test_questions_and_texts_get_what_the_model_wants_before_them(tmp_path: Path, server: EmbeddingServer) -> None:
    with embedder(tmp_path, server.url, "intfloat/multilingual-e5-small") as made:
        made.embed(["perro"], query=True)
        made.embed(["perro"])
    assert server.texts[-2:] == [["query: perro"], ["passage: perro"]]


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("bge-m3", ("en", "es")),
        ("text-embedding-3-small", ("en", "es")),
        ("all-minilm:l6-v2", ("en",)),
        ("nomic-embed-text:v1.5", ("en",)),
        ("nomic-embed-text-v2-moe", ("en", "es")),
        ("bge-large-en-v1.5", ("en",)),
        ("mxbai-embed-large", ("en",)),
        ("snowflake-arctic-embed2", ("en", "es")),
        ("multilingual-e5-small", ("en", "es")),
        ("", ("en", "es")),
    ],
)
def test_languages_are_known_by_the_name(name: str, languages: tuple[str, ...]) -> None:
    assert served_model(name).languages == languages


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://192.168.1.20/v1", True),
        ("http://10.0.0.3/v1", True),
        ("http://nas/v1", True),
        ("http://nas.local:11434/v1", True),
        ("http://[fe80::1]/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://8.8.8.8/v1", False),
        ("http://0.0.0.0/v1", False),
        ("https://local.example.com/v1", False),
        ("https://127.0.0.1.example.com/v1", False),
        ("", False),
    ],
)
def test_what_stays_at_home(tmp_path: Path, url: str, home: bool) -> None:
    assert is_at_home(url) is home
