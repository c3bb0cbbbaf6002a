"""A chat that can attach: a real database, a real assistant and a real reader of files behind a real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jarvis.app.attachments import Attachments
from jarvis.assistant.abilities import Abilities, AskOptions
from jarvis.assistant.ask import JarvisAssistant
from jarvis.contracts.routing import RouteWeights
from jarvis.desktop.attachment_flow import AttachmentFlow
from jarvis.desktop.attachments import attachments_of
from jarvis.desktop.run import Desktop
from jarvis.desktop.services import DesktopServices
from jarvis.orchestrator.health import RestingEngines
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.attachments import SqliteAttachments
from jarvis.storage.conversations import SqliteConversationLog, SqlitePendingConfirmations
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.assistant import FakeSkills, ListedFacts, LocalFirst, ScriptedEngine
from tests.fakes.clock import FakeClock
from tests.fakes.desktop import FakeDesktop

_WEIGHTS = RouteWeights(
    per_dollar=10.0, per_second_voice=0.02, per_second_chat=0.01, per_second_background=0.001, explore=0.0
)


class AttachingDesk:
    """Everything below one folder; `engine` answers, and keeps the prompts that it was sent."""

    def __init__(self, folder: Path) -> None:
        self.fake = FakeDesktop(folder)
        self.database = Database(folder / "jarvis.sqlite3")
        clock = FakeClock()
        self.log = SqliteConversationLog(self.database, clock)
        self.rows = SqliteAttachments(self.database, clock)
        folders = Folders(home=folder)
        folders.create()
        self.attachments = Attachments(self.rows, folders, ChildRegistry(folders.run))
        self.engine = ScriptedEngine("near", ["As you say."], abilities=frozenset({"vision"}))
        self.options = AskOptions(weights=_WEIGHTS)
        self.assistant = JarvisAssistant(
            Abilities(
                skills=FakeSkills(),
                router=LocalFirst(),
                engines=lambda: [self.engine],
                recall=ListedFacts(),
                log=self.log,
                pending=SqlitePendingConfirmations(self.database, clock),
                ledger=SqliteLedger(self.database, clock),
                clock=clock,
                options=lambda: self.options,
                health=RestingEngines(clock),
                files=self.attachments,
            )
        )

    @property
    def services(self) -> DesktopServices:
        """What the window is handed."""
        return replace(self.fake.services, assistant=self.assistant, log=self.log)

    def connect(self, desktop: Desktop) -> None:
        """Let the window attach, as where it is wired."""
        window = desktop.window
        if window.findChild(AttachmentFlow) is None:
            AttachmentFlow(desktop.desk, desktop.session, window.composer, window, None)
        attachments_of(desktop.desk).use(lambda: self.attachments)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
