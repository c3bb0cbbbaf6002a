"""The three ways to weigh a good answer against money and waiting, as figures that settings may replace one by one.

A weight says how much of the probability of a good answer (0..1) a dollar or a second is worth. Knows no model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace

from jarvis.contracts.errors import SettingsError
from jarvis.contracts.routing import Profile, RouteWeights

PROFILES: dict[Profile, RouteWeights] = {
    "fast": RouteWeights(
        per_dollar=15.0,
        per_second_voice=0.060,
        per_second_chat=0.025,
        per_second_background=0.0010,
        explore=0.05,
        leaving=0.02,
    ),
    "balanced": RouteWeights(
        per_dollar=15.0,
        per_second_voice=0.030,
        per_second_chat=0.008,
        per_second_background=0.0003,
        explore=0.10,
        leaving=0.03,
    ),
    "best": RouteWeights(
        per_dollar=3.0,
        per_second_voice=0.010,
        per_second_chat=0.002,
        per_second_background=0.0001,
        explore=0.10,
        leaving=0.01,
    ),
}
"""Balanced: an answer that is wrong costs asking again, reading twice and doubting, some two minutes of a person
who types, so a second of chat is worth 0.008. In a conversation by voice three silent seconds already feel broken, so
there it counts about four times as much; in the background nobody waits, and thirty seconds count like one. A dollar is
worth 15: somebody who asks 1,500 questions a month and spends five dollars on them pays a third of a cent for one,
which then has to bring five points. Fast: two to three times as much for a second. Best: a fifth for a dollar and a
quarter for a second, so that half a minute is waited for six points. A question leaves this computer only for one to
three points more: what stays here nobody else reads or keeps. Exploring a tenth of the doubt is what paid most in
`benchmarks.month`. `calibration` replaces them by what a person's own questions show."""

OVERRIDES: tuple[str, ...] = (
    "per_dollar",
    "per_second_voice",
    "per_second_chat",
    "per_second_background",
    "explore",
    "leaving",
)
"""Weights that can be set one by one."""


def weights_for(profile: Profile, overrides: Mapping[str, float] | None = None) -> RouteWeights:
    """Return the weights of `profile` with `overrides` in place of its own.

    Raises `SettingsError` for an unknown name, a negative or infinite weight, or an `explore` above 1.
    """
    weights = PROFILES[profile]
    for name, value in (overrides or {}).items():
        if name not in OVERRIDES:
            raise _unknown(name)
        if not math.isfinite(value) or value < 0 or (name in {"explore", "leaving"} and value > 1):
            raise _impossible(name, value)
        weights = replace(weights, **{name: float(value)})
    return weights


def as_mapping(weights: RouteWeights) -> dict[str, float]:
    """Return the weights by name, to show and to store."""
    return asdict(weights)


def _unknown(name: str) -> SettingsError:
    return SettingsError(
        "routing.unknown_weight",
        en="There is no routing weight called {name}. Choose one of {names}.",
        es="No hay ningún peso de elección llamado {name}. Elige uno de {names}.",
        name=name,
        names=", ".join(OVERRIDES),
    )


def _impossible(name: str, value: float) -> SettingsError:
    return SettingsError(
        "routing.bad_weight",
        en="The routing weight {name} cannot be {value}. Give a number from 0 on; explore and leaving go up to 1.",
        es="El peso de elección {name} no puede ser {value}. Da un número desde 0; explore y leaving llegan hasta 1.",
        name=name,
        value=value,
    )
