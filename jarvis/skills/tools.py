"""The skills as tools for models: one tool per family of skills, whose one argument is a command in plain words.

The same sentences that people say are what a model writes, so one parser, one set of refusals and one read-back serve
both, and a model needs no schema for dates, durations and lists. Knows no engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.guard import PermissionLevel, Permissions
from jarvis.contracts.messages import Request, ToolCall, ToolSpec
from jarvis.contracts.skills import SkillMatch, SkillReply
from jarvis.contracts.tools import ToolResult
from jarvis.skills.folding import fold
from jarvis.skills.templates import LanguagePack

PRIVATE = frozenset({"facts", "lists", "notes", "reminders"})
"""Families whose answers never leave this computer: what the person had Jarvis keep."""

_WORD = re.compile(r"[^\W_]{3,}")
_ARGUMENT: dict[Language, str] = {
    "en": "One command as a plain English sentence, such as: {examples}",
    "es": "Una orden como frase en español, por ejemplo: {examples}",
}
_NOT_UNDERSTOOD: dict[Language, str] = {
    "en": "“{command}” was not understood, so nothing was done. Write it like one of these: {examples}",
    "es": "No se entendió «{command}» y no se hizo nada. Escríbelo como una de estas: {examples}",
}


class CommandBook(Protocol):
    """What of the skills a tool needs."""

    def sentences(self, language: Language) -> LanguagePack:
        """Return everything that is understood in `language`."""
        ...

    def match(self, text: str, language: Language | None = None) -> SkillMatch | None:
        """Return the skill that surely was meant."""
        ...

    def run(self, match: SkillMatch, request: Request, previous_answer: str | None = None) -> SkillReply:
        """Carry it out."""
        ...

    def read_back(self, match: SkillMatch) -> str:
        """Return the question that repeats what will be done."""
        ...


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    spec: ToolSpec
    examples: tuple[str, ...]
    words: frozenset[str]


class SkillTools:
    """The `Toolbox` of the skills. `permissions` are asked by the skill's own name, such as "timers.cancel_all"."""

    def __init__(self, book: CommandBook, permissions: Permissions) -> None:
        self._book = book
        self._permissions = permissions
        self._families: dict[Language, Mapping[str, _Family]] = {}

    def specs(self, question: str, language: Language, limit: int = 8) -> tuple[ToolSpec, ...]:
        """Return the families that share a word with `question`, those that share most first."""
        words = _words(question)
        ranked = sorted(
            ((len(words & family.words), family.name, family.spec) for family in self._all(language).values()),
            key=lambda row: (-row[0], row[1]),
        )
        return tuple(spec for shared, _, spec in ranked if shared)[:limit]

    def permission(self, call: ToolCall, *, tainted: bool) -> PermissionLevel:
        """Return what is set for the skill that `call` means; what acts is asked about in a tainted prompt."""
        match = self._match(call)
        if match is None:
            # Running it says that it was not understood, and does nothing.
            return "allow"
        level = self._permissions.level(match.skill)
        return "ask" if tainted and match.risk != "none" and level == "allow" else level

    def read_back(self, call: ToolCall, language: Language) -> str:
        """Return the skill's own question before it acts."""
        match = self._match(call)
        return self._book.read_back(match) if match is not None else self._unclear(call, language)

    def run(self, call: ToolCall, request: Request, language: Language, cancel: CancelToken) -> ToolResult:
        """Carry out the command; a sentence that means nothing here is a result that says how to write it."""
        cancel.raise_if_cancelled()
        match = self._match(call)
        if match is None:
            return ToolResult(text=self._unclear(call, language), ok=False)
        try:
            return ToolResult(text=self._book.run(match, request).text)
        except JarvisError as error:
            return ToolResult(text=error.sentence(language), ok=False)

    def names(self) -> frozenset[str]:
        """Return the names of all tools here."""
        return frozenset(self._all("en"))

    def _match(self, call: ToolCall) -> SkillMatch | None:
        found = self._book.match(str(call.arguments.get("command", "")), None)
        # A tool does what its name says and nothing else.
        return found if found is not None and found.skill.partition(".")[0] == call.name else None

    def _unclear(self, call: ToolCall, language: Language) -> str:
        family = self._all(language).get(call.name)
        examples = "; ".join(family.examples) if family is not None else ""
        return _NOT_UNDERSTOOD[language].format(command=call.arguments.get("command", ""), examples=examples)

    def _all(self, language: Language) -> Mapping[str, _Family]:
        if language not in self._families:
            pack = self._book.sentences(language)
            self._families[language] = {
                stem: _family(stem, tool.about, tool.examples, language) for stem, tool in pack.tools.items()
            }
        return self._families[language]


def _family(stem: str, about: str, examples: tuple[str, ...], language: Language) -> _Family:
    command = _ARGUMENT[language].format(examples="; ".join(examples))
    spec = ToolSpec(
        name=stem,
        description=about,
        parameters={
            "type": "object",
            "properties": {"command": {"type": "string", "description": command}},
            "required": ["command"],
            "additionalProperties": False,
        },
        private=stem in PRIVATE,
    )
    return _Family(stem, spec, examples, _words(" ".join((about, *examples))))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    """Return the words of three letters and more, without case and accents, cut so that plurals and verbs agree."""
    return frozenset(word[:5] for word in _WORD.findall(fold(text))) - _COMMON


_COMMON = frozenset(
    word[:5]
    for word in "the and what how many set this that for are have with one two three tell much last los las una que "
    "qué con por para del mis cuanto cuanta hay otros otras tomorrow mañana manana".split()
)
