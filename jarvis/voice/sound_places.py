"""Where the sound of a speech lies in what the speaker plays: pauses between clauses, what was heard, the own name.

Pure: positions and times come in. Positions are seconds of `Speaker.position()`.
"""

from __future__ import annotations

from jarvis.contracts.speech import AudioChunk
from jarvis.voice.clauses import Clause
from jarvis.voice.heard_text import HeardText
from jarvis.voice.sound_edges import silence

NAME = "jarvis"

_PAUSES = {".": 0.26, "!": 0.26, "?": 0.28, "…": 0.3, ":": 0.2, ";": 0.2, ",": 0.12}
_PAUSE_IN_SENTENCE = 0.03
_PAUSE_BETWEEN_LINES = 0.36
_PAUSE_AROUND_SOUNDS = 0.08


class SoundPlaces:
    """The places of one speech at `rate`, whose first sound comes at `position`."""

    def __init__(self, rate: float, position: float) -> None:
        self.heard = HeardText(rate)
        self.name: tuple[float, float] | None = None
        """Where the clause with the own name that was placed last begins and, so far, ends."""
        self._rate = rate
        self._queue_end = position
        self._silent_at = 0.0
        self._pause: float | None = None

    def place(self, said: Clause | AudioChunk, chunk: AudioChunk, now: float, *, begins: bool) -> AudioChunk:
        """Return `chunk` of `said` as it is to be played at time `now`, with the pause before it where it `begins`."""
        named = says_name(said)
        if begins:
            pause = self._pause_before(said, now)
            begin = self._queue_end + pause
            if isinstance(said, Clause):
                self.heard.begin(said.text, said.spoken, begin)
            if named:
                self.name = begin, begin
            if pause:
                pcm = silence(pause, chunk.sample_rate).pcm + chunk.pcm
                chunk = AudioChunk(pcm=pcm, sample_rate=chunk.sample_rate)
        self._queue_end += chunk.seconds
        self._silent_at = max(self._silent_at, now) + chunk.seconds
        if isinstance(said, Clause):
            self.heard.reach(self._queue_end)
        if named and self.name is not None:
            self.name = self.name[0], self._queue_end
        return chunk

    def end(self, said: Clause | AudioChunk) -> None:
        """All sound of `said` was placed."""
        self._pause = _pause_after(said)
        if isinstance(said, Clause):
            self.heard.end()

    def resume(self, now: float, position: float) -> None:
        """What is queued goes on to sound at `now` from `position` on."""
        self._silent_at = now + max(0.0, self._queue_end - position)

    def _pause_before(self, said: Clause | AudioChunk, now: float) -> float:
        """Return the seconds of silence that are still due since the clause before; none once it was silent as long."""
        if self._pause is None:
            return 0.0
        wanted = self._pause if isinstance(said, Clause) else _PAUSE_AROUND_SOUNDS
        return max(0.0, wanted / self._rate - max(0.0, now - self._silent_at))


def says_name(said: Clause | AudioChunk) -> bool:
    """Tell whether the own name is in what is said."""
    return isinstance(said, Clause) and NAME in said.spoken.casefold()


def _pause_after(said: Clause | AudioChunk) -> float:
    if isinstance(said, AudioChunk):
        return _PAUSE_AROUND_SOUNDS
    if said.text.endswith("\n"):
        return _PAUSE_BETWEEN_LINES
    return _PAUSES.get(said.spoken.rstrip("\"'”’»)")[-1:], _PAUSE_IN_SENTENCE)
