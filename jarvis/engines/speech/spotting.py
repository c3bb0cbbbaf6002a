"""Words spotted by a child over Wyoming's wake events: streams of sound in, words out, never waiting for it.

One child follows several streams at once, and looks once more at a piece of sound when asked. A child that dies is
started again; what was in its ears is lost, and `trouble` says so. Knows the protocol, not how words are found.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, SpottedWord
from jarvis.engines.speech.service import WyomingService, raise_if_error
from jarvis.engines.speech.wyoming_connection import ConnectionLost, WyomingConnection

if TYPE_CHECKING:
    from wyoming.event import Event

    from jarvis.engines.speech.connectors import Connector

MAX_WAITING = 600
"""Events that may wait for the child, 20 s of sound: while it starts, nothing is lost."""

REST_EVENTS = 300
"""After a start that failed this many events, 10 s of sound, are dropped before the next try."""

ANSWER_SECONDS = 3.0
"""How long a look may take; it takes 0.05 s, and the child's start 0.5 s."""

SPOTTER_MODULE = "jarvis.engines.children.spotter"

HEY_JARVIS = "hey jarvis"
HEY_JARVIS_THRESHOLD = 1e-40
"""The neural model has looked before. In 5.5 hours of talk 0.36 an hour woke; with 1e-50, which hears a tenth more of
recorded voices, 0.55 did."""

SURER = 1e5
"""Own words have to be so much likelier when they are looked at than when they were spotted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a stream listens for: words with the languages that they are pronounced in.

    `thresholds` say how surely, as pocketsphinx' likelihood ratios; a word without one gets one by its length, times
    `surer`. `isolated` words count only where they rise out of what was before. `whole` streams are looked at when
    they end.
    """

    words: Mapping[str, tuple[Language, ...]]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    surer: float = 1.0
    isolated: bool = False
    whole: bool = False


class SpotterStream:
    """One stream as both sides name it; made by `Spotter.open`."""

    def __init__(self, spotter: Spotter, name: str, wanted: Wanted) -> None:
        self.name = name
        self.wanted = wanted
        self._spotter = spotter
        self.found: queue.SimpleQueue[SpottedWord | EngineError | None] = queue.SimpleQueue()
        """What the child answered: words, None at the end of a stream without any, or why there is no answer."""
        self.samples = 0
        self.told_life = 0
        """Which life of the child knows of this stream."""
        self.told_at = 0
        """Samples of the stream that were over when it was told."""

    def feed(self, pcm: bytes) -> None:
        """Add 16 kHz int16 mono sound; never waits."""
        self._spotter.queue(self, pcm)

    def end(self) -> None:
        """No more sound comes."""
        self._spotter.queue(self, None)


