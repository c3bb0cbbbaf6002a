"""Who has the floor: what the voice side is at and was asked to do next, shared by all its threads under one lock.

Knows neither microphone nor speech, and decides nothing by itself.
"""

from __future__ import annotations

from typing import Literal

from jarvis.contracts.speech import VoiceState, VoiceStateName
from jarvis.voice.outbox import Outbox
from jarvis.voice.turn import SpokenTurn
from jarvis.voice.work import Work

Resting = Literal["sleeping", "muted", "off"]
"""What to do between turns: wait for the wake word, or keep the microphone closed."""

Order = Literal["sleep", "talk", "awake", "reply", "go_on"]
"""What another thread asked the listening one to do: only that one may touch the hearing."""

_RESTING = ("sleeping", "muted", "off")


class Floor:
    """The state between and during turns. Attributes are changed, and methods called, with `lock` held.

    `deaf` is True until a microphone has given its first sound. A change of `state` is posted to `lock`.
    """

    def __init__(self, lock: Outbox, resting: Resting) -> None:
        self._lock = lock
        self.resting: Resting = resting
        self.state: VoiceStateName = "off"
        self.order: Order | None = None
        self.work: Work | None = None
        self.deaf = True
        self.closing = False

    @property
    def turn(self) -> SpokenTurn | None:
        """The spoken turn that is running; None while nothing or an announcement is."""
        work = self.work
        return work if isinstance(work, SpokenTurn) else None

    def give(self, work: Work, state: VoiceStateName) -> None:
        """Let `work` have the floor."""
        self.work = work
        self.set_state(state)

    def detach(self) -> Work | None:
        """Take the running work away: whatever it still does no longer changes the state."""
        work, self.work = self.work, None
        return work

    def take_order(self) -> Order | None:
        """Return what was asked for last and not yet done."""
        order, self.order = self.order, None
        return order

    def wants_microphone(self) -> bool:
        """True while there is something to listen for."""
        wanted = self.resting == "sleeping" or self.state in ("listening", "hearing")
        return not self.closing and (wanted or self.order not in (None, "sleep"))

    def is_resting(self) -> bool:
        """True between turns."""
        return self.state in _RESTING

    def is_free(self) -> bool:
        """True when nobody has the floor or is about to."""
        return self.work is None and self.order in (None, "sleep") and self.is_resting() and not self.closing

    def rest(self) -> None:
        """Go back to what is done between turns; Jarvis does not claim to listen before the first sound."""
        self.set_state("off" if self.deaf and self.resting == "sleeping" else self.resting)

    def rest_as(self, resting: Resting) -> Work | None:
        """Change what is done between turns; returns the work that this takes away, which is still to be cancelled."""
        self.resting = resting
        work = self._detach_listening()
        if self.work is None:
            self.order = "sleep"
            self.deaf = self.deaf or resting != "sleeping"
            self.rest()
        return work

    def recover(self) -> None:
        """Be deaf no longer: a microphone works."""
        self.deaf = False
        if self.state == "off" and self.work is None:
            self.rest()

    def lose_microphone(self) -> Work | None:
        """Be deaf until the next one's first sound; returns the work that this takes away, still to be cancelled."""
        self.deaf = True
        work = self._detach_listening()
        if self.work is None:
            self.set_state("off")
        return work

    def set_state(self, name: VoiceStateName) -> None:
        """Change the state and tell it, if it is another one."""
        if name != self.state:
            self.state = name
            self._lock.post(VoiceState(name=name))

    def _detach_listening(self) -> Work | None:
        # An answer that is being given goes on without a microphone.
        return self.detach() if self.state in ("listening", "hearing") else None
