"""Earlier answers: whether one may be given again, and which are kept. Knows the cache and its rules as ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from jarvis.assistant.candidate import Asked, CandidateAnswer
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import Redactor
from jarvis.contracts.messages import Door, Privacy
from jarvis.contracts.reuse import AnswerCache, CachedAnswer, ReuseRefusal, ReuseScope, policy_key
from jarvis.contracts.routing import Assessment, Profile

PROMPT_VERSION = "1"
"""Raised when the system prompt changes so much that earlier answers no longer stand for new ones."""


class Reusable(Protocol):
    """Says why a question is never answered from the cache; None when it may be."""

    def __call__(
        self,
        text: str,
        *,
        language: Language,
        door: Door,
        assessment: Assessment | None,
        follows: bool,
        images: int,
        private: bool,
    ) -> ReuseRefusal | None:
        """Look at the question."""
        ...


class Keepable(Protocol):
    """Says why an answer is not kept; None when it may be."""

    def __call__(
        self,
        answer: str,
        *,
        finish_reason: str,
        tools_used: bool,
        recalled: bool,
        redacted: bool,
        hops: int,
        follows: bool,
    ) -> ReuseRefusal | None:
        """Look at the answer and how it came about."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierAnswers:
    """The cache with the rules of what goes in and out. `memory_version` changes with whatever is remembered."""

    cache: AnswerCache
    reusable: Reusable
    keepable: Keepable
    memory_version: Callable[[], str]
    redactor: Redactor

    def find(
        self, asked: Asked, assessment: Assessment, *, profile: Profile, privacy: Privacy, pinned: str | None
    ) -> CachedAnswer | None:
        """Return the answer to surely the same question; None for a question that is to be answered anew."""
        if asked.request.fresh or not self._may(asked, assessment):
            return None
        return self.cache.find(asked.text, self._scope(asked, profile, privacy, pinned))

    def keep(
        self,
        asked: Asked,
        assessment: Assessment,
        run: CandidateAnswer,
        text: str,
        *,
        profile: Profile,
        privacy: Privacy,
        pinned: str | None,
        conversation_id: str,
        message_id: str,
        hops: int,
    ) -> None:
        """Keep the answer that `run` gave, where it would be true for the next one who asks."""
        refusal = self.keepable(
            text,
            finish_reason=run.finish_reason,
            tools_used=run.used_tools,
            recalled=bool(run.remembered),
            redacted=run.redacted,
            hops=hops,
            follows=bool(asked.history),
        )
        if refusal is None and self._may(asked, assessment):
            scope = self._scope(asked, profile, privacy, pinned)
            self.cache.keep(
                asked.text,
                text,
                scope,
                model=run.candidate.model,
                conversation_id=conversation_id,
                message_id=message_id,
            )

    def given(self, answer_id: str, message_id: str) -> None:
        """Note that it was given again."""
        self.cache.given(answer_id, message_id)

    def _may(self, asked: Asked, assessment: Assessment) -> bool:
        request = asked.request
        if request.deep or asked.work.turns:
            return False
        return (
            self.reusable(
                asked.text,
                language=asked.language,
                door=request.door,
                assessment=assessment,
                follows=bool(asked.history),
                images=len(request.images),
                private=bool(self.redactor.findings(asked.text)),
            )
            is None
        )

    def _scope(self, asked: Asked, profile: Profile, privacy: Privacy, pinned: str | None) -> ReuseScope:
        return ReuseScope(
            language=asked.language,
            policy_key=policy_key(profile=profile, privacy=privacy, model=pinned, detail=PROMPT_VERSION),
            memory_version=self.memory_version(),
        )
