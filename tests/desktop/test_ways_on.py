"""From every kind of trouble there is a way to where it can be mended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jarvis
from jarvis.desktop.ways_on import _FAMILIES, _PLACES, NAMES, place_of


@pytest.mark.parametrize(
    ("code", "causes", "place"),
    [
        ("engine.auth", (), "keys"),
        ("engine.out_of_memory", (), "resources"),
        ("budget.day", (), "usage"),
        ("storage.full", (), "data"),
        ("route.none_left", ("engine.died", "engine.auth"), "keys"),
        ("route.none_left", ("engine.auth", "engine.out_of_memory"), "resources"),
        ("engine.died", (), None),
        ("", (), None),
    ],
)
def test_a_code_leads_somewhere(code: str, causes: tuple[str, ...], place: str | None) -> None:
    assert place_of(code, causes) == place


def test_every_code_that_is_named_exists() -> None:
    written = "\n".join(path.read_text() for path in Path(jarvis.__file__).parent.rglob("*.py"))
    tables = Path(jarvis.__file__).parent.joinpath("engines", "failures.py").read_text()
    for code in _PLACES:
        family, _, name = code.partition(".")
        assert written.count(f'"{code}"') > 1 or (
            family == "engine" and re.search(rf'^    "{name}": \(', tables, re.M)
        ), code
    for family in _FAMILIES:
        assert re.search(rf'"{family}\.[a-z_]+"', written), family
    assert set(NAMES) >= {*_PLACES.values(), *_FAMILIES.values()}
