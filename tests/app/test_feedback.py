"""What people do with answers, as what routing learns and what is given again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from jarvis.app.feedback import AnswerFeedback
from jarvis.contracts.messages import StoredMessage
from jarvis.contracts.routing import Signal
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from jarvis.storage.outcomes import SqliteOutcomeBook
from tests.fakes.assistant import LocalFirst
from tests.fakes.clock import FakeClock


@dataclass
class Kept:
    """Remembers which answers are no longer to be given again."""

    forgotten: list[str] = field(default_factory=list)

    def forget_message(self, message_id: str) -> bool:
        self.forgotten.append(message_id)
        return True


@dataclass
class Desk:
    """Feedback over a real book, and one answer to a question."""

    feedback: AnswerFeedback
    cache: Kept
    outcomes: SqliteOutcomeBook
    ledger: SqliteLedger
    question: StoredMessage
    answer: StoredMessage

    def decided(self) -> None:
        router = LocalFirst()
        question = SimpleNamespace(pinned=None, privacy="cloud", private=False, unusable={})
        decision = router.decide(question, [])  # type: ignore[arg-type]
        assessment = router.assess("x")
        self.ledger.record_decision(
            message_id=self.question.id, assessment=assessment, decision=decision, chosen="local"
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = FakeClock()
    database = Database(tmp_path / "jarvis.sqlite3")
    log = SqliteConversationLog(database, clock)
    conversation = log.start_conversation("x")
    question = log.add_message(conversation.id, "user", "why is the sky blue")
    answer = log.add_message(conversation.id, "assistant", "Because.", source="model", model="local")
    room = SimpleNamespace(
        ledger=SqliteLedger(database, clock), outcomes=SqliteOutcomeBook(database, clock), cache=Kept()
    )
    yield Desk(
        feedback=AnswerFeedback(room, clock),  # type: ignore[arg-type]
        cache=room.cache,
        outcomes=room.outcomes,
        ledger=room.ledger,
        question=question,
        answer=answer,
    )
    database.close()


@pytest.mark.parametrize(
    ("signal", "value", "forgotten"),
    [("kept", None, False), ("stopped", None, False), ("retry", None, True), ("stars", 1.0, False), ("stars", 0, True)],
)
def test_only_a_bad_answer_is_not_given_again(desk: Desk, signal: Signal, value: float | None, forgotten: bool) -> None:
    desk.decided()
    desk.feedback.noticed(desk.answer, desk.question.id, signal, value)
    assert desk.cache.forgotten == ([desk.answer.id] if forgotten else [])
    (learned,) = desk.outcomes.all()
    assert (learned.engine, learned.signal) == ("local", signal)


def test_a_bad_answer_from_the_cache_is_not_given_again_either(desk: Desk) -> None:
    desk.feedback.noticed(desk.answer, desk.question.id, "stars", 0.0)
    assert desk.cache.forgotten == [desk.answer.id]
    assert list(desk.outcomes.all()) == [], "no model was chosen, so nothing is learned of any"
