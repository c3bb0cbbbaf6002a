"""What spoken turns carry over to the next: the conversation, what was said last, what was explained once."""

from __future__ import annotations

import threading

from jarvis.contracts.ports import Clock
from jarvis.contracts.speech import SpottedWord
from jarvis.voice.options import VoiceOptions
from jarvis.voice.turn import Kind, SpokenTurn, TurnStart
from jarvis.voice.work import Said

CONVERSATION_SECONDS = 600.0
"""After this long without a spoken turn the next one starts a new conversation."""


class SpokenContext:
    """Remembers between turns; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._conversation_id: str | None = None
        self._until = 0.0
        self._said: Said = ()
        self._explain_basic = True

    def conversation_id(self) -> str | None:
        """Return the conversation that goes on, None when the next turn starts a new one."""
        with self._lock:
            return self._conversation_id if self._clock.monotonic() < self._until else None

    def continue_conversation(self, conversation_id: str | None) -> None:
        """Let the next turn belong to `conversation_id`."""
        with self._lock:
            self._conversation_id = conversation_id
            self._until = self._clock.monotonic() + CONVERSATION_SECONDS

    def start(
        self,
        options: VoiceOptions,
        wake_at: float | None,
        kind: Kind,
        *,
        after_question: bool = False,
        stop_word: SpottedWord | None = None,
    ) -> TurnStart:
        """Return how the next turn begins."""
        return TurnStart(
            options=options,
            kind=kind,
            wake_at=wake_at,
            after_question=after_question,
            stop_word=stop_word,
            conversation_id=self.conversation_id(),
            explain_basic=self._explain_basic,
            previously_said=self._said,
        )

    def learn(self, turn: SpokenTurn) -> None:
        """Take over what `turn` brought."""
        if turn.conversation_id is not None:
            self.continue_conversation(turn.conversation_id)
        if turn.explained_basic:
            self._explain_basic = False
        self.said(turn.said)

    def said(self, said: Said) -> None:
        """Remember what was said last, for "repeat that"."""
        self._said = said or self._said
