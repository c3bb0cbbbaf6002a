"""A desktop over a real database and the real assistant, with engines that follow a script and a listed routing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jarvis.app.conversation_desk import Conversations
from jarvis.contracts.errors import JarvisError
from jarvis.contracts.messages import Usage
from jarvis.contracts.routing import Assessment, Decision, Excluded, RouteCandidate
from jarvis.contracts.routing_desk import Routed, RouteRequest
from jarvis.contracts.spending import Call
from jarvis.desktop.message_acts import MessageActs
from jarvis.desktop.run import Desktop
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.library import SqliteLibrary
from jarvis.storage.ratings import SqliteRatings
from jarvis.storage.spending import StoredSpending
from tests.assistant.bench import Bench
from tests.fakes.desktop import FakeDesktop

LOCAL = RouteCandidate(
    engine="small",
    model="small-model",
    where="local",
    score=0.61,
    quality=0.66,
    cost_usd=0.0,
    first_seconds=0.4,
    seconds=3.25,
    why="It is quick.",
)
CLOUD = RouteCandidate(
    engine="acme/big",
    model="big-model",
    where="cloud",
    score=0.58,
    quality=0.91,
    cost_usd=0.0042,
    first_seconds=1.5,
    seconds=12.0,
    why="It is able.",
    asks=True,
)
ASSESSMENT = Assessment(
    difficulty=0.72,
    p_weak=0.31,
    p_strong=0.88,
    domain="maths",
    domains={"maths": 1.0},
    language="en",
    needs=frozenset({"tools"}),
    answer_tokens=1200,
    by="head",
)
DECISION = Decision(
    candidates=(LOCAL, CLOUD),
    excluded=(Excluded(engine="blind", model="blind-model", code="vision", why="It sees nothing."),),
    reason="small-model is quick and able enough.",
)


class ListedRouting:
    """A routing that always sees `candidates`; ratings go into the database; `fail` makes every call raise."""

    def __init__(self, ratings: SqliteRatings) -> None:
        self._ratings = ratings
        self.candidates = (LOCAL, CLOUD)
        self.asked: list[RouteRequest] = []
        self.rated: list[tuple[str | None, int, str]] = []
        self.fail: JarvisError | None = None

    def route(self, request: RouteRequest) -> Routed:
        self.asked.append(request)
        if self.fail is not None:
            raise self.fail
        return Routed(assessment=ASSESSMENT, decision=replace(DECISION, candidates=self.candidates), seconds=0.001)

    def rate(self, message_id: str | None, stars: int, reason: str = "") -> str:
        if self.fail is not None:
            raise self.fail
        self.rated.append((message_id, stars, reason))
        self._ratings.keep(message_id or "", stars, reason)
        return "small-model"


class RoutedDesktop(FakeDesktop):
    """A `FakeDesktop` whose assistant, log and books are the real ones, below `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bench = Bench(folder / "jarvis.db")
        bench = self.bench
        self.routing = ListedRouting(SqliteRatings(bench.database, bench.clock))
        library = SqliteLibrary(bench.database)
        budget = SqliteBudget(bench.database, bench.clock, lambda: (None, None))
        spending = StoredSpending(bench.ledger, budget, bench.clock)
        self.services = replace(
            self.services,
            assistant=bench.assistant,
            log=bench.log,
            conversations=lambda: Conversations(bench.log, library),
            routing=lambda: self.routing,  # type: ignore[arg-type, return-value]
            spending=lambda: spending,
        )

    def keep_run(self, question_id: str, *, model: str = "small", tokens: int = 40, hops: tuple[str, ...] = ()) -> None:
        """Put a decision and a call of `model` into the books, a second later than what was there."""
        self.bench.clock.advance(1)
        self.bench.ledger.record_call(call(question_id, model, tokens))
        self.bench.ledger.record_decision(
            message_id=question_id, assessment=ASSESSMENT, decision=DECISION, chosen=model, hops=hops, door="chat"
        )


def call(question_id: str, engine: str = "small", tokens: int = 40) -> Call:
    """A call that wrote `tokens` in two seconds after half a second of waiting."""
    cloud = "/" in engine
    return Call(
        message_id=question_id,
        engine=engine,
        model=f"{engine.rpartition('/')[2]}-model",
        where="cloud" if cloud else "local",
        stage="answer",
        usage=Usage(prompt_tokens=1234, completion_tokens=tokens, cached_tokens=1000),
        cost_usd=0.0042 if cloud else 0.0,
        cloud_usd=0.01,
        seconds=2.5,
        first_seconds=0.5,
    )


def wired(desktop: Desktop) -> MessageActs:
    """Return what carries out wishes in the window, made here where the window has none yet."""
    window = desktop.window
    found = window.findChild(MessageActs)
    if found is not None:
        return found
    return MessageActs(desktop.desk, window.session, window.view, window.composer, window.banners, window.show_status)
