"""Who works together, in which order, and what fits the limits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.cooperation import CooperationLimits, CooperationPlan
from jarvis.contracts.errors import InputError
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import (
    DOMAINS,
    Assessment,
    Decision,
    Domain,
    RouteCandidate,
    RouteQuestion,
    RouteWeights,
)
from jarvis.orchestrator.cooperation import SpecialistPlanner
from jarvis.orchestrator.roles import DEFAULT_ROLES, role_of, roles_from_json

WEIGHTS = RouteWeights(
    per_dollar=10, per_second_voice=0.02, per_second_chat=0.01, per_second_background=0.001, explore=0
)
RIG = {
    "llama-3.1-8b:q4_k_m": (0.60, 3.0, 2.0, "ready"),
    "qwen2.5-32b:q4_k_m": (0.75, 45.0, 20.0, "loadable"),
    "deepseek-r1-distill-qwen-14b:q4_k_m": (0.70, 25.0, 8.0, "loadable"),
    "llama-3.3-70b:q4_k_m": (0.80, 150.0, 40.0, "loadable"),
}


def question(language: str = "en", **likely: float) -> RouteQuestion:
    domains: dict[Domain, float] = {domain: likely.get(domain, 0.0) for domain in DOMAINS}
    return RouteQuestion(
        text="?",
        assessment=Assessment(
            difficulty=0.9,
            p_weak=0.3,
            p_strong=0.7,
            domain=max(domains, key=lambda domain: domains[domain]),
            domains=domains,
            language=language,  # type: ignore[arg-type]
        ),
        language=language,  # type: ignore[arg-type]
        weights=WEIGHTS,
    )


def candidate(engine: str, quality: float, seconds: float, **fields: object) -> RouteCandidate:
    values = {"where": "local", "cost_usd": 0.0, **fields}
    return RouteCandidate(
        engine=engine,
        model=engine,
        score=quality,
        quality=quality,
        first_seconds=seconds / 2,
        seconds=seconds,
        why="",
        **values,  # type: ignore[arg-type]
    )


def rig(*names: str) -> tuple[Decision, list[EngineStatus]]:
    chosen = {name: row for name, row in RIG.items() if not names or any(name.startswith(n) for n in names)}
    candidates = tuple(candidate(name, row[0], row[1]) for name, row in chosen.items())
    statuses = [
        EngineStatus(id=name, model=name, where="local", state=row[3], load_seconds=row[2])  # type: ignore[arg-type]
        for name, row in chosen.items()
    ]
    return Decision(candidates=candidates, excluded=(), reason=""), statuses


def cast(plan: CooperationPlan | None) -> list[tuple[str, str]]:
    assert plan is not None
    return [(stage.role.id, stage.candidate.engine.partition(":")[0]) for stage in plan.stages]


FAR = CooperationLimits(seconds=10_000, usd=1)


def test_a_field_gets_the_model_that_suits_it_and_a_second_opinion() -> None:
    plan = SpecialistPlanner().plan(question(maths=0.9), *rig(), FAR)
    parts = cast(plan)
    assert ("maths", "deepseek-r1-distill-qwen-14b") in parts
    assert [role for role, _ in parts][-2:] == ["review", "integrate"]
    assert len({engine for role, engine in parts if role in {"maths", "legal"}}) == 2


def test_two_likely_fields_get_two_specialists() -> None:
    parts = cast(SpecialistPlanner().plan(question(code=0.5, maths=0.45), *rig(), FAR))
    assert {role for role, _ in parts} == {"code", "maths", "review", "integrate"}


def test_whoever_is_loaded_by_then_reviews_and_writes() -> None:
    decision, statuses = rig("qwen2.5-32b", "llama-3.1-8b")
    plan = SpecialistPlanner().plan(question(technical=1.0), decision, statuses, FAR)
    parts = cast(plan)
    assert plan is not None
    loads = sum(stage.seconds >= 20 + 0.1 for stage in plan.stages)
    assert loads <= 3
    assert parts[0] == ("technical", "llama-3.1-8b"), "what is loaded already goes first"
    assert [engine for _, engine in parts[1:]] == ["qwen2.5-32b"] * 3, "one load serves the rest"


@pytest.mark.parametrize(("seconds", "roles"), [(400, 4), (130, 4), (60, 3), (4, 0)])
def test_what_does_not_fit_the_seconds_is_left_out(seconds: float, roles: int) -> None:
    decision, statuses = rig("qwen2.5-32b", "llama-3.1-8b")
    plan = SpecialistPlanner().plan(question(technical=1.0), decision, statuses, CooperationLimits(seconds=seconds))
    assert (len(plan.stages) if plan else 0) == roles
    assert plan is None or sum(stage.seconds for stage in plan.stages) <= seconds


def test_money_is_kept_too_and_an_unknown_price_takes_no_part() -> None:
    near, statuses = rig("llama-3.1-8b")
    far = candidate("openai/gpt-4o", 0.9, 3.0, where="cloud", cost_usd=0.02)
    dark = candidate("cloud", 0.95, 3.0, where="cloud", cost_usd=None)
    asks = replace(far, engine="google/gemini", model="gemini", asks=True)
    decision = replace(near, candidates=(*near.candidates, far, dark, asks))
    for engine in (far, dark, asks):
        statuses.append(EngineStatus(id=engine.engine, model=engine.model, where="cloud", state="ready"))
    plan = SpecialistPlanner().plan(question(legal=1.0), decision, statuses, CooperationLimits(usd=0.05))
    assert plan is not None and plan.leaves
    engines = {stage.candidate.engine for stage in plan.stages}
    assert engines <= {"openai/gpt-4o", "llama-3.1-8b:q4_k_m"}
    assert sum(stage.cost_usd for stage in plan.stages) <= 0.05
    cheap = SpecialistPlanner().plan(question(legal=1.0), decision, statuses, CooperationLimits(usd=0.001))
    assert cheap is not None and not cheap.leaves


def test_nobody_to_cooperate_is_no_plan() -> None:
    assert (
        SpecialistPlanner().plan(question(chat=1.0), Decision(candidates=(), excluded=(), reason=""), [], FAR) is None
    )


def test_escalation_asks_the_fast_one_first_and_a_stronger_one_when_unsure() -> None:
    limits = CooperationLimits(seconds=400, variant="escalate")
    plan = SpecialistPlanner().plan(question(maths=1.0), *rig(), limits)
    assert cast(plan) == [("draft", "llama-3.1-8b"), ("verify", "llama-3.1-8b")]
    assert plan is not None and plan.escalation is not None and plan.escalation.engine.startswith("llama-3.3-70b")
    assert SpecialistPlanner().plan(question(maths=1.0), *rig("llama-3.1-8b"), limits) is None
    tight = replace(limits, seconds=20)
    assert SpecialistPlanner().plan(question(maths=1.0), *rig(), tight) is None


@pytest.mark.parametrize(("language", "word"), [("en", "Working together"), ("es", "Trabajan juntos")])
def test_the_plan_is_told_in_the_asked_language(language: str, word: str) -> None:
    plan = SpecialistPlanner().plan(question(language, legal=1.0), *rig(), FAR)
    assert plan is not None and plan.sentence.startswith(word)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(RIG)), st.floats(0.05, 0.95), st.floats(0.1, 300), st.floats(0, 60), st.booleans()
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(DOMAINS),
    st.floats(1, 1000),
)
def test_a_plan_always_fits_and_ends_with_the_answer(
    rows: list[tuple[str, float, float, float, bool]], domain: Domain, seconds: float
) -> None:
    candidates = tuple(candidate(name, quality, load + answer) for name, quality, answer, load, _ in rows)
    statuses = [
        EngineStatus(id=name, model=name, where="local", state="ready" if ready else "loadable", load_seconds=load)
        for name, _, _, load, ready in rows
    ]
    decision = Decision(candidates=candidates, excluded=(), reason="")
    plan = SpecialistPlanner().plan(question(**{domain: 1.0}), decision, statuses, CooperationLimits(seconds=seconds))
    again = SpecialistPlanner().plan(question(**{domain: 1.0}), decision, statuses, CooperationLimits(seconds=seconds))
    assert plan == again
    if plan is not None:
        assert plan.stages[-1].role.kind == "integrate"
        assert plan.stages[0].role.kind == "specialist"
        assert sum(stage.seconds for stage in plan.stages) <= seconds + 1e-6


def test_roles_can_be_the_person_s_own() -> None:
    own = {
        "id": "cook",
        "kind": "specialist",
        "domains": ["knowledge"],
        "prefers": ["gemma"],
        "title_en": "Cook",
        "title_es": "Cocinera",
        "instruction_en": "Cook.",
        "instruction_es": "Cocina.",
    }
    roles = roles_from_json(json.dumps([own]), "roles.json")
    assert [role.id for role in roles if role.kind == "specialist"] == ["cook"]
    assert role_of("integrate", roles) == role_of("integrate", DEFAULT_ROLES)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "line 1"),
        ("{}", "list"),
        ("[1]", "list"),
        ('[{"id": "x"}]', "kind"),
        ('[{"colour": "x"}]', "colour"),
        (
            '[{"id":"x","kind":"boss","domains":[],"prefers":[],"title_en":"","title_es":"",'
            '"instruction_en":"","instruction_es":""}]',
            "boss",
        ),
        (
            '[{"id":"x","kind":"review","domains":["cooking"],"prefers":[],"title_en":"","title_es":"",'
            '"instruction_en":"","instruction_es":""}]',
            "cooking",
        ),
        (
            '[{"id":"x","kind":"specialist","domains":[],"prefers":[],"title_en":"","title_es":"",'
            '"instruction_en":"","instruction_es":""}]',
            "at least one domain",
        ),
    ],
)
def test_a_wrong_file_of_roles_says_where_and_what(text: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        roles_from_json(text, "roles.json")
    for language in ("en", "es"):
        sentence = caught.value.sentence(language)  # type: ignore[arg-type]
        assert "roles.json" in sentence
    assert word in caught.value.sentence("en")
