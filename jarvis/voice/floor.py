"""Who has the floor: what the voice side is at and was asked to do next, shared by all its threads under one lock.

Knows neither microphone nor speech, and decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.speech import VoiceState, VoiceStateName
from jarvis.voice.outbox import Outbox
from jarvis.voice.turn import SpokenTurn
from jarvis.voice.work import Work

Resting = Literal["sleeping", "muted", "off"]
"""What to do between turns: wait for the wake word, or keep the microphone closed."""

Order = Literal["sleep", "talk", "awake", "reply", "follow_up", "go_on", "dictate", "dictated"]
"""What another thread asked the listening one to do: only that one may touch the hearing. `dictated` ends what
`dictate` began."""

_RESTING = ("sleeping", "muted", "off")
_HEARING = ("listening", "hearing")

DETAILS: dict[Order, str] = {"follow_up": "follow_up", "reply": "reply", "dictate": "dictation"}
"""What the state "listening" is told with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LetGo:
    """What a change took the floor from, once the lock is released: one is to be cancelled, the other goes on."""

    cancelled: Work | None = None
    going_on: Work | None = None

    def settle(self, reason: str) -> None:
        """Cancel the one for `reason`, let the other go on."""
        if self.cancelled is not None:
            self.cancelled.cancel(reason)
        if self.going_on is not None:
            self.going_on.go_on()


NOTHING = LetGo()


