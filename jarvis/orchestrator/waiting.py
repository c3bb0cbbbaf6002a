"""How long a person will wait for an answer of one engine: loading, reading, thinking, writing, and what of it is felt.

Predicted from the engine's state and what was measured of it. A model that is loaded in another's place also costs the
other's return. Text that comes faster than it is heard or read costs nothing more. Pure; knows no question's words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jarvis.contracts.messages import Door
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import ModelFacts

HEARING_TOKENS_PER_SECOND = 5.0
"""Reading aloud: about 170 words a minute, in English 1.3 and in Spanish 1.7 tokens a word."""

READING_TOKENS_PER_SECOND = 10.0
"""Reading silently: about 240 words a minute, faster where one skims."""

CLAUSE_TOKENS = 10
"""A voice speaks from the first clause on, of about so many tokens."""

LOCAL_FIRST_SECONDS = 0.15
"""From the question to a loaded model's first token, besides reading, where it was not measured."""

CLOUD_FIRST_SECONDS = 0.9
"""The same for a model behind a network: usual medians of providers lie between 0.4 and 1.5 s."""

CLOUD_PROMPT_TOKENS_PER_SECOND = 5000.0
USUAL_PROMPT_TOKENS = 600
"""A measured first token includes reading about so many."""

READS_FASTER_CPU, READS_FASTER_SPLIT, READS_FASTER_GPU = 6.0, 10.0, 30.0
"""How many times faster than it writes a model reads a prompt, in RAM, on both, whole on GPUs, where not measured:
writing is bound by memory, reading by arithmetic, of which a GPU has most (8B in 4 bits: 110 and some 3,500 tokens/s on
a mid-range card, 6 and 35 on eight cores)."""

CLOUD_TOKENS_PER_SECOND = 60.0
LOCAL_TOKENS_PER_SECOND = 8.0
"""Where neither measured nor predicted."""

UNKNOWN_LOAD_SECONDS = 10.0
THOUGHT_EASY, THOUGHT_HARD = 250.0, 2500.0
"""Tokens of thought ahead of an answer to the easiest and the hardest question, where not measured; distills of
DeepSeek-R1 write some 500 for GSM8K and several thousand for AIME."""

COMES_BACK = 0.5
"""Chance that what was thrown out is asked next and must be loaded again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Seconds of one answer. `load_seconds` are part of `first_seconds`; `felt_seconds` are those in which the person
    waits and does not read or listen; `later_seconds` are expected to be waited at the next question."""

    first_seconds: float
    seconds: float
    load_seconds: float
    felt_seconds: float
    later_seconds: float
    thinking_tokens: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What one answer takes of an engine, in tokens."""

    prompt_tokens: int
    answer_tokens: int
    difficulty: float


def waiting_for(
    engine: EngineStatus,
    facts: ModelFacts,
    load: Load,
    *,
    thinks: bool,
    door: Door = "chat",
    background: bool = False,
    displaced_seconds: float = 0.0,
) -> Waiting:
    """Return the seconds of one answer; `displaced_seconds` is what the models that make room take to load again."""
    speed = engine.tokens_per_second or (
        CLOUD_TOKENS_PER_SECOND if engine.where == "cloud" else LOCAL_TOKENS_PER_SECOND
    )
    loading = loading_seconds(engine)
    thought = thinking_tokens(facts, load, thinks=thinks)
    first = loading + _ready_seconds(engine, facts, load.prompt_tokens, speed) + thought / speed
    seconds = first + load.answer_tokens / speed
    return Waiting(
        first_seconds=first,
        seconds=seconds,
        load_seconds=loading,
        felt_seconds=felt_seconds(first, seconds, load.answer_tokens, door=door, background=background),
        later_seconds=COMES_BACK * displaced_seconds if loading else 0.0,
        thinking_tokens=thought,
    )


def felt_seconds(first: float, seconds: float, answer_tokens: int, *, door: Door, background: bool) -> float:
    """Return the seconds without anything new to hear or read, of an answer that begins after `first` of `seconds`.

    In the background nobody reads along: there it is all of them.
    """
    if background:
        return seconds
    tokens = max(answer_tokens, 1)
    writing = seconds - first
    if door != "voice":
        return first + max(writing - tokens / READING_TOKENS_PER_SECOND, 0.0)
    clause = min(CLAUSE_TOKENS / tokens, 1.0) * writing
    return first + max(clause, writing - tokens / HEARING_TOKENS_PER_SECOND)


def loading_seconds(engine: EngineStatus) -> float:
    """Return the seconds until the model is in memory; 0 where it is, and for a server."""
    if engine.where == "cloud" or engine.state == "ready":
        return 0.0
    return UNKNOWN_LOAD_SECONDS if engine.load_seconds is None else engine.load_seconds


def thinking_tokens(facts: ModelFacts, load: Load, *, thinks: bool) -> float:
    """Return how many tokens the model will think; more for a harder question."""
    if facts.thinking_tokens is not None:
        return facts.thinking_tokens
    if not thinks:
        return 0.0
    share = min(max(load.difficulty, 0.0), 1.0)
    return float(THOUGHT_EASY * (THOUGHT_HARD / THOUGHT_EASY) ** share)


def displaced_seconds(engine: EngineStatus, engines: Iterable[EngineStatus]) -> float:
    """Return how long the models in memory on the same devices take to load again; 0 where `engine` loads nothing."""
    if engine.where == "cloud" or engine.state != "loadable":
        return 0.0
    wanted = _devices(engine)
    return sum(
        other.load_seconds or 0.0
        for other in engines
        if other.where == "local" and other.state == "ready" and other.id != engine.id and wanted & _devices(other)
    )


def _ready_seconds(engine: EngineStatus, facts: ModelFacts, prompt_tokens: int, speed: float) -> float:
    """From the question to the first token of a model that is there: connecting and reading."""
    reads = facts.prompt_tokens_per_second or _reading_speed(engine, speed)
    if facts.first_seconds is not None:
        return facts.first_seconds + max(prompt_tokens - USUAL_PROMPT_TOKENS, 0) / reads
    usual = CLOUD_FIRST_SECONDS if engine.where == "cloud" else LOCAL_FIRST_SECONDS
    return usual + prompt_tokens / reads


def _reading_speed(engine: EngineStatus, speed: float) -> float:
    if engine.where == "cloud":
        return CLOUD_PROMPT_TOKENS_PER_SECOND
    device = engine.device.lower()
    if "gpu" not in device:
        return speed * READS_FASTER_CPU
    return speed * (READS_FASTER_SPLIT if "cpu" in device else READS_FASTER_GPU)


def _devices(engine: EngineStatus) -> set[str]:
    """The GPUs of "GPU 0+1+CPU"; where there is none, the device by its name."""
    parts = {part.strip().lower().removeprefix("gpu").strip() for part in engine.device.split("+")} - {""}
    return parts - {"cpu"} or parts
