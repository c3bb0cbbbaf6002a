"""What a door can ask of routing: how a question would be routed, what was learned, and how an answer was.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door, Privacy
from jarvis.contracts.routing import Assessment, Decision, Effectiveness, Profile
from jarvis.contracts.spending import LoggedDecision


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteRequest:
    """A question to be routed but not asked.

    `hardware` describes another machine, whose models are those that Jarvis was made to run; `cloud` True counts the
    catalogue's cloud models in as if their keys were there. None of both looks at what is here now.

    `question_id` is the stored question that `text` is: what went along with it when it was asked is weighed too, its
    files, what was said before it and how private its conversation is. `images` are pictures beyond those.
    """

    text: str
    language: Language | None = None
    door: Door = "chat"
    profile: Profile | None = None
    privacy: Privacy | None = None
    model: str | None = None
    hardware: Path | None = None
    cloud: bool | None = None
    images: int = 0
    question_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """How it would be routed, and how long telling took."""

    assessment: Assessment
    decision: Decision
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Weights that would do what was wanted with the person's own questions, and what they would change.

    `weights` holds only those that differ from the present ones, by name; None where there are too few questions, and
    `sentence` says so.
    """

    questions: int
    weights: dict[str, float] | None
    sentence: str


CalibrationTarget = Literal["cloud_share", "month_usd", "large_share"]
"""What is wanted: a share 0..1 of questions for the cloud, US dollars a month, or a share for models that are slow here
but able."""


class RoutingDesk(Protocol):
    """The doors' way to routing. Raises `JarvisError` with one sentence for what cannot be done."""

    def route(self, request: RouteRequest) -> Routed:
        """Say how a question would be routed; nothing is loaded or sent."""
        ...

    def rate(self, message_id: str | None, stars: int, reason: str = "") -> str:
        """Keep how good an answer was, 1 to 5; None rates the last answer of a model. Returns the model's name."""
        ...

    def effectiveness(self) -> Sequence[Effectiveness]:
        """Return what was learned, by model and domain."""
        ...

    def forget_learned(self) -> int:
        """Go back to published scores; returns how many ratings were forgotten."""
        ...

    def log(self, limit: int = 20) -> Sequence[LoggedDecision]:
        """Return the last decisions, newest first."""
        ...

    def calibrate(self, target: CalibrationTarget, wanted: float, language: Language) -> Calibration:
        """Say which weights do that with this person's logged questions; changes nothing."""
        ...
