"""The hearing half of a spoken turn: recognise while it is spoken, look at every pause, commit once.

Works ahead at a pause without consequences: words, completeness and the warmed way of the question belong to a
revision, and what the person says next makes them void. Knows ports only; runs on the turn's thread, fed by the ears'.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE, PartialWords, RecognitionHints, Transcript, TurnSoFar
from jarvis.contracts.speech_ports import SpeechToText, TurnJudge, Utterance
from jarvis.voice.hearing import SpeechEnded, SpeechPaused
from jarvis.voice.revisions import Revisions

JUDGED_SECONDS = 8.0
"""Sound that a judge of pauses looks at: what turn models were trained on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """With what an utterance is recognised and judged, and who is told.

    `patience` turns completeness 0..1 into the silence in seconds after which the turn ends. `allow` asks the ears to
    end it after that much silence, unless speech goes on. `decided_at` is the stream time of now.
    """

    speech_to_text: SpeechToText
    turns: AbstractContextManager[object]
    judge: TurnJudge
    patience: Callable[[float], float]
    allow: Callable[[Revisions, int, float], None]
    decided_at: Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """The words of a turn, how it ended, and when that was decided, in `time.perf_counter` seconds."""

    transcript: Transcript
    ended: SpeechEnded
    decided: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pause:
    revision: int
    signal: SpeechPaused


class Recognising:
    """One utterance, from its first sound to its words.

    `feed`, `pause`, `resume`, `end` and `cancel` return at once and belong to the ears' thread (`cancel` to any);
    `words` blocks on the turn's. `judged` is set whenever nothing is being worked out. `on_partial` hears words as
    they are recognised, `on_words` those of a pause with a token that is cancelled when they become void.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        language: Language | None,
        hints: RecognitionHints | None,
        after_question: bool,
        on_partial: Callable[[PartialWords], None],
        on_words: Callable[[Transcript, CancelToken], None],
        ends_by_itself: bool = True,
    ) -> None:
        self.revisions = Revisions()
        self.judged = threading.Event()
        self.judged.set()
        self._listening = listening
        self._language = language
        self._hints = hints
        self._after_question = after_question
        self._on_partial = on_partial
        self._on_words = on_words
        self._ends_by_itself = ends_by_itself
        self._items: queue.SimpleQueue[bytes | _Pause | SpeechEnded | None] = queue.SimpleQueue()
        self._recent = bytearray()
        self._over = False
        self._ahead: CancelToken | None = None
        self._settled: Transcript | None = None
        self._decided = 0.0

    def feed(self, sound: bytes) -> None:
        """Add sound."""
        self._items.put(sound)

    def pause(self, signal: SpeechPaused) -> None:
        """The person pauses: it may be the end."""
        self.judged.clear()
        self._items.put(_Pause(revision=self.revisions.pause(), signal=signal))
        if self._over:
            # Nobody looks any more: whoever waits must not do so for ever.
            self.judged.set()

    def resume(self) -> None:
        """The person goes on: what was worked out at the pause is void."""
        self.revisions.resume()

    def end(self, ended: SpeechEnded) -> bool:
        """The person has finished, by the clock of sound; False when it was cancelled or had been committed before."""
        committed = self.revisions.commit(self.revisions.pause())
        if committed:
            self._decided = time.perf_counter()
            self._items.put(ended)
        return committed

    def cancel(self) -> None:
        """Drop it."""
        self.revisions.cancel()
        self._items.put(None)

    def words(self) -> Heard | None:
        """Return the words once the turn is committed, None when it was cancelled; `EngineError` when that fails."""
        # One utterance at a time: a cancelled turn may still be waiting for its recogniser.
        with self._listening.turns:
            utterance: Utterance | None = None
            closed = False
            try:
                while (item := self._items.get()) is not None:
                    if utterance is None:
                        utterance = self._listening.speech_to_text.open(self._language, self._hints)
                    if isinstance(item, SpeechEnded):
                        closed = True
                        return Heard(transcript=self._finished(utterance), ended=item, decided=self._decided)
                    if isinstance(item, _Pause):
                        if (ended := self._look(utterance, item)) is not None:
                            assert self._settled is not None
                            return Heard(transcript=self._settled, ended=ended, decided=self._decided)
                    else:
                        self._take(utterance, item)
                return None
            finally:
                self._over = True
                self.judged.set()
                self._void()
                if utterance is not None and not closed:
                    utterance.abandon()

    def await_end(self) -> None:
        """Let the person finish, after `words` has failed in the middle; returns at once when they have."""
        while self.revisions.committed is None and (item := self._items.get()) is not None:
            self.judged.set()
            if isinstance(item, SpeechEnded):
                return

    def _take(self, utterance: Utterance, sound: bytes) -> None:
        utterance.feed(sound)
        self._recent += sound
        del self._recent[: max(0, len(self._recent) - round(2 * JUDGED_SECONDS * SAMPLE_RATE))]
        partial = utterance.partial()
        if partial is not None:
            self._on_partial(partial)

    def _look(self, utterance: Utterance, pause: _Pause) -> SpeechEnded | None:
        """Work out whether this pause is the end; return how it ended if it was and nobody spoke meanwhile."""
        try:
            if not self.revisions.is_current(pause.revision):
                return None
            self._void()
            words = utterance.settle()
            if not self.revisions.is_current(pause.revision):
                return None
            self._settled = words
            if words is not None and words.text and words.accepted:
                self._ahead = CancelToken()
                self._on_words(words, self._ahead)
            return self._decide(pause, words) if self._ends_by_itself else None
        finally:
            self.judged.set()

    def _finished(self, utterance: Utterance) -> Transcript:
        transcript = utterance.finish()
        if self._settled is not None and transcript.text == self._settled.text:
            # What was worked ahead is for these very words: it goes on.
            self._ahead = None
        return transcript

    def _decide(self, pause: _Pause, words: Transcript | None) -> SpeechEnded | None:
        completeness = self._listening.judge.completeness(
            TurnSoFar(
                sound=bytes(self._recent),
                text=words.text if words else "",
                language=words.language if words else self._language or "en",
                accepted=words is None or words.accepted,
                after_question=self._after_question,
            )
        )
        patience = self._listening.patience(completeness)
        now = self._listening.decided_at()
        silence = max(pause.signal.silence_seconds, now - pause.signal.end_of_speech_at)
        if words is None or patience > silence:
            self._listening.allow(self.revisions, pause.revision, patience)
            return None
        if not self.revisions.commit(pause.revision):
            return None
        self._decided = time.perf_counter()
        # The words are those of this very pause: what they were worked ahead for goes on.
        self._ahead = None
        return SpeechEnded(
            end_of_speech_at=pause.signal.end_of_speech_at,
            decided_at=max(now, pause.signal.end_of_speech_at),
            speech_seconds=pause.signal.speech_seconds,
        )

    def _void(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel("speech went on")
            self._ahead = None
