"""Stand-ins for what waking is built from: spotters that report what they were told to, recognisers that read it."""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, RecognitionHints, SpottedWord, Transcript


class ScriptedSpotter:
    """A WordSpotter that reports each of `words` as soon as so much sound was fed."""

    def __init__(self, *words: SpottedWord) -> None:
        self.waiting = list(words)
        self.samples = 0
        self.resets = 0
        self.closed = False

    def process(self, pcm: bytes) -> list[SpottedWord]:
        self.samples += len(pcm) // 2
        due = [word for word in self.waiting if word.at_seconds * SAMPLE_RATE <= self.samples]
        self.waiting = [word for word in self.waiting if word not in due]
        return due

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        self.closed = True


class ReadingRecogniser:
    """The part of SpeechToText that a confirmer uses: it reads `text` whatever it hears, or dies."""

    def __init__(self, text: str = "", error: EngineError | None = None) -> None:
        self.text = text
        self.error = error
        self.heard = b""
        self.hints: RecognitionHints | None = None
        self.abandoned = 0

    def open(self, language: object = None, hints: RecognitionHints | None = None) -> ReadingRecogniser:
        self.heard, self.hints = b"", hints
        return self

    def feed(self, pcm: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.heard += pcm

    def abandon(self) -> None:
        self.abandoned += 1

    def finish(self) -> Transcript:
        return Transcript(text=self.text, language="en", engine="reading", quality="full")


class FixedLook:
    """A second look that always scores the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def score(self, sound: bytes) -> float:
        return self.value


class FixedConfirmer:
    """A WakeConfirmer that knows the words it confirms and remembers what it was asked."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = words
        self.asked: list[str] = []

    def confirm(self, sound: bytes, word: str) -> bool:
        self.asked.append(word)
        return word in self.words
