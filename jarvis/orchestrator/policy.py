"""Which engines may answer a question, and in which order: expected quality less the price of money and of waiting.

A pure function of the question, the engines as they are now, what is known of the models, and what was learned: the
same values give the same decision. Knows no engine, no storage and no clock; chance comes in as `RouteQuestion.draw`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import Assessment, Decision, Excluded, ModelFacts, RouteCandidate, RouteQuestion
from jarvis.orchestrator.abilities import Abilities, abilities_of, foreign_penalty
from jarvis.orchestrator.file_room import RESERVED, further_tokens
from jarvis.orchestrator.learning import NOTHING, Learned, benefit_of_doubt, unlearned
from jarvis.orchestrator.quality import model_logit, sigmoid
from jarvis.orchestrator.reasons import (
    Caveat,
    excluded_sentence,
    first_sentence,
    money_text,
    none_sentence,
    other_sentence,
    pinned_cannot,
    seconds_text,
    spare_word,
)
from jarvis.orchestrator.waiting import (
    CLOUD_PROMPT_TOKENS_PER_SECOND,
    Load,
    Waiting,
    displaced_seconds,
    waiting_for,
)

ASSUMED_USD = (2.5, 10.0)
"""Dollars per million tokens read and written that a model of unknown price is weighed with: a dear one's."""

THOUGHT_ALLOWED = 3.0
"""Times the usual thought that a model may think: lengths of thoughts vary by about a factor of two."""

ASKING_SECONDS = 4.0
"""What a person takes to read what would be sent, and to say yes."""

EXPLORED_USD = 0.002
"""Dearer answers are never asked for only to learn."""

NOT_TOLD = 0.5
"""Share of personal questions that cannot be answered without what Jarvis was told; assumed, not measured."""

FactsOf = Callable[[str], ModelFacts]
AbilitiesOf = Callable[[EngineStatus, ModelFacts], Abilities]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weighed:
    """A candidate with what decided: `plain` is its score without the benefit of the doubt, `rated` what this person's
    reactions added to its quality, `caveats` what speaks against it."""

    candidate: RouteCandidate
    plain: float
    loads: bool
    rated: float
    caveats: tuple[Caveat, ...]


def abilities_now(engine: EngineStatus, facts: ModelFacts) -> Abilities:
    """Return the abilities of an engine's model, computed anew."""
    return abilities_of(facts, engine.abilities)


def decide(
    question: RouteQuestion,
    engines: Sequence[EngineStatus],
    facts: FactsOf,
    learned: Learned = NOTHING,
    *,
    abilities: AbilitiesOf = abilities_now,
) -> Decision:
    """Return the engines that may answer `question` in the order to try, and those that may not with the reason.

    Score = probability of a good answer - dollars * `per_dollar` - felt seconds * `per_second_*` - `leaving` in the
    cloud; a pinned engine that may answer comes first whatever its score. Local engines that are not `preferred` come
    after all others while there is one that is.
    """
    excluded: list[Excluded] = []
    weighed: list[_Weighed] = []
    for engine in _with_needed_tools(question, engines, excluded):
        outcome = _looked_at(question, engine, engines, facts(engine.id), learned, abilities)
        if isinstance(outcome, Excluded):
            excluded.append(outcome)
        else:
            weighed.append(outcome)
    spare = _spare(engines, weighed)
    return _decision(question, weighed, excluded, spare)


def price_of_a_second(question: RouteQuestion) -> float:
    """Return what one second of waiting takes off the score, by where the question came in."""
    if question.background:
        return question.weights.per_second_background
    return question.weights.per_second_voice if question.door == "voice" else question.weights.per_second_chat


def _with_needed_tools(
    question: RouteQuestion, engines: Sequence[EngineStatus], excluded: list[Excluded]
) -> Sequence[EngineStatus]:
    """Leave out models without tools where tools are needed, unless no usable model has any: then words must do."""
    if "tools" not in question.assessment.needs:
        return engines
    able = [engine for engine in engines if "tools" in engine.abilities]
    if not any(_first_obstacle(question, engine) is None for engine in able):
        return engines
    for engine in engines:
        if engine not in able:
            excluded.append(_first_obstacle(question, engine) or _out(question, engine, "tools"))
    return able


