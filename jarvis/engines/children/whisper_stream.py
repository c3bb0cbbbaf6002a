"""Recognises utterances while they are spoken: a thread decodes, so that sound and wishes are always taken at once.

What is waited for comes first: a wish for the words interrupts a look that was only for showing, unless that look
covers all that was said and its result is the answer. Knows nothing about the wire.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.engines.children.dictation import Dictation, Job
from jarvis.engines.children.heard import Listener, Request
from jarvis.engines.children.pace import QUICK_SECONDS, SHORT_SHARE, may_look, rest_after
from jarvis.engines.children.spoken_language import language_of_speech
from jarvis.engines.children.whisper import ChooseLanguage, GivenUp, HeardWindow, Stale, Window


class Windows(Protocol):
    """What recognises windows of sound; see `MovingWhisper`."""

    note: tuple[str, str] | None
    window_seconds: float

    @property
    def batch(self) -> int:
        """How many windows are worth recognising at once."""
        ...

    def decode(
        self,
        windows: Sequence[Window],
        *,
        choose: ChooseLanguage,
        hints: tuple[Sequence[str], str] = ((), ""),
        words: bool = False,
        short: bool = False,
        stale: Stale = lambda: False,
    ) -> list[HeardWindow]:
        """Recognise them; raises `GivenUp` when `stale` says so."""
        ...


class Activity(Protocol):
    """Streaming voice activity; see `Silero`."""

    def __call__(self, pcm: bytes) -> float:
        """Return the probability of speech in 512 samples."""
        ...

    def reset(self) -> None:
        """Begin a new stream."""
        ...


class WhisperStream:
    """One utterance at a time, by `windows`. `decoding` is held while decoding: several streams may share a model.

    Any thread may call; answers come on the stream's own. `crashed` gets what no one expected; the stream is dead then.
    """

    def __init__(
        self,
        windows: Windows,
        activity: Activity,
        listener: Listener,
        *,
        crashed: Callable[[Exception], None],
        decoding: threading.Lock | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._windows = windows
        self._activity = activity
        self._listener = listener
        self._crashed = crashed
        self._decoding = decoding or threading.Lock()
        self._now = now
        self._changed = threading.Condition()
        self._dictation: Dictation | None = None
        self._previous: Language | None = None
        self._look_seconds = windows.window_seconds
        self._short_seconds = SHORT_SHARE * windows.window_seconds
        self._next_look = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="whisper", daemon=True)
        self._thread.start()

    def begin(self, request: Request) -> None:
        """Begin an utterance, dropping one that was not finished."""
        with self._changed:
            self._activity.reset()
            self._dictation = Dictation(request, self._activity, self._previous)
            self._changed.notify_all()

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        with self._changed:
            if self._dictation is not None and not self._dictation.ended:
                self._dictation.sound.add(pcm)
                self._changed.notify_all()

    def settle(self, number: int) -> None:
        """Ask for the words of everything up to now; the utterance stays open."""
        with self._changed:
            if self._dictation is not None:
                self._dictation.asked = number
                self._changed.notify_all()

    def finish(self) -> None:
        """End the utterance; its words are told."""
        with self._changed:
            if self._dictation is not None:
                self._dictation.ended = True
                self._changed.notify_all()

    def abandon(self) -> None:
        """Drop the utterance."""
        with self._changed:
            self._dictation = None
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread, after the step that it is in."""
        with self._changed:
            self._closed, self._dictation = True, None
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except Exception as error:  # noqa: BLE001
            # Whatever it is, nobody would be answered any more: whoever owns this process has to know.
            self._crashed(error)

    def _turn(self) -> bool:
        """Do one thing, or wait; returns False at the end."""
        with self._changed:
            if self._closed:
                return False
            dictation = self._dictation
            if dictation is None:
                self._changed.wait()
                return True
            dictation.keep_long_piece()
            short = self._look_seconds > QUICK_SECONDS
            job = dictation.next_job(
                look=self._may_look(dictation, short=short), short=short, batch=self._windows.batch
            )
            if job is None and not self._answer(dictation):
                self._changed.wait(max(0.02, self._next_look - self._now()) if self._waits_to_look() else None)
        if job is not None:
            self._work(dictation, job)
        return True

    def _may_look(self, dictation: Dictation, *, short: bool) -> bool:
        if self._now() < self._next_look:
            return False
        return may_look(look_seconds=self._short_seconds if short else self._look_seconds, pausing=dictation.pausing)

    def _waits_to_look(self) -> bool:
        return self._now() < self._next_look

    def _answer(self, dictation: Dictation) -> bool:
        """Tell what was asked for, if it is known; the lock is held. Returns whether anything was told."""
        if not dictation.wanted or not dictation.is_known:
            return False
        result = dictation.result()
        if result.accepted:
            self._previous = result.language
        if dictation.asked is not None:
            self._listener.settled(dictation.request, dictation.asked, result)
            dictation.asked = None
        if dictation.ended:
            self._dictation = None
            self._listener.finished(dictation.request, result)
        return True

    def _work(self, dictation: Dictation, job: Job) -> None:
        began = self._now()
        try:
            with self._decoding:
                heard = self._windows.decode(
                    job.windows,
                    choose=self._chooser(dictation, job),
                    hints=dictation.hints,
                    words=job.timed,
                    short=job.short,
                    stale=lambda: self._is_stale(dictation, job),
                )
        except GivenUp:
            heard = None
        seconds = self._now() - began
        with self._changed:
            dictation.compute_seconds += seconds
            dictation.note = self._windows.note
            self._note_pace(job, seconds, whole=heard is not None)
            if heard is None or self._dictation is not dictation:
                return
            dictation.take(job, heard)
            partial = dictation.partial() if dictation.request.partials else None
            if partial is not None:
                self._listener.partial(dictation.request, partial)

    def _note_pace(self, job: Job, seconds: float, *, whole: bool) -> None:
        if job.kind == "look":
            self._next_look = self._now() + rest_after(seconds)
        if whole and job.short:
            self._short_seconds = seconds
        elif whole and job.kind != "piece":
            self._look_seconds = seconds
            # A short look that was slow once, while others worked, gets another chance.
            self._short_seconds = min(self._short_seconds, SHORT_SHARE * seconds)

    def _is_stale(self, dictation: Dictation, job: Job) -> bool:
        with self._changed:
            return self._dictation is not dictation or not dictation.still_useful(job)

    def _chooser(self, dictation: Dictation, job: Job) -> Callable[[Mapping[str, float]], Language]:
        fixed = dictation.fixed_language
        if fixed is not None:
            return lambda _: fixed
        seconds = sum(window.speech_seconds for window in job.windows)
        previous = dictation.previous
        return lambda shares: language_of_speech(shares, previous=previous, speech_seconds=seconds)
