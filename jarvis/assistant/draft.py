"""The answer while it is being written: the stored draft, and the whole answer that it becomes.

Text reaches the log before it reaches anybody's eyes. Knows only ports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from jarvis.contracts.messages import MessageState, Source, StoredMessage, Usage
from jarvis.contracts.ports import Clock, ConversationLog
from jarvis.contracts.skills import ControlAct


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, on its way into the final event."""

    text: str
    source: Source
    model: str | None = None
    skill: str | None = None
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    expects_reply: bool = False
    spoken: str | None = None
    control: ControlAct | None = None
    cached: bool = False


class Draft:
    """The assistant's message being written to the log; times count from its creation."""

    def __init__(self, log: ConversationLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._began = clock.monotonic()
        self._first: float | None = None
        self._open = False
        self.conversation_id = ""
        self.follows: str | None = None
        """The message that the first one comes after, None for the newest in view."""
        self.message_id: str | None = None
        self.text = ""

    def append(self, text: str) -> None:
        """Store more text; the first piece creates the message."""
        if not self._open:
            message = self._add(text, "streaming")
            self.message_id, self._open, self.text = message.id, True, text
        else:
            assert self.message_id is not None
            self._log.append_text(self.message_id, text)
            self.text += text
        if self._first is None:
            self._first = self._clock.monotonic()

    def write(self, text: str, source: Source, *, model: str | None = None, detail: str = "") -> None:
        """Store a whole answer at once; `detail` is kept with it."""
        if detail:
            message = self._add(text, "streaming")
            self._log.close_message(message.id, "complete", source=source, model=model, detail=detail)
        else:
            message = self._add(text, "complete", source=source, model=model)
        self.message_id, self.text = message.id, text
        self._first = self._clock.monotonic()

    def close(
        self,
        state: Literal["complete", "failed", "cancelled"],
        *,
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
        codes: Sequence[str] = (),
    ) -> None:
        """End the message; a later `append` starts another one."""
        if self._open and self.message_id is not None:
            self._log.close_message(
                self.message_id, state, source=source, model=model, detail=detail, codes=tuple(codes)
            )
            self._open = False

    def give_up(self, state: Literal["failed", "cancelled"], detail: str, codes: Sequence[str] = ()) -> None:
        """End it without an answer; what went wrong is kept even where no text was, with the errors' `codes`."""
        if self._open:
            self.close(state, detail=detail, codes=codes)
        elif self.conversation_id and detail:
            message = self._add("", "streaming")
            self.message_id = message.id
            self._log.close_message(message.id, state, detail=detail, codes=codes)

    def _add(
        self, text: str, state: MessageState, *, source: Source | None = None, model: str | None = None
    ) -> StoredMessage:
        follows, self.follows = self.follows, None
        return self._log.add_message(
            self.conversation_id, "assistant", text, state, source=source, model=model, follows=follows
        )

    @property
    def is_open(self) -> bool:
        """True while a message is being written."""
        return self._open

    def timings(self) -> dict[str, float]:
        """Return seconds since the question: `first_text` (if any text came) and `total`."""
        timings = {"total": round(self._clock.monotonic() - self._began, 4)}
        if self._first is not None:
            timings["first_text"] = round(self._first - self._began, 4)
        return timings
