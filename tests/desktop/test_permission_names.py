"""Every permission of a skill has its words in both languages."""

from __future__ import annotations

import pytest

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.desktop.permission_names import NAMES, name_of
from jarvis.desktop.permissions_texts import FAMILIES
from jarvis.skills.book import SkillBook
from tests.fakes.skills import FakePorts

SKILLS = frozenset(name for language in LANGUAGES for name in SkillBook(FakePorts().ports()).names(language))
LONGEST = 45
"""Characters that fit beside the choice in the window's usual width."""


@pytest.mark.parametrize("skill", sorted(SKILLS))
def test_every_skill_has_its_words_and_its_family(skill: str) -> None:
    text = name_of(skill)
    assert text.en != text.es, "an unknown one is called by its own name"
    for shown in (text.en, text.es):
        assert shown == shown.strip() and shown[0].isupper() and shown[-1].isalpha() and len(shown) <= LONGEST
        assert not set("._{},") & set(shown)
    assert skill.partition(".")[0] in FAMILIES


def test_no_words_are_kept_for_a_skill_that_is_not_there() -> None:
    assert set(NAMES) == SKILLS


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_skills_are_called_the_same(language: Language) -> None:
    shown = [text.to(language).casefold() for text in NAMES.values()]
    assert len(set(shown)) == len(shown) == len(SKILLS)


@pytest.mark.parametrize("name", ["mcp.files.write_file", "mcp.odd.{x}", "gone.since"])
def test_what_is_not_a_skill_keeps_its_own_name(name: str) -> None:
    assert name_of(name).en == name_of(name).es == name
