"""What a recogniser hears in place of the frames that detectors hear: words said into Jarvis' own voice, left whole.

Detectors need a microphone that is free of Jarvis; what makes it so takes the beginnings of words with it. Which frames
were somebody's words is known a little later, in time for what an interruption began with. Knows no echo canceller.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import islice

from jarvis.contracts.speech import VAD_SAMPLES
from jarvis.voice.foreign_voice import KEPT_FRAMES

FOREIGN_BAR = 0.5
"""A frame holds somebody else's sound from this on, as surely as 0..1 tells it."""
AROUND_FRAMES = 3
"""A tenth of a second before and after such a frame words are left whole too: what is soft in them is not told apart
from what is left of Jarvis' voice, and that alone is better not heard: it spoils the beginning of what follows."""

_FRAME_BYTES = 2 * VAD_SAMPLES


class WholeWords:
    """Keeps for each frame what `whole` returns as it comes, and whether it is `foreign`, 0..1; without `whole` a
    recogniser hears what detectors hear.

    `take` every frame as it comes; one thread. Of a frame that came just now nobody knows what follows: it counts as
    words.
    """

    def __init__(self, whole: Callable[[], bytes] | None, foreign: Callable[[], float]) -> None:
        self._whole = whole
        self._foreign = foreign
        self._taken = 0
        self._frames: OrderedDict[bytes, tuple[int, bytes]] = OrderedDict()
        self._others: deque[bool] = deque(maxlen=KEPT_FRAMES)

    def take(self, frame: bytes) -> None:
        """A frame came: keep how a recogniser hears it."""
        if self._whole is None:
            return
        self._taken += 1
        self._others.append(self._foreign() >= FOREIGN_BAR)
        self._frames.pop(frame, None)
        whole = self._whole()
        if len(whole) == len(frame) and whole != frame:
            self._frames[frame] = self._taken, whole
            while len(self._frames) > KEPT_FRAMES:
                self._frames.popitem(last=False)

    def of(self, sound: bytes) -> bytes:
        """Return how a recogniser hears `sound`, which is made of frames; what is not known of it as it is."""
        if not self._frames:
            return sound
        return b"".join(self._of(sound[at : at + _FRAME_BYTES]) for at in range(0, len(sound), _FRAME_BYTES))

    def _of(self, frame: bytes) -> bytes:
        number, whole = self._frames.get(frame, (0, frame))
        return whole if self._is_near_words(number) else frame

    def _is_near_words(self, number: int) -> bool:
        ago = self._taken - number
        if ago < AROUND_FRAMES:
            return True
        at = len(self._others) - 1 - ago
        return any(islice(self._others, max(0, at - AROUND_FRAMES), max(0, at + AROUND_FRAMES + 1)))
