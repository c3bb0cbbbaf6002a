"""Embedders in child processes that end, hang, fail or give nonsense; real children, real HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import EngineError
from jarvis.engines.children.embedding_service import BODY_BYTES, Turns
from jarvis.engines.embedding.child_embedder import ChildEmbedder
from jarvis.engines.embedding.child_server import KEY, QUERY_HEADER, ChildServer
from jarvis.processes.registry import ChildRegistry
from tests.engines.embedding.numbers import cosine, numbers
from tests.fakes.processes import PATIENCE_SECONDS, gone, until

DIMENSIONS = 7


class Made(ChildEmbedder):
    """An embedder over the naughty child."""

    def __init__(self, server: ChildServer) -> None:
        info = EmbedderInfo(tag="made-up", model="made up", dimensions=DIMENSIONS, languages=("en",))
        super().__init__(server, lambda: info, most_characters=100, batch_texts=8, batch_characters=400)
        self.server = server


@contextmanager
def naughty(folder: Path, mark: str = "mark", **more: Any) -> Iterator[Made]:
    options = {"request_seconds": PATIENCE_SECONDS, "start_seconds": PATIENCE_SECONDS, **more}
    server = ChildServer(
        name="made up",
        module="tests.programs.naughty_embedder",
        arguments=[str(folder / mark)],
        log=folder / "child.log",
        registry=ChildRegistry(folder / "run"),
        **options,
    )
    made = Made(server)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with naughty(tmp_path_factory.mktemp("child")) as made:
        yield made


def test_vectors_have_length_one_and_come_in_order(embedder: Made) -> None:
    texts = [f"{'a' * (number % 9)}{'e' * (number % 7)} {number}" for number in range(50)]
    made = embedder.embed(texts)
    assert [sum(n * n for n in numbers(each.dense)) for each in made] == pytest.approx([1.0] * 50, abs=1e-5)
    assert made == [embedder.embed([text])[0] for text in texts]
    assert cosine(made[1], made[2]) < 0.9999
    assert made[3].sparse == {len(texts[3]): 0.5}


def test_ten_thousand_texts(embedder: Made) -> None:
    made = embedder.embed([str(number) for number in range(10_000)])
    assert len(made) == 10_000
    assert made[9999] == embedder.embed(["9999"])[0]


def test_nothing_gives_nothing_and_starts_nothing(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        assert made.embed([]) == []
        assert made.pid is None
        assert made.info().device == "CPU"


@pytest.mark.parametrize("text", ["", "   ", "\n", "\x00", "\ud800", "a\udfffb", "é" * 100_000, "😀"])
def test_any_text_has_a_vector(embedder: Made, text: str) -> None:
    (made,) = embedder.embed([text], query=True)
    assert len(made.dense) == 4 * DIMENSIONS


def test_empty_texts_are_read_as_a_full_stop_and_long_ones_are_cut(embedder: Made) -> None:
    assert embedder.embed([""]) == embedder.embed(["."])
    assert embedder.embed(["a" * 100 + "e" * 9]) == embedder.embed(["a" * 100])


@pytest.mark.parametrize(
    ("text", "told"), [("zero", "without a length"), ("nan", "without a length"), ("narrow", "2 numbers")]
)
def test_unusable_vectors_are_refused(embedder: Made, text: str, told: str) -> None:
    with pytest.raises(EngineError) as caught:
        embedder.embed([text])
    assert caught.value.code == "embedding.unusable"
    assert told in caught.value.sentence("en")
    assert embedder.embed(["a"])


def test_a_failing_text_is_told_and_the_child_lives_on(embedder: Made) -> None:
    before = embedder.embed(["a"])
    pid = embedder.pid
    with pytest.raises(EngineError) as caught:
        embedder.embed(["a", "fail"])
    assert caught.value.code == "embedding.failed"
    assert "no such word" in caught.value.sentence("es")
    assert embedder.embed(["a"]) == before
    assert embedder.pid == pid


def test_a_child_that_ends_in_the_middle_is_started_again_unseen(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        assert len(made.embed(["a", "end once", "e"])) == 3
        assert (tmp_path / "mark").exists()


def test_a_text_that_always_ends_it_is_told(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        with pytest.raises(EngineError) as caught:
            made.embed(["end"])
        assert caught.value.code == "embedding.ended"
        assert "SIGKILL" in caught.value.sentence("en")
        assert made.embed(["a"])


def test_a_child_killed_from_outside_starts_again(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        before = made.embed(["a"])
        pid = made.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(pid), "the child's end")
        assert made.embed(["a"], query=True) == before
        assert made.pid != pid


def test_two_who_lose_the_same_child_share_the_next(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        before = made.embed(["a"])
        found: list[object] = []
        threads = [
            threading.Thread(target=lambda text=text, query=query: found.append(made.embed([text], query=query)))  # type: ignore[misc]
            for text, query in (("hang once", False), ("a", True))
        ]
        threads[0].start()
        until((tmp_path / "mark").exists, "the request in the child")
        pid = made.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        threads[1].start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert before in found
        assert len(found) == 2


def test_a_child_that_says_nothing_is_ended_and_told(tmp_path: Path) -> None:
    with naughty(tmp_path, request_seconds=0.3) as made:
        pid = made.server.document() and made.pid
        with pytest.raises(EngineError) as caught:
            made.embed(["hang"], query=True)
        assert caught.value.code == "embedding.timeout"
        assert pid is not None
        assert gone(pid)


def test_what_a_start_says_is_told_and_remembered(tmp_path: Path) -> None:
    with naughty(tmp_path, "broken") as made:
        assert made.why_not() is None
        with pytest.raises(EngineError) as caught:
            made.embed(["a"])
        assert caught.value.code == "embedding.model_broken"
        assert made.why_not("en") == "It is {broken}."
        assert made.why_not("es") == "Está {roto}."


def test_an_end_without_a_word_is_told_but_may_pass(tmp_path: Path) -> None:
    with naughty(tmp_path, "silent") as made:
        with pytest.raises(EngineError) as caught:
            made.embed(["a"])
        assert caught.value.code == "child.exited"
        assert made.why_not() is None


def test_an_idle_child_ends_by_itself_and_starts_again(tmp_path: Path) -> None:
    with naughty(tmp_path, idle_seconds=0.2) as made:
        before = made.embed(["a"])
        until(lambda: made.pid is None, "the idle child's end")
        assert made.embed(["a"]) == before


def test_it_ends_when_closed(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        made.embed(["a"])
        pid = made.pid
        made.close()
        assert pid is not None
        assert gone(pid)
        assert made.embed(["a"])


def test_closing_in_the_middle_is_told_and_starts_nothing(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        made.embed(["a"])
        told: list[str] = []

        def work() -> None:
            try:
                made.embed(["hang"])
            except EngineError as error:
                told.append(error.code)

        thread = threading.Thread(target=work)
        thread.start()
        until((tmp_path / "mark").exists, "the request in the child")
        made.close()
        thread.join(PATIENCE_SECONDS)
        assert told == ["embedding.closed"]
        assert made.pid is None


def test_a_question_interrupts_bulk_which_is_done_again(tmp_path: Path) -> None:
    with naughty(tmp_path) as made:
        found: list[object] = []
        thread = threading.Thread(target=lambda: found.append(made.embed(["patient"])))
        thread.start()
        until((tmp_path / "mark").exists, "the bulk in the child")
        assert made.embed(["a"], query=True)
        thread.join(PATIENCE_SECONDS)
        assert found == [made.embed(["patient"])]


def test_only_bulk_is_interrupted() -> None:
    calls: list[str] = []
    turns = Turns(interrupt=lambda: calls.append("up"))
    with turns.turn(query=False, firm=True):
        asked = threading.Thread(target=lambda: turns.turn(query=True).__enter__())
        asked.start()
        until(lambda: turns.waiting == 1, "the question in the queue")
    asked.join(PATIENCE_SECONDS)
    assert not calls


def test_many_threads_at_once(embedder: Made) -> None:
    found: list[bool] = []

    def ask(number: int) -> None:
        texts = [f"{'o' * number}{index}" for index in range(20)]
        found.append(embedder.embed(texts, query=number % 2 == 0) == [embedder.embed([text])[0] for text in texts])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert found == [True] * 6


def _raw(server: ChildServer, body: bytes, **headers: str) -> tuple[int, Any]:
    address = urlsplit(str(server.document()["url"]))
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/v1/embeddings", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[1]", 400),
        (b'{"input": []}', 400),
        (b'{"input": [1]}', 400),
        (b'{"input": "a"}', 200),
        (b'{"input": "\\ud800"}', 200),
    ],
)
def test_the_service_refuses_what_is_no_request(embedder: Made, body: bytes, status: int) -> None:
    key = {"Authorization": f"Bearer {embedder.server._key}"}
    assert _raw(embedder.server, body, **key)[0] == status


def test_the_service_speaks_plain_floats_and_wants_its_key(embedder: Made) -> None:
    body = b'{"input": ["a"], "model": "x"}'
    assert _raw(embedder.server, body)[0] == 401
    assert _raw(embedder.server, body, Authorization="Bearer é".encode().decode("latin-1"))[0] == 401
    status, told = _raw(embedder.server, body, Authorization=f"Bearer {embedder.server._key}")
    assert status == 200
    assert told["data"][0]["embedding"] == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 3.0]
    assert told["usage"] == {"prompt_tokens": 1, "total_tokens": 1}


def test_the_service_reads_no_endless_request(embedder: Made) -> None:
    told = {"Content-Length": str(BODY_BYTES + 1)}
    assert _raw(embedder.server, b"", **told)[0] == 413


def test_names_are_those_of_the_child() -> None:
    from jarvis.engines.children import embedding_service

    assert (KEY, QUERY_HEADER) == (embedding_service.KEY, embedding_service.QUERY_HEADER)


def test_a_question_goes_before_waiting_bulk() -> None:
    turns, order = Turns(), []
    started = threading.Event()

    def work(name: str, *, query: bool) -> None:
        with turns.turn(query=query):
            order.append(name)

    with turns.turn(query=False):
        bulk = threading.Thread(target=work, args=("bulk",), kwargs={"query": False})
        bulk.start()
        question = threading.Thread(target=lambda: (started.set(), work("question", query=True)))
        question.start()
        started.wait(PATIENCE_SECONDS)
        until(lambda: turns.waiting == 1, "the question in the queue")
    for thread in (bulk, question):
        thread.join(PATIENCE_SECONDS)
    assert order == ["question", "bulk"]
