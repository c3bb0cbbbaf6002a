"""The policy as a table: which engine answers what, what keeps one out, and what the sentences say."""

from dataclasses import replace

import pytest

from jarvis.orchestrator.abilities import abilities_of
from jarvis.orchestrator.learning import learn
from jarvis.orchestrator.policy import ASKING_SECONDS, decide
from jarvis.orchestrator.profiles import weights_for
from tests.fakes.route_world import (
    CHEAP,
    CHEAP_READY,
    CLOUD,
    CLOUD_READY,
    ENGINES,
    HUGE,
    HUGE_LOADABLE,
    SMALL,
    SMALL_READY,
    THINKER,
    THINKER_LOADABLE,
    assessed,
    facts_of,
    outcome,
    question,
)

HARD_CODE = assessed("code", 0.35, 0.75, tokens=400)
EASY_CHAT = assessed("chat", 0.93, 0.97, tokens=40)
HARD_MATHS = assessed("maths", 0.4, 0.8, tokens=300)
LOCAL = tuple(engine for engine in ENGINES if engine.where == "local")


def decided(assessment=None, engines=ENGINES, facts=facts_of, learned=None, **parts):
    asked = question(assessment, **parts)
    return decide(asked, engines, facts, *([learned] if learned is not None else []))


def order(decision) -> list[str]:
    return [candidate.engine for candidate in decision.candidates]


def out(decision) -> dict[str, str]:
    return {excluded.engine: excluded.code for excluded in decision.excluded}


@pytest.mark.parametrize(
    ("assessment", "parts", "first"),
    [
        (EASY_CHAT, {}, SMALL.engine),
        (EASY_CHAT, {"door": "voice", "language": "es"}, SMALL.engine),
        (EASY_CHAT, {"weights": weights_for("fast")}, SMALL.engine),
        (HARD_CODE, {}, CLOUD.engine),
        (HARD_CODE, {"weights": weights_for("best")}, CLOUD.engine),
        (HARD_CODE, {"door": "voice"}, CLOUD.engine),
        (HARD_MATHS, {"privacy": "local"}, THINKER.engine),
        (HARD_MATHS, {"privacy": "local", "door": "voice"}, SMALL.engine),
        (HARD_MATHS, {"private": True}, THINKER.engine),
        (assessed("legal", 0.4, 0.7, tokens=500), {"privacy": "local", "background": True}, HUGE.engine),
        (assessed("legal", 0.4, 0.7, tokens=500), {"privacy": "local"}, THINKER.engine),
    ],
)
def test_who_comes_first(assessment, parts, first):
    assert order(decided(assessment, **parts))[0] == first


def test_a_huge_model_that_writes_slowly_is_the_wrong_answer_to_a_spoken_question_however_good_it_is():
    decision = decided(assessed("knowledge", 0.4, 0.8), (SMALL_READY, HUGE_LOADABLE), door="voice")
    best = max(decision.candidates, key=lambda one: one.quality)
    assert best.engine == HUGE.engine
    assert order(decision)[0] == SMALL.engine


def test_what_is_loaded_answers_what_a_little_better_model_would_have_to_be_loaded_for():
    question_of = assessed("maths", 0.9, 0.95, tokens=100)
    loaded = replace(THINKER_LOADABLE, state="ready")
    facts = {THINKER.engine: replace(THINKER, thinking_tokens=0.0)}
    small_first = decided(question_of, (SMALL_READY, THINKER_LOADABLE), lambda engine: facts.get(engine, SMALL))
    both_loaded = decided(question_of, (SMALL_READY, loaded), lambda engine: facts.get(engine, SMALL))
    assert order(small_first)[0] == SMALL.engine
    assert order(both_loaded)[0] == THINKER.engine


def test_numbers_of_a_candidate():
    candidate = next(one for one in decided(HARD_CODE).candidates if one.engine == CLOUD.engine)
    assert candidate.cost_usd == pytest.approx((300 * 2.5 + 400 * 10) / 1e6)
    assert candidate.first_seconds < candidate.seconds == pytest.approx(candidate.first_seconds + 5.0)
    weights = weights_for("balanced")
    paid = weights.per_dollar * candidate.cost_usd + weights.leaving
    assert candidate.score == pytest.approx(
        candidate.quality - paid - weights.per_second_chat * candidate.first_seconds
    )
    assert all(one.cost_usd == 0.0 for one in decided(HARD_CODE).candidates if one.where == "local")


