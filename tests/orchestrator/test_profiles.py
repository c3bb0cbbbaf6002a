"""Profiles: three that differ as their names say, and single weights that can be set, but not to nonsense."""

import math
from dataclasses import fields

import pytest

from jarvis.contracts.errors import SettingsError
from jarvis.contracts.routing import RouteWeights
from jarvis.orchestrator.profiles import OVERRIDES, PROFILES, as_mapping, weights_for


def test_fast_hurries_best_waits_and_pays():
    fast, balanced, best = (PROFILES[name] for name in ("fast", "balanced", "best"))
    for weight in ("per_second_voice", "per_second_chat", "per_second_background"):
        assert getattr(fast, weight) > getattr(balanced, weight) > getattr(best, weight) > 0
    assert best.per_dollar < balanced.per_dollar
    assert best.leaving < balanced.leaving


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_second_costs_most_aloud_and_least_in_the_background(name):
    weights = PROFILES[name]
    assert weights.per_second_voice > weights.per_second_chat > weights.per_second_background
    assert 0 <= weights.explore <= 0.5


def test_every_weight_can_be_set():
    assert set(OVERRIDES) == {field.name for field in fields(RouteWeights)} == set(as_mapping(PROFILES["fast"]))
    changed = weights_for("balanced", dict.fromkeys(OVERRIDES, 0.5))
    assert as_mapping(changed) == dict.fromkeys(OVERRIDES, 0.5)
    assert weights_for("balanced", {"explore": 0.0}).per_dollar == PROFILES["balanced"].per_dollar
    assert weights_for("best") == weights_for("best", {}) == PROFILES["best"]


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"per_hour": 1.0}, "routing.unknown_weight"),
        ({"per_dollar": -1.0}, "routing.bad_weight"),
        ({"per_dollar": math.nan}, "routing.bad_weight"),
        ({"per_second_chat": math.inf}, "routing.bad_weight"),
        ({"explore": 1.5}, "routing.bad_weight"),
        ({"leaving": 2.0}, "routing.bad_weight"),
    ],
)
def test_nonsense_is_told(overrides, code):
    with pytest.raises(SettingsError) as error:
        weights_for("balanced", overrides)
    assert error.value.code == code
    name = next(iter(overrides))
    assert name in error.value.sentence("en")
    assert name in error.value.sentence("es")
