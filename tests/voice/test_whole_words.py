"""Which sound a recogniser gets of frames that detectors hear otherwise."""

from __future__ import annotations

from jarvis.voice.foreign_voice import KEPT_FRAMES
from jarvis.voice.whole_words import AROUND_FRAMES, FOREIGN_BAR, WholeWords
from tests.fakes.voice import frames

OWN, THEIRS = 0.0, FOREIGN_BAR
WHOLE = 7000
"""A whole frame is so much louder."""


class Microphone:
    """Frames of one amplitude each, with how foreign they are."""

    def __init__(self) -> None:
        self.whole = b""
        self.foreign = 1.0
        self.words = WholeWords(lambda: self.whole, lambda: self.foreign)

    def hear(self, *foreign: float, first: int = 1) -> bytes:
        """Let frames of amplitudes from `first` on come; return them."""
        heard = [frames(first + number) for number in range(len(foreign))]
        for frame, (number, self.foreign) in zip(heard, enumerate(foreign), strict=True):
            self.whole = frames(WHOLE + first + number)
            self.words.take(frame)
        return b"".join(heard)


def amplitudes(sound: bytes) -> list[int]:
    return [int.from_bytes(sound[at : at + 2], "little") for at in range(0, len(sound), len(frames(0)))]


def test_words_are_whole_from_a_little_before_they_were_noticed_to_a_little_after():
    microphone = Microphone()
    own = [OWN] * 8
    heard = microphone.hear(*own, THEIRS, *own)
    got = amplitudes(microphone.words.of(heard))
    first, last = 9 - AROUND_FRAMES, 9 + AROUND_FRAMES
    newest = 17 - AROUND_FRAMES
    assert got == [number + WHOLE * (first <= number <= last or number > newest) for number in range(1, 18)]


def test_what_comes_now_is_whole_for_nobody_knows_what_follows():
    microphone = Microphone()
    microphone.hear(*[OWN] * 8)
    assert amplitudes(microphone.words.of(microphone.hear(OWN, first=20))) == [WHOLE + 20]


def test_sound_that_is_not_known_stays_as_it_is():
    microphone = Microphone()
    microphone.hear(*[THEIRS] * (KEPT_FRAMES + 1))
    assert amplitudes(microphone.words.of(frames(1) + frames(2) + frames(30_000))) == [1, WHOLE + 2, 30_000]


def test_without_anything_better_both_hear_the_same():
    words = WholeWords(None, lambda: 0.0)
    words.take(frames(5))
    assert words.of(frames(5)) == frames(5)
    empty = WholeWords(lambda: b"", lambda: 1.0)
    empty.take(frames(5))
    assert empty.of(frames(5)) == frames(5)


def test_a_frame_that_comes_again_counts_as_it_came_last():
    microphone = Microphone()
    microphone.hear(THEIRS, first=3)
    microphone.whole = frames(3)
    microphone.words.take(frames(3))
    assert microphone.words.of(frames(3)) == frames(3)