def _looked_at(
    question: RouteQuestion,
    engine: EngineStatus,
    engines: Sequence[EngineStatus],
    facts: ModelFacts,
    learned: Learned,
    abilities: AbilitiesOf,
) -> _Weighed | Excluded:
    obstacle = _first_obstacle(question, engine)
    if obstacle is not None:
        return obstacle
    able = abilities(engine, facts)
    assessment = question.assessment
    waiting = waiting_for(
        engine,
        facts,
        Load(
            prompt_tokens=question.prompt_tokens,
            answer_tokens=max(min(assessment.answer_tokens, question.max_answer_tokens), 1),
            difficulty=assessment.difficulty,
        ),
        thinks=able.thinks,
        door=question.door,
        background=question.background,
        displaced_seconds=displaced_seconds(engine, engines),
    )
    allowed = _thinking_allowed(question, engine, waiting.thinking_tokens)
    if allowed is None:
        return _too_long(question, engine, waiting.thinking_tokens)
    written = assessment.answer_tokens + waiting.thinking_tokens
    cost = _usd(engine, facts, question.prompt_tokens, written)
    dear = _over_budget(question, engine, facts, cost, allowed)
    if dear is not None:
        return dear
    further = _further(question, engine, facts, allowed)
    reading = further / CLOUD_PROMPT_TOKENS_PER_SECOND
    correction = learned.mixed(engine.model, assessment.domains) or unlearned(able)
    by_scores = model_logit(assessment, able, facts, question.language, question.prompt_tokens)
    value = by_scores + correction.mean
    knows = _share_known(assessment, engine)
    charge = _charge(question, engine, facts, cost, waiting, written)
    tried = value
    total = _usd(engine, facts, question.prompt_tokens + further, written)
    if _may_explore(question, engine, total, waiting):
        tried += benefit_of_doubt(correction, engine.id, question.draw, question.weights.explore)
    return _Weighed(
        candidate=RouteCandidate(
            engine=engine.id,
            model=engine.model,
            where=engine.where,
            score=knows * sigmoid(tried) - charge,
            quality=knows * sigmoid(value),
            cost_usd=total,
            first_seconds=waiting.first_seconds + reading,
            seconds=waiting.seconds + reading,
            why="",
            asks=_asks(question, engine),
            thinking_tokens=allowed,
            further_tokens=further,
        ),
        plain=knows * sigmoid(value) - charge,
        loads=waiting.load_seconds > 0,
        rated=knows * (sigmoid(value) - sigmoid(by_scores)),
        caveats=_caveats(question, engine, facts),
    )


def _share_known(assessment: Assessment, engine: EngineStatus) -> float:
    """What Jarvis was told stays on this computer, so that a model elsewhere must guess at what is personal."""
    return 1.0 - NOT_TOLD * assessment.domains.get("personal", 0.0) if engine.where == "cloud" else 1.0


def _first_obstacle(question: RouteQuestion, engine: EngineStatus) -> Excluded | None:
    """What keeps `engine` from answering whatever it costs; None when nothing does."""
    if engine.state not in {"ready", "loadable"}:
        return _out(question, engine, "missing")
    if engine.where == "cloud" and question.privacy == "local":
        return _out(question, engine, "privacy")
    if engine.where == "cloud" and question.private:
        return _out(question, engine, "privacy", kind="private")
    if "vision" in question.assessment.needs and "vision" not in engine.abilities:
        return _out(question, engine, "vision")
    if engine.context_tokens and _needed(question) > engine.context_tokens:
        return _too_long(question, engine)
    left = question.unusable.get(engine.id)
    if left is not None:
        return _out(question, engine, "resting", seconds=seconds_text(left, question.language))
    return None


def _needed(question: RouteQuestion) -> int:
    """Tokens that prompt and answer take together."""
    return question.prompt_tokens + min(question.assessment.answer_tokens, question.max_answer_tokens)


def _thinking_allowed(question: RouteQuestion, engine: EngineStatus, thought: float) -> int | None:
    """How much thought to allow, so that hardly any is cut off; None where not even the usual fits the context."""
    if not thought:
        return 0
    room = engine.context_tokens - _needed(question) if engine.context_tokens else math.inf
    return math.ceil(min(THOUGHT_ALLOWED * thought, room)) if thought <= room else None


def _too_long(question: RouteQuestion, engine: EngineStatus, thought: float = 0.0) -> Excluded:
    need = _needed(question) + math.ceil(thought)
    return _out(question, engine, "context", have=str(engine.context_tokens), need=str(need))


def _out(question: RouteQuestion, engine: EngineStatus, code: str, *, kind: str = "", **values: str) -> Excluded:
    why = excluded_sentence(kind or code, question.language, engine.model or engine.id, **values)
    if code == "missing" and engine.sentence:
        why = engine.sentence
    return Excluded(engine=engine.id, model=engine.model, code=code, why=why)


def _usd(engine: EngineStatus, facts: ModelFacts, prompt_tokens: int, written_tokens: float) -> float | None:
    if engine.where == "local":
        return 0.0
    if facts.input_usd is None or facts.output_usd is None:
        return None
    return (prompt_tokens * facts.input_usd + written_tokens * facts.output_usd) / 1_000_000


def _further(question: RouteQuestion, engine: EngineStatus, facts: ModelFacts, thinking_allowed: int) -> int:
    """How many more tokens of files it is sent, so that what is set aside for all of it is within the budget."""
    most = _usd(engine, facts, question.prompt_tokens, thinking_allowed + question.max_answer_tokens)
    left = question.budget_left_usd
    reads = ASSUMED_USD[0] if facts.input_usd is None else facts.input_usd
    needed = question.prompt_tokens + thinking_allowed + question.max_answer_tokens
    return further_tokens(question, engine, needed, reads, None if left is None else left / RESERVED - (most or 0.0))


