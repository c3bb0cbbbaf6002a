"""Speech recognition through the Wyoming protocol, streamed while the person speaks.

Knows the protocol, not the recogniser. Our own children add what the protocol has no field for (trust, segments,
compute time) under the transcript's `context`; a foreign service's words are taken as they come.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, Segment, SpeechServiceInfo, Transcript
from jarvis.contracts.speech_ports import SpeechToText, Utterance
from jarvis.engines.speech.service import ServiceCard, WyomingService, raise_if_error
from jarvis.engines.speech.wyoming_connection import ConnectionLost

if TYPE_CHECKING:
    from wyoming.event import Event

    from jarvis.engines.speech.connectors import Connector


class WyomingSpeechToText:
    """`SpeechToText` over any Wyoming service.

    `answer_seconds` is how long `finish` waits for the words, on top of three times the utterance's own length.
    """

    def __init__(
        self, connector: Connector, card: ServiceCard, *, load_seconds: float = 90.0, answer_seconds: float = 20.0
    ) -> None:
        self._service = WyomingService(connector, load_seconds=load_seconds)
        self._card = card
        self._answer_seconds = answer_seconds
        self._current: _Utterance | None = None

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser this is, its note in `language`."""
        return self._card.info(language)

    def warm(self) -> None:
        """Start and load the service now; raises `EngineError`."""
        self._service.connection()

    def open(self, language: Language | None = None) -> Utterance:
        """Begin an utterance, dropping one that was never finished.

        Raises `EngineError` when the service cannot start or does not know `language`.
        """
        if language is not None and language not in self._card.languages:
            raise _unknown_language(language)
        if self._current is not None:
            self._current.abandon()
        self._current = _Utterance(self._service, self._card, language, self._answer_seconds)
        return self._current

    def close(self) -> None:
        """End the service if it is ours."""
        self._service.close()


class SpeechToTextWithFallback:
    """Uses `preferred` until it cannot start, then `basic`, and says so in `info().note`.

    A crash in the middle is no reason to change over: that service is started again. Only one that cannot be
    loaded (a broken model folder, a service that is not there) gives way, for the rest of this run.
    """

    def __init__(self, preferred: SpeechToText, basic: SpeechToText) -> None:
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
        return SpeechServiceInfo(
            engine=basic.engine,
            model=basic.model,
            quality=basic.quality,
            languages=basic.languages,
            note=f"{self._trouble.sentence(language)} {basic.note}".strip(),
        )

    def warm(self) -> None:
        """Load the preferred recogniser, else the basic one."""
        if self._trouble is None:
            try:
                self._preferred.warm()
                return
            except EngineError as error:
                self._change_over(error)
        self._basic.warm()

    def open(self, language: Language | None = None) -> Utterance:
        """Begin an utterance with the recogniser in use."""
        self.warm()
        return (self._preferred if self._trouble is None else self._basic).open(language)

    def close(self) -> None:
        """End both."""
        self._preferred.close()
        self._basic.close()

    def _change_over(self, error: EngineError) -> None:
        self._trouble = error
        self._preferred.close()


class _Utterance:
    def __init__(
        self, service: WyomingService, card: ServiceCard, language: Language | None, answer_seconds: float
    ) -> None:
        connection = service.connection()
        from wyoming.asr import Transcribe
        from wyoming.audio import AudioStart

        self._service = service
        self._card = card
        self._answer_seconds = answer_seconds
        self._connection = connection
        self._language = language
        self._samples = 0
        self._open = True
        self._lost: ConnectionLost | None = None
        self._send(Transcribe(language=language).event())
        self._send(AudioStart(rate=SAMPLE_RATE, width=2, channels=1).event())

    def feed(self, pcm: bytes) -> None:
        """Add sound. Never raises: a recogniser that died is reported by `finish`."""
        from wyoming.audio import AudioChunk

        self._samples += len(pcm) // 2
        self._send(AudioChunk(rate=SAMPLE_RATE, width=2, channels=1, audio=pcm).event())

    def finish(self) -> Transcript:
        """End the utterance and return its words; `EngineError` when the recogniser died or cannot answer."""
        from wyoming.asr import Transcript as Words
        from wyoming.audio import AudioStop

        began = time.perf_counter()
        self._send(AudioStop().event())
        self._open = False
        audio_seconds = self._samples / SAMPLE_RATE
        try:
            if self._lost is not None:
                raise self._lost
            event = self._connection.receive(self._answer_seconds + 3 * audio_seconds)
            while not Words.is_type(event.type):
                raise_if_error(event)
                event = self._connection.receive(self._answer_seconds + 3 * audio_seconds)
        except ConnectionLost as lost:
            raise self._service.failed(lost) from lost
        return self._transcript(event, audio_seconds, time.perf_counter() - began)

    def abandon(self) -> None:
        """Drop it: our own child starts afresh with the next utterance, a foreign service is hung up on."""
        if self._open and not self._service.ours:
            self._service.reset()
        self._open = False

    def _send(self, event: Event) -> None:
        if self._lost is None and self._open:
            try:
                self._connection.send(event)
            except ConnectionLost as lost:
                self._lost = lost

    def _transcript(self, event: Event, audio_seconds: float, waited_seconds: float) -> Transcript:
        from wyoming.asr import Transcript as Words

        words = Words.from_event(event)
        context: dict[str, Any] = words.context or {}
        language = words.language if words.language in ("en", "es") else self._language
        return Transcript(
            text=words.text.strip(),
            language="es" if language == "es" else "en",
            engine=self._card.engine,
            quality=self._card.quality,
            accepted=bool(context.get("accepted", bool(words.text.strip()))),
            confidence=float(context.get("confidence", 1.0)),
            audio_seconds=audio_seconds,
            compute_seconds=float(context.get("compute_seconds", waited_seconds)),
            segments=tuple(
                Segment(start_seconds=float(start), end_seconds=float(end), text=str(text))
                for start, end, text in context.get("segments", ())
            ),
        )


def _unknown_language(language: Language) -> EngineError:
    name_en, name_es = {"es": ("Spanish", "español"), "en": ("English", "inglés")}[language]
    return EngineError(
        "speech.language",
        en="The speech recogniser in use does not understand {name_en}. Type instead, or add a faster-whisper model "
        "to the models folder (one 140 MB download): it understands both languages.",
        es="El reconocedor de voz en uso no entiende {name_es}. Escribe en su lugar, o añade un modelo faster-whisper "
        "a la carpeta de modelos (una descarga de 140 MB): entiende ambos idiomas.",
        retryable=False,
        name_en=name_en,
        name_es=name_es,
    )
