"""Every sentence of the models' window exists in both languages with the same places to fill, and is used."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from jarvis.contracts.models import ModelKind
from jarvis.desktop import models_texts
from jarvis.desktop.texts import Text
from jarvis.placement.wishes import ROLES

ALL = {name: text for name, text in vars(models_texts).items() if isinstance(text, Text)} | {
    f"{name}[{key}]": text
    for name, texts in vars(models_texts).items()
    if isinstance(texts, dict) and name in {"KINDS", "ABILITIES", "ROLES"}
    for key, text in texts.items()
}
SAME_IN_BOTH = {"STATE_IS", "ACT_ON", "FAILED_OF", "RATE", "SECONDS_LONG", "MINUTES_LONG", "HOURS_LONG", "OLLAMA_HINT"}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("name", ALL)
def test_both_languages(name: str) -> None:
    text = ALL[name]
    assert text.en.strip() and text.es.strip()
    assert places(text.en) == places(text.es)
    assert (text.en == text.es) == (name in SAME_IN_BOTH)


def test_every_text_is_used() -> None:
    folder = Path(models_texts.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("models_*.py") if "texts" not in path.name)
    assert [name for name in ALL if "[" not in name and not re.search(rf"texts\.{name}\b", code)] == []


def test_every_kind_and_role_has_a_name() -> None:
    assert set(models_texts.KINDS) == set(get_args(ModelKind))
    assert set(ROLES) <= set(models_texts.ROLES)
