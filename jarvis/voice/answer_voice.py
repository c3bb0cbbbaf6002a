"""Which clauses an answer's events are to be said as. Knows nothing of voices or sound."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskEvent, AskFailed, AskFinished, AskStarted, EngineFailed, SkillMatched, TextDelta
from jarvis.voice.clauses import Clause, ClauseStream, clauses_in


class AnswerVoice:
    """Turns events into clauses as they come.

    Skills are said from their final event, which may carry another wording for the ear; models as they stream. Why an
    answer failed is left to `trouble`.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._stream = ClauseStream(language)
        self._streamed = False
        self._by_skill = False

    def clauses(self, event: AskEvent) -> list[Clause]:
        """Return what to say now."""
        if isinstance(event, AskStarted):
            self.language = event.language
            self._stream = ClauseStream(event.language)
        elif isinstance(event, SkillMatched):
            self._by_skill = True
        elif isinstance(event, EngineFailed) and event.restarts:
            self._stream, self._streamed = ClauseStream(self.language), False
        elif isinstance(event, TextDelta) and not self._by_skill:
            self._streamed = True
            return self._stream.feed(event.text)
        elif isinstance(event, AskFinished):
            return self._rest(event)
        elif isinstance(event, AskFailed):
            return self._stream.close()
        return []

    def trouble(self, event: AskFailed) -> list[Clause]:
        """Return why there is no answer, or no more of it."""
        return clauses_in(event.sentence, self.language)

    def _rest(self, event: AskFinished) -> list[Clause]:
        if self._streamed:
            return self._stream.close()
        self.language = event.language
        if event.control in ("stop", "repeat"):
            return []
        return clauses_in(event.text if event.spoken is None else event.spoken, event.language)
