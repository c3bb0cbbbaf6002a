"""A stop word among the sounds that the fake detectors know, and who finds it."""

from jarvis.contracts.speech import SpottedWord
from jarvis.voice.ringing import AFTER_SECONDS
from tests.fakes.voice import QUIET, SPEECH, frames, seconds

SPOTTED = 2000
"""Amplitude of the frame at which the word is found."""

WORD = seconds(SPEECH, 0.4) + frames(SPOTTED)
"""A stop word, up to where it is found."""

ALONE = WORD + seconds(QUIET, AFTER_SECONDS)
"""A stop word, and the silence by which it is known to be alone."""


class Spotter:
    """Finds `word`, and counts the frames that it hears."""

    def __init__(self, word: str = "stop") -> None:
        self.word = word
        self.heard = 0

    def process(self, pcm: bytes) -> list[SpottedWord]:
        self.heard += 1
        return [SpottedWord(word=self.word, at_seconds=0.0)] if pcm == frames(SPOTTED) else []

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass
