"""What routing looks at and what it decides: a question assessed, models with their facts, candidates with numbers.

Probabilities and shares are 0..1, money is US dollars, times are seconds, lengths are tokens. Two reference models fix
the scale of difficulty: the weak one is of the class of Mixtral-8x7B-Instruct, the strong one of GPT-4-1106. Knows no
engine and no storage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door, Privacy, StoredMessage

Domain = Literal[
    "chat",
    "code",
    "maths",
    "reasoning",
    "legal",
    "technical",
    "writing",
    "knowledge",
    "translation",
    "long_context",
    "vision",
    "personal",
]
DOMAINS: tuple[Domain, ...] = (
    "chat",
    "code",
    "maths",
    "reasoning",
    "legal",
    "technical",
    "writing",
    "knowledge",
    "translation",
    "long_context",
    "vision",
    "personal",
)
Need = Literal["vision", "tools", "long_context", "fresh_information"]
"""What a question cannot do without: a model that sees, that calls tools, that reads much, or news of today."""

Profile = Literal["fast", "balanced", "best"]
PRIVACY_ORDER: tuple[Privacy, ...] = ("local", "ask", "cloud")
"""Strictest first: where several rules apply, the earliest of them counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """One question as it was understood without a language model.

    `difficulty` 0..1 orders questions by how much a stronger model helps. `p_weak` and `p_strong` are the calibrated
    probabilities that the weak and the strong reference model answer it well (`p_weak <= p_strong`, both inside 0..1):
    together they are the question's difficulty and discrimination in the sense of item response theory.
    `domains` has a probability for every domain, summing to 1; `domain` is the likeliest. `answer_tokens` is how long
    an answer is expected to be. `by` tells whether the trained head or only the rules decided.
    """

    difficulty: float
    p_weak: float
    p_strong: float
    domain: Domain
    domains: Mapping[Domain, float]
    language: Language
    needs: frozenset[Need] = frozenset()
    answer_tokens: int = 300
    by: Literal["rules", "head"] = "rules"


class Assessor(Protocol):
    """Tells how hard a question is and what it is about, in at most 10 ms."""

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        """Assess `text`; `language` None tells it from the words. `context_tokens` come with it: history, documents."""
        ...


class QueryEncoder(Protocol):
    """Turns a short text into a unit vector; its own small model, on the CPU."""

    @property
    def name(self) -> str:
        """Names model and version: vectors of different names do not compare."""
        ...

    def ready(self) -> bool:
        """True once `encode` answers at once; False while it is being made, or where its model is not installed."""
        ...

    def encode(self, text: str) -> Sequence[float] | None:
        """Return the vector of `text`; None while not ready."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFacts:
    """What is known of a model before it is asked. Prices are per million tokens: 0 on this computer, None unknown.

    `active_billion` is how many of its parameters work on a token, for a mixture of experts. `abilities` are what the
    catalogue says that it is good at.

    `scores` are published results by benchmark name ("MMLU", "GSM8K", "HumanEval" ...), in percent. `first_seconds`
    is the usual wait for the first token once loaded or connected; `prompt_tokens_per_second` how fast it reads.
    `effective_context_tokens` is how much of a long prompt it uses well, where that is less than it takes.
    `thinking_tokens` is how many tokens of thought usually come ahead of an answer, as measured; None unknown.
    """

    engine: str
    scores: Mapping[str, float] = field(default_factory=dict)
    parameters_billion: float | None = None
    active_billion: float | None = None
    quantization: str = ""
    input_usd: float | None = 0.0
    output_usd: float | None = 0.0
    languages: frozenset[str] = frozenset()
    abilities: frozenset[str] = frozenset()
    first_seconds: float | None = None
    prompt_tokens_per_second: float | None = None
    effective_context_tokens: int | None = None
    thinking_tokens: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteWeights:
    """The exchange rates of the policy: what a dollar and a second are worth in expected quality (0..1).

    A second of waiting for the first token costs more when spoken with than when read, and little in the background.
    `explore` 0..1 is how much of the uncertainty about a model is given the benefit of the doubt. `leaving` is how much
    better a model elsewhere must be before a question leaves this computer at all.
    """

    per_dollar: float
    per_second_voice: float
    per_second_chat: float
    per_second_background: float
    explore: float
    leaving: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteQuestion:
    """Everything about one question that the policy looks at; the decision is a pure function of it and the engines.

    `prompt_tokens` is the whole prompt with history, and with as much of attached files as fits everywhere;
    `further_tokens` are what else the files have, for who reads more, and `tools_offered` says that models which take
    tools get some, and so read the prompt again after each. `private` means that something in it must not
    leave whatever the settings allow. `pinned` is the engine that the person wants for this question. `unusable` are
    engines that are resting after failures, with the seconds left. `budget_left_usd` None means no limit. `draw` 0..1
    is the random number for exploring; 0.5 explores nothing.
    """

    text: str
    assessment: Assessment
    language: Language
    door: Door = "chat"
    background: bool = False
    prompt_tokens: int = 0
    further_tokens: int = 0
    tools_offered: bool = False
    max_answer_tokens: int = 1024
    privacy: Privacy = "cloud"
    private: bool = False
    pinned: str | None = None
    weights: RouteWeights
    unusable: Mapping[str, float] = field(default_factory=dict)
    budget_left_usd: float | None = None
    draw: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteCandidate:
    """One engine that may answer, with its numbers: `score` is what the order goes by, `quality` the probability of a
    good answer, `cost_usd` None where the price is not known, `first_seconds` until the first token with loading,
    `seconds` until the last. `asks` means that the person is to be asked before anything is sent there.
    `thinking_tokens` are to be allowed beyond the longest answer, for a model that thinks ahead of it, and
    `further_tokens` of attached files are to be sent beyond what fits everywhere. `why` is one sentence in the asked
    language."""

    engine: str
    model: str
    where: Literal["local", "cloud"]
    score: float
    quality: float
    cost_usd: float | None
    first_seconds: float
    seconds: float
    why: str
    asks: bool = False
    explored: bool = False
    thinking_tokens: int = 0
    further_tokens: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """An engine that may not answer, and why: `code` is stable ("privacy", "budget", "context", "vision", "tools",
    "resting", "missing"), `why` one sentence in the asked language."""

    engine: str
    model: str
    code: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The policy's answer: candidates in the order to try, those left out, and one sentence of reason."""

    candidates: tuple[RouteCandidate, ...]
    excluded: tuple[Excluded, ...]
    reason: str


