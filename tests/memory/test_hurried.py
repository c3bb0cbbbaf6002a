"""An answer waits neither for an embedder that it does not know yet nor for a reranker longer than its patience."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jarvis.app import memory as memory_room
from jarvis.app.build import Jarvis
from jarvis.contracts.embedding import EmbedderInfo, Reranker
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.memory import MemoryQuery, NewMemory, RecallQuestion, Recollection
from jarvis.memory.hurried import HurriedMeaning, HurriedReranking, NotMet
from jarvis.memory.search import MemorySearch
from jarvis.memory.waiting import Waiting
from jarvis.settings.folders import Folders
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock
from tests.fakes.embedding_server import EmbeddingServer, embedding_server
from tests.fakes.memory import HashedEmbedder, MemoryWorld
from tests.fakes.memory_meaning import NoMeaning
from tests.fakes.processes import PATIENCE_SECONDS

PEARS, MOON = "Ana likes green pears", "Ana saw the moon"
SILENT = {"en": "has not answered yet; found by words", "es": "aún no ha respondido; por ahora se busca por palabras"}
LATE = {"en": "did not judge in time", "es": "no juzgó a tiempo"}
SHORT = 0.05


class HungReranker:
    """Judges only once it is let `go`; then the last text is the best."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self.closed = False

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append(question)
        assert self.go.wait(PATIENCE_SECONDS)
        return [1.0 if text == MOON else 0.0 for text in texts]

    def close(self) -> None:
        self.closed = True


class NotedKeeper:
    """A keeper that only notes with how much patience it is asked."""

    def __init__(self) -> None:
        self.patiences: list[float | None] = []

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None, patience: float | None = None) -> None:
        self.patiences.append(patience)

    def similarities(self, text: str, seqs: Sequence[int], *, patience: float | None = None) -> dict[int, float]:
        self.patiences.append(patience)
        return {}

    def why_not(self, language: Language, *, asked: bool = False) -> str | None:
        return "late" if asked else None

    def reads_elsewhere(self) -> bool:
        return False


def ended(name: str) -> None:
    """Wait until no thread of this name is left."""
    for thread in [each for each in threading.enumerate() if each.name == name]:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as made:
        made.go.clear()
        yield made


@pytest.fixture
def jarvis(tmp_path: Path, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    monkeypatch.setattr(memory_room, "HurriedMeaning", partial(HurriedMeaning, patience=SHORT))
    monkeypatch.setattr(memory_room, "HurriedReranking", partial(HurriedReranking, patience=SHORT))
    made = Jarvis(Folders(home=tmp_path / "home"))
    made.settings.set("memory.embedder", "server")
    made.settings.set("memory.embedder_url", server.url)
    made.settings.set("memory.embedder_model", "big")
    made.memories.add([NewMemory(text=PEARS), NewMemory(text=MOON)])
    yield made
    server.go.set()
    ended("memory-meeting")
    made.close()


def recalled(jarvis: Jarvis, language: Language = "en") -> Recollection:
    return jarvis.memory_room.recall.recall(RecallQuestion(text="Who likes green pears?", language=language))


def test_a_server_that_accepts_and_never_answers_holds_up_no_answer(jarvis: Jarvis, server: EmbeddingServer) -> None:
    for language in ("en", "es", "en"):
        found = recalled(jarvis, language)  # type: ignore[arg-type]
        assert found.items[0].memory.text == PEARS and SILENT[language] in found.notice
    assert server.arrived.wait(PATIENCE_SECONDS) and len(server.asked) == 1
    server.go.set()
    ended("memory-meeting")
    assert jarvis.memory_room.keeper.catch_up().state == "ready"
    # The first question after it may find its own vector late; it is then there for the next.
    recalled(jarvis)
    ended("memory-question")
    assert recalled(jarvis).notice == "" and "who likes green pears?" in str(server.texts).lower()


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_server_that_refuses_to_be_met_is_told(jarvis: Jarvis, server: EmbeddingServer, language: Language) -> None:
    server.answers = [(401, {"error": {"message": "no", "code": "no"}})] * 9
    assert SILENT[language] in recalled(jarvis, language).notice
    server.go.set()
    ended("memory-meeting")
    for _ in range(2):
        # It is asked again each time; who does not wait until that fails is told how it went the last time.
        assert "127.0.0.1" in recalled(jarvis, language).notice
        ended("memory-meeting")
    assert len(server.asked) == 3


def test_searching_in_person_still_waits_for_the_server(jarvis: Jarvis, server: EmbeddingServer) -> None:
    found: list[Any] = []
    searching = threading.Thread(target=lambda: found.append(jarvis.memory_room.desk.catch_up()))
    searching.start()
    assert server.arrived.wait(PATIENCE_SECONDS) and not found
    server.go.set()
    searching.join(PATIENCE_SECONDS)
    assert found[0].state == "ready"


def test_meeting_and_question_share_one_patience() -> None:
    now, keeper = [100.0], NotedKeeper()

    class Slow(HashedEmbedder):
        def info(self) -> EmbedderInfo:
            now[0] += 1.5
            return super().info()

    slow = Slow()
    meaning = HurriedMeaning(keeper, lambda: slow, patience=2.0, clock=lambda: now[0])  # type: ignore[arg-type]
    assert meaning.nearest("a", 1) is None and meaning.similarities("a", [1]) == {}
    assert keeper.patiences == [0.5, 2.0] and not meaning.reads_elsewhere()
    assert meaning.why_not("en") == meaning.late("en") == "late"


def test_what_is_not_met_may_be_elsewhere_and_each_thread_is_told_of_its_own_question() -> None:
    go, keeper = threading.Event(), NotedKeeper()

    class Unmet(HashedEmbedder):
        def info(self) -> EmbedderInfo:
            assert go.wait(PATIENCE_SECONDS)
            return super().info()

    unmet = Unmet()
    meaning = HurriedMeaning(keeper, lambda: unmet, patience=0.0)  # type: ignore[arg-type]
    assert meaning.reads_elsewhere() and not keeper.patiences
    other: list[str | None] = []
    asking = threading.Thread(target=lambda: other.append(meaning.late("en")))
    asking.start()
    asking.join(PATIENCE_SECONDS)
    assert other == ["late"] and meaning.late("es") == NotMet().sentence("es")
    go.set()
    ended("memory-meeting")
    assert not meaning.reads_elsewhere() and meaning.late("en") == "late"


def test_one_that_has_taken_long_for_another_is_not_waited_for_again() -> None:
    now, go, begun = [0.0], threading.Event(), []
    waiting = Waiting[int](NotMet, "memory-meeting", lambda: now[0])

    def make(number: int) -> int:
        begun.append(number)
        assert go.wait(PATIENCE_SECONDS)
        return number

    with pytest.raises(NotMet):
        waiting.ask("line", "a", lambda: make(1), 0.0)
    now[0] = 3.0
    with pytest.raises(NotMet):
        # Patience of two seconds that this clock never lets pass: it must not be waited for at all.
        waiting.ask("line", "b", lambda: make(2), 2.0)
    go.set()
    assert waiting.ask("other line", "b", lambda: make(3)) == 3
    ended("memory-meeting")
    assert sorted(begun) == [1, 3] and waiting.ask("line", "a", lambda: make(4), 0.0) == 1


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MemoryWorld]:
    made = MemoryWorld(tmp_path)
    made.memories.add([NewMemory(text=PEARS), NewMemory(text=MOON)])
    yield made
    made.close()


