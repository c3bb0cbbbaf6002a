"""What waits to be said without having been asked by voice: alerts, and answers to typed questions.

Keeps the order, makes one announcement after the other, and knows who no longer wants to be heard. Knows nothing of the
loop that asks it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from jarvis.contracts.speech import AudioChunk
from jarvis.voice.upcoming import Upcoming
from jarvis.voice.work import Announcement, Conversing, Said, Work


class Notice:
    """One thing to say; `over` is set once it was said, was interrupted, or was withdrawn.

    `still_wanted` is asked on the speaking thread just before it would sound; False drops it unheard. With `on_stopped`
    it rings until `cancel`, also once it is over: a stop word said into it or into the silence after it is told by
    `on_stopped`, which may be called on any thread and more than once, and must return quickly. `rung` tells whether
    it sounded, or one of the same `on_stopped` before it; what has not is not over for a stop word. With `upcoming` its
    words come from there, and it waits for the first of them without keeping others waiting.
    """

    def __init__(
        self,
        said: Said,
        sound: AudioChunk | None,
        on_cancel: Callable[[Notice], None],
        still_wanted: Callable[[], bool] | None = None,
        on_stopped: Callable[[], None] | None = None,
        upcoming: Upcoming | None = None,
    ) -> None:
        self.said = said
        self.sound = sound
        self.still_wanted = still_wanted
        self.on_stopped = on_stopped
        self.upcoming = upcoming
        self.over = threading.Event()
        self.rung = False
        self._on_cancel = on_cancel

    @property
    def ready(self) -> bool:
        """True when there is something to say by now."""
        return self.upcoming is None or self.upcoming.ready

    def cancel(self) -> None:
        """Withdraw it: unheard while it waits, silent at once while it sounds; once it is over it rings no more."""
        self._on_cancel(self)


class WaitingNotices:
    """Notices in the order in which they came; to be used under one lock of its owner."""

    def __init__(self) -> None:
        self._waiting: deque[Notice] = deque()
        self._sounding: tuple[Notice, Announcement] | None = None
        self._ringing: tuple[Notice, ...] = ()

    def __bool__(self) -> bool:
        return any(notice.ready for notice in self._waiting)

    @property
    def waits(self) -> bool:
        """True while there is one, ready or not."""
        return bool(self._waiting)

    def add(self, notice: Notice) -> None:
        """Let `notice` wait behind the others; one without words and sound, now or to come, is over at once."""
        if notice.said or notice.sound is not None or notice.upcoming is not None:
            self._waiting.append(notice)
            if notice.on_stopped is not None:
                notice.rung = any(one.rung and one.on_stopped == notice.on_stopped for one in self._ringing)
                self._ringing = (*self._ringing, notice)
        else:
            notice.over.set()

    def next(
        self, conversing: Conversing, rate: float, volume: float, on_over: Callable[[Announcement], bool]
    ) -> Announcement:
        """Take the one that has waited longest of those that are ready and return the work that says it, unstarted;
        StopIteration without one.

        `on_over` is called on the speaking thread when it ends; after that the notice is over, unless it returns True:
        it was put back.
        """
        notice = next(notice for notice in self._waiting if notice.ready)
        self._waiting.remove(notice)

        def sounds() -> None:
            notice.rung = True

        def over(work: Announcement) -> None:
            if not work.cancel_token.cancelled:
                # Where no speaker works, it rang as well as it could.
                sounds()
            if not on_over(work):
                notice.over.set()

        work = Announcement(
            conversing, notice.said, notice.sound, rate, volume, over, notice.still_wanted, sounds, notice.upcoming
        )
        self._sounding = notice, work
        return work

    def make_way(self) -> None:
        """Let what sounds make way for those that wait while its own words are still to come."""
        if self._sounding is not None and (upcoming := self._sounding[0].upcoming) is not None:
            upcoming.make_way()

    def put_back(self, work: Announcement) -> bool:
        """Let what `work` said wait behind the others, if it has made way for them; True then."""
        if self._sounding is None or self._sounding[1] is not work or work.cancel_token.cancelled:
            return False
        notice = self._sounding[0]
        if notice.upcoming is None or not notice.upcoming.goes_on:
            return False
        self._waiting.append(notice)
        return True

    def withdraw(self, notice: Notice) -> Announcement | None:
        """Let `notice` wait no more; returns the work that is saying it, if it has begun."""
        self._ringing = tuple(other for other in self._ringing if other is not notice)
        if notice in self._waiting:
            self._waiting.remove(notice)
            notice.over.set()
        sounding = self._sounding
        return sounding[1] if sounding is not None and sounding[0] is notice else None

    @property
    def ringing(self) -> bool:
        """True while something rings, sounding or not; may be asked without the lock."""
        return bool(self._ringing)

    def rings(self, work: Work | None) -> bool:
        """Tell whether `work` says something that rings."""
        sounding = self._sounding
        return sounding is not None and sounding[1] is work and sounding[0].on_stopped is not None

    def is_due(self, work: Work | None) -> bool:
        """Tell whether `work` is about to ring, and has not."""
        return self.rings(work) and self._sounding is not None and not self._sounding[0].rung

    def last_rung(self) -> Said:
        """Return the words of what rang last, if it still rings."""
        sounding = self._sounding
        return sounding[1].clauses if sounding is not None and sounding[0] in self._ringing else ()

    def to_tell(self) -> list[Callable[[], None]]:
        """Return whom to tell that everything that has rung was stopped."""
        return [notice.on_stopped for notice in self._ringing if notice.on_stopped is not None and notice.rung]

    def clear(self, *, spare_due: bool = False) -> bool:
        """Let none wait any more, with `spare_due` but what is to ring and has not; True if any waited in vain."""
        spared = [one for one in self._waiting if spare_due and one.on_stopped is not None and not one.rung]
        dropped = [one for one in self._waiting if one not in spared]
        self._waiting = deque(spared)
        for notice in dropped:
            notice.over.set()
        return bool(dropped)
