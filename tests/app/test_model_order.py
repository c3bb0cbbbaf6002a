"""The order in which the models on this computer are tried."""

from __future__ import annotations

import pytest

from jarvis.app.model_order import Candidate, in_order


def candidate(identity: str, **facts: object) -> Candidate:
    return Candidate(id=identity, **{"tokens_per_second": 20.0, "parameters": 1, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"parameters": 7}, {"parameters": 3, "tokens_per_second": 90.0}),
        ({"parameters": 3}, {"parameters": 7, "tokens_per_second": 4.9}),
        ({"parameters": 3, "tokens_per_second": 4.0}, {"parameters": 70, "tokens_per_second": 1.0}),
        ({"active": True}, {"parameters": 7}),
        ({"active": True, "tokens_per_second": 1.0}, {"parameters": 7}),
        ({"set_by_name": True}, {"active": True, "parameters": 7}),
        ({"set_by_name": True, "placed": False}, {"active": True}),
        ({}, {"active": True, "placed": False, "parameters": 70}),
    ],
    ids=["largest", "keeps-up", "fastest-of-slow", "in-service", "slow-in-service", "named", "named-nowhere", "placed"],
)
def test_which_comes_first(first: dict[str, object], second: dict[str, object]) -> None:
    # The names would put the other one first.
    ordered = in_order([candidate("a", **second), candidate("b", **first)])
    assert [each.id for each in ordered] == ["b", "a"]


def test_equals_are_ordered_by_name_every_time() -> None:
    assert [each.id for each in in_order([candidate("b"), candidate("c"), candidate("a")])] == ["a", "b", "c"]
