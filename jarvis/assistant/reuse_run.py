"""An earlier answer given again, or a new one kept for later, for one question on its way. Knows only ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jarvis.assistant.candidate import Asked, CandidateAnswer
from jarvis.assistant.draft import Answer, Draft
from jarvis.assistant.reused import EarlierAnswers
from jarvis.assistant.route_words import FROM_CACHE
from jarvis.contracts.events import AskEvent, CacheAnswered, TextDelta
from jarvis.contracts.messages import DETAIL_CACHED, Privacy
from jarvis.contracts.reuse import CachedAnswer
from jarvis.contracts.routing import Assessment, Profile


@dataclass(kw_only=True)
class Reuse:
    """What the cache does for one question; `earlier` None does nothing. `answer` is there once `give` is exhausted."""

    earlier: EarlierAnswers | None
    asked: Asked
    draft: Draft
    profile: Profile
    privacy: Privacy
    pinned: str | None
    answer: Answer = field(init=False)

    def find(self, assessment: Assessment) -> CachedAnswer | None:
        """Return the answer to surely the same question."""
        if self.earlier is None:
            return None
        return self.earlier.find(self.asked, assessment, profile=self.profile, privacy=self.privacy, pinned=self.pinned)

    def give(self, found: CachedAnswer) -> Iterator[AskEvent]:
        """Write it again, marked."""
        assert self.earlier is not None
        yield CacheAnswered(
            ask_id=self.asked.ask_id, model=found.model, asked=found.question, age_seconds=found.age_seconds
        )
        self.draft.write(found.answer, "model", model=found.model, detail=DETAIL_CACHED)
        self.earlier.given(found.id, self.draft.message_id or "")
        yield TextDelta(ask_id=self.asked.ask_id, text=found.answer)
        reason = FROM_CACHE[self.asked.language].format(asked=found.question)
        self.answer = Answer(text=found.answer, source="model", model=found.model, reason=reason, cached=True)

    def keep(self, assessment: Assessment, run: CandidateAnswer, *, hops: int) -> None:
        """Keep what `run` answered, after `hops` candidates that failed, where it would be true for the next one."""
        if self.earlier is not None:
            self.earlier.keep(
                self.asked,
                assessment,
                run,
                self.draft.text,
                profile=self.profile,
                privacy=self.privacy,
                pinned=self.pinned,
                conversation_id=self.draft.conversation_id,
                message_id=self.draft.message_id or "",
                hops=hops,
            )