def test_a_reranker_that_never_returns_holds_up_no_answer(world: MemoryWorld) -> None:
    hung = HungReranker()
    reranking = HurriedReranking(lambda: hung, patience=SHORT)
    search = MemorySearch(world.memories, SqliteMemoryWords(world.database), NoMeaning(), FakeClock(), reranking)
    query = MemoryQuery(text="does Ana like green pears?")
    for language in ("en", "es"):
        result = search.search(query, language)  # type: ignore[arg-type]
        assert [each.memory.text for each in result.found] == [PEARS, MOON]
        assert LATE[language] in result.notice and reranking.late(language) == result.notice  # type: ignore[arg-type]
    assert search.search(MemoryQuery(text="what did Ana see?"), "en").matched and hung.asked == [query.text]
    hung.go.set()
    ended("memory-reranker")
    judged = search.search(query, "en")
    assert [each.memory.text for each in judged.found] == [MOON, PEARS] and reranking.late("en") is None
    assert hung.asked == [query.text] and judged.notice == "Only by words."


def test_what_a_reranker_failed_with_is_told_and_goes(world: MemoryWorld) -> None:
    class Failing(HungReranker):
        def scores(self, question: str, texts: Sequence[str]) -> list[float]:
            raise EngineError("fake.broken", en="It is broken.", es="Está roto.")

    given: list[Reranker | None] = [Failing()]
    reranking = HurriedReranking(lambda: given[0])
    hurried = reranking()
    assert hurried is not None
    with pytest.raises(EngineError, match="broken"):
        hurried.scores("a", ["b"])
    assert (reranking.late("en"), reranking.late("es")) == ("It is broken.", "Está roto.")
    hurried.close()
    assert given[0].closed  # type: ignore[union-attr]
    given[0] = None
    assert reranking() is None and reranking.late("en") is None


def test_an_answer_tells_of_a_late_reranker(jarvis: Jarvis, server: EmbeddingServer) -> None:
    server.go.set()
    jarvis.memory_room.keeper.catch_up()
    jarvis.settings.set("memory.reranker", "true")
    hung = HungReranker()
    jarvis.memory_room._reranker = hung
    recalled(jarvis, "es")
    ended("memory-question")
    assert LATE["es"] in recalled(jarvis, "es").notice
    hung.go.set()
    ended("memory-reranker")
    assert recalled(jarvis, "es").notice == ""
