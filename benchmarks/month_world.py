"""The world of the simulated month: the machine, its models, what is asked, and how good answers really are.

Questions come in sessions about one topic, by voice, typed or in the background, in English and Spanish. What is true
differs from what the policy believes: models are better or worse than their scores say, by domain and in Spanish;
questions are harder or easier than they look, and some are taken for another domain; answers are longer or shorter,
loads and networks slower or faster. All chance comes from one seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from jarvis.catalog.models import catalog_file, find_model, load_catalog
from jarvis.contracts.errors import Language
from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.messages import Door
from jarvis.contracts.placement import Placement
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import DOMAINS, Assessment, Domain, ModelFacts
from jarvis.hardware.bandwidth import bandwidth_gbs
from jarvis.orchestrator.abilities import abilities_of
from jarvis.orchestrator.quality import good_logit, logit, sigmoid
from jarvis.placement.entry_shape import shape_of_entry
from jarvis.placement.planning import swapped
from jarvis.placement.wishes import preferred_variant, wish_for

LOCAL = (
    "llama-3.1-8b",
    "qwen2.5-14b",
    "deepseek-r1-distill-qwen-14b",
    "gemma-3-12b",
    "qwen2.5-32b",
    "llama-3.3-70b",
)
CLOUD = ("gpt-4o", "gpt-4o-mini")
REFERENCE = "openai/gpt-4o"
"""What "all-cloud" asks for everything."""

START = datetime(2026, 11, 1, tzinfo=UTC)
MOST_PROMPT_TOKENS = 7400
"""The conversation's beginning is cut off beyond this, so that prompt and answer fit 8,192 tokens."""

IDLE_SECONDS = 900.0
CLOUD_TOKENS_PER_SECOND = 70.0
CLOUD_FIRST_SECONDS = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """How often a domain is asked for, how the two references answer, and how it comes in."""

    share: float
    weak: float
    strong: float
    tokens: int
    voice: float = 0.0
    background: float = 0.0
    prompt: int = 250


TOPICS: dict[Domain, Topic] = {
    "chat": Topic(share=0.24, weak=0.85, strong=0.93, tokens=90, voice=0.55),
    "knowledge": Topic(share=0.18, weak=0.68, strong=0.82, tokens=160, voice=0.5),
    "code": Topic(share=0.14, weak=0.45, strong=0.75, tokens=450, background=0.1, prompt=700),
    "maths": Topic(share=0.08, weak=0.62, strong=0.85, tokens=280, voice=0.15),
    "reasoning": Topic(share=0.06, weak=0.45, strong=0.72, tokens=320, voice=0.1, background=0.1),
    "legal": Topic(share=0.05, weak=0.50, strong=0.74, tokens=450, background=0.2, prompt=900),
    "technical": Topic(share=0.08, weak=0.60, strong=0.80, tokens=320, voice=0.15),
    "writing": Topic(share=0.07, weak=0.75, strong=0.88, tokens=380, background=0.1),
    "translation": Topic(share=0.04, weak=0.80, strong=0.92, tokens=150, voice=0.4),
    "long_context": Topic(share=0.03, weak=0.55, strong=0.78, tokens=420, background=0.5, prompt=6000),
    "vision": Topic(share=0.01, weak=0.55, strong=0.75, tokens=200, prompt=900),
    "personal": Topic(share=0.02, weak=0.80, strong=0.90, tokens=60, voice=0.7),
}
"""Knowledge and maths as GPT-4-1106 and Mixtral-8x7B do in RouteLLM's rows; the others are judged between them."""

SEEN = 0.55
"""Correlation of how hard a question looks with how hard it is; routers of this kind reach an AUC of about 0.65."""

SPREAD = 1.2
"""Standard deviation of the questions' difficulty in logits within a topic."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question: what the policy sees, and under `true_*` what it does not."""

    at: datetime
    assessment: Assessment
    language: Language
    door: Door
    background: bool
    private: bool
    prompt_tokens: int
    true_domain: Domain
    true_weak: float
    true_strong: float
    true_tokens: int
    luck: float
    draw: float