def _over_budget(
    question: RouteQuestion, engine: EngineStatus, facts: ModelFacts, cost: float | None, thinking_allowed: int
) -> Excluded | None:
    """The budget must hold the longest allowed thought and answer, not only the expected ones."""
    left = question.budget_left_usd
    if left is None or engine.where == "local":
        return None
    if cost is None:
        return _out(question, engine, "budget", kind="unpriced")
    most = _usd(engine, facts, question.prompt_tokens, thinking_allowed + question.max_answer_tokens)
    if most is None or most <= left:
        return None
    language = question.language
    return _out(question, engine, "budget", usd=money_text(most, language), left=money_text(left, language))


def _charge(
    question: RouteQuestion,
    engine: EngineStatus,
    facts: ModelFacts,
    cost: float | None,
    waiting: Waiting,
    written_tokens: float,
) -> float:
    """What money, seconds and leaving this computer take off the quality."""
    if cost is None:
        reads = ASSUMED_USD[0] if facts.input_usd is None else facts.input_usd
        writes = ASSUMED_USD[1] if facts.output_usd is None else facts.output_usd
        cost = (question.prompt_tokens * reads + written_tokens * writes) / 1_000_000
    felt = waiting.felt_seconds + (ASKING_SECONDS if _asks(question, engine) else 0.0)
    return (
        question.weights.per_dollar * cost
        + price_of_a_second(question) * felt
        + question.weights.per_second_chat * waiting.later_seconds
        + (question.weights.leaving if engine.where == "cloud" else 0.0)
    )


def _caveats(question: RouteQuestion, engine: EngineStatus, facts: ModelFacts) -> tuple[Caveat, ...]:
    found: list[Caveat] = []
    if "tools" in question.assessment.needs and "tools" not in engine.abilities:
        found.append("no_tools")
    if foreign_penalty(facts, question.language) > 0:
        found.append("foreign")
    return tuple(found)


def _asks(question: RouteQuestion, engine: EngineStatus) -> bool:
    return engine.where == "cloud" and question.privacy == "ask"


def _may_explore(question: RouteQuestion, engine: EngineStatus, cost: float | None, waiting: Waiting) -> bool:
    """Nothing is tried out with what is private or dear, aloud, or where it would mean to load a model or to ask."""
    if question.private or question.door == "voice" or question.pinned is not None or waiting.load_seconds > 0:
        return False
    if _asks(question, engine):
        return False
    return cost is not None and cost <= EXPLORED_USD


def _spare(engines: Sequence[EngineStatus], weighed: Sequence[_Weighed]) -> frozenset[str]:
    """Return the local engines that only stand in for those that the person put in service."""
    able = {one.candidate.engine for one in weighed}
    here = [engine for engine in engines if engine.where == "local" and engine.id in able]
    return frozenset(e.id for e in here if not e.preferred) if any(e.preferred for e in here) else frozenset()


def _decision(
    question: RouteQuestion, weighed: list[_Weighed], excluded: list[Excluded], spare: frozenset[str]
) -> Decision:
    language = question.language
    if not weighed:
        return Decision(candidates=(), excluded=tuple(excluded), reason=_pinned_says(question, excluded, ""))
    ordered = sorted(weighed, key=lambda one: (_is_spare(one, spare), -one.candidate.score, one.candidate.engine))
    usual = min(weighed, key=lambda one: (_is_spare(one, spare), -one.plain, one.candidate.engine))
    pinned = next((one for one in ordered if one.candidate.engine == question.pinned), None)
    if pinned is not None:
        ordered = [pinned, *(one for one in ordered if one is not pinned)]
    top = ordered[0]
    first = top.candidate
    if pinned is None and usual is not top:
        first = replace(first, explored=True)
    others = [one.candidate for one in ordered[1:]]
    why = first_sentence(
        first,
        others,
        excluded,
        language,
        loads=top.loads,
        pinned=pinned is not None,
        rated=top.rated,
        caveats=top.caveats,
    )
    candidates = [replace(first, why=why)]
    for other in others:
        why_not = other_sentence(other, first, language, pinned=pinned is not None)
        candidates.append(replace(other, why=f"{why_not} {spare_word(language)}" if other.engine in spare else why_not))
    reason = why if pinned is not None else _pinned_says(question, excluded, why)
    return Decision(candidates=tuple(candidates), excluded=tuple(excluded), reason=reason)


def _is_spare(one: _Weighed, spare: frozenset[str]) -> bool:
    return one.candidate.engine in spare


def _pinned_says(question: RouteQuestion, excluded: Sequence[Excluded], why: str) -> str:
    """The reason, begun with why the chosen engine cannot answer where one was chosen."""
    rest = why or none_sentence(excluded, question.language)
    chosen = next((one for one in excluded if one.engine == question.pinned), None)
    if chosen is None:
        return rest
    instead = why or none_sentence([one for one in excluded if one is not chosen], question.language)
    return pinned_cannot(chosen.model or chosen.engine, chosen.why, instead, question.language)
