"""How much each signal speaks for each domain, and the probabilities that follow.

The weights, in log odds, are in `domains.json`; `benchmarks.router.domain_weights` fits them. Pure once they are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from math import exp, isfinite
from pathlib import Path

from jarvis.contracts.errors import InputError
from jarvis.contracts.routing import DOMAINS, Domain
from jarvis.orchestrator.lexicon import router_folder

FORMAT = 1
"""Counts up when what the file holds is read in another way."""

_IMAGES = 7.0
_LONG_CONTEXT_TOKENS = 6000
_LONG_CONTEXT = 2.0

DomainWeights = Mapping[str, tuple[float, ...]]
"""For every signal its weight for each of `DOMAINS`, in their order."""


def weights_file(folder: Path) -> Path:
    """Return where in the router's folder the weights are."""
    return folder / "domains.json"


def load_domain_weights(folder: Path) -> DomainWeights:
    """Read the weights of `folder`; raises `InputError` when they are missing or malformed."""
    path = weights_file(folder)
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        if read["format"] != FORMAT or tuple(read["domains"]) != DOMAINS:
            raise ValueError(f"format {read['format']} for {len(read['domains'])} domains")
        weights = {str(signal): tuple(map(float, row)) for signal, row in read["signals"].items()}
        if not all(len(row) == len(DOMAINS) and all(map(isfinite, row)) for row in weights.values()):
            raise ValueError(f"not {len(DOMAINS)} numbers for every signal")
        return weights
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            "router.bad_weights",
            en="The weights in {path} cannot be used ({why}). Reinstall Jarvis to get them back.",
            es="Los pesos de {path} no se pueden usar ({why}). Reinstala Jarvis para recuperarlos.",
            path=str(path),
            why=str(error),
        ) from error


@lru_cache(maxsize=1)
def default_domain_weights() -> DomainWeights:
    """Return the weights of `router_folder()`, read once."""
    return load_domain_weights(router_folder())


def domain_probabilities(
    signals: Mapping[str, float],
    *,
    images: int = 0,
    context_tokens: int = 0,
    weights: DomainWeights | None = None,
) -> dict[Domain, float]:
    """Return a probability for every domain, summing to 1; pictures and a long context speak for theirs."""
    known = weights if weights is not None else default_domain_weights()
    scores = [0.0] * len(DOMAINS)
    for signal, value in signals.items():
        row = known.get(signal)
        if row is not None:
            scores = [score + weight * value for score, weight in zip(scores, row, strict=True)]
    if images:
        scores[DOMAINS.index("vision")] += _IMAGES
    if context_tokens > _LONG_CONTEXT_TOKENS:
        scores[DOMAINS.index("long_context")] += _LONG_CONTEXT
    top = max(scores)
    raised = [exp(score - top) for score in scores]
    total = sum(raised)
    return {domain: value / total for domain, value in zip(DOMAINS, raised, strict=True)}