def test_thoughts_are_paid_for_as_well():
    thinker = ENGINES[3]
    facts = replace(CLOUD, scores={"AIME 2024 (thinking)": 50.0}, thinking_tokens=1000.0)
    cost = decided(HARD_CODE, (thinker,), lambda _: facts).candidates[0].cost_usd
    assert cost == pytest.approx((300 * 2.5 + 1400 * 10) / 1e6)


@pytest.mark.parametrize(
    ("parts", "left_out"),
    [
        ({"privacy": "local"}, {CLOUD.engine: "privacy", CHEAP.engine: "privacy"}),
        ({"private": True}, {CLOUD.engine: "privacy", CHEAP.engine: "privacy"}),
        ({"budget_left_usd": 0.0}, {CLOUD.engine: "budget", CHEAP.engine: "budget"}),
        ({"budget_left_usd": 0.005}, {CLOUD.engine: "budget"}),
        ({"unusable": {SMALL.engine: 12.0}}, {SMALL.engine: "resting"}),
        ({"prompt_tokens": 9000}, dict.fromkeys((SMALL.engine, THINKER.engine, HUGE.engine), "context")),
        ({"prompt_tokens": 8100}, dict.fromkeys((SMALL.engine, THINKER.engine, HUGE.engine), "context")),
        ({"prompt_tokens": 10**6}, dict.fromkeys((one.id for one in ENGINES), "context")),
        ({}, {}),
    ],
)
def test_what_keeps_engines_out(parts, left_out):
    decision = decided(**parts)
    assert out(decision) == left_out
    assert set(order(decision)) == {engine.id for engine in ENGINES} - set(left_out)
    for excluded in decision.excluded:
        assert excluded.model in excluded.why


def test_limits_are_reached_before_they_are_passed():
    full = SMALL_READY.context_tokens - assessed().answer_tokens
    assert decided(engines=(SMALL_READY,), prompt_tokens=full).candidates
    assert not decided(engines=(SMALL_READY,), prompt_tokens=full + 1).candidates
    most = (300 * 2.5 + 1024 * 10.0) / 1_000_000
    assert decided(engines=(CLOUD_READY,), budget_left_usd=most).candidates
    assert not decided(engines=(CLOUD_READY,), budget_left_usd=most * 0.999).candidates


def test_needs_keep_out_who_cannot():
    seeing = decided(assessed("vision", needs=["vision"]))
    assert out(seeing) == dict.fromkeys((SMALL.engine, THINKER.engine, HUGE.engine), "vision")
    tools = decided(assessed(needs=["tools"]))
    assert out(tools) == {THINKER.engine: "tools"}
    wordy = decided(assessed(needs=["tools"]), (THINKER_LOADABLE,))
    assert order(wordy) == [THINKER.engine]
    resting = decided(assessed(needs=["tools"]), (SMALL_READY, THINKER_LOADABLE), unusable={SMALL.engine: 9.0})
    assert order(resting) == [THINKER.engine]


@pytest.mark.parametrize("state", ["missing", "failed", "installing"])
def test_what_is_not_there_says_so_in_its_own_words(state):
    missing = replace(CLOUD_READY, state=state, sentence="Enter a key first.")
    decision = decided(engines=(missing, SMALL_READY))
    assert [(one.code, one.why) for one in decision.excluded] == [("missing", "Enter a key first.")]
    assert decided(engines=(replace(missing, sentence=""),)).excluded[0].why.endswith("is not ready.")


def test_an_unknown_price_is_weighed_as_dear_and_left_out_under_a_limit():
    facts = {CLOUD.engine: replace(CLOUD, input_usd=None, output_usd=None)}
    free = decided(HARD_CODE, (CLOUD_READY,), lambda engine: facts[engine])
    assert free.candidates[0].cost_usd is None
    assert "price that is not known" in free.reason
    known = decided(HARD_CODE, (CLOUD_READY,))
    charges = [one.candidates[0].quality - one.candidates[0].score for one in (free, known)]
    assert charges[0] == pytest.approx(charges[1])
    limited = decided(HARD_CODE, (CLOUD_READY,), lambda engine: facts[engine], budget_left_usd=100.0)
    assert out(limited) == {CLOUD.engine: "budget"}
    assert limited.candidates == ()


def test_asking_first_is_marked_on_what_leaves_and_only_there():
    decision = decided(HARD_CODE, privacy="ask")
    assert {one.engine for one in decision.candidates if one.asks} == {CLOUD.engine, CHEAP.engine}
    assert "asked before anything is sent" in decision.reason
    assert "antes de enviar" in decided(HARD_CODE, privacy="ask", language="es").reason