class Spotter:
    """The child and its streams; `on_trouble` is told when the child fails, on the thread that noticed."""

    def __init__(
        self,
        connector: Connector,
        *,
        load_seconds: float = 30.0,
        on_trouble: Callable[[EngineError], None] | None = None,
    ) -> None:
        self._service = WyomingService(connector, load_seconds=load_seconds)
        self._on_trouble = on_trouble
        self._lock = threading.Lock()
        self._streams: dict[str, SpotterStream] = {}
        self._made = 0
        self._leaving: queue.Queue[tuple[SpotterStream, bytes | None] | None] = queue.Queue(MAX_WAITING)
        self._sender: threading.Thread | None = None
        self._connection: WyomingConnection | None = None
        self._life = 0
        self._rest = 0
        self._closed = False
        self._trouble: EngineError | None = None

    @property
    def trouble(self) -> EngineError | None:
        """Why words are not spotted now; None while they are."""
        return self._trouble

    def warm(self) -> None:
        """Start the child now; raises `EngineError`."""
        self._connected()

    def open(self, kind: str, wanted: Wanted) -> SpotterStream:
        """Begin a stream; of each `kind` (a word without dots) one at a time."""
        with self._lock:
            self._made += 1
            stream = SpotterStream(self, f"{kind}.{self._made}", wanted)
            self._streams[stream.name] = stream
        return stream

    def forget(self, stream: SpotterStream) -> None:
        """Drop what the child may still say about `stream`."""
        with self._lock:
            self._streams.pop(stream.name, None)

    def queue(self, stream: SpotterStream, pcm: bytes | None) -> None:
        """Send sound of `stream`, or its end; never waits."""
        with self._lock:
            if self._closed:
                return
            if self._sender is None:
                self._sender = threading.Thread(target=self._send_all, name="spotter-send", daemon=True)
                self._sender.start()
        try:
            self._leaving.put_nowait((stream, pcm))
        except queue.Full:
            self._failed(_too_slow())

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._closed, sender = True, self._sender
        if sender is not None:
            self._leaving.put(None)
            sender.join()
        self._service.close()

    def _send_all(self) -> None:
        while (item := self._leaving.get()) is not None:
            stream, pcm = item
            if self._rest > 0 and not stream.wanted.whole:
                self._rest -= 1
                stream.samples += len(pcm or b"") // 2
                continue
            try:
                self._send(stream, pcm)
            except EngineError as error:
                self._rest = REST_EVENTS
                self._failed(error)
            except ConnectionLost as lost:
                self._lost(lost)

    def _send(self, stream: SpotterStream, pcm: bytes | None) -> None:
        connection = self._connected()
        from wyoming.audio import AudioChunk, AudioStart, AudioStop
        from wyoming.wake import Detect

        if stream.told_life != self._life:
            wanted = stream.wanted
            context: dict[str, Any] = {
                "languages": {word: list(languages) for word, languages in wanted.words.items()},
                "thresholds": dict(wanted.thresholds),
                "surer": wanted.surer,
                "isolated": wanted.isolated,
                "whole": wanted.whole,
            }
            connection.send(_of(stream, Detect(names=list(wanted.words), context=context).event()))
            connection.send(_of(stream, AudioStart(rate=SAMPLE_RATE, width=2, channels=1).event()))
            stream.told_life, stream.told_at = self._life, stream.samples
        if pcm is None:
            connection.send(_of(stream, AudioStop().event()))
            return
        stream.samples += len(pcm) // 2
        connection.send(_of(stream, AudioChunk(rate=SAMPLE_RATE, width=2, channels=1, audio=pcm).event()))

    def _connected(self) -> WyomingConnection:
        connection = self._service.connection()
        with self._lock:
            if connection is self._connection:
                return connection
            self._connection = connection
            self._life += 1
            self._trouble = None
        threading.Thread(target=self._receive_all, args=(connection,), name="spotter-receive", daemon=True).start()
        return connection

    def _receive_all(self, connection: WyomingConnection) -> None:
        while True:
            try:
                self._take(connection.receive(3600.0))
            except ConnectionLost as lost:
                if connection.lost:
                    if connection is self._connection and not self._closed:
                        self._lost(lost)
                    return
            except EngineError as error:
                self._failed(error)

    def _take(self, event: Event) -> None:
        from wyoming.wake import Detection, NotDetected

        raise_if_error(event)
        context = event.data.get("context") or {} if event.data else {}
        with self._lock:
            stream = self._streams.get(str(context.get("stream", "")))
        if stream is None:
            return
        if Detection.is_type(event.type):
            seen = Detection.from_event(event)
            at = stream.told_at / SAMPLE_RATE + (seen.timestamp or 0) / 1000
            stream.found.put(SpottedWord(word=seen.name or "", at_seconds=at))
        elif NotDetected.is_type(event.type):
            stream.found.put(None)

    def _lost(self, lost: ConnectionLost) -> None:
        with self._lock:
            self._connection = None
        self._failed(self._service.failed(lost))

    def _failed(self, error: EngineError) -> None:
        with self._lock:
            first = self._trouble is None or self._trouble.code != error.code
            self._trouble = error
            asking = [stream for stream in self._streams.values() if stream.wanted.whole]
        for stream in asking:
            stream.found.put(error)
        if first and self._on_trouble is not None:
            self._on_trouble(error)