class Floor:
    """The state between and during turns. Attributes are changed, and methods called, with `lock` held.

    `challenger` is a turn that began while `work` was at it: until its words are known, `work` is only held. `deaf`
    is True until a microphone has given its first sound. A change of `state` is posted to `lock`. `waits` tells whether
    sleeping means listening for something: without, the microphone is closed then.
    """

    def __init__(self, lock: Outbox, resting: Resting, waits: Callable[[], bool] = lambda: True) -> None:
        self._lock = lock
        self._waits = waits
        self.resting: Resting = resting
        self.state: VoiceStateName = "off"
        self.order: Order | None = None
        self.work: Work | None = None
        self.challenger: SpokenTurn | None = None
        self._held_state: VoiceStateName = "speaking"
        self._held_over = False
        self._held_order: Order | None = None
        self._shut = False
        self.deaf = True
        self.closing = False
        self.waiting = False
        """Listening for whoever speaks, with nobody about to: that may be left at any time."""

    @property
    def turn(self) -> SpokenTurn | None:
        """The spoken turn whose words are being heard, or that is running; None while nothing or an announcement is."""
        work = self.challenger or self.work
        return work if isinstance(work, SpokenTurn) else None

    @property
    def answering(self) -> Work | None:
        """What Jarvis is saying or thinking about, if nothing else is being heard."""
        return self.work if self.state in ("thinking", "speaking") and self.challenger is None else None

    def give(self, work: Work, state: VoiceStateName) -> None:
        """Let `work` have the floor."""
        self.work = work
        self.set_state(state)

    def detach(self) -> Work | None:
        """Take the running work away: whatever it still does no longer changes the state. None when it was over."""
        work, self.work = self.work, None
        over, self._held_over = self._held_over, False
        return None if over else work

    def comes_to(self, state: Literal["thinking", "speaking"]) -> None:
        """The work comes to think or to sound, or will be at that once it is no longer held."""
        if self.challenger is None:
            self.set_state(state)
        else:
            self._held_state = state

    def end(self, order: Order | None) -> None:
        """The work is over and `order` is next, unless something else was asked for or a challenger is still heard."""
        if self.challenger is not None:
            self._held_over, self._held_order = True, order
            return
        self.work = None
        # Nobody can say anything into a closed or lost microphone, and muted the button opened it for one turn.
        if self.order == "dictated":
            self.order = None
        unheard = self._shut or self.deaf or (order == "follow_up" and self.resting != "sleeping")
        self.order = self.order or (None if unheard else order)
        if self.order in (None, "sleep") or self.deaf:
            self.rest()
        else:
            self.set_state("listening", DETAILS.get(self.order, ""))

    def challenge(self, challenger: SpokenTurn) -> None:
        """Hear `challenger` while the work is held."""
        self.challenger = challenger
        self._held_state, self._held_over, self._held_order = self.state, False, None
        self.set_state("hearing")

    def lose(self) -> Work | None:
        """Let go of the challenger: the work goes on, which is returned; None when it was over meanwhile."""
        self.challenger = None
        if self._held_over:
            self._held_over = False
            self.end(self._held_order)
            return None
        if self.work is not None:
            self.set_state(self._held_state)
        else:
            self.rest()
        return self.work

    def go_on_unheard(self) -> None:
        """The work goes on, while the challenger's words, all heard before a microphone closed, are still found out."""
        if self.challenger is not None and self.state == "thinking":
            self.set_state(self._held_state)

    def drop_challenger(self) -> SpokenTurn | None:
        """Take the challenger away, still to be cancelled."""
        challenger, self.challenger = self.challenger, None
        return challenger

    def win(self, challenger: SpokenTurn) -> Work | None:
        """Let `challenger` have the floor; returns the work that it takes it from, None when that was over."""
        work = self.detach()
        self.work, self.challenger = challenger, None
        return work

    def ask(self, order: Order) -> None:
        """Let the person be heard as `order` says, muted or not."""
        self.order, self._shut = order, False

    def end_dictation(self) -> None:
        """Let the ears end what `dictate` began; what they have not begun is over, and nothing else is touched.

        What has ended by itself opens no microphone.
        """
        if self.order == "dictate":
            self.order = "sleep"
            if self.work is None:
                self.rest()
        elif self.order is None and self.state in _HEARING:
            self.order = "dictated"
            if (turn := self.turn) is not None and turn.dictating is not None:
                turn.dictating.let_go = True

    def take_order(self) -> Order | None:
        """Return what was asked for last and not yet done."""
        order, self.order = self.order, None
        return order

    def wants_microphone(self) -> bool:
        """True while there is something to listen for: also a stop word into the answer to what was said aloud."""
        waits = self._waits() or (isinstance(self.work, SpokenTurn) and self.state in ("thinking", "speaking"))
        wanted = (self.resting == "sleeping" and waits) or self.state in _HEARING
        return not self.closing and (wanted or self.order not in (None, "sleep"))

    def is_resting(self) -> bool:
        """True between turns."""
        return self.state in _RESTING

    def is_free(self) -> bool:
        """True when nobody has the floor or is about to."""
        return self.work is None and self.order in (None, "sleep") and self.is_resting() and not self.closing

    def is_idle(self) -> bool:
        """True when nobody is spoken to, heard or about to be: what ends now cuts nobody off."""
        return (self.is_resting() or self.waiting) and self.order not in ("talk", "dictate")

    def rest(self) -> None:
        """Go back to what is done between turns; Jarvis does not claim to listen before the first sound."""
        self.set_state("off" if self.deaf and self.resting == "sleeping" and self._waits() else self.resting)

    def rest_as(self, resting: Resting) -> LetGo:
        """Change what is done between turns; returns what this takes away."""
        self.resting, self._shut = resting, resting != "sleeping"
        if resting == "sleeping" and (self.state in _HEARING or self.order not in (None, "sleep")):
            # What the button began while muted is heard to its end.
            return NOTHING
        gone = self._stop_listening()
        if self.order == "dictated":
            # No microphone is opened for that: the ears end what was dictated as they close.
            self.order = None
        if self.work is None:
            self.order = "sleep"
            self.deaf = self.deaf or resting != "sleeping"
            self.rest()
        return gone

    def recover(self) -> None:
        """Be deaf no longer: a microphone works."""
        self.deaf = False
        if self.state == "off" and self.work is None:
            self.rest()

    def lose_microphone(self) -> LetGo:
        """Be deaf until the next one's first sound; returns what this takes away."""
        self.deaf = True
        if self.order != "awake":
            # The next microphone may come in an hour: nobody waits for it with words.
            self.order = None
        gone = self._stop_listening()
        if self.work is None:
            self.rest()
        return gone

    def set_state(self, name: VoiceStateName, detail: str = "") -> None:
        """Change the state and tell it, if it is another one."""
        self.waiting = self.waiting and name == "listening"
        if name != self.state:
            self.state = name
            self._lock.post(VoiceState(name=name, detail=detail))

    def _stop_listening(self) -> LetGo:
        """Take away what is being heard; an answer goes on without a microphone, and so does what was said wholly.

        So does a dictation: the ears end it with what was said until they had closed.
        """
        if self.state not in _HEARING:
            return NOTHING
        turn = self.turn
        if turn is not None and (turn.dictating is not None or turn.revisions.committed is not None):
            self.set_state("thinking")
            return NOTHING
        if self.challenger is not None:
            return LetGo(cancelled=self.challenger, going_on=self.lose())
        return LetGo(cancelled=self.detach())
