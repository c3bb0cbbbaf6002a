"""The router as a whole: what it hands on, what it remembers, when it learns, and that it never waits for learning."""

import threading
from dataclasses import replace

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.ports import Router
from jarvis.contracts.routing import ModelFacts
from jarvis.orchestrator.learning import NOTHING
from jarvis.orchestrator.orchestrator import ModelOrchestrator
from jarvis.orchestrator.policy import decide
from tests.fakes.route_world import (
    CLOUD,
    ENGINES,
    SMALL,
    FixedAssessor,
    ListedOutcomes,
    assessed,
    facts_of,
    outcome,
    question,
)

HARD = assessed("code", 0.35, 0.75, tokens=400)


def orchestrator(outcomes=None, facts=facts_of) -> ModelOrchestrator:
    return ModelOrchestrator(FixedAssessor(HARD), facts, outcomes)


def test_it_is_a_router_and_hands_the_question_to_the_assessor():
    assessor = FixedAssessor(HARD)
    router: Router = ModelOrchestrator(assessor, facts_of)
    assert router.assess("¿por qué?", "es", images=2, context_tokens=7) is HARD
    assert assessor.asked == [("¿por qué?", "es", 2, 7)]


def test_it_decides_as_the_policy_does():
    asked = question(HARD)
    assert orchestrator().decide(asked, ENGINES) == decide(asked, ENGINES, facts_of)
    assert orchestrator().learned() is NOTHING
    assert orchestrator().effectiveness() == ()
    assert orchestrator().forget() == 0


def test_new_facts_about_a_model_count_at_once():
    known: dict[str, object] = {}

    def facts(engine: str) -> ModelFacts:
        return replace(facts_of(engine), **known)

    router = orchestrator(facts=facts)
    asked = question(HARD)
    before = router.decide(asked, ENGINES)
    known["scores"] = {"HumanEval": 5.0, "MMLU": 26.0}
    after = router.decide(asked, ENGINES)
    assert after == decide(asked, ENGINES, facts)
    assert after.candidates[0].quality < before.candidates[0].quality
    known["first_seconds"] = 9.0
    assert router.decide(asked, ENGINES) == decide(asked, ENGINES, facts) != after


def test_a_model_that_is_found_to_be_good_at_something_counts_at_once():
    engine = replace(ENGINES[3], id="acme/one", abilities=frozenset({"chat"}))
    able = replace(engine, abilities=frozenset({"chat", "code"}))
    router, asked = (
        orchestrator(facts=lambda name: ModelFacts(engine=name, input_usd=1.0, output_usd=4.0)),
        question(HARD),
    )
    before, after = (router.decide(asked, [one]).candidates[0] for one in (engine, able))
    assert after.quality > before.quality


def test_outcomes_are_replayed_once_until_they_change():
    book = ListedOutcomes([outcome(number, model=CLOUD.engine, domain="code", value=0.0) for number in range(40)])
    router = orchestrator(book)
    asked = question(HARD)
    first = router.decide(asked, ENGINES)
    for _ in range(5):
        assert router.decide(asked, ENGINES) == first
    router.learned()
    router.effectiveness()
    assert book.read == 1
    assert first != orchestrator().decide(asked, ENGINES)


def test_a_new_outcome_is_learned_beside_the_decision_and_known_to_the_next():
    book = ListedOutcomes([outcome(0)])
    router = orchestrator(book)
    asked = question(HARD)
    before = router.decide(asked, ENGINES)
    for number in range(1, 60):
        book.add(outcome(number, model=CLOUD.engine, domain="code", value=0.0))
    router.decide(asked, ENGINES)
    router.settle()
    after = router.decide(asked, ENGINES)
    assert after != before
    assert after == orchestrator(ListedOutcomes(book.rows)).decide(asked, ENGINES)


def test_forgetting_forgets_and_effectiveness_shows_at_once():
    book = ListedOutcomes([outcome(number, domain="code", value=0.0) for number in range(10)])
    router = orchestrator(book)
    record = router.effectiveness()[0]
    assert (record.model, record.domain, record.outcomes) == (SMALL.engine, "code", 10)
    assert router.forget() == 10
    assert router.effectiveness() == ()
    assert router.decide(question(HARD), ENGINES) is not None
    router.settle()
    assert router.decide(question(HARD), ENGINES) == orchestrator().decide(question(HARD), ENGINES)


def test_outcomes_that_cannot_be_read_are_told_at_first_and_later_leave_what_was_learned(caplog):
    book = ListedOutcomes([outcome(0)])
    book.broken = True
    router = orchestrator(book)
    with pytest.raises(StorageError):
        router.decide(question(HARD), ENGINES)
    book.broken = False
    known = router.decide(question(HARD), ENGINES)
    book.broken = True
    book.add(outcome(1, value=0.0))
    with caplog.at_level("WARNING"):
        assert router.decide(question(HARD), ENGINES) == known
        router.settle()
    assert "could not be read" in caplog.text
    book.broken = False
    router.decide(question(HARD), ENGINES)
    router.settle()
    assert router.learned() == orchestrator(ListedOutcomes(book.rows)).learned()


def test_what_was_learned_does_not_depend_on_which_engines_were_seen():
    rows = [outcome(number, model="unknown:7b", value=0.0) for number in range(5)]
    fresh, used = orchestrator(ListedOutcomes(rows)), orchestrator(ListedOutcomes(rows))
    used.decide(question(HARD), [replace(ENGINES[0], id="unknown:7b", abilities=frozenset({"code"}))])
    assert fresh.learned() == used.learned()


def test_threads_decide_alike():
    book = ListedOutcomes([outcome(number, value=number % 2) for number in range(50)])
    router = orchestrator(book)
    asked = question(HARD)
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(router.decide(asked, ENGINES) for _ in range(20)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 160
    assert all(decision == found[0] for decision in found)
