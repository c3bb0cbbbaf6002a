"""The pause that goes on within an utterance: how long it is, and how long it may be. Pure; time is handed in."""

from __future__ import annotations

from jarvis.voice.options import HearingOptions

OVERTIME_SECONDS = 5.0
"""An utterance that is too long is cut at its next pause, or without one after this much more."""

_ROUNDING = 1e-9


class RunningPause:
    """Counts one pause after the other; each may last `undecided_seconds` until `allow` says otherwise.

    A frame of speech may be the first of more: until that is known the pause goes on, but nothing comes of it.
    """

    def __init__(self, options: HearingOptions) -> None:
        self._options = options
        self._allowed = options.undecided_seconds
        self._seconds: float | None = None
        self._quiet = True
        self._told = False

    @property
    def seconds(self) -> float | None:
        """Silence so far, None while somebody speaks."""
        return self._seconds

    def begin(self, silence_seconds: float) -> None:
        """A pause is noticed that has lasted for so long already."""
        self._seconds, self._allowed = silence_seconds, self._options.undecided_seconds
        self._quiet, self._told = True, self.is_long_enough

    def allow(self, seconds: float) -> None:
        """Let the pause that goes on now last `seconds` in all."""
        self._allowed = seconds

    def go_on(self, seconds: float, *, quiet: bool) -> bool:
        """Let it last `seconds` longer, which were `quiet` or may be the first of speech; nothing without a pause.

        True once, when it has become long enough to end a turn.
        """
        if self._seconds is None:
            return False
        self._seconds += seconds
        self._quiet = quiet
        becomes = quiet and self.is_long_enough and not self._told
        self._told = self._told or becomes
        return becomes

    def end(self) -> None:
        """Somebody speaks."""
        self._seconds = None

    @property
    def is_long_enough(self) -> bool:
        """True once it may end a turn whose words are surely complete."""
        return self._seconds is not None and self._seconds + _ROUNDING >= self._options.pause_seconds

    @property
    def is_over(self) -> bool:
        """True once it has lasted as long as it may and is quiet now."""
        return self._seconds is not None and self._quiet and self._seconds + _ROUNDING >= self._allowed

    def cuts(self, spoken_seconds: float) -> bool:
        """Tell whether an utterance of so long is cut now, over or not."""
        overtime = spoken_seconds - self._options.longest_seconds
        return overtime >= OVERTIME_SECONDS or (overtime >= 0 and self.is_long_enough)
