"""Passages of attached documents are ranked by words and meaning; what keeps meanings from counting is said."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from jarvis.contracts.attachments import Passage, RankedPassages
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.embedding import Embedding
from jarvis.contracts.errors import Cancelled, EngineError, Language
from jarvis.engines.embedding.minilm import MiniLmEmbedder
from jarvis.memory.passages import FINE_PASSAGES, MOST_PASSAGES, SENTENCES, PassageMeanings
from jarvis.processes.registry import ChildRegistry
from jarvis.storage.words import index_stems
from tests.fakes.clock import FakeClock
from tests.fakes.memory import AwayEmbedder, HashedEmbedder
from tests.fakes.memory_meaning import FakeReranker
from tests.fakes.processes import PATIENCE_SECONDS

HOUSE = [
    "The roof was renewed with slate. The garden is shared. The lift holds eight persons. Letters go to the hall.",
    "Rubbish is separated. Pets other than fish require the landlord's prior consent. Parking spaces are numbered.",
    "The lease may be ended by either party with ninety days of written notice. Windows are cleaned each spring.",
    "Television is received through the common aerial. The front door locks itself at night. The hall is painted.",
    "If a pipe bursts, shut the main valve under the sink and call the caretaker. The owners meet in June.",
]
CASA = [
    "El tejado se renovó con pizarra. El jardín es común a los vecinos.",
    "El contrato de la fontanería vence el día tres de marzo.",
    "La junta de propietarios se celebra en junio y elige presidente.",
]


def passages(texts: list[str]) -> list[Passage]:
    return [Passage(text=text, place=f"p. {page}") for page, text in enumerate(texts, 1)]


def best(ranked: RankedPassages) -> int:
    return max(range(len(ranked.scores)), key=ranked.scores.__getitem__)


def ranking(embedder: HashedEmbedder, *, patience: float = PATIENCE_SECONDS) -> PassageMeanings:
    return PassageMeanings(lambda: embedder, lambda: None, patience=patience)


@pytest.fixture
def bundled(tmp_path: Path) -> Iterator[PassageMeanings]:
    embedder = MiniLmEmbedder(tmp_path, ChildRegistry(tmp_path), tmp_path)
    meanings = PassageMeanings(lambda: embedder, lambda: None, patience=PATIENCE_SECONDS)
    yield meanings
    meanings.stop()
    embedder.close()


def test_questions_in_other_words_find_what_they_mean(bundled: PassageMeanings) -> None:
    asked = {
        "May I keep a dog in the flat?": 1,
        "How can I cancel the rental contract?": 2,
        "There is a water leak, what now?": 4,
    }
    for question, page in asked.items():
        ranked = bundled.ranked("house", passages(HOUSE), question, "en")
        assert (best(ranked), ranked.why) == (page, ""), question
    assert not any(bundled.ranked("house", passages(HOUSE), "Sum this up", "en").scores)


def test_words_still_count_and_in_both_languages() -> None:
    meanings = ranking(HashedEmbedder())
    ranked = meanings.ranked("casa", passages(CASA), "¿CUÁNDO vencen los contratos del fontanero?", "es")
    assert best(ranked) == 1 and ranked.why == "" and ranked.scores[1] > 0.5
    assert best(meanings.ranked("house", passages(HOUSE), "which parking space is numbered?", "en")) == 1


def test_a_document_is_read_once_and_may_be_read_before_it_is_asked_about() -> None:
    embedder = HashedEmbedder()
    meanings = ranking(embedder)
    meanings.begin("house", passages(HOUSE))
    for question in ("the roof?", "the roof?", "the garden?"):
        assert meanings.ranked("house", passages(HOUSE), question, "en").why == ""
    read = [text for text in embedder.texts if not text.endswith("?")]
    assert len(read) == len(set(read)) and sum(text.count(".") for text in read) == sum(t.count(".") for t in HOUSE)
    assert all(text.count(".") <= SENTENCES for text in read)


def test_of_a_thick_book_whole_passages_are_compared_and_of_a_thicker_one_none() -> None:
    embedder = HashedEmbedder(dimensions=8)
    meanings = ranking(embedder)
    book = [Passage(text=f"Chapter {n}. It speaks of things. It ends.") for n in range(FINE_PASSAGES + 1)]
    assert meanings.ranked("book", book, "?", "en").why == ""
    assert len(embedder.texts) == len(book) + 1
    thick = meanings.ranked("tome", book * (MOST_PASSAGES // len(book) + 1), "chapter 7", "en")
    assert "too long" in thick.why and best(thick) == 7 and len(embedder.texts) == len(book) + 1


@pytest.mark.parametrize(("language", "said"), [("en", "still being read"), ("es", "aún se está leyendo")])
def test_a_slow_model_is_waited_for_only_so_long_and_said(language: str, said: str) -> None:
    embedder = HashedEmbedder()
    embedder.go.clear()
    meanings = ranking(embedder, patience=0.05)
    late = meanings.ranked("casa", passages(CASA), "contrato", language)  # type: ignore[arg-type]
    assert said in late.why and best(late) == 1 and late.scores[0] == 0
    embedder.go.set()
    patient = meanings.ranked
    for _ in range(200):
        if not (found := patient("casa", passages(CASA), "contrato", "es")).why:
            break
    assert found.why == "" and best(found) == 1


def test_all_documents_of_a_question_share_its_patience() -> None:
    embedder, clock = HashedEmbedder(), FakeClock()
    meanings = PassageMeanings(lambda: embedder, lambda: None, patience=PATIENCE_SECONDS, clock=clock.monotonic)
    assert meanings.ranked("house", passages(HOUSE), "the lift?", "en").why == ""
    clock.advance(PATIENCE_SECONDS + 1)
    embedder.go.clear()
    assert "still being read" in meanings.ranked("casa", passages(CASA), "the lift?", "en").why
    embedder.go.set()
    for _ in range(200):
        if not meanings.ranked("casa", passages(CASA), "the lift?", "en").why:
            return
    raise AssertionError("asked again, there is patience again")


def test_a_model_that_fails_is_said_and_tried_again() -> None:
    embedder = HashedEmbedder()
    embedder.refusals = ["The model has no memory left."]
    meanings = ranking(embedder)
    failed = meanings.ranked("house", passages(HOUSE), "the lift", "en")
    embedder.refusals.clear()
    assert failed.why == "The model has no memory left." and best(failed) == 0
    assert meanings.ranked("house", passages(HOUSE), "the lift", "en").why == ""


def test_no_document_goes_to_a_model_that_is_not_at_home() -> None:
    embedder = AwayEmbedder()
    meanings = ranking(embedder)
    meanings.begin("house", passages(HOUSE))
    ranked = meanings.ranked("house", passages(HOUSE), "the lift", "en")
    assert "not sent" in ranked.why and best(ranked) == 0 and embedder.texts == []


def test_a_reranker_has_its_say_and_its_trouble_is_said() -> None:
    meanings = PassageMeanings(HashedEmbedder, lambda: FakeReranker("aerial"), patience=PATIENCE_SECONDS)
    assert best(meanings.ranked("house", passages(HOUSE), "television or the garden or pets?", "en")) == 3
    broken = FakeReranker("", EngineError("fake.reranker", en="It broke.", es="Se rompió."))
    meanings = PassageMeanings(HashedEmbedder, lambda: broken, patience=PATIENCE_SECONDS)
    ranked = meanings.ranked("house", passages(HOUSE), "the garden?", "en")
    assert ranked.why == "It broke." and best(ranked) == 0


def test_what_was_stopped_is_read_again_when_it_is_asked_about() -> None:
    embedder = HashedEmbedder()
    meanings = ranking(embedder)
    meanings.ranked("house", passages(HOUSE), "the lift?", "en")
    before = len(embedder.texts)
    meanings.stop()
    assert meanings.ranked("house", passages(HOUSE), "the lift?", "en").why == "" and len(embedder.texts) > before


def test_an_empty_document_and_an_empty_question_are_ranked() -> None:
    meanings = ranking(HashedEmbedder())
    assert meanings.ranked("none", [], "what?", "en").scores == ()
    assert len(meanings.ranked("house", passages(HOUSE), "", "en").scores) == len(HOUSE)


class ActingEmbedder(HashedEmbedder):
    """Does `act` before it reads a text, and `asked` before it reads a question."""

    def __init__(self, dimensions: int = 64) -> None:
        super().__init__(dimensions=dimensions)
        self.act: Callable[[], None] = lambda: None
        self.asked: Callable[[], None] = lambda: None

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        (self.asked if query else self.act)()
        return super().embed(texts, query=query)


class HangingReranker(FakeReranker):
    """Raises `cancel` when it is asked, and answers once it is let `go`."""

    def __init__(self, cancel: CancelToken) -> None:
        super().__init__("aerial")
        self.go = threading.Event()
        self.asked = 0
        self._cancel = cancel

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked += 1
        self._cancel.cancel()
        assert self.go.wait(PATIENCE_SECONDS)
        return super().scores(question, texts)


@pytest.mark.parametrize("while_it", ["met", "act", "asked"])
def test_a_stop_ends_the_waiting_for_a_model(while_it: str) -> None:
    embedder, cancel, go = ActingEmbedder(), CancelToken(), threading.Event()

    def stop() -> None:
        cancel.cancel()
        assert go.wait(PATIENCE_SECONDS)

    if while_it == "met":
        embedder.info = lambda: (stop(), HashedEmbedder.info(embedder))[1]  # type: ignore[method-assign]
    else:
        setattr(embedder, while_it, stop)
    with pytest.raises(Cancelled):
        ranking(embedder).ranked("house", passages(HOUSE), "the lift?", "en", cancel)
    go.set()


def test_a_stop_ends_the_waiting_for_a_reranker() -> None:
    cancel = CancelToken()
    hanging = HangingReranker(cancel)
    meanings = PassageMeanings(HashedEmbedder, lambda: hanging, patience=PATIENCE_SECONDS)
    with pytest.raises(Cancelled):
        meanings.ranked("house", passages(HOUSE), "the garden?", "en", cancel)
    hanging.go.set()


def test_no_reranker_is_asked_once_the_patience_is_over_and_that_is_said() -> None:
    embedder, clock, hanging, late = HashedEmbedder(), FakeClock(), HangingReranker(CancelToken()), [0.0]

    def found() -> FakeReranker:
        clock.advance(late[0])
        return hanging

    meanings = PassageMeanings(lambda: embedder, found, patience=PATIENCE_SECONDS, clock=clock.monotonic)
    hanging.go.set()
    assert meanings.ranked("house", passages(HOUSE), "the garden?", "en").why == ""
    late[0] = PATIENCE_SECONDS + 1
    unjudged = meanings.ranked("house", passages(HOUSE), "the garden and pets?", "en")
    assert "did not judge in time" in unjudged.why and hanging.asked == 1 and unjudged.scores[0] > 0


def test_the_words_of_a_document_are_found_once_and_a_stop_ends_finding_them(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    cancel = CancelToken()

    def stems(text: str, language: Language) -> list[str]:
        read.append(text)
        if len(read) == 2:
            cancel.cancel()
        return index_stems(text, language)

    monkeypatch.setattr("jarvis.memory.passages.index_stems", stems)
    meanings = ranking(HashedEmbedder())
    with pytest.raises(Cancelled):
        meanings.ranked("house", passages(HOUSE), "the lift?", "en", cancel)
    assert len(read) == 2
    first = meanings.ranked("house", passages(HOUSE), "the garden?", "en")
    assert len(read) == 2 + len(HOUSE)
    assert meanings.ranked("house", passages(HOUSE), "the garden?", "en") == first
    assert len(read) == 2 + len(HOUSE)


def test_two_thick_books_read_by_a_large_model_are_each_read_once() -> None:
    class Quick(HashedEmbedder):
        def _one(self, text: str) -> Embedding:
            self.texts.append(text)
            return Embedding(dense=unit, sparse={})

        def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
            return [self._one(text) for text in texts]

    unit = struct.pack("<1024f", 1.0, *[0.0] * 1023)
    embedder = Quick(dimensions=1024)
    meanings = ranking(embedder)
    book = [Passage(text=f"Chapter {n}.") for n in range(MOST_PASSAGES)]
    for question in ("one?", "two?"):
        for name in ("first", "second"):
            assert meanings.ranked(name, book, question, "en").why == ""
    assert len([text for text in embedder.texts if not text.endswith("?")]) == 2 * len(book)


def test_an_unforeseen_failure_ends_the_reading_and_is_said() -> None:
    embedder = ActingEmbedder()

    def broken() -> None:
        raise RuntimeError

    embedder.act = broken
    meanings = ranking(embedder)
    for language, said in (("en", "could not be read"), ("es", "No se pudo leer")):
        assert said in meanings.ranked("house", passages(HOUSE), "the lift", language).why  # type: ignore[arg-type]
    embedder.act = lambda: None
    assert meanings.ranked("house", passages(HOUSE), "the lift", "en").why == ""