def test_to_be_asked_costs_some_seconds():
    free, asking = (
        next(one for one in decided(HARD_CODE, privacy=privacy).candidates if one.engine == CLOUD.engine)
        for privacy in ("cloud", "ask")
    )
    assert free.score - asking.score == pytest.approx(ASKING_SECONDS * weights_for("balanced").per_second_chat)
    assert free.first_seconds == asking.first_seconds


def test_the_pinned_engine_comes_first_or_it_is_told_why_not():
    pinned = decided(EASY_CHAT, pinned=HUGE.engine)
    assert order(pinned)[0] == HUGE.engine
    assert "as you chose" in pinned.reason
    assert set(order(pinned)) == {engine.id for engine in ENGINES}
    private = decided(EASY_CHAT, pinned=CLOUD.engine, privacy="local")
    assert order(private)[0] == SMALL.engine
    assert private.reason.startswith(f"You chose {CLOUD.engine}, but: ")
    assert SMALL.engine in private.reason
    spanish = decided(EASY_CHAT, pinned=CLOUD.engine, privacy="local", language="es")
    assert spanish.reason.startswith(f"Elegiste {CLOUD.engine}, pero: ")
    gone = decided(EASY_CHAT, pinned="uninstalled")
    assert order(gone)[0] == SMALL.engine


@pytest.mark.parametrize(
    ("engines", "parts", "words_en", "words_es"),
    [
        ((), {}, "There is no language model", "No hay ningún modelo"),
        (
            (replace(SMALL_READY, state="failed", sentence=""),),
            {},
            "No language model can answer this now",
            "Ningún modelo de lenguaje puede responder",
        ),
        ((CLOUD_READY,), {"privacy": "local"}, "nothing may leave", "nada puede salir"),
        ((CLOUD_READY, CHEAP_READY), {"unusable": {CLOUD.engine: 5.0, CHEAP.engine: 5.0}}, "5.0 s", "5,0 s"),
    ],
)
def test_nobody_can_answer(engines, parts, words_en, words_es):
    english, spanish = (decided(engines=engines, language=language, **parts) for language in ("en", "es"))
    assert english.candidates == spanish.candidates == ()
    assert words_en in english.reason
    assert words_es in spanish.reason


def test_a_pin_alone_that_cannot_is_told_with_what_to_do():
    reason = decided(engines=(CLOUD_READY,), privacy="local", pinned=CLOUD.engine).reason
    assert reason.count("nothing may leave") == 1
    assert reason.startswith("You chose")


@pytest.mark.parametrize(
    ("assessment", "parts", "english", "spanish"),
    [
        (EASY_CHAT, {}, "answers on this computer in 0.2 s", "responde en este equipo en 0,2 s"),
        (EASY_CHAT, {}, "would gain 2 % but leave this computer", "ganaría un 2 %, pero saldría de este equipo"),
        (HARD_CODE, {}, "answers over the network in 1.0 s for 0.47 ¢", "responde por la red en 1,0 s por 0,47 ¢"),
        (HARD_MATHS, {"privacy": "local"}, "loading included", "carga incluida"),
        (EASY_CHAT, {"engines": (SMALL_READY,)}, "no other model can answer", "ningún otro modelo puede responder"),
        (
            EASY_CHAT,
            {"engines": (SMALL_READY, CLOUD_READY), "privacy": "local"},
            "nothing may leave this computer, and no other model here can answer",
            "nada puede salir de este equipo y aquí no puede responder otro modelo",
        ),
        (
            EASY_CHAT,
            {"engines": (SMALL_READY, replace(SMALL_READY, id="twin", model="twin")), "facts": lambda _: SMALL},
            "would be no better",
            "no sería mejor",
        ),
    ],
)
def test_the_reason_names_what_decides(assessment, parts, english, spanish):
    assert english in decided(assessment, **parts).reason
    assert spanish in decided(assessment, language="es", **parts).reason


def test_each_other_candidate_says_what_it_would_win_and_lose():
    found = {one.engine: one.why for one in decided(HARD_CODE).candidates}
    assert "would stay on this computer, begin 0.7 s sooner and save 0.47 ¢ but be 26 % less" in found[SMALL.engine]
    assert "take 4 min longer" in found[HUGE.engine]
    pinned = decided(EASY_CHAT, pinned=HUGE.engine).candidates[1].why
    assert pinned.startswith(f"{HUGE.engine} was chosen by you; ")
    spanish = decided(EASY_CHAT, pinned=HUGE.engine, language="es").candidates[1].why
    assert spanish.startswith(f"Elegiste {HUGE.engine}; ")


