"""Says clauses as they come: synthesis and playback run beside whoever writes the text, and beside each other.

One speech at a time has the floor. While a clause sounds the next one is made, so that no gap comes between them. Knows
nothing about where the text comes from.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, JarvisError, Language
from jarvis.contracts.speech import AudioChunk
from jarvis.contracts.speech_ports import Speaker, TextToSpeech
from jarvis.voice.clauses import Clause, speakable
from jarvis.voice.heard_text import ClauseSpan
from jarvis.voice.sound_edges import louder, without_silent_edges
from jarvis.voice.sound_places import SoundPlaces, says_name
from jarvis.voice.spoken_text import spoken
from jarvis.voice.spoken_text import warm as warm_words

PARTS_AHEAD = 2
"""Clauses that are being played or made at once: the one that sounds and the next."""

_NAME_TAIL_SECONDS = 0.5
_NAME_LEAD_SECONDS = 0.1
_FLOOR_SECONDS = 0.05
_logger = logging.getLogger(__name__)


class Mouth:
    """The voice and the speaker, shared by all speeches. `on_trouble` hears why something could not be said.

    `monotonic` tells the time in seconds.
    """

    def __init__(
        self,
        text_to_speech: TextToSpeech,
        speaker: Speaker,
        on_trouble: Callable[[JarvisError], None],
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.text_to_speech = text_to_speech
        self.speaker = speaker
        self.on_trouble = on_trouble
        self.monotonic = monotonic
        self.floor = threading.Lock()
        self.asking = threading.Lock()
        self._name_from = 0.0
        self._name_until = 0.0

    def warm(self) -> None:
        """Load the voice and the words for numbers now, ahead of the first clause; raises `EngineError`."""
        warm_words()
        self.text_to_speech.warm()

    def speech(
        self,
        cancel: CancelToken,
        rate: float,
        on_first_audio: Callable[[], None] | None = None,
        *,
        volume: float = 1.0,
        on_unsaid: Callable[[], None] = lambda: None,
    ) -> Speech:
        """Return a new speech at `rate` (0.5..2) and `volume` (0..1); cancelling `cancel` silences it at once.

        `on_first_audio` is called just before its first audible sample is handed to the speaker, `on_unsaid` when the
        voice could not say something: what is played then still sounds.
        """
        return Speech(self, cancel, rate, volume, on_first_audio, on_unsaid)

    @property
    def says_name(self) -> bool:
        """True while a clause with Jarvis' own name sounds from the speaker: it must not wake itself."""
        return self.monotonic() < self._name_until and self.speaker.position() >= self._name_from - _NAME_LEAD_SECONDS

    def name_sounds(self, begin: float, until: float) -> None:
        """Remember that the name sounds from position `begin` of the speaker until this time; 0 for no longer."""
        self._name_from, self._name_until = begin, until


@dataclass(eq=False, slots=True)
class _Part:
    """A clause or a sound on its way from the voice to the speaker."""

    said: Clause | AudioChunk
    chunks: deque[AudioChunk] = field(default_factory=deque)
    made: bool = False
    whole: bool = False