class SpotterWords:
    """The WordSpotter port: a few words in one endless stream, in the child of `spotter`.

    `kind` tells streams of one spotter apart. Stream time counts the sound that was fed, a `reset` included.
    """

    def __init__(self, spotter: Spotter, wanted: Wanted, *, kind: str = "words") -> None:
        self._spotter = spotter
        self._wanted = wanted
        self._kind = kind
        self._samples = 0
        self._began = 0
        self._stream: SpotterStream | None = None

    @property
    def note(self) -> dict[str, str] | None:
        """A sentence per language while words are not spotted, None while they are."""
        trouble = self._spotter.trouble
        return None if trouble is None else {language: trouble.sentence(language) for language in LANGUAGES}

    def process(self, pcm: bytes) -> list[SpottedWord]:
        """Take any length of sound; return the words that the child has reported by now."""
        if self._stream is None:
            self._stream = self._spotter.open(self._kind, self._wanted)
            self._began = self._samples
        self._samples += len(pcm) // 2
        if pcm:
            self._stream.feed(pcm)
        words = []
        while not self._stream.found.empty():
            found = self._stream.found.get()
            if isinstance(found, SpottedWord):
                words.append(SpottedWord(word=found.word, at_seconds=self._began / SAMPLE_RATE + found.at_seconds))
        return words

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        if self._stream is not None:
            self._spotter.forget(self._stream)
            self._stream.end()
            self._stream = None

    def close(self) -> None:
        """End the stream; the child stays for the others."""
        self.reset()


class SpotterConfirmer:
    """The WakeConfirmer port: the child looks for the word in the sound as a whole.

    "hey jarvis" is looked for as English has it. Own words are pronounced in `languages`, and nothing has looked at
    them before, so they have to be clearer than a stream asks for. `answer_seconds` bound the wait.
    """

    def __init__(
        self, spotter: Spotter, *, languages: Sequence[Language] = LANGUAGES, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._spotter = spotter
        self._languages = tuple(languages)
        self._answer_seconds = answer_seconds

    def confirm(self, sound: bytes, word: str) -> bool:
        """Tell whether `word` is in `sound`; `EngineError` when the child cannot answer."""
        if word == HEY_JARVIS:
            wanted = Wanted(words={word: ("en",)}, thresholds={word: HEY_JARVIS_THRESHOLD}, whole=True)
        else:
            wanted = Wanted(words={word: self._languages}, surer=SURER, whole=True)
        stream = self._spotter.open("look", wanted)
        try:
            stream.feed(sound)
            stream.end()
            answer = stream.found.get(timeout=self._answer_seconds)
        except queue.Empty:
            raise _too_slow() from None
        finally:
            self._spotter.forget(stream)
        if isinstance(answer, EngineError):
            raise answer
        return answer is not None


STOP_WORDS: dict[Language, dict[str, float]] = {
    "en": {"stop": 1e-18, "cancel": 1e-28},
    "es": {"para": 1e-14, "cancela": 1e-28, "silencio": 1e-40, "basta": 1e-16},
}
"""What silences Jarvis, and how surely it has to be heard: chosen between missed calls and other people's talk."""


def stop_words(spotter: Spotter, languages: Sequence[Language] = LANGUAGES) -> SpotterWords:
    """Return the spotter of the words that silence Jarvis in `languages`, called out after a pause."""
    words = {word: (language,) for language in languages for word in STOP_WORDS[language]}
    thresholds = {word: value for language in languages for word, value in STOP_WORDS[language].items()}
    return SpotterWords(spotter, Wanted(words=words, thresholds=thresholds, isolated=True), kind="stop")


def _of(stream: SpotterStream, event: Event) -> Event:
    event.data["stream"] = stream.name
    return event


def _too_slow() -> EngineError:
    return EngineError(
        "speech.spotter_slow",
        en="This computer is too busy to listen for single words at once; the wake word, the talk button and the stop "
        "button work. Close something heavy.",
        es="Este equipo está demasiado ocupado para atender palabras sueltas al momento; la palabra de activación y "
        "los botones de hablar y parar funcionan. Cierra algo pesado.",
    )
