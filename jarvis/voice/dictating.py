"""What is dictated is not lost: its sound is kept to be recognised once more, and so are the words on the way.

Knows ports only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, Dictated, DictationCut, DictationDoubt, PartialWords, Transcript
from jarvis.contracts.speech_ports import SpeechToText, Utterance
from jarvis.voice.options import VoiceOptions

KEPT_SECONDS = 600.0
"""Sound that is kept at most, 19 MB; a longer dictation is not recognised once more."""

_PIECE_BYTES = 2 * SAMPLE_RATE

Answer = TypeVar("Answer")


class KeptUtterance:
    """An `Utterance` that another one takes the place of, with all its sound, when its recogniser stops: once.

    `begin` opens one, and may raise as `SpeechToText.open` does.
    """

    def __init__(self, begin: Callable[[], Utterance], kept_seconds: float = KEPT_SECONDS) -> None:
        self._begin = begin
        self._utterance = begin()
        self._sound: bytearray | None = bytearray()
        self._most_bytes = round(2 * SAMPLE_RATE * kept_seconds)
        self._cancelled = False

    def feed(self, pcm: bytes) -> None:
        """Add sound."""
        if self._sound is not None:
            self._sound += pcm
            if len(self._sound) > self._most_bytes:
                self._sound = None
        self._utterance.feed(pcm)

    def partial(self) -> PartialWords | None:
        """Return the words so far if they have changed."""
        return self._utterance.partial()

    def settle(self) -> Transcript | None:
        """Return the words so far; `EngineError` when the second recogniser stops too, or there can be none."""
        return self._asked(lambda utterance: utterance.settle())

    def finish(self) -> Transcript:
        """End it and return the words; raises as `settle` does."""
        return self._asked(lambda utterance: utterance.finish())

    def cancel(self) -> None:
        """Let whoever waits for its words have none at once."""
        self._cancelled = True
        self._utterance.cancel()

    def abandon(self) -> None:
        """Drop it."""
        self._utterance.abandon()

    def _asked(self, ask: Callable[[Utterance], Answer]) -> Answer:
        try:
            return ask(self._utterance)
        except EngineError as error:
            sound, self._sound = self._sound, None
            if sound is None or not error.retryable:
                raise
        self._utterance.abandon()
        self._utterance = self._begin()
        if self._cancelled:
            # It may have been told to the first one only.
            self._utterance.cancel()
        for at in range(0, len(sound), _PIECE_BYTES):
            self._utterance.feed(bytes(sound[at : at + _PIECE_BYTES]))
            # What it tells on the way was shown before; left unread it would block the recogniser.
            self._utterance.partial()
        return ask(self._utterance)


class Dictating:
    """What one turn takes down. `cut` is what ended it before the person did, "" nothing."""

    def __init__(self, options: VoiceOptions, speech_to_text: SpeechToText) -> None:
        self._expected = options.language or options.usual_language
        self._speech_to_text = speech_to_text
        self._text = ""
        self._language: Language = self._expected
        self.cut: DictationCut = ""
        self.let_go = False
        """The person has said all."""

    def on_the_way(self, text: str, language: Language) -> None:
        """Keep what was recognised so far, unless more was known before: it begins anew with another recogniser."""
        if len(text) >= len(self._text):
            self._text, self._language = text, language

    def written(self, transcript: Transcript) -> Dictated:
        """Tell these words."""
        return Dictated(transcript=transcript, doubt=self._doubt(transcript), cut=self.cut)

    def unfinished(self) -> Dictated:
        """Tell the words on the way: the recogniser failed, and there will be no others."""
        info = self._speech_to_text.info()
        words = Transcript(text=self._text, language=self._language, engine=info.engine, quality=info.quality)
        return Dictated(transcript=words, cut="recogniser")

    def _doubt(self, transcript: Transcript) -> DictationDoubt:
        if transcript.quality == "basic":
            # It knows no Spanish: what it makes of that are English words.
            return "basic" if not transcript.accepted or self._expected == "es" else ""
        return "" if transcript.accepted else "unsure"
