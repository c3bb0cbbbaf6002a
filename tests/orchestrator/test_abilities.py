"""Abilities: the references where they belong, larger and better scored models above, sensible guesses for the rest."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from jarvis.catalog.models import catalog_file, load_catalog
from jarvis.contracts.routing import DOMAINS, ModelFacts
from jarvis.orchestrator.abilities import (
    BENCHMARKS,
    LEAST_THETA,
    MOST_THETA,
    STRONG_THETA,
    WEAK_THETA,
    abilities_of,
    foreign_penalty,
    quantization_penalty,
    thinks,
)
from tests.fakes.route_world import CLOUD, HUGE, SMALL, THINKER

CATALOG = {model.id: model for model in load_catalog(catalog_file())}


def scored(engine: str = "a/b", **parts) -> ModelFacts:
    return ModelFacts(engine=engine, **parts)


def of(identity: str):
    """The abilities of a model of the catalogue in 16 bits, by its own facts."""
    model = CATALOG[identity]
    facts = ModelFacts(
        engine=identity if not model.in_cloud else f"{model.provider}/{model.api_model}",
        scores={score.benchmark: score.value for score in model.scores},
        parameters_billion=model.parameters_billion,
        active_billion=model.active_billion,
        input_usd=model.price.input_usd if model.price else 0.0,
        output_usd=model.price.output_usd if model.price else 0.0,
    )
    return abilities_of(facts, frozenset(model.abilities))


def test_the_references_sit_where_the_scale_says():
    skills = ("MMLU", "GSM8K", "MATH", "HumanEval", "GPQA", "IFEval")
    weak = abilities_of(scored(scores={name: BENCHMARKS[name].weak for name in skills}))
    strong = abilities_of(scored(scores={name: BENCHMARKS[name].strong for name in skills}))
    for domain in DOMAINS:
        assert weak.theta[domain] == pytest.approx(WEAK_THETA, abs=0.25)
        assert strong.theta[domain] == pytest.approx(STRONG_THETA, abs=0.55)
        assert strong.theta[domain] > weak.theta[domain] + 0.8


def test_the_scale_is_the_mean_distance_of_four_benchmarks():
    def odds(benchmark, percent):
        known = (percent - benchmark.guess) / (100 - benchmark.guess)
        return math.log(known / (1 - known))

    gaps = [
        odds(BENCHMARKS[name], BENCHMARKS[name].strong) - odds(BENCHMARKS[name], BENCHMARKS[name].weak)
        for name in ("MMLU", "GSM8K", "MATH", "HumanEval")
    ]
    assert sum(gaps) / 4 - WEAK_THETA == pytest.approx(STRONG_THETA, abs=0.02)


@pytest.mark.parametrize("benchmark", sorted(BENCHMARKS))
def test_a_higher_score_is_never_a_lower_ability(benchmark):
    levels = [abilities_of(scored(scores={benchmark: value})).theta for value in (5, 30, 50, 70, 85, 95, 99.9)]
    for lower, higher in pairwise(levels):
        assert all(higher[domain] >= lower[domain] for domain in DOMAINS)
    assert levels[-1] != levels[0]


@pytest.mark.parametrize(
    ("domain", "lower", "higher"),
    [
        ("chat", "qwen2.5-0.5b", "qwen2.5-3b"),
        ("chat", "qwen2.5-3b", "qwen2.5-7b"),
        ("knowledge", "qwen2.5-7b", "qwen2.5-32b"),
        ("knowledge", "llama-3.1-8b", "llama-3.3-70b"),
        ("knowledge", "gpt-4o-mini", "gpt-4o"),
        ("legal", "llama-3.1-8b", "gpt-4o"),
        ("code", "qwen2.5-coder-1.5b", "qwen2.5-coder-7b"),
        ("code", "llama-3.1-8b", "qwen2.5-coder-14b"),
        ("maths", "qwen2.5-14b", "deepseek-r1-distill-qwen-14b"),
        ("writing", "starcoder2-3b", "llama-3.2-3b"),
        ("chat", "qwen2.5-coder-7b", "qwen2.5-14b"),
        ("reasoning", "orca-2-7b", "qwen2.5-7b"),
        ("chat", "tinyllama-1.1b", "mistral-7b"),
        ("code", "claude-haiku-5.5", "claude-opus-5.5"),
        ("vision", "llava-1.6-mistral-7b", "qwen2.5-vl-7b"),
    ],
)
def test_models_stand_in_the_order_that_everybody_expects(domain, lower, higher):
    assert of(lower).theta[domain] < of(higher).theta[domain]


def test_every_model_of_the_catalogue_lies_on_the_scale_and_the_reference_near_zero():
    for identity, model in CATALOG.items():
        if model.kind == "text":
            assert all(LEAST_THETA <= theta <= MOST_THETA for theta in of(identity).theta.values()), identity
    assert all(abs(theta) < 0.5 for theta in of("mixtral-8x7b").theta.values())


def test_without_scores_the_size_decides_and_the_doubt_is_larger():
    small, large = abilities_of(scored("x:3b")), abilities_of(scored("x:32b"))
    assert small.theta["knowledge"] < large.theta["knowledge"]
    assert small.uncertainty > 2 * abilities_of(SMALL).uncertainty


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("ollama/whatever3.2:3b", 3.0),
        ("my-model-13B-q4", 13.0),
        ("some-1.5b-instruct", 1.5),
        ("thing-30b-a3b", (30 * 3) ** 0.5),
        ("thing-8x7b", (56 * 14) ** 0.5),
    ],
)
def test_the_size_is_read_from_the_name(name, same_as):
    by_name = abilities_of(scored(name)).theta["knowledge"]
    assert by_name == pytest.approx(abilities_of(scored("model", parameters_billion=same_as)).theta["knowledge"])


@pytest.mark.parametrize("name", ["cloud", "gpt-4o", "q4_k_m", "phi3:mini", "0b", "v2.5"])
def test_a_name_without_a_size_says_nothing_of_it(name):
    assert abilities_of(scored(name)).theta["maths"] == abilities_of(scored("cloud")).theta["maths"]


def test_a_mixture_counts_between_its_active_and_all_its_parameters():
    def level(**parts):
        return abilities_of(scored(**parts)).theta["knowledge"]

    mixture = level(parameters_billion=30.0, active_billion=3.0)
    assert level(parameters_billion=3.0) < mixture < level(parameters_billion=30.0)


def test_a_dear_cloud_model_without_scores_is_believed_abler_than_a_cheap_one():
    dear, cheap = scored(input_usd=4.0, output_usd=20.0), scored(input_usd=0.1, output_usd=0.5)
    unknown = scored(input_usd=None, output_usd=None)
    levels = [abilities_of(facts).theta["chat"] for facts in (unknown, cheap, dear)]
    assert levels == sorted(levels)
    assert levels[0] < levels[2]


def test_a_price_alone_proves_less_than_a_score():
    dear = scored(input_usd=2.5, output_usd=10.0)
    assert abilities_of(dear).theta["chat"] < abilities_of(CLOUD).theta["chat"] - 0.3
    told = replace(dear, abilities=frozenset({"chat", "reasoning"}))
    assert abilities_of(told).theta["chat"] > abilities_of(dear).theta["chat"]
    assert abilities_of(dear, told.abilities) == abilities_of(told)


def test_a_specialist_without_other_scores_is_worse_elsewhere():
    facts = scored("coder:7b", scores={"HumanEval": 80.0})
    general, special = abilities_of(facts, frozenset({"chat"})), abilities_of(facts, frozenset({"code"}))
    assert special.theta["chat"] < general.theta["chat"]
    assert special.theta["code"] >= general.theta["code"] - 0.2


def test_quantization_costs_more_the_fewer_bits():
    losses = [quantization_penalty(name) for name in ("F16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K")]
    assert losses == sorted(losses)
    assert losses[:2] == [0.0, 0.0]
    assert quantization_penalty("IQ2_XS") == quantization_penalty("q2_k") > 0.3
    assert quantization_penalty("AWQ") == quantization_penalty("q4_0") > 0
    assert quantization_penalty("MXFP4") == quantization_penalty("") == 0.0
    coarse = abilities_of(replace(SMALL, quantization="Q2_K")).theta
    fine = abilities_of(replace(SMALL, quantization="Q8_0")).theta
    assert all(coarse[domain] < fine[domain] for domain in DOMAINS)


def test_a_language_that_is_not_listed_costs_and_an_unknown_list_does_not():
    english = replace(SMALL, languages=frozenset({"en"}))
    assert foreign_penalty(english, "es") > 0.5
    assert foreign_penalty(english, "en") == foreign_penalty(SMALL, "es") == 0.0
    assert foreign_penalty(replace(SMALL, languages=frozenset()), "es") == 0.0


@pytest.mark.parametrize(
    ("facts", "tags", "thinking"),
    [
        (THINKER, {"reasoning"}, True),
        (SMALL, {"chat"}, False),
        (HUGE, {"reasoning"}, False),
        (scored("qwen3-8b:q4_k_m"), set(), True),
        (scored("qwen3-4b-2507:q4_k_m"), set(), False),
        (scored("qwen3-coder-30b-a3b:q4_k_m"), set(), False),
        (scored("phi-4:q4_k_m"), {"reasoning"}, False),
        (scored("gpt-oss-20b:mxfp4"), set(), True),
        (scored("openai/x", input_usd=2.0, output_usd=8.0), {"reasoning"}, True),
        (CLOUD, {"chat", "code"}, False),
        (scored("m", scores={"AIME 2024 (thinking)": 50.0}), set(), True),
    ],
)
def test_who_thinks_ahead_of_answering(facts, tags, thinking):
    assert thinks(facts, frozenset(tags)) is thinking
