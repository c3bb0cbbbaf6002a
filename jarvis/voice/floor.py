"""Who has the floor: what the voice side is at and was asked to do next, shared by all its threads under one lock.

Knows neither microphone nor speech, and decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable
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
        self.deaf = True
        self.closing = False

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
        """Take the running work away: whatever it still does no longer changes the state."""
        work, self.work = self.work, None
        return work

    def challenge(self, challenger: SpokenTurn) -> None:
        """Hear `challenger` while the work is held."""
        self.challenger = challenger
        self._held_state = self.state
        self.set_state("hearing")

    def lose(self) -> Work | None:
        """Let go of the challenger: the work, which is returned, goes on."""
        self.challenger = None
        if self.work is not None:
            self.set_state(self._held_state)
        else:
            self.rest()
        return self.work

    def drop_challenger(self) -> SpokenTurn | None:
        """Take the challenger away, still to be cancelled."""
        challenger, self.challenger = self.challenger, None
        return challenger

    def win(self, challenger: SpokenTurn) -> Work | None:
        """Let `challenger` have the floor; returns the work that it takes it from."""
        work, self.work, self.challenger = self.work, challenger, None
        return work

    def take_order(self) -> Order | None:
        """Return what was asked for last and not yet done."""
        order, self.order = self.order, None
        return order

    def wants_microphone(self) -> bool:
        """True while there is something to listen for."""
        sleeping = self.resting == "sleeping" and self._waits()
        wanted = sleeping or self.state in ("listening", "hearing")
        return not self.closing and (wanted or self.order not in (None, "sleep"))

    def is_resting(self) -> bool:
        """True between turns."""
        return self.state in _RESTING

    def is_free(self) -> bool:
        """True when nobody has the floor or is about to."""
        return self.work is None and self.order in (None, "sleep") and self.is_resting() and not self.closing

    def rest(self) -> None:
        """Go back to what is done between turns; Jarvis does not claim to listen before the first sound."""
        self.set_state("off" if self.deaf and self.resting == "sleeping" and self._waits() else self.resting)

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

    def set_state(self, name: VoiceStateName, detail: str = "") -> None:
        """Change the state and tell it, if it is another one."""
        if name != self.state:
            self.state = name
            self._lock.post(VoiceState(name=name, detail=detail))

    def _detach_listening(self) -> Work | None:
        # An answer that is being given goes on without a microphone.
        return self.detach() if self.state in ("listening", "hearing") else None
