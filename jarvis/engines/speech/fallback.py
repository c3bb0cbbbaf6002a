"""Speech recognition that gives way to a basic one when the better cannot start, and says so."""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import RecognitionHints, SpeechServiceInfo
from jarvis.contracts.speech_ports import Utterance
from jarvis.engines.speech.recognition import WyomingSpeechToText


class SpeechToTextWithFallback:
    """Uses `preferred` until it cannot start, then `basic`, and says so in `info().note`.

    A crash in the middle is no reason to change over: that service is started again. Only one that cannot be
    loaded (a broken model folder, a service that is not there) gives way, for the rest of this run.
    """

    def __init__(self, preferred: WyomingSpeechToText, basic: WyomingSpeechToText) -> None:
        self._preferred = preferred
        self._basic = basic
        self._trouble: EngineError | None = None

    @property
    def trouble(self) -> EngineError | None:
        """Why the basic recogniser is in use; None while the preferred one is."""
        return self._trouble

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser is in use and, after a change-over, why."""
        if self._trouble is None:
            return self._preferred.info(language)
        basic = self._basic.info(language)
        return replace(basic, note=f"{self._trouble.sentence(language)} {basic.note}".strip())

    def warm(self) -> None:
        """Load the preferred recogniser, else the basic one."""
        if self._trouble is None:
            try:
                self._preferred.warm()
                return
            except EngineError as error:
                self._change_over(error)
        self._basic.warm()

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
        """Begin an utterance with the recogniser in use."""
        self.warm()
        return (self._preferred if self._trouble is None else self._basic).open(language, hints)

    def free(self) -> None:
        """Give the memory back; the next utterance starts what it needs again."""
        self._preferred.free()
        self._basic.free()

    def renew(self) -> bool:
        """Start the preferred one anew, as `WyomingSpeechToText.renew` does; nothing while the basic one is in use."""
        return self._preferred.renew() if self._trouble is None else True

    def close(self) -> None:
        """End both."""
        self._preferred.close()
        self._basic.close()

    def _change_over(self, error: EngineError) -> None:
        self._trouble = error
        self._preferred.close()
