"""Checks a table of phrasings: one skill, many ways to say it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

Row = tuple[str, str]


def phrasings(skill: str, text: str) -> list[Row]:
    """Return (sentence, skill) for every line of `text`."""
    return [(line.strip(), skill) for line in text.strip().splitlines() if line.strip()]


def cases(*groups: Iterable[Row]) -> pytest.MarkDecorator:
    """Parametrize a test over `sentence, skill`."""
    rows = [row for group in groups for row in group]
    return pytest.mark.parametrize(("sentence", "skill"), rows, ids=[row[0] for row in rows])
