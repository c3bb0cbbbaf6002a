"""An answer does not wait for a model that is cold or hangs; what it makes in the end serves the next question."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from jarvis.app.build import Jarvis
from jarvis.contracts.embedding import EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.memory import MemoryQuery, NewMemory, RecallQuestion
from jarvis.engines.embedding.child_embedder import ChildEmbedder
from jarvis.engines.embedding.child_server import ChildServer
from jarvis.memory.hurried import HurriedMeaning
from jarvis.memory.questions import Questions, StillStarting
from jarvis.memory.search import MemorySearch
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock
from tests.fakes.memory import HashedEmbedder, MemoryWorld

PEARS = "Ana likes green pears"
STARTING = {"en": "is still starting; found by words for now", "es": "aún está arrancando; por ahora se busca"}


class ColdEmbedder(HashedEmbedder):
    """Questions wait until it is `warm`; `asked` is set as soon as one does, `why` is what it then fails with."""

    def __init__(self) -> None:
        super().__init__()
        self.warm = threading.Event()
        self.asked = threading.Event()
        self.why = ""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        if query:
            self.asked.set()
            assert self.warm.wait(60)
            if self.why:
                raise EngineError("fake.cold", en=self.why, es=self.why)
        return super().embed(texts, query=query)

    def close(self) -> None:
        super().close()
        self.warm.set()


@pytest.fixture
def cold() -> Iterator[ColdEmbedder]:
    made = ColdEmbedder()
    yield made
    made.close()
    threads_end()


@pytest.fixture
def world(tmp_path: Path, cold: ColdEmbedder) -> Iterator[MemoryWorld]:
    found = MemoryWorld(tmp_path)
    found.embedder = cold
    yield found
    found.close()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "memory-question"]


def threads_end() -> None:
    for thread in threads():
        thread.join(60)
        assert not thread.is_alive()


def test_a_cold_model_is_not_waited_for_and_warms_up_meanwhile(world: MemoryWorld, cold: ColdEmbedder) -> None:
    seqs = world.remember(PEARS, "the moon is far away")
    cold.texts.clear()
    assert world.keeper.nearest("green pears", 1, patience=0.05) is None
    assert world.keeper.similarities("green pears", seqs, patience=0.05) == {}
    assert world.keeper.nearest("another question", 1, patience=0.05) is None
    assert len(threads()) == 1
    for language, words in STARTING.items():
        why = world.keeper.why_not(language, asked=True)  # type: ignore[arg-type]
        assert why is not None and words in why
    assert world.keeper.why_not("en") is None and world.keeper.progress("en").state == "ready"
    cold.warm.set()
    threads_end()
    near = world.keeper.nearest("green pears", 1, patience=0.0)
    assert near is not None and near.hits[0][0] == seqs[0]
    assert cold.texts == ["green pears"] and world.keeper.why_not("en", asked=True) is None


def test_who_searches_patiently_waits_for_the_model(world: MemoryWorld, cold: ColdEmbedder) -> None:
    world.remember(PEARS)
    found: list[Any] = []
    searching = threading.Thread(target=lambda: found.append(world.keeper.nearest("green pears", 1)))
    searching.start()
    assert cold.asked.wait(60) and not found
    cold.warm.set()
    searching.join(60)
    assert found[0] is not None and found[0].hits


def test_what_failed_after_patience_ended_is_told_the_next_time() -> None:
    cold, now, questions = ColdEmbedder(), [0.0], Questions(lambda: now[0])
    with pytest.raises(StillStarting):
        questions.ask(cold, cold.info(), "a", 0.0)
    cold.why = "it has no memory left"
    cold.warm.set()
    threads_end()
    cold.warm.clear()
    with pytest.raises(EngineError, match="it has no memory left"):
        questions.ask(cold, cold.info(), "b", 0.0)
    cold.why = ""
    cold.warm.set()
    threads_end()
    assert questions.ask(cold, cold.info(), "b", 0.0).dense
    cold.warm.clear()
    with pytest.raises(StillStarting):
        questions.ask(cold, cold.info(), "c", 0.0)
    questions.forget()
    cold.warm.set()
    threads_end()
    cold.warm.clear()
    for forgotten in ("b", "c"):
        with pytest.raises(StillStarting):
            questions.ask(cold, cold.info(), forgotten, 0.0)
    cold.warm.set()
    threads_end()


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_answer_and_the_search_says_so(world: MemoryWorld, language: Language) -> None:
    world.remember(PEARS)
    search = MemorySearch(
        world.memories,
        SqliteMemoryWords(world.database),
        HurriedMeaning(world.keeper, lambda: world.embedder, patience=0.05),
        FakeClock(),
        lambda: None,
    )
    result = search.search(MemoryQuery(text="who likes pears?"), language)
    assert [each.memory.text for each in result.found] == [PEARS]
    assert result.searched_by == "words" and STARTING[language] in result.notice


def test_the_recall_of_an_answer_is_hurried(tmp_path: Path, cold: ColdEmbedder) -> None:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    room = jarvis.memory_room
    room.embedder = lambda: cold  # type: ignore[method-assign]
    jarvis.memories.add([NewMemory(text=PEARS)])
    assert room.keeper.catch_up().state == "ready"
    found = room.recall.recall(RecallQuestion(text="Who likes green pears?", language="en"))
    assert [item.memory.text for item in found.items] == [PEARS]
    assert STARTING["es"] in (room.recall.notice("es") or "") or STARTING["en"] in (room.recall.notice("en") or "")
    cold.close()
    jarvis.close()


def test_closing_a_hung_model_ends_the_question(tmp_path: Path) -> None:
    info = EmbedderInfo(tag="made-up", model="made up", dimensions=7, languages=("en",))
    server = ChildServer(
        name="made up",
        module="tests.programs.naughty_embedder",
        arguments=[str(tmp_path / "mark")],
        log=tmp_path / "child.log",
        registry=ChildRegistry(tmp_path / "run"),
    )
    embedder = ChildEmbedder(server, lambda: info, most_characters=100, batch_texts=8, batch_characters=400)
    questions = Questions()
    assert questions.ask(embedder, info, "awake").dense
    with pytest.raises(StillStarting):
        questions.ask(embedder, info, "hang", 0.2)
    assert len(threads()) == 1 and server.pid is not None
    embedder.close()
    threads_end()
    assert server.pid is None


def test_the_program_ends_while_a_question_hangs() -> None:
    script = (
        "import threading\n"
        "from jarvis.memory.questions import Questions, StillStarting\n"
        "from tests.fakes.memory import HashedEmbedder\n"
        "class Hung(HashedEmbedder):\n"
        "    def embed(self, texts, *, query=False):\n"
        "        threading.Event().wait()\n"
        "embedder = Hung()\n"
        "try:\n"
        "    Questions().ask(embedder, embedder.info(), 'anything', 0.1)\n"
        "except StillStarting:\n"
        "    print('by words')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "by words\n", "")
