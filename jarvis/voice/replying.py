"""Listens for a reply once Jarvis has said what it had to say, also for one that began before.

Runs on the ears' thread. Who speaks into Jarvis' last words is not yet told from a noise, nor from what is left of its
own voice, when these are over: the rule for interruptions decides that then too. Knows no turns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from jarvis.voice.hearing import FRAME_SECONDS, Hearing, Signal
from jarvis.voice.options import VoiceOptions
from jarvis.voice.overhearing import ONSET_SECONDS, Overhearing

SPEECH_TAIL_SECONDS = 0.3
"""Sound after Jarvis' own speech that is not listened to: it is the room's echo."""

UNDECIDED_SECONDS = 0.6
"""After this long what is neither speech nor over is a noise: speech is known within half of it."""

_UNDECIDED_FRAMES = round(UNDECIDED_SECONDS / FRAME_SECONDS)


class Replying:
    """Lets `hearing` wait for a reply, or for what somebody may ask after an answer.

    Where Jarvis does not hear itself (`echo_free`) that begins with what is being said into its last words, if anything
    is; with `hold` nothing ever is.
    """

    def __init__(
        self,
        hearing: Hearing,
        overhearing: Overhearing,
        options: Callable[[], VoiceOptions],
        *,
        echo_free: bool,
        hold: bool,
    ) -> None:
        self._hearing = hearing
        self._overhearing = overhearing
        self._options = options
        self._echo_free = echo_free
        self._ignored_seconds = 0.0 if hold or echo_free else SPEECH_TAIL_SECONDS
        self._patience_seconds: float | None = None
        self._undecided = 0
        self._missed_at: float | None = None
        self._missed_seconds = 0.0

    @property
    def is_undecided(self) -> bool:
        """True while what began before may still be speech: until that is known nothing is listened for."""
        return self._undecided > 0

    def missed(self, seconds: float) -> None:
        """Somebody has spoken for `seconds` into what turned out to be over: should a reply be waited for now, it is
        theirs."""
        self._missed_at, self._missed_seconds = self._hearing.seconds, seconds

    def begin(self, order: Literal["reply", "follow_up"]) -> list[Signal]:
        """Wait for it, a follow-up as long as the options say; return what was heard of it already."""
        self._patience_seconds = self._options().follow_up_seconds if order == "follow_up" else None
        if self._echo_free and self._missed_at == self._hearing.seconds:
            return self._listen_since(self._missed_seconds)
        if self._echo_free and self._overhearing.somebody_speaks:
            self._undecided = _UNDECIDED_FRAMES
            return []
        self._listen()
        return []

    def take(self, frame: bytes) -> list[Signal]:
        """Take a frame while it `is_undecided`; return what was heard of a reply once there is one."""
        self._undecided -= 1
        found = self._overhearing.after(frame)
        if found is not None:
            self._undecided = 0
            return self._listen_since(found.seconds)
        if not self._overhearing.somebody_speaks or not self._undecided:
            self._undecided = 0
            self._listen(look_back=True)
        return []

    def end(self) -> None:
        """Something else is listened for."""
        self._undecided = 0

    def _listen(self, *, look_back: bool = False) -> None:
        self._hearing.listen(
            ignore_seconds=self._ignored_seconds,
            look_back=look_back,
            patience_seconds=self._patience_seconds,
            wakes=True,
        )

    def _listen_since(self, seconds: float) -> list[Signal]:
        return self._hearing.listen_since(seconds + ONSET_SECONDS, patience_seconds=self._patience_seconds, wakes=True)