@dataclass(kw_only=True)
class Rig:
    """The machine while the month runs: which models are in memory, and since when they are idle."""

    machine: Machine
    placements: dict[str, Placement]
    facts: dict[str, ModelFacts]
    tags: dict[str, frozenset[str]]
    contexts: dict[str, int]
    resident: dict[str, float] = field(default_factory=dict)
    loads: int = 0

    def statuses(self, now: float) -> list[EngineStatus]:
        """Every engine as it is `now`, in seconds since the start."""
        for model in [model for model, used in self.resident.items() if now - used > IDLE_SECONDS]:
            del self.resident[model]
        found = []
        for model in self.facts:
            place = self.placements.get(model)
            found.append(
                EngineStatus(
                    id=model,
                    model=model,
                    where="local" if place else "cloud",
                    state="loadable" if place and model not in self.resident else "ready",
                    device=_device(place) if place else "openai",
                    load_seconds=place.load_seconds if place else None,
                    context_tokens=place.context_tokens if place else self.contexts[model],
                    abilities=self.tags[model],
                    tokens_per_second=place.tokens_per_second if place else CLOUD_TOKENS_PER_SECOND,
                )
            )
        return found

    def load(self, model: str) -> bool:
        """Bring a local model into memory in place of those used longest ago; True if it was not there."""
        place = self.placements.get(model)
        if place is None or model in self.resident:
            return False
        free = {gpu.index: float(gpu.free_mib) for gpu in self.machine.gpus}
        for other in self.resident:
            for share in self.placements[other].devices:
                free[share.gpu] -= share.mib
        for oldest in sorted(self.resident, key=self.resident.__getitem__):
            if all(share.mib <= free[share.gpu] for share in place.devices):
                break
            for share in self.placements[oldest].devices:
                free[share.gpu] += share.mib
            del self.resident[oldest]
        self.resident[model] = 0.0
        self.loads += 1
        return True


def reference_machine() -> Machine:
    """RTX 5070 Ti with 16 GB and RTX 2060 with 6 GB, 64 GB of RAM, 16 cores, a fast disk."""
    cards = (("GeForce RTX 5070 Ti", 16303, 15872), ("GeForce RTX 2060", 6144, 5734))
    gpus = tuple(
        GpuDevice(index=index, name=name, total_mib=total, free_mib=free, bandwidth_gbs=bandwidth_gbs(name))
        for index, (name, total, free) in enumerate(cards)
    )
    return Machine(
        ram_mib=65536, ram_free_mib=62976, ram_bandwidth_gbs=80.0, cores=16, gpus=gpus, disk_gbs=3.0, unified=False
    )


def reference_rig() -> Rig:
    """The machine with the models of `LOCAL`, each placed as when it is loaded alone, and `CLOUD`; none in memory."""
    return replace(_planned(), resident={}, loads=0)


@cache
def _planned() -> Rig:
    machine, catalog = reference_machine(), load_catalog(catalog_file())
    wishes, facts, tags, contexts = [], {}, {}, {}
    for identity in LOCAL:
        model = find_model(catalog, identity)
        variant = preferred_variant(model)
        assert variant is not None
        wish = wish_for(model, variant, "big", shape_of_entry)
        wishes.append(wish)
        facts[wish.model] = ModelFacts(
            engine=wish.model,
            scores={score.benchmark: score.value for score in model.scores},
            parameters_billion=model.parameters_billion,
            active_billion=model.active_billion,
            quantization=variant.quantization,
            languages=frozenset(model.languages),
        )
        tags[wish.model] = frozenset(model.abilities)
    for identity in CLOUD:
        model = find_model(catalog, identity)
        engine = f"{model.provider}/{model.api_model}"
        assert model.price is not None
        facts[engine] = ModelFacts(
            engine=engine,
            scores={score.benchmark: score.value for score in model.scores},
            input_usd=model.price.input_usd,
            output_usd=model.price.output_usd,
            languages=frozenset(model.languages),
        )
        tags[engine], contexts[engine] = frozenset(model.abilities), model.context_tokens or 0
    placements = {placement.model: placement for placement in swapped(machine, wishes).placements}
    return Rig(machine=machine, placements=placements, facts=facts, tags=tags, contexts=contexts)


