"""Answers that are given again: what is kept of one, the rules that tell two questions alike, and the store of both.

Being wrong is far worse than missing: two questions that differ in anything that could change the answer are different
questions. Times are aware UTC, vectors have length 1. Knows no language, no database and no engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Privacy
from jarvis.contracts.routing import Profile

ReuseRefusal = Literal[
    "empty",
    "long",
    "door",
    "picture",
    "command",
    "creative",
    "time",
    "fresh",
    "personal",
    "private",
    "follow_up",
    "injection",
    "tools",
    "memory",
    "cut",
    "refused",
]
"""Why an answer is neither looked up nor kept: what the question is about, how it came, or how its answer was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionForms:
    """A question made comparable. Equal `exact` means the same words but for case, politeness, punctuation and the
    like; equal `key` the same question in another sentence. `key` None: only `exact` counts.

    Both begin with the version of the rules that made them, so that forms of different versions never agree.
    """

    exact: str
    key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReuseCandidate:
    """A kept question beside a new one; `similarity` is the cosine of their vectors, None where there is none."""

    id: str
    forms: QuestionForms
    similarity: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReuseHit:
    """The candidate whose answer may be given again, and by which comparison."""

    id: str
    by: Literal["exact", "meaning"]


class ReuseRules(Protocol):
    """Tells which questions are the same one. Pure."""

    def forms(self, question: str, language: Language) -> QuestionForms:
        """Return what `question` is compared by."""
        ...

    def match(self, asked: QuestionForms, candidates: Sequence[ReuseCandidate]) -> ReuseHit | None:
        """Return the first candidate that is surely the same question, an exact one before one by meaning."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReuseScope:
    """Within what an answer may be given again: language, model policy and what Jarvis remembers.

    `policy_key` comes from `policy_key`. `memory_version` changes with everything that is remembered or forgotten.
    """

    language: Language
    policy_key: str
    memory_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CachedAnswer:
    """An answer that can be given again. `question` is as it was asked then, `by` tells how it was found now.

    `age_seconds` counts from when the model wrote it to the look-up.
    """

    id: str
    question: str
    answer: str
    model: str
    scope: ReuseScope
    made_at: datetime
    age_seconds: float
    by: Literal["exact", "meaning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerCacheStats:
    """How many answers are kept, how often any of them was given again, and the text they hold."""

    answers: int
    given: int
    characters: int
    oldest_at: datetime | None


class AnswerCache(Protocol):
    """Answers of one user, kept for a while. Losing all of them loses nothing but time and money."""

    def find(self, question: str, scope: ReuseScope) -> CachedAnswer | None:
        """Return an answer to surely the same question; None when there is none or it is too old. Writes nothing."""
        ...

    def keep(
        self, question: str, answer: str, scope: ReuseScope, *, model: str, conversation_id: str, message_id: str
    ) -> str:
        """Keep `answer`, made by `model` in that conversation as that message, and return its id; an earlier answer
        to the same words is replaced. It goes when its conversation goes."""
        ...

    def given(self, answer_id: str, message_id: str) -> None:
        """Note that the answer was given again, as message `message_id`."""
        ...

    def forget(self, answer_id: str) -> bool:
        """Drop one answer for good, bytes included; True if it was there."""
        ...

    def forget_message(self, message_id: str) -> bool:
        """Drop the answer that was kept from, or given again as, this message: it was rated badly, or edited."""
        ...

    def forget_mentioning(self, words: str) -> int:
        """Drop for good every answer whose question or text holds `words`, in any case; returns how many."""
        ...

    def clear(self) -> int:
        """Drop all of them for good; returns how many."""
        ...

    def stats(self) -> AnswerCacheStats:
        """Count what is kept."""
        ...


def policy_key(*, profile: Profile, privacy: Privacy, model: str | None, detail: str = "") -> str:
    """Name the policy that an answer was made under: answers of one policy never serve another.

    `model` is the engine that the person pinned, None when Jarvis chose; `detail` is whatever else makes answers
    differ, such as a system prompt's version.
    """
    return "\x1f".join((profile, privacy, model or "", detail))