class EngineHealth(Protocol):
    """Which engines are left alone for a while because they failed."""

    def resting(self) -> Mapping[str, float]:
        """Return the engines that are not to be asked now, with the seconds until they are tried again."""
        ...

    def asked(self, engine: str) -> None:
        """Note that it is asked now: after a rest, that is its trial, and others do not ask it meanwhile."""
        ...

    def failed(self, engine: str, code: str) -> None:
        """Note a failure; `code` is the error's."""
        ...

    def answered(self, engine: str) -> None:
        """Note that it works."""
        ...

    def stopped(self, engine: str) -> None:
        """Note that nobody waited for its answer, so that a trial told nothing."""
        ...


Signal = Literal["stars", "retry", "edit", "failed", "stopped", "kept"]
"""How an answer turned out: rated 1..5, asked again of another model, rewritten by hand, failed, stopped midway, or
left as it was while the conversation went on (weak, but without it only complaints would count)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the person did with one answer: `value` 0..1 is how good it was (stars: (n-1)/4), `weight` how much it says.

    `difficulty` and `p_*` are those of the assessment that the answer was routed by.
    """

    message_id: str
    engine: str
    model: str
    domain: Domain
    difficulty: float
    p_weak: float
    p_strong: float
    signal: Signal
    value: float
    weight: float
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Effectiveness:
    """What was learned of one model in one domain. `outcomes` is how many answers were rated in some way, `mean` how
    good they were, `expected` how good they were expected to be before anything was learned.

    `before` and `after` are the probability of a good answer to a question of middling difficulty (even odds for the
    weak reference model) without and with what was learned; `low` and `high` hold it with 90 %.
    """

    model: str
    domain: Domain
    outcomes: int
    mean: float
    expected: float
    before: float
    after: float
    low: float
    high: float


class OutcomeBook(Protocol):
    """Outcomes as rows; what was learned is computed from them, so forgetting them forgets it."""

    def add(self, outcome: Outcome) -> None:
        """Keep one; a later one of the same message and signal replaces it."""
        ...

    def all(self) -> list[Outcome]:
        """Oldest first."""
        ...

    def clear(self) -> int:
        """Forget all; returns how many."""
        ...

    def revision(self) -> int:
        """Changes with every write, in whichever process; cheap."""
        ...


class Feedback(Protocol):
    """Takes what people do with answers, so that routing learns from it."""

    def noticed(self, answer: StoredMessage, question_id: str, signal: Signal, value: float | None = None) -> None:
        """Keep that `answer` to that question was asked again, rewritten, stopped, left so, or rated `value` 0..1."""
        ...
