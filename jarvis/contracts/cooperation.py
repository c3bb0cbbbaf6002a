"""Several models at one question: the roles that there are, and the plan of who does what, in which order.

Values and one port; pure to make, carried out by the assistant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import Decision, Domain, RouteCandidate, RouteQuestion

StageKind = Literal["specialist", "draft", "verify", "review", "integrate"]
"""`specialist` answers from its field; `draft` answers quickly and `verify` checks that; `review` annotates what the
others wrote; `integrate` writes the answer that the person gets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CooperationRole:
    """A specialist: `domains` that it is called for, `prefers` the beginnings of model ids that suit it, best first.

    `instruction` is added to the system message in the language of the ask.
    """

    id: str
    kind: StageKind
    domains: tuple[Domain, ...]
    prefers: tuple[str, ...]
    title_en: str
    title_es: str
    instruction_en: str
    instruction_es: str

    def title(self, language: Language) -> str:
        """Its name for people."""
        return self.title_es if language == "es" else self.title_en

    def instruction(self, language: Language) -> str:
        """What it is told."""
        return self.instruction_es if language == "es" else self.instruction_en


@dataclass(frozen=True, kw_only=True, slots=True)
class CooperationStage:
    """One role played by one candidate; `seconds` and `cost_usd` are what it is expected to take."""

    role: CooperationRole
    candidate: RouteCandidate
    seconds: float
    cost_usd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CooperationPlan:
    """Stages in order, what they may take together, and one sentence on it in the asked language."""

    stages: tuple[CooperationStage, ...]
    seconds_limit: float
    usd_limit: float
    escalation: RouteCandidate | None
    sentence: str

    @property
    def leaves(self) -> bool:
        """True when a stage sends something to a server."""
        used = [stage.candidate for stage in self.stages] + ([self.escalation] if self.escalation else [])
        return any(candidate.where == "cloud" for candidate in used)


@dataclass(frozen=True, kw_only=True, slots=True)
class CooperationLimits:
    """What one cooperation may take, and which variant: specialists together, or one answer verified cheaply and
    given to a stronger model when unsure."""

    seconds: float = 180.0
    usd: float = 0.1
    variant: Literal["specialists", "escalate"] = "specialists"


class CooperationPlanner(Protocol):
    """Decides who works together; pure."""

    def plan(
        self,
        question: RouteQuestion,
        decision: Decision,
        engines: Sequence[EngineStatus] | Mapping[str, EngineStatus],
        limits: CooperationLimits,
    ) -> CooperationPlan | None:
        """Return the plan; None where cooperation would not fit the limits or there is nobody to cooperate."""
        ...
