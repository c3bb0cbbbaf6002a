"""What answering is handed: the settings as they are now, and everything else as ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jarvis.assistant.reused import EarlierAnswers
from jarvis.contracts.attachments import AttachmentReader, PassageRanking
from jarvis.contracts.cooperation import CooperationLimits, CooperationPlanner
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import Outgoing, Permissions, Redactor
from jarvis.contracts.messages import Privacy
from jarvis.contracts.ports import (
    Clock,
    ConversationLog,
    Ledger,
    PendingConfirmations,
    Recall,
    Router,
    Skills,
    TextEngine,
)
from jarvis.contracts.routing import EngineHealth, Feedback, Profile, RouteWeights
from jarvis.contracts.spending import Budget
from jarvis.contracts.tools import Toolbox


@dataclass(frozen=True, kw_only=True, slots=True)
class AskOptions:
    """What the settings say about answering, read anew for every question.

    `language` None follows the words, falling back to `usual_language`. `personal_data` in a question for the cloud is
    replaced before it leaves, or keeps the question here. `pinned_engine` answers everything that it can. `cooperate`
    lets several models answer what is very hard without being asked to.
    """

    usual_language: Language = "en"
    weights: RouteWeights
    profile: Profile = "balanced"
    language: Language | None = None
    confirm_basic: bool = True
    context_tokens: int = 4096
    max_answer_tokens: int = 1024
    privacy: Privacy = "cloud"
    personal_data: Literal["replace", "stay"] = "replace"
    pinned_engine: str | None = None
    reuse_answers: bool = True
    cooperate: bool = False
    cooperation: CooperationLimits = field(default_factory=CooperationLimits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """Everything that answering needs, as ports. `draw` returns a random number 0..1 for exploring."""

    skills: Skills
    router: Router
    engines: Callable[[], Sequence[TextEngine]]
    recall: Recall
    log: ConversationLog
    pending: PendingConfirmations
    ledger: Ledger
    clock: Clock
    options: Callable[[], AskOptions]
    health: EngineHealth
    draw: Callable[[], float] = lambda: 0.5
    budget: Budget | None = None
    earlier: EarlierAnswers | None = None
    redactor: Redactor | None = None
    outgoing: Outgoing | None = None
    toolbox: Toolbox | None = None
    planner: CooperationPlanner | None = None
    feedback: Feedback | None = None
    permissions: Permissions | None = None
    files: AttachmentReader | None = None
    passages: PassageRanking | None = None
