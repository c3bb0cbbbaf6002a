"""Turns what people do with answers into outcomes that routing learns from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jarvis.contracts.messages import StoredMessage
from jarvis.contracts.routing import Outcome, Signal

if TYPE_CHECKING:
    from jarvis.app.routing import Routing
    from jarvis.contracts.ports import Clock

VALUES: dict[Signal, float] = {"retry": 0.15, "edit": 0.35, "stopped": 0.35, "kept": 1.0}
"""How good an answer was, 0..1, when it was asked again, rewritten, stopped midway, or followed by another question
without complaint; stars say it themselves."""

WEIGHTS: dict[Signal, float] = {"stars": 1.0, "retry": 0.5, "edit": 0.4, "stopped": 0.15, "kept": 0.15}
"""How much each signal says: stars are meant, what people do otherwise may have other reasons."""


class AnswerFeedback:
    """The `Feedback` port over the ledger and the book of outcomes."""

    def __init__(self, room: Routing, clock: Clock) -> None:
        self._room = room
        self._clock = clock

    def noticed(self, answer: StoredMessage, question_id: str, signal: Signal, value: float | None = None) -> None:
        """Keep one outcome; `value` 0..1 is needed for stars. Answers that no model was chosen for teach nothing, but
        one that was bad is not given again either way."""
        value = VALUES[signal] if value is None else value
        if signal != "stopped" and value < 0.5:
            self._room.cache.forget_message(answer.id)
        decision = self._room.ledger.decision_of(question_id)
        if decision is None or decision.chosen is None or decision.domain is None or decision.difficulty is None:
            return
        self._room.outcomes.add(
            Outcome(
                message_id=answer.id,
                engine=decision.chosen,
                model=answer.model or decision.chosen,
                domain=decision.domain,  # type: ignore[arg-type]
                difficulty=decision.difficulty,
                p_weak=decision.p_weak if decision.p_weak is not None else 0.5,
                p_strong=decision.p_strong if decision.p_strong is not None else 0.5,
                signal=signal,
                value=value,
                weight=WEIGHTS[signal],
                at=self._clock.now(),
            )
        )
