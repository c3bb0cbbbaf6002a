"""Assessments, engines, models and outcomes made by hand, for everything about routing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from jarvis.contracts.errors import Language, StorageError
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import DOMAINS, Assessment, Domain, ModelFacts, Need, Outcome, RouteQuestion, Signal
from jarvis.orchestrator.profiles import weights_for

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

SMALL = ModelFacts(
    engine="llama-3.1-8b:q4_k_m",
    scores={"MMLU": 69.4, "MMLU-Pro (CoT)": 48.3, "HumanEval": 72.6, "GSM8K": 84.5, "MATH": 51.9, "IFEval": 80.4},
    parameters_billion=8.03,
    quantization="Q4_K_M",
    languages=frozenset({"en", "es"}),
)
THINKER = ModelFacts(
    engine="deepseek-r1-distill-qwen-14b:q4_k_m",
    scores={"AIME 2024": 69.7, "MATH-500": 93.9, "GPQA Diamond": 59.1, "LiveCodeBench": 53.1},
    parameters_billion=14.77,
    quantization="Q4_K_M",
    languages=frozenset({"en", "es"}),
)
HUGE = ModelFacts(
    engine="llama-3.3-70b:q4_k_m",
    scores={"MMLU": 86.0, "MMLU-Pro (CoT)": 68.9, "HumanEval": 88.4, "MATH (CoT)": 77.0, "IFEval": 92.1},
    parameters_billion=70.55,
    quantization="Q4_K_M",
    languages=frozenset({"en", "es"}),
)
CLOUD = ModelFacts(
    engine="openai/gpt-4o",
    scores={"MMLU": 88.7, "HumanEval": 90.2, "MATH": 76.6},
    input_usd=2.5,
    output_usd=10.0,
    languages=frozenset({"en", "es"}),
)
CHEAP = ModelFacts(
    engine="openai/gpt-4o-mini",
    scores={"MMLU": 82.0, "HumanEval": 87.2, "MATH": 70.2},
    input_usd=0.15,
    output_usd=0.6,
    languages=frozenset({"en", "es"}),
)
FACTS = {facts.engine: facts for facts in (SMALL, THINKER, HUGE, CLOUD, CHEAP)}

SMALL_READY = EngineStatus(
    id=SMALL.engine,
    model=SMALL.engine,
    where="local",
    state="ready",
    device="GPU 0",
    load_seconds=3.0,
    context_tokens=8192,
    abilities=frozenset({"chat", "tools"}),
    tokens_per_second=116.0,
)
THINKER_LOADABLE = EngineStatus(
    id=THINKER.engine,
    model=THINKER.engine,
    where="local",
    state="loadable",
    device="GPU 0",
    load_seconds=4.0,
    context_tokens=8192,
    abilities=frozenset({"reasoning", "maths"}),
    tokens_per_second=66.0,
)
HUGE_LOADABLE = EngineStatus(
    id=HUGE.engine,
    model=HUGE.engine,
    where="local",
    state="loadable",
    device="GPU 0+1+CPU",
    load_seconds=15.0,
    context_tokens=8192,
    abilities=frozenset({"chat", "tools", "legal"}),
    tokens_per_second=1.7,
)
CLOUD_READY = EngineStatus(
    id=CLOUD.engine,
    model=CLOUD.engine,
    where="cloud",
    state="ready",
    device="openai",
    context_tokens=128_000,
    abilities=frozenset({"chat", "tools", "vision", "code"}),
    tokens_per_second=80.0,
)
CHEAP_READY = EngineStatus(
    id=CHEAP.engine,
    model=CHEAP.engine,
    where="cloud",
    state="ready",
    device="openai",
    context_tokens=128_000,
    abilities=frozenset({"chat", "tools", "vision"}),
    tokens_per_second=90.0,
)
ENGINES = (SMALL_READY, THINKER_LOADABLE, HUGE_LOADABLE, CLOUD_READY, CHEAP_READY)


def facts_of(engine: str) -> ModelFacts:
    """What is known of one of the engines above; nothing of any other."""
    return FACTS.get(engine, ModelFacts(engine=engine))


def all_of(domain: Domain) -> dict[Domain, float]:
    """Certainly `domain`."""
    return {each: float(each == domain) for each in DOMAINS}


def assessed(
    domain: Domain = "chat",
    weak: float = 0.6,
    strong: float = 0.85,
    *,
    tokens: int = 200,
    language: Language = "en",
    needs: Sequence[Need] = (),
    domains: Mapping[Domain, float] | None = None,
) -> Assessment:
    return Assessment(
        difficulty=1.0 - weak,
        p_weak=weak,
        p_strong=strong,
        domain=domain,
        domains=domains or all_of(domain),
        language=language,
        needs=frozenset(needs),
        answer_tokens=tokens,
    )


def question(assessment: Assessment | None = None, **parts: object) -> RouteQuestion:
    """A typed question of 300 tokens with the balanced weights, unless `parts` say otherwise."""
    given: dict[str, object] = {"weights": weights_for("balanced"), "prompt_tokens": 300, "language": "en"}
    given |= parts
    return RouteQuestion(text="", assessment=assessment or assessed(), **given)  # type: ignore[arg-type]


def outcome(
    number: int = 0,
    *,
    model: str = SMALL.engine,
    domain: Domain = "chat",
    value: float = 1.0,
    weight: float = 1.0,
    signal: Signal = "stars",
    days: float = 0.0,
    weak: float = 0.6,
    strong: float = 0.85,
) -> Outcome:
    return Outcome(
        message_id=f"message-{number}",
        engine=model,
        model=model,
        domain=domain,
        difficulty=1.0 - weak,
        p_weak=weak,
        p_strong=strong,
        signal=signal,
        value=value,
        weight=weight,
        at=MONDAY + timedelta(days=days),
    )


class FixedAssessor:
    """Assesses everything alike and remembers what it was asked."""

    def __init__(self, answer: Assessment) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Language | None, int, int]] = []

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        self.asked.append((text, language, images, context_tokens))
        return self.answer


class ListedOutcomes:
    """An outcome book in memory that counts how often it is read through, and can fail."""

    def __init__(self, outcomes: Sequence[Outcome] = ()) -> None:
        self.rows = list(outcomes)
        self.number = 1
        self.read = 0
        self.broken = False

    def add(self, outcome: Outcome) -> None:
        self.rows.append(outcome)
        self.number += 1

    def all(self) -> list[Outcome]:
        if self.broken:
            raise StorageError("storage.busy", en="Locked.", es="Bloqueada.")
        self.read += 1
        return list(self.rows)

    def clear(self) -> int:
        count, self.rows = len(self.rows), []
        self.number += 1
        return count

    def revision(self) -> int:
        return self.number
