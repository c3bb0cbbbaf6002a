"""One utterance over a Wyoming service: sound out, words back while it is spoken, at a pause, and at the end.

Our own children say under a transcript's `context` what the protocol has no field for, and which utterance it belongs
to; a foreign service's words are taken as they come.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE, PartialWords, RecognitionHints, Segment, Transcript
from jarvis.engines.speech.service import ServiceCard, WyomingService, raise_if_error
from jarvis.engines.speech.wyoming_connection import ConnectionLost

if TYPE_CHECKING:
    from wyoming.event import Event

_SETTLE, _ABANDON = "jarvis-settle", "jarvis-abandon"

_PATIENCE_SECONDS = 30.0
"""How long a recogniser may be behind with reading, when a file comes faster than it can be taken."""

_LAST_WORDS_SECONDS = 1.0
"""How long the transcript may come after the end of its own stream of words."""

_MOST_WORDS = 200
"""Hints beyond this are never looked at: Whisper takes 223 tokens of them."""


class WyomingUtterance:
    """The `Utterance` with `number` of a service; `learned` is told the context of every answer of our own.

    `waited_in_vain` is how long, in seconds, the service was waited for since its last answer by those that were given
    up, utterances before this one among them.

    One thread uses it; `cancel` and `drop` may come from another one. What was cancelled or dropped is read as nothing.
    """

    def __init__(
        self,
        service: WyomingService,
        card: ServiceCard,
        *,
        number: int,
        language: Language | None,
        hints: RecognitionHints,
        answer_seconds: float,
        learned: Callable[[dict[str, Any]], None],
        waited_in_vain: float = 0.0,
    ) -> None:
        connection = service.connection()
        from wyoming.asr import Transcribe
        from wyoming.audio import AudioStart

        self._service = service
        self._card = card
        self._number = number
        self._language = language
        self._answer_seconds = answer_seconds
        self._learned = learned
        self.waited_in_vain = waited_in_vain
        self._connection = connection
        self._extended = service.facts is not None
        self._samples = 0
        self._settles = 0
        self._open = True
        self._dropped = self._cancelled = False
        self._sending, self._reading = threading.Lock(), threading.Lock()
        self._dropping, self._deciding = threading.Lock(), threading.Lock()
        self._lost: ConnectionLost | None = None
        self._failed: Event | None = None
        self._partial: PartialWords | None = None
        self._streamed = ""
        # Nothing that the person has not just said goes to another machine.
        here = service.on_this_computer
        words, before = (hints.words, hints.before) if here else (hints.public, "")
        context = {"utterance": number, "partials": True, "before": before} if self._extended else None
        terms = list(words[:_MOST_WORDS]) or None
        self._send(Transcribe(language=language, context=context, transcript_terms=terms).event())
        self._send(AudioStart(rate=SAMPLE_RATE, width=2, channels=1).event())

    @property
    def is_open(self) -> bool:
        """True until its words are known, or it is dropped or lost."""
        return (self._open or self._reading.locked()) and self._lost is None

    @property
    def _unwanted(self) -> bool:
        return self._dropped or self._cancelled

    def feed(self, pcm: bytes) -> None:
        """Add sound. Never raises: a recogniser that died is reported by `settle` and `finish`."""
        from wyoming.audio import AudioChunk

        self._samples += len(pcm) // 2
        self._send(AudioChunk(rate=SAMPLE_RATE, width=2, channels=1, audio=pcm).event())

    def partial(self) -> PartialWords | None:
        """Return the words so far if they have changed since the last call; never waits."""
        with self._reading:
            while self._open and (event := self._connection.poll()) is not None:
                self._note(event)
        partial, self._partial = self._partial, None
        return partial

    def settle(self) -> Transcript | None:
        """Return the words of everything fed so far; None from a foreign service. `EngineError` when it died."""
        if not self._extended or not self._open:
            return None
        from wyoming.event import Event

        self._settles += 1
        began = time.perf_counter()
        with self._reading:
            self._send(Event(type=_SETTLE, data={"number": self._settles, "utterance": self._number}))
            return self._answer(began, settled=self._settles)

    def finish(self) -> Transcript:
        """End the utterance and return its words; `EngineError` when the recogniser died or cannot answer."""
        from wyoming.audio import AudioStop

        began = time.perf_counter()
        with self._reading:
            self._send(AudioStop().event())
            self._open = False
            return self._answer(began, settled=None)

    def cancel(self) -> None:
        """Let `settle` and `finish` return nothing at once; never waits."""
        with self._deciding:
            # Once it was dropped the connection may be another one's.
            if self.is_open and not self._dropped:
                self._cancelled = True
                self._connection.interrupt()

    def abandon(self) -> None:
        """Drop it: our own child stops its work on it, a foreign service is hung up on."""
        with self._dropping, self._sending:
            if (self._open or self._cancelled) and not self._dropped:
                self._tell_dropped()
            self._open = False

    def drop(self) -> None:
        """Drop it for another one, wherever its own thread is: that one gets no more words, and reads no more."""
        with self._dropping:
            with self._deciding:
                self._dropped = True
            with self._sending:
                if self.is_open:
                    self._tell_dropped()
                self._open = False
            self._connection.interrupt()
            with self._reading:
                # What has come by now belongs to it, or tells it to give up.
                while self._connection.poll() is not None:
                    pass

    def _tell_dropped(self) -> None:
        from wyoming.event import Event

        if not self._extended:
            self._service.reset()
            return
        try:
            self._connection.send(Event(type=_ABANDON, data={"utterance": self._number}))
        except ConnectionLost as lost:
            self._lost = lost

    def _send(self, event: Event) -> None:
        with self._sending:
            if self._lost is None and self._open:
                try:
                    self._connection.send(event, _PATIENCE_SECONDS)
                except ConnectionLost as lost:
                    self._lost = lost

    def _answer(self, began: float, *, settled: int | None) -> Transcript:
        """Wait for the transcript of this utterance that answers `settled`."""
        seconds = self._samples / SAMPLE_RATE
        event: Event | None = None
        try:
            if self._unwanted:
                return nothing_heard(self._card, self._language)
            if self._lost is not None:
                raise self._lost
            if self._failed is not None:
                raise_if_error(self._failed)
            event = self._transcript_event(self._answer_seconds + 3 * seconds, settled)
        except ConnectionLost as lost:
            if not self._unwanted:
                self._open, self.waited_in_vain = False, 0.0
                raise self._service.failed(lost) from lost
        waited = time.perf_counter() - began
        self.waited_in_vain = self.waited_in_vain + waited if event is None else 0.0
        if event is None or self._unwanted:
            return nothing_heard(self._card, self._language)
        return self._transcript(event, seconds, waited)

    def _transcript_event(self, wait_seconds: float, settled: int | None) -> Event:
        from wyoming.asr import Transcript as Words
        from wyoming.asr import TranscriptStop

        while True:
            event = self._connection.receive(wait_seconds)
            raise_if_error(event)
            if Words.is_type(event.type) and self._is_ours(event, settled):
                return event
            self._note(event)
            if TranscriptStop.is_type(event.type):
                return self._after_stop()

    def _after_stop(self) -> Event:
        """Return the transcript after a stream of words: a service need not send one, the words are known."""
        from wyoming.asr import Transcript as Words

        try:
            event = self._connection.receive(_LAST_WORDS_SECONDS)
        except ConnectionLost:
            return Words(text=self._streamed, language=self._language).event()
        raise_if_error(event)
        return event if Words.is_type(event.type) else Words(text=self._streamed, language=self._language).event()

    def _is_ours(self, event: Event, settled: int | None) -> bool:
        if not self._extended:
            return True
        context = event.data.get("context") or {}
        return context.get("utterance") == self._number and context.get("settled") == settled

    def _note(self, event: Event) -> None:
        from wyoming.asr import TranscriptChunk, TranscriptStart
        from wyoming.error import Error

        if Error.is_type(event.type):
            self._failed = event
        elif TranscriptStart.is_type(event.type):
            self._streamed = ""
        elif TranscriptChunk.is_type(event.type) and not self._extended:
            self._streamed += str(event.data["text"])
            text = self._streamed.strip()
            self._partial = PartialWords(text=text, stable=len(text), language=self._language or "en")
        elif TranscriptChunk.is_type(event.type):
            context = event.data.get("context") or {}
            if context.get("utterance") == self._number:
                self._partial = PartialWords(
                    text=str(context["partial"]),
                    stable=int(context["stable"]),
                    language="es" if context["language"] == "es" else "en",
                )

    def _transcript(self, event: Event, audio_seconds: float, waited_seconds: float) -> Transcript:
        from wyoming.asr import Transcript as Words

        words = Words.from_event(event)
        context: dict[str, Any] = words.context or {}
        if self._extended:
            self._learned(context)
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


class UnheardUtterance:
    """The `Utterance` that is read as nothing: somebody else is listened to."""

    def __init__(self, card: ServiceCard, language: Language | None) -> None:
        self._nothing = nothing_heard(card, language)

    def feed(self, pcm: bytes) -> None:
        """Nobody listens."""

    def partial(self) -> None:
        """There are no words."""

    def settle(self) -> Transcript:
        """Return nothing."""
        return self._nothing

    def finish(self) -> Transcript:
        """Return nothing."""
        return self._nothing

    def cancel(self) -> None:
        """There is nothing to wait for."""

    def abandon(self) -> None:
        """There is nothing to drop."""


def nothing_heard(card: ServiceCard, language: Language | None) -> Transcript:
    """Return the words of what nobody listened to."""
    return Transcript(text="", language=language or "en", engine=card.engine, quality=card.quality, accepted=False)
