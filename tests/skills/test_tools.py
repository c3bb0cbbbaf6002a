"""Skills as tools for models: what is offered, what a call may do, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.messages import Request, ToolCall
from jarvis.contracts.skills import SkillRisk
from jarvis.guard.permissions import default_level
from jarvis.skills.book import SkillBook
from jarvis.skills.tools import SkillTools
from jarvis.storage.database import Database
from tests.fakes.facts import fact_book
from tests.fakes.skills import FakePorts


class Rules:
    """Permissions as they were set, and the usual ones for everything else."""

    def __init__(self, **levels: PermissionLevel) -> None:
        self.levels = {name.replace("__", "."): level for name, level in levels.items()}
        self.risks: Mapping[str, SkillRisk] = {"lists.clear": "could_lose", "timers.remaining": "none"}

    def level(self, name: str) -> PermissionLevel:
        return self.levels.get(name) or default_level(name, self.risks.get(name, "acts"))

    def explicit(self) -> Mapping[str, PermissionLevel]:
        return self.levels

    def set(self, name: str, level: PermissionLevel) -> None:
        self.levels[name] = level

    def reset(self, name: str) -> bool:
        return self.levels.pop(name, None) is not None


def call(name: str, command: str) -> ToolCall:
    return ToolCall(id="1", name=name, arguments={"command": command})


@pytest.fixture
def tools(book: SkillBook) -> SkillTools:
    return SkillTools(book, Rules())


@pytest.mark.parametrize(
    ("question", "language", "offered", "withheld"),
    [
        ("wake me early, remind me of my pills, milk on my list", "en", {"alarms", "reminders", "lists"}, {"volume"}),
        ("despiértame pronto y añade leche a la lista", "es", {"alarms", "lists"}, {"volume"}),
        ("why is the sky blue", "en", set(), {"timers", "alarms", "lists"}),
        ("por qué es azul el cielo", "es", set(), {"timers", "alarms", "lists"}),
        ("", "en", set(), {"timers"}),
    ],
)
def test_only_what_bears_on_the_question_is_offered(
    tools: SkillTools, question: str, language: Language, offered: set[str], withheld: set[str]
) -> None:
    names = {spec.name for spec in tools.specs(question, language)}
    assert offered <= names and not withheld & names


def test_there_is_a_limit(tools: SkillTools) -> None:
    everything = "alarm timer reminder list note volume music open convert memory days date calculate"
    assert len(tools.specs(everything, "en", limit=3)) == 3


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_example_of_a_tool_is_understood_by_it(fakes: FakePorts, tmp_path: Path, language: Language) -> None:
    database = Database(tmp_path / "facts.sqlite3")
    facts = fact_book(database, fakes.clock)
    facts.remember("my car is on level two", "en")
    facts.remember("mi coche está en la planta dos", "es")
    # What is understood depends on what was told, and on which programs there are.
    book = SkillBook(replace(fakes.ports(), facts=facts))
    for stem, tool in book.sentences(language).tools.items():
        for example in tool.examples:
            found = book.match(example, language)
            known = found is not None and found.skill.startswith(f"{stem}.")
            assert known or stem == "launch", (stem, example, found)
    database.close()


def test_a_call_acts_and_says_what_was_done(tools: SkillTools, fakes: FakePorts) -> None:
    result = tools.run(call("timers", "set a timer for ten minutes"), Request(text="x"), "en", CancelToken())
    assert result.ok and result.trusted and "10 minutes" in result.text
    assert len(fakes.alerts.active("timer")) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "nothing was done"), ("es", "no se hizo nada")])
@pytest.mark.parametrize("command", ["blow up the moon", "", "set an alarm for seven"])
def test_what_is_not_understood_by_that_tool_does_nothing(
    tools: SkillTools, fakes: FakePorts, language: Language, words: str, command: str
) -> None:
    result = tools.run(call("timers", command), Request(text="x"), language, CancelToken())
    assert not result.ok and words in result.text
    assert not fakes.alerts.active()


@pytest.mark.parametrize(
    ("command", "tainted", "levels", "expected"),
    [
        ("set a timer for ten minutes", False, {}, "allow"),
        ("set a timer for ten minutes", True, {}, "ask"),
        ("how long is left on the timer", True, {}, "allow"),
        ("set a timer for ten minutes", False, {"timers__start": "never"}, "never"),
        ("set a timer for ten minutes", True, {"timers__start": "never"}, "never"),
        ("set a timer for ten minutes", False, {"timers__start": "ask"}, "ask"),
        ("gibberish of all sorts", True, {}, "allow"),
    ],
)
def test_permissions_and_text_from_elsewhere(
    book: SkillBook, command: str, tainted: bool, levels: dict[str, PermissionLevel], expected: str
) -> None:
    tools = SkillTools(book, Rules(**levels))
    assert tools.permission(call("timers", command), tainted=tainted) == expected


def test_what_could_lose_something_is_asked_about_unless_it_was_allowed(book: SkillBook) -> None:
    clear = call("lists", "clear the shopping list")
    assert SkillTools(book, Rules()).permission(clear, tainted=False) == "ask"
    assert SkillTools(book, Rules(lists__clear="allow")).permission(clear, tainted=False) == "allow"
    assert "shopping" in SkillTools(book, Rules()).read_back(clear, "en")


def test_a_stop_before_it_acts_does_nothing(tools: SkillTools, fakes: FakePorts) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        tools.run(call("timers", "set a timer for ten minutes"), Request(text="x"), "en", cancel)
    assert not fakes.alerts.active()
