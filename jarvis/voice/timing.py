"""What a spoken turn takes, stage by stage. Sound is counted in sound, work by the clock since the decision."""

from __future__ import annotations

import time

from jarvis.voice.hearing import SpeechEnded


class TurnClock:
    """Marks of one turn; `wake_at` is stream time in seconds of the wake word, None without one."""

    def __init__(self, wake_at: float | None) -> None:
        self._wake_at = wake_at
        self._ended: SpeechEnded | None = None
        self._decided = 0.0
        self._marks: dict[str, float] = {}

    def ended(self, ended: SpeechEnded, decided: float) -> None:
        """The person has finished; what waited for it is counted from `decided`, in `time.perf_counter` seconds."""
        self._ended = ended
        self._decided = decided

    def mark(self, name: str) -> None:
        """Note that `name` was reached, the first time only."""
        if self._ended is not None:
            self._marks.setdefault(name, time.perf_counter() - self._decided)

    def timings(self) -> dict[str, float]:
        """Return what the turn took so far, in seconds.

        Counted in sound: `wake` and `end_of_speech` (stream times) and `endpoint_silence` (from the end of speech to
        the decision that it ended). Counted by the clock since that decision: `transcript`, `first_text`,
        `first_clause`, `pipeline` (first sample handed to the speaker) and `spoken`. `end_of_speech_to_first_audio`
        is `endpoint_silence` + `pipeline`, right for files and microphones alike.
        """
        timings: dict[str, float] = {}
        if self._wake_at is not None:
            timings["wake"] = self._wake_at
        if self._ended is None:
            return timings
        silence = self._ended.decided_at - self._ended.end_of_speech_at
        timings |= {"end_of_speech": self._ended.end_of_speech_at, "endpoint_silence": silence}
        timings |= {name: seconds for name, seconds in self._marks.items() if name != "first_audio"}
        if "first_audio" in self._marks:
            timings["pipeline"] = self._marks["first_audio"]
            timings["end_of_speech_to_first_audio"] = silence + self._marks["first_audio"]
        return {name: round(seconds, 6) for name, seconds in timings.items()}
