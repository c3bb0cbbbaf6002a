"""An assistant over a real database, with everything it used at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jarvis.assistant.abilities import Abilities, AskOptions
from jarvis.assistant.ask import JarvisAssistant
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent, AskStarted
from jarvis.contracts.messages import Request
from jarvis.contracts.routing import RouteWeights
from jarvis.orchestrator.cooperation import SpecialistPlanner
from jarvis.orchestrator.health import RestingEngines
from jarvis.storage.conversations import SqliteConversationLog, SqlitePendingConfirmations
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.assistant import FakeSkills, ListedFacts, LocalFirst, ScriptedEngine
from tests.fakes.clock import FakeClock

WEIGHTS = RouteWeights(
    per_dollar=10.0, per_second_voice=0.02, per_second_chat=0.01, per_second_background=0.001, explore=0.0
)


class Bench:
    """Asks in one conversation after another; further abilities are handed to the constructor."""

    def __init__(self, path: Path, **abilities: object) -> None:
        self.clock = FakeClock()
        self.database = Database(path)
        self.log = SqliteConversationLog(self.database, self.clock)
        self.pending = SqlitePendingConfirmations(self.database, self.clock)
        self.ledger = SqliteLedger(self.database, self.clock)
        self.health = RestingEngines(self.clock)
        self.router = LocalFirst()
        self.skills = FakeSkills()
        self.engines: list[ScriptedEngine] = []
        self.facts = ListedFacts()
        self.options = AskOptions(weights=WEIGHTS)
        self.abilities = Abilities(
            skills=self.skills,
            router=self.router,
            engines=lambda: self.engines,
            recall=self.facts,
            log=self.log,
            pending=self.pending,
            ledger=self.ledger,
            clock=self.clock,
            options=lambda: self.options,
            health=self.health,
            planner=SpecialistPlanner(),
            **abilities,  # type: ignore[arg-type]
        )
        self.assistant = JarvisAssistant(self.abilities)
        self.conversation: str | None = None

    def able(self, **abilities: object) -> None:
        """Go on with these abilities too."""
        self.abilities = replace(self.abilities, **abilities)  # type: ignore[arg-type]
        self.assistant = JarvisAssistant(self.abilities)

    def ask(self, text: str, cancel: CancelToken | None = None, **request: object) -> list[AskEvent]:
        """Return all events of one question in the open conversation."""
        asked = Request(text=text, conversation_id=self.conversation, **request)  # type: ignore[arg-type]
        events = list(self.assistant.ask(asked, cancel or CancelToken()))
        for event in events:
            if isinstance(event, AskStarted):
                self.conversation = event.conversation_id
        return events

    def stored(self) -> list[tuple[str, str, str]]:
        """Return role, text and state of every message of the open conversation."""
        assert self.conversation
        return [(m.role, m.text, m.state) for m in self.log.messages(self.conversation)]


def kinds(events: list[AskEvent]) -> list[type[AskEvent]]:
    """Return the types of `events`."""
    return [type(event) for event in events]
