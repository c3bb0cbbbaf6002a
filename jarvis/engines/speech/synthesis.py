"""Speech synthesis through the Wyoming protocol, heard while it is made.

Knows the protocol, not the voice. `STOP_SPEAKING` is our own child's cue to drop what it is saying; the protocol
has none, and its services ignore what they do not know, so a foreign one is hung up on instead.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import AudioChunk, SpeechServiceInfo
from jarvis.engines.speech.service import ServiceCard, WyomingService, raise_if_error
from jarvis.engines.speech.wyoming_connection import ConnectionLost, WyomingConnection

if TYPE_CHECKING:
    from wyoming.event import Event

    from jarvis.engines.speech.connectors import Connector

STOP_SPEAKING = "jarvis-stop-speaking"


class WyomingTextToSpeech:
    """`TextToSpeech` over any Wyoming service; `cards` says which voice speaks each language.

    `chunk_seconds` is how long the next piece of sound may take before the service counts as stuck.
    """

    def __init__(
        self,
        connector: Connector,
        cards: Mapping[Language, ServiceCard],
        *,
        load_seconds: float = 90.0,
        chunk_seconds: float = 30.0,
    ) -> None:
        self._service = WyomingService(connector, load_seconds=load_seconds)
        self._cards = dict(cards)
        self._chunk_seconds = chunk_seconds
        # Whoever takes over stops the one before without waiting until a piece of its sound has come.
        self._turns = threading.Lock()
        self._wire = threading.Lock()
        self._turn: object | None = None
        self._unanswered = 0
        self._asked: WyomingConnection | None = None

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which voice speaks `language`; after a broken voice file was found, the note says so."""
        card = self._cards[language]
        trouble = self._troubles().get(language)
        if trouble is None:
            return card.info(language)
        basic = basic_voice_card(language)
        said = trouble.sentence(language)
        return replace(basic.info(language), note=f"{said} {basic.info(language).note}")

    def warm(self) -> None:
        """Start the service and load its voices now; raises `EngineError`."""
        self._service.connection()

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        """Ask for `text` and return its sound as it is made.

        Closing the iterator stops the service at once, and so does the next call. Raises `EngineError` when the
        service dies, here or later; it is started again for the next call.
        """
        # Neither half characters nor NUL can be written on the wire or said.
        sayable = text.encode(errors="replace").decode().replace("\0", " ")
        if not sayable.strip():
            return iter(())
        turn = object()
        try:
            connection = self._begin(turn, sayable, language, min(max(rate, 0.5), 2.0))
        except ConnectionLost as lost:
            raise self._service.failed(lost) from lost
        chunks = self._spoken(turn, connection)
        # Closing a generator that was never entered would not stop the service.
        next(chunks)
        return chunks

    def close(self) -> None:
        """End the service if it is ours."""
        self._service.close()

    def _spoken(self, turn: object, connection: WyomingConnection) -> Generator[AudioChunk]:
        """Yield nothing worth hearing first, then the sound of the request of `turn`."""
        try:
            yield AudioChunk(pcm=b"", sample_rate=1)
            while (chunk := self._next_chunk(turn, connection)) is not None:
                yield chunk
        except ConnectionLost as lost:
            raise self._service.failed(lost) from lost
        finally:
            self._stop_unless(None, turn)

    def _begin(self, turn: object, text: str, language: Language, rate: float) -> WyomingConnection:
        """Ask for the sound of `text`, with nothing of an earlier, stopped request left in front of it."""
        self._stop_unless(turn)
        with self._wire:
            self._stop_unless(turn)
            connection = self._service.connection()
            from wyoming.tts import Synthesize, SynthesizeVoice

            if connection is not self._asked:
                self._asked, self._unanswered = connection, 0
            while self._unanswered:
                if _ends_answer(connection.receive(self._chunk_seconds)):
                    self._unanswered -= 1
            voice = SynthesizeVoice(language=language)
            with self._turns:
                connection.send(Synthesize(text=text, voice=voice, context={"rate": rate}).event())
                self._unanswered, self._turn = 1, turn
        return connection

    def _next_chunk(self, turn: object, connection: WyomingConnection) -> AudioChunk | None:
        """Return the next piece of sound, None after the last and once another request has taken over."""
        from wyoming.audio import AudioChunk as Sound

        with self._wire:
            while self._turn is turn:
                try:
                    event = connection.receive(self._chunk_seconds)
                except ConnectionLost:
                    if self._turn is turn:
                        raise
                    return None
                if _ends_answer(event):
                    self._unanswered = 0
                    if self._ended(turn):
                        raise_if_error(event)
                    return None
                if Sound.is_type(event.type):
                    sound = Sound.from_event(event)
                    if (sound.width, sound.channels) != (2, 1):
                        raise ConnectionLost(f"sent {8 * sound.width}-bit sound with {sound.channels} channels")
                    if sound.audio:
                        return AudioChunk(pcm=sound.audio, sample_rate=sound.rate)
        return None

    def _ended(self, turn: object) -> bool:
        """The request of `turn` was answered; True unless it had been taken over."""
        with self._turns:
            if self._turn is not turn:
                return False
            self._turn = None
            return True

    def _stop_unless(self, mine: object | None, only: object | None = None) -> None:
        """Stop the request that is being answered unless it is `mine`, or, with `only`, if it is that one."""
        with self._turns:
            if self._turn is not None and self._turn is not mine and (only is None or self._turn is only):
                self._stop()

    def _stop(self) -> None:
        """Make the service drop what it is saying; `_turns` is held."""
        self._turn = None
        if self._asked is None or self._asked.lost:
            return
        if not self._service.ours:
            self._service.reset()
            return
        from wyoming.event import Event

        self._asked.send(Event(type=STOP_SPEAKING))

    def _troubles(self) -> dict[str, EngineError]:
        """Return, per language, why its voice could not be loaded, as our child described itself."""
        described = self._service.described
        if described is None or not self._service.ours:
            return {}
        return {
            language: voice_broken(voice.name, voice.description)
            for program in described.tts
            for voice in program.voices
            if not voice.installed and voice.description
            for language in voice.languages
        }


def basic_voice_card(language: Language) -> ServiceCard:
    """Return the card of the bundled eSpeak NG voice of `language`."""
    return ServiceCard(
        engine="espeak-ng",
        model="es" if language == "es" else "en-us",
        quality="basic",
        languages=(language,),
        note_en="Basic voice; for a natural one, put a Piper voice (.onnx and .onnx.json, 60 MB) in the models folder.",
        note_es="Voz básica; para una natural, pon una voz Piper (.onnx y .onnx.json, 60 MB) en la carpeta de modelos.",
    )


def voice_broken(name: str, why: str) -> EngineError:
    """Return the error for a Piper voice that cannot be loaded."""
    return EngineError(
        "speech.voice_broken",
        en="The voice {name} could not be loaded ({why}); the basic voice is used. Download it again.",
        es="No se pudo cargar la voz {name} ({why}); se usa la voz básica. Descárgala de nuevo.",
        retryable=False,
        name=name,
        why=why,
    )


def _ends_answer(event: Event) -> bool:
    from wyoming.audio import AudioStop
    from wyoming.error import Error

    return AudioStop.is_type(event.type) or Error.is_type(event.type)