def test_every_sentence_is_whole_in_both_languages():
    for language in ("en", "es"):
        for parts in ({}, {"privacy": "ask"}, {"pinned": HUGE.engine}, {"privacy": "local"}, {"budget_left_usd": 0.0}):
            decision = decided(HARD_CODE, language=language, **parts)
            sentences = [decision.reason, *(one.why for one in (*decision.candidates, *decision.excluded))]
            for sentence in sentences:
                assert sentence.endswith(".")
                assert "{" not in sentence
                assert "  " not in sentence
                assert ";." not in sentence


def test_what_speaks_against_the_first_is_said():
    tools = assessed(needs=["tools"])
    assert "none that can answer uses tools" in decided(tools, (THINKER_LOADABLE,)).reason
    assert "usa herramientas" in decided(tools, (THINKER_LOADABLE,), language="es").reason
    assert "uses tools" not in decided(tools).reason
    only = {"en": "es", "es": "en"}
    for language, words in (("en", "not made for English"), ("es", "no se hizo para el español")):
        facts = replace(SMALL, languages=frozenset({only[language]}))
        assert words in decided(EASY_CHAT, (SMALL_READY,), lambda _, facts=facts: facts, language=language).reason
        assert words not in decided(EASY_CHAT, language=language).reason


def test_ratings_change_the_order_and_the_quality():
    bad = [outcome(number, model=CLOUD.engine, domain="code", value=0.0) for number in range(40)]
    learned = learn(bad, lambda engine: abilities_of(facts_of(engine)))
    before, after = decided(HARD_CODE), decided(HARD_CODE, learned=learned)
    assert order(before)[0] == CLOUD.engine
    assert order(after)[0] != CLOUD.engine

    def quality(decision):
        return next(one.quality for one in decision.candidates if one.engine == CLOUD.engine)

    assert quality(after) < quality(before) - 0.1


def test_what_ratings_changed_is_said():
    rows = [outcome(number, domain="chat", value=1.0, weak=0.5, strong=0.7) for number in range(40)]
    learned = learn(rows, lambda engine: abilities_of(facts_of(engine)))
    talk = assessed("chat", 0.5, 0.7, tokens=40)
    assert "puts it" in decided(talk, learned=learned, privacy="local").reason
    assert "lo sube un" in decided(talk, learned=learned, privacy="local", language="es").reason
    assert "puts it" not in decided(talk, privacy="local").reason


def test_thoughts_are_allowed_for_and_must_fit_the_context():
    found = {one.engine: one.thinking_tokens for one in decided(HARD_MATHS).candidates}
    assert found[SMALL.engine] == found[CLOUD.engine] == 0
    assert 2000 < found[THINKER.engine] < 6000
    near = decided(HARD_MATHS, prompt_tokens=6000)
    thinker = next(one for one in near.candidates if one.engine == THINKER.engine)
    assert 6000 + 300 + thinker.thinking_tokens == THINKER_LOADABLE.context_tokens
    assert out(decided(HARD_MATHS, prompt_tokens=7500)) == {THINKER.engine: "context"}
    unknown = replace(THINKER_LOADABLE, context_tokens=0)
    assert order(decided(HARD_MATHS, (unknown,), prompt_tokens=7500)) == [THINKER.engine]


@pytest.mark.parametrize(("language", "words"), [("en", "It is not in service."), ("es", "No está en servicio.")])
def test_what_the_person_put_in_service_comes_before_what_is_merely_there(language, words):
    served = (replace(SMALL_READY, preferred=True), replace(THINKER_LOADABLE, state="ready"), CLOUD_READY)
    decision = decided(HARD_MATHS, served, language=language)
    assert order(decision)[-1] == THINKER.engine
    assert decision.candidates[-1].why.endswith(words)
    alone = decided(HARD_MATHS, served[1:], language=language)
    assert not any(one.why.endswith(words) for one in alone.candidates)


def test_what_only_this_computer_was_told_is_asked_here():
    personal = assessed("personal", 0.9, 0.97, tokens=40)
    decision = decided(personal, (replace(SMALL_READY, tokens_per_second=4.0), CLOUD_READY))
    assert order(decision)[0] == SMALL.engine
    far = next(one for one in decision.candidates if one.engine == CLOUD.engine)
    assert far.quality < 0.6