class Speech:
    """One answer being said: clauses in, sound out, in order. All methods may be called from any thread."""

    def __init__(
        self,
        mouth: Mouth,
        cancel: CancelToken,
        rate: float,
        volume: float,
        on_first_audio: Callable[[], None] | None,
        on_unsaid: Callable[[], None],
    ) -> None:
        self._mouth = mouth
        self._speaker = mouth.speaker
        self._cancel = cancel
        self._rate = rate
        self._volume = volume
        self._on_first_audio = on_first_audio
        self._on_unsaid = on_unsaid
        self._changed = threading.Condition(threading.RLock())
        self._wishes: deque[Clause | AudioChunk] = deque()
        self._parts: deque[_Part] = deque()
        self._playing: _Part | None = None
        self._finishing = False
        self._all_made = False
        self._has_floor = False
        self._broken = False
        self._interrupted = False
        self._paused = False
        self._done = threading.Event()
        self._started = False
        self._places = SoundPlaces(rate, 0.0)
        self._stopped_at: float | None = None

    def say(self, clause: Clause | str, language: Language) -> None:
        """Queue `clause`; returns at once. A clause is said in its own language, a plain text is made sayable first."""
        if isinstance(clause, str):
            clause = Clause(text=clause, spoken=spoken(speakable(clause, language), language), language=language)
        if clause.spoken:
            self._put(clause)

    def play(self, chunk: AudioChunk) -> None:
        """Queue a sound of its own, such as a chime; returns at once."""
        self._put(chunk)

    def finish(self) -> None:
        """Wait until everything queued was heard, or the speech was stopped."""
        with self._changed:
            self._finishing = True
            self._changed.notify_all()
            if not self._started:
                return
        self._done.wait()

    def interrupt(self) -> None:
        """Fall silent at once and say nothing more, whatever becomes of the work it belongs to."""
        self._interrupted = True
        self._hush()

    def heard(self) -> str:
        """Return the text whose sound was heard by now: the clauses as they are written, the last one cut at a word."""
        with self._changed:
            return self._places.heard.heard(self._speaker.position() if self._stopped_at is None else self._stopped_at)

    @property
    def spans(self) -> tuple[ClauseSpan, ...]:
        """Where the clauses handed to the speaker so far lie in `Speaker.position()`."""
        with self._changed:
            return self._places.heard.spans

    def duck(self, gain: float) -> None:
        """Go on at `gain` (0..1) times the loudness; nothing while another speech has the floor."""
        with self._changed:
            if self._sounds:
                self._speaker.duck(gain)

    def pause(self) -> None:
        """Fall silent at once and keep the rest for `resume`; nothing while another speech has the floor."""
        with self._changed:
            if self._sounds and not self._paused:
                self._paused = True
                self._speaker.pause()
                if self._places.name is not None and self._mouth.says_name:
                    self._mouth.name_sounds(self._places.name[0], float("inf"))

    def resume(self) -> None:
        """Go on after `pause`, at normal loudness."""
        with self._changed:
            if self._sounds and self._paused:
                self._paused = False
                self._speaker.duck(1.0)
                self._speaker.resume()
                self._places.resume(self._now(), self._speaker.position())
                if self._mouth.says_name:
                    self._tell_name(going_on=False)

    @property
    def _stopped(self) -> bool:
        return self._interrupted or self._cancel.cancelled

    @property
    def _sounds(self) -> bool:
        return self._has_floor and not self._stopped

    def _now(self) -> float:
        return self._mouth.monotonic()

    def _put(self, wish: Clause | AudioChunk) -> None:
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="jarvis-mouth", daemon=True).start()

    def _run(self) -> None:
        try:
            if self._got_floor():
                try:
                    self._speak()
                finally:
                    self._mouth.floor.release()
        except Exception:
            _logger.exception("speaking failed")
            self._mouth.on_trouble(_unexpected())
        finally:
            self._done.set()

    def _got_floor(self) -> bool:
        """Wait until no other speech has the floor; False when stopped by then."""
        while not self._stopped:
            if self._mouth.floor.acquire(timeout=_FLOOR_SECONDS):
                return True
        return False

    def _speak(self) -> None:
        with self._changed:
            self._has_floor = True
            self._places = SoundPlaces(self._rate, self._speaker.position())
        unregister = self._cancel.on_cancel(self._hush)
        try:
            # The voice is asked only now: it says one thing at a time, and another speech may have been using it.
            threading.Thread(target=self._make_all, name="jarvis-voice", daemon=True).start()
            self._play_all()
        finally:
            unregister()
            self._leave_floor()

    def _leave_floor(self) -> None:
        with self._changed:
            stopped = self._stopped
            if self._stopped_at is None:
                self._stopped_at = self._speaker.position() if stopped or self._broken else float("inf")
            self._has_floor = False
            self._changed.notify_all()
        if stopped:
            # A chunk may have slipped in between the stopping and its being noticed.
            self._speaker.stop()
            self._mouth.name_sounds(0.0, 0.0)
        elif self._broken:
            self._mouth.name_sounds(0.0, 0.0)

    def _hush(self) -> None:
        with self._changed:
            mine = self._has_floor
            if self._stopped_at is None:
                self._stopped_at = self._speaker.position() if mine else 0.0
            self._changed.notify_all()
            if mine:
                self._speaker.stop()

    def _make_all(self) -> None:
        try:
            while (wish := self._next_wish()) is not None:
                part = _Part(said=wish)
                with self._changed:
                    self._parts.append(part)
                try:
                    self._make(part)
                finally:
                    with self._changed:
                        part.whole = True
                        self._changed.notify_all()
        except Exception:
            _logger.exception("the voice could not be used")
            self._mouth.on_trouble(_unexpected())
            self._broken = True
        finally:
            with self._changed:
                self._all_made = True
                self._changed.notify_all()

    def _next_wish(self) -> Clause | AudioChunk | None:
        """Return what is to be made next, as soon as there is room for it; None at the end."""

        def ready() -> bool:
            ahead = len(self._parts) + (self._playing is not None)
            ended = self._finishing and not self._wishes
            return self._stopped or self._broken or ended or bool(self._wishes and ahead < PARTS_AHEAD)

        with self._changed:
            self._changed.wait_for(ready)
            return None if self._stopped or self._broken or not self._wishes else self._wishes.popleft()

    def _make(self, part: _Part) -> None:
        """Make one clause; a voice that fails before its first sound is asked once more, for it restarts by itself."""
        for attempt in (1, 2):
            try:
                with contextlib.closing(self._sound_of(part.said)) as chunks:
                    for chunk in chunks:
                        if self._stopped or self._broken:
                            return
                        with self._changed:
                            part.made = True
                            part.chunks.append(chunk)
                            self._changed.notify_all()
            except JarvisError as error:
                if part.made or attempt == 2 or not isinstance(error, EngineError):
                    self._mouth.on_trouble(error)
                    self._on_unsaid()
                    return
                _logger.warning("the voice failed and is asked again", extra={"facts": {"code": error.code}})
            else:
                return

    def _sound_of(self, said: Clause | AudioChunk) -> Generator[AudioChunk, None, None]:
        if isinstance(said, AudioChunk):
            yield said
            return
        # Whoever was stopped must not ask any more: that would break off what the next speech has asked for.
        with self._mouth.asking:
            if self._stopped or self._broken:
                return
            synthesize = self._mouth.text_to_speech.synthesize
            chunks: Iterator[AudioChunk] = synthesize(said.spoken, said.language, self._rate)
        try:
            yield from without_silent_edges(chunks)
        finally:
            if isinstance(chunks, Generator):
                chunks.close()

    def _play_all(self) -> None:
        try:
            while (part := self._next_part()) is not None:
                self._play(part)
                with self._changed:
                    self._playing = None
                    self._changed.notify_all()
            if not self._stopped and not self._broken:
                self._speaker.wait(self._cancel)
        except JarvisError as error:
            self._broken = True
            self._mouth.on_trouble(error)

    def _next_part(self) -> _Part | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or bool(self._parts) or self._all_made)
            self._playing = self._parts.popleft() if self._parts and not self._stopped else None
            return self._playing

    def _play(self, part: _Part) -> None:
        begun = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or bool(part.chunks) or part.whole)
                if self._stopped or not part.chunks:
                    break
                chunk = louder(part.chunks.popleft(), self._volume)
                chunk = self._places.place(part.said, chunk, self._now(), begins=not begun)
                if says_name(part.said):
                    self._tell_name(going_on=True)
            if self._on_first_audio is not None:
                self._on_first_audio()
                self._on_first_audio = None
            begun = True
            self._speaker.play(chunk)
        if begun:
            with self._changed:
                self._places.end(part.said)
                if says_name(part.said):
                    self._tell_name(going_on=False)

    def _tell_name(self, *, going_on: bool) -> None:
        """Tell when the name sounds, by what is queued now; for ever while more of its clause is coming."""
        if self._places.name is None or self._paused or self._stopped:
            return
        begin, end = self._places.name
        left = max(0.0, end - self._speaker.position())
        self._mouth.name_sounds(begin, float("inf") if going_on else self._now() + left + _NAME_TAIL_SECONDS)


def _unexpected() -> EngineError:
    return EngineError(
        "voice.mouth",
        en="Something in Jarvis itself went wrong while speaking; the answer stays on screen. The log has the details.",
        es="Algo falló en el propio Jarvis al hablar; la respuesta sigue en pantalla. El registro tiene los detalles.",
    )