class Truth:
    """How good models really are for this person: their published level, moved by chance, and less so in Spanish."""

    def __init__(self, rig: Rig, seed: int) -> None:
        chance = random.Random(f"truth {seed}")
        self._theta: dict[tuple[str, Domain], float] = {}
        self._spanish: dict[str, float] = {}
        for model, facts in rig.facts.items():
            level = abilities_of(facts, rig.tags[model]).theta
            general = chance.gauss(0.0, 0.45)
            for domain in DOMAINS:
                self._theta[model, domain] = level[domain] + general + chance.gauss(0.0, 0.35)
            small = model in rig.placements and (facts.parameters_billion or 0.0) < 20
            self._spanish[model] = 0.3 if small else 0.1

    def good(self, model: str, question: Question) -> float:
        """Probability that `model` answers it well."""
        theta = self._theta[model, question.true_domain]
        theta -= self._spanish[model] if question.language == "es" else 0.0
        return sigmoid(good_logit(question.true_weak, question.true_strong, theta))


def questions(seed: int, days: int) -> Iterator[Question]:
    """Every question of the month that reaches a model; what skills answer is not among them."""
    chance = random.Random(f"traffic {seed}")
    names = list(TOPICS)
    shares = [TOPICS[name].share for name in names]
    for day in range(days):
        starts = sorted(chance.uniform(8.0, 23.0) for _ in range(round(chance.gauss(8.0, 2.0))))
        for start in starts:
            at = START + timedelta(days=day, hours=start)
            topic = chance.choices(names, shares)[0]
            language: Language = "es" if chance.random() < 0.5 else "en"
            private = chance.random() < 0.06
            history = 0
            for _ in range(1 + int(chance.expovariate(1 / 5.0))):
                domain = topic if chance.random() < 0.7 else chance.choices(names, shares)[0]
                yield _question(chance, at, domain, language, private, history)
                history = min(history + 220, 3000)
                at += timedelta(seconds=20 + chance.expovariate(1 / 50.0))


def _question(
    chance: random.Random,
    at: datetime,
    domain: Domain,
    language: Language,
    private: bool,
    history: int,
) -> Question:
    topic = TOPICS[domain]
    way = chance.random()
    door: Door = "voice" if way < topic.voice else "chat"
    background = topic.voice <= way < topic.voice + topic.background
    looks = chance.gauss(0.0, SEEN * SPREAD)
    truly = looks + chance.gauss(0.0, math.sqrt(1 - SEEN**2) * SPREAD)
    gap = logit(topic.strong) - logit(topic.weak)
    seen_as = domain if chance.random() > 0.12 else chance.choice(DOMAINS)
    seen_topic = TOPICS[seen_as]
    # Averaged over what it does not see, a calibrated probability lies nearer to one half than the mean logit does.
    flat = 1 / math.sqrt(1 + math.pi / 8 * (1 - SEEN**2) * SPREAD**2)
    weak = sigmoid((logit(seen_topic.weak) / _FLAT + looks) * flat)
    strong = sigmoid((logit(seen_topic.strong) / _FLAT + looks) * flat)
    tokens = max(20, round(topic.tokens * (0.4 if door == "voice" else 1.0)))
    assessment = Assessment(
        difficulty=1.0 - weak,
        p_weak=weak,
        p_strong=strong,
        domain=seen_as,
        domains=_domains(seen_as, domain),
        language=language,
        needs=frozenset({"vision"}) if domain == "vision" else frozenset(),
        answer_tokens=tokens,
    )
    level = logit(topic.weak) / _FLAT + truly
    return Question(
        at=at,
        assessment=assessment,
        language=language,
        door=door,
        background=background,
        private=private,
        prompt_tokens=min(topic.prompt + history, MOST_PROMPT_TOKENS),
        true_domain=domain,
        true_weak=sigmoid(level),
        true_strong=sigmoid(level + gap / _FLAT * chance.lognormvariate(-0.06, 0.35)),
        true_tokens=max(5, round(tokens * chance.lognormvariate(0.0, 0.45))),
        luck=chance.random(),
        draw=chance.random(),
    )


_FLAT = 1 / math.sqrt(1 + math.pi / 8 * SPREAD**2)
"""How much nearer to even odds a share of right answers is than the odds of the middling question of its topic."""


def _domains(seen_as: Domain, truly: Domain) -> dict[Domain, float]:
    shares = dict.fromkeys(DOMAINS, 0.2 / len(DOMAINS))
    shares[seen_as] += 0.65
    shares[truly] += 0.15
    return shares


def _device(place: Placement) -> str:
    gpus = "+".join(str(share.gpu) for share in place.devices)
    if not gpus:
        return "CPU"
    return f"GPU {gpus}+CPU" if place.cpu_layers else f"GPU {gpus}"
