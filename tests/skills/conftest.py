"""One skill book per test over fake ports; the parsed sentences are shared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Request
from jarvis.contracts.skills import SkillMatch, SkillReply
from jarvis.skills.book import SkillBook
from jarvis.skills.matcher import Matcher
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import sentences_folder
from tests.fakes.skills import FakePorts

Say = Callable[..., SkillReply]


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(sentences_folder(), SLOT_PARSERS)


@pytest.fixture
def fakes() -> FakePorts:
    return FakePorts()


@pytest.fixture
def book(fakes: FakePorts, matcher: Matcher) -> SkillBook:
    return SkillBook(fakes.ports(), matcher=matcher)


@pytest.fixture
def match(book: SkillBook) -> Callable[..., SkillMatch | None]:
    return book.match


@pytest.fixture
def say(book: SkillBook) -> Say:
    """Match a sentence, run it, return the reply; fails when nothing matched."""

    def run(text: str, language: Language | None = None, previous_answer: str | None = None) -> SkillReply:
        found = book.match(text, language)
        assert found is not None, f"no skill matched {text!r}"
        return book.run(found, Request(text=text), previous_answer)

    return run
