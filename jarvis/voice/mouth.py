"""Says clauses as they come: synthesis and playback run beside whoever writes the text.

One speech at a time has the floor. Knows nothing about where the text comes from.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError, EngineError, JarvisError, Language
from jarvis.contracts.speech import AudioChunk
from jarvis.contracts.speech_ports import Speaker, TextToSpeech

_NAME = "jarvis"
_NAME_TAIL_SECONDS = 0.5
_SILENT_LEVEL = 64
_LONGEST_TRIM_SECONDS = 0.3
_logger = logging.getLogger(__name__)


class Mouth:
    """The voice and the speaker, shared by all speeches. `on_trouble` hears why something could not be said."""

    def __init__(
        self, text_to_speech: TextToSpeech, speaker: Speaker, on_trouble: Callable[[JarvisError], None]
    ) -> None:
        self.text_to_speech = text_to_speech
        self.speaker = speaker
        self.on_trouble = on_trouble
        self.floor = threading.Lock()
        self._name_until = 0.0

    def speech(self, cancel: CancelToken, rate: float, on_first_audio: Callable[[], None] | None = None) -> Speech:
        """Return a new speech; cancelling `cancel` silences it at once.

        `on_first_audio` is called just before its first audible sample is handed to the speaker.
        """
        return Speech(self, cancel, rate, on_first_audio)

    @property
    def says_name(self) -> bool:
        """True while Jarvis' own name sounds from the speaker: it must not wake itself."""
        return time.perf_counter() < self._name_until

    def name_sounds(self, until: float) -> None:
        """Remember that the name sounds until this `perf_counter` time."""
        self._name_until = until


class Speech:
    """One answer being said: clauses in, sound out, in order."""

    def __init__(
        self, mouth: Mouth, cancel: CancelToken, rate: float, on_first_audio: Callable[[], None] | None
    ) -> None:
        self._mouth = mouth
        self._cancel = cancel
        self._rate = rate
        self._on_first_audio = on_first_audio
        self._clauses: queue.SimpleQueue[tuple[str, Language] | AudioChunk | None] = queue.SimpleQueue()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._heard_until = 0.0
        self._sounded = False
        self._broken = False
        self._interrupted = False

    def say(self, clause: str, language: Language) -> None:
        """Queue `clause`; returns at once."""
        self._put((clause, language))

    def play(self, chunk: AudioChunk) -> None:
        """Queue a sound of its own, such as a chime; returns at once."""
        self._put(chunk)

    def finish(self) -> None:
        """Wait until everything queued was heard, or the speech was cancelled."""
        if self._thread is None:
            return
        self._clauses.put(None)
        self._done.wait()

    def interrupt(self) -> None:
        """Fall silent at once and say nothing more, whatever becomes of the work it belongs to."""
        self._interrupted = True
        if self._thread is not None:
            self._hush()

    @property
    def _stopped(self) -> bool:
        return self._interrupted or self._cancel.cancelled

    def _put(self, item: tuple[str, Language] | AudioChunk) -> None:
        self._clauses.put(item)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="jarvis-mouth", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            with self._mouth.floor:
                unregister = self._cancel.on_cancel(self._hush)
                try:
                    self._say_all()
                finally:
                    unregister()
                    if self._stopped:
                        # A chunk may have slipped in between the cancelling and its being noticed.
                        self._mouth.speaker.stop()
                        self._mouth.name_sounds(0.0)
        except Exception:
            _logger.exception("speaking failed")
            self._mouth.on_trouble(_unexpected())
        finally:
            self._done.set()

    def _hush(self) -> None:
        self._mouth.speaker.stop()
        self._clauses.put(None)

    def _say_all(self) -> None:
        while (item := self._clauses.get()) is not None and not self._stopped:
            if not self._broken:
                self._say_one(item)
        if not self._stopped and not self._broken:
            try:
                self._mouth.speaker.wait(self._cancel)
            except JarvisError as error:
                self._mouth.on_trouble(error)

    def _say_one(self, item: tuple[str, Language] | AudioChunk) -> None:
        """Say one clause; a voice that fails before its first sound is asked once more, for it restarts by itself."""
        for attempt in (1, 2):
            sounded = False
            try:
                with contextlib.closing(self._sound_of(item)) as chunks:
                    for chunk in chunks:
                        if self._stopped:
                            return
                        self._hand_over(chunk)
                        sounded = True
            except EngineError as error:
                if sounded or attempt == 2:
                    self._mouth.on_trouble(error)
                    return
                _logger.warning("the voice failed and is asked again", extra={"facts": {"code": error.code}})
            except JarvisError as error:
                self._broken = isinstance(error, DeviceError)
                self._mouth.on_trouble(error)
                return
            else:
                return

    def _sound_of(self, item: tuple[str, Language] | AudioChunk) -> Generator[AudioChunk, None, None]:
        if isinstance(item, AudioChunk):
            yield item
            return
        text, language = item
        named = _NAME in text.casefold()
        if named:
            self._mouth.name_sounds(float("inf"))
        chunks: Iterator[AudioChunk] = self._mouth.text_to_speech.synthesize(text, language, self._rate)
        try:
            yield from chunks
        finally:
            if isinstance(chunks, Generator):
                chunks.close()
            if named:
                self._mouth.name_sounds(self._heard_until + _NAME_TAIL_SECONDS)

    def _hand_over(self, chunk: AudioChunk) -> None:
        if not self._sounded:
            chunk = without_leading_silence(chunk)
            if not chunk.pcm:
                return
            self._sounded = True
            if self._on_first_audio is not None:
                self._on_first_audio()
        self._heard_until = max(self._heard_until, time.perf_counter()) + chunk.seconds
        self._mouth.speaker.play(chunk)


def without_leading_silence(chunk: AudioChunk) -> AudioChunk:
    """Return `chunk` from its first audible sample on; at most 0.3 s are cut, and 5 ms of silence stay."""
    import numpy as np

    samples = np.frombuffer(chunk.pcm, "<i2").astype(np.int32)
    audible = np.flatnonzero(np.abs(samples) > _SILENT_LEVEL)
    most = round(_LONGEST_TRIM_SECONDS * chunk.sample_rate)
    first = int(audible[0]) - round(0.005 * chunk.sample_rate) if audible.size else len(samples)
    return AudioChunk(pcm=chunk.pcm[2 * max(0, min(first, most)) :], sample_rate=chunk.sample_rate)


def _unexpected() -> EngineError:
    return EngineError(
        "voice.mouth",
        en="Something in Jarvis itself went wrong while speaking; the answer stays on screen. The log has the details.",
        es="Algo falló en el propio Jarvis al hablar; la respuesta sigue en pantalla. El registro tiene los detalles.",
    )
