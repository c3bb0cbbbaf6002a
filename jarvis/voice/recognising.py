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
from dataclasses import dataclass, field

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE, PartialWords, RecognitionHints, Transcript, TurnSoFar
from jarvis.contracts.speech_ports import SpeechToText, TurnJudge, Utterance
from jarvis.voice.dictating import KeptUtterance
from jarvis.voice.early_look import EarlyLook
from jarvis.voice.hearing import SpeechEnded, SpeechPaused
from jarvis.voice.others_talk import DOUBTFUL_SECONDS, UnchangedWords
from jarvis.voice.revisions import Revisions

JUDGED_SECONDS = 8.0
"""Sound that a judge of pauses looks at: what turn models were trained on."""

SAME_WORDS_SECONDS = 0.3
"""A pause that ends a turn within this has the words that were settled in it; after a longer one the recogniser is
asked for all that it heard."""

SHORT_SOUND_SECONDS = 0.45
"""An utterance shorter than this that the recogniser does not trust is taken as noise, not as a question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """With what an utterance is recognised and judged, and who is told.

    `patience` turns completeness 0..1 into the silence in seconds after which the turn ends. `allow` asks the ears to
    end it after that much silence, unless speech goes on. `decided_at` is the stream time of now. `early` tells whether
    to look at pauses that are not yet long enough.
    """

    speech_to_text: SpeechToText
    turns: AbstractContextManager[object]
    judge: TurnJudge
    patience: Callable[[float], float]
    allow: Callable[[Revisions, int, float], None]
    decided_at: Callable[[], float]
    early: EarlyLook = field(default_factory=EarlyLook)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """The words of a turn, how it ended, and when that was decided, in `time.perf_counter` seconds."""

    transcript: Transcript
    ended: SpeechEnded
    decided: float

    @property
    def is_noise(self) -> bool:
        """True where there are no words in it, or none that are trusted in so short a sound."""
        untrusted = not self.transcript.accepted and self.ended.speech_seconds < SHORT_SOUND_SECONDS
        return untrusted or (not self.transcript.text and self.transcript.accepted)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pause:
    revision: int
    signal: SpeechPaused


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    revision: int
    ended: SpeechEnded


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settled:
    """What a look found; `words` None where the recogniser can only answer at the end."""

    revision: int
    words: Transcript | None


class Recognising:
    """One utterance, from its first sound to its words.

    `feed`, `pause`, `resume`, `end` and `cancel` return at once and belong to the ears' thread (`cancel` to any);
    `words` blocks on the turn's, until it is cancelled at most. `judged` is set whenever nothing is being worked out.
    `on_partial` hears words as they are recognised, `on_words` those of a pause with a token that is cancelled when
    they become void. `hints` is asked as the recogniser begins, on the turn's thread. What does not end by itself is a
    dictation, whose sound is kept for a second recogniser.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        language: Language | None,
        hints: Callable[[], RecognitionHints] | None,
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
        self._items: queue.SimpleQueue[bytes | _Pause | _End | None] = queue.SimpleQueue()
        self._recent = bytearray()
        self._fed = 0
        self._unchanged = UnchangedWords()
        self._over = False
        self._working_ahead = threading.Lock()
        self._ahead: CancelToken | None = None
        self._settled: _Settled | None = None
        self._decided = 0.0
        self._using = threading.Lock()
        self._utterance: Utterance | None = None
        self._cancelled = False

    def feed(self, sound: bytes) -> None:
        """Add sound."""
        self._items.put(sound)

    def pause(self, signal: SpeechPaused) -> None:
        """The person pauses, or is still silent: it may be the end."""
        self.judged.clear()
        self._items.put(_Pause(revision=self.revisions.pause(), signal=signal))
        if self._over:
            # Nobody looks any more: whoever waits must not do so for ever.
            self.judged.set()

    def resume(self) -> None:
        """The person goes on: what was worked out at the pause is void."""
        self.revisions.resume()
        if self.revisions.committed is None:
            self._void()

    def end(self, ended: SpeechEnded) -> bool:
        """The person has finished, by the clock of sound; False when it was cancelled or had been committed before."""
        revision = self.revisions.pause()
        committed = self.revisions.commit(revision)
        if committed:
            self._decided = time.perf_counter()
            self._items.put(_End(revision=revision, ended=ended))
        return committed

    def cancel(self) -> None:
        """Drop it, and let its recogniser go."""
        self.revisions.cancel()
        self._items.put(None)
        with self._using:
            self._cancelled = True
            if self._utterance is not None:
                self._utterance.cancel()

    def words(self) -> Heard | None:
        """Return the words once the turn is committed, None when it was cancelled; `EngineError` when that fails."""
        # One utterance at a time: a cancelled turn may still be about to let its recogniser go.
        with self._listening.turns:
            try:
                heard = self._heard()
                return None if self._cancelled else heard
            finally:
                self._over = True
                self.judged.set()
                self._void()
                with self._using:
                    utterance, self._utterance = self._utterance, None
                if utterance is not None:
                    utterance.abandon()

    def await_end(self) -> None:
        """Let the person finish, after `words` has failed in the middle; returns at once when they have."""
        while self.revisions.committed is None and (item := self._items.get()) is not None:
            self.judged.set()
            if isinstance(item, _End):
                return

    def _heard(self) -> Heard | None:
        utterance: Utterance | None = None
        while (item := self._items.get()) is not None and not self._cancelled:
            if utterance is None and (utterance := self._opened()) is None:
                return None
            if isinstance(item, _End):
                words = self._known_words(item) or self._finished(utterance)
                return Heard(transcript=words, ended=item.ended, decided=self._decided)
            if isinstance(item, _Pause):
                if (heard := self._look(utterance, item)) is not None:
                    return heard
            elif (heard := self._take(utterance, item)) is not None:
                return heard
        return None

    def _opened(self) -> Utterance | None:
        """Begin the utterance; None when the turn was cancelled meanwhile."""
        utterance = self._begun() if self._ends_by_itself else KeptUtterance(self._begun)
        with self._using:
            self._utterance = utterance
            return None if self._cancelled else utterance

    def _begun(self) -> Utterance:
        hints = self._hints() if self._hints is not None else None
        return self._listening.speech_to_text.open(self._language, hints)

    def _take(self, utterance: Utterance, sound: bytes) -> Heard | None:
        """Hand sound on; return what was heard if it turns out that only others talk on."""
        utterance.feed(sound)
        self._fed += len(sound)
        self._recent += sound
        del self._recent[: max(0, len(self._recent) - round(2 * JUDGED_SECONDS * SAMPLE_RATE))]
        partial = utterance.partial()
        if partial is not None:
            self._unchanged.heard(partial.text)
            self._on_partial(partial)
        if self.revisions.paused or not self._ends_by_itself:
            self._unchanged.pause()
            return None
        self._unchanged.talk(len(sound) / 2 / SAMPLE_RATE)
        return self._left_off(utterance) if self._unchanged.is_due else None

    def _left_off(self, utterance: Utterance) -> Heard | None:
        """Ask whether all that is still talked has added no word; return what was heard if the words are complete."""
        opened, silence, now = self.revisions.opened, self._unchanged.seconds, self._listening.decided_at()
        self._unchanged.asked()
        words = utterance.settle()
        if words is None or not self._unchanged.heard(words.text):
            return None
        if self._listening.patience(self._completeness(words)) > silence or not self.revisions.close(opened):
            return None
        self._decided = time.perf_counter()
        spoken = max(0.0, self._fed / 2 / SAMPLE_RATE - silence)
        ended = SpeechEnded(end_of_speech_at=max(0.0, now - silence), decided_at=now, speech_seconds=spoken)
        return Heard(transcript=words, ended=ended, decided=self._decided)

    def _look(self, utterance: Utterance, pause: _Pause) -> Heard | None:
        """Work out whether this pause is the end; return what was heard if it was and nobody spoke meanwhile."""
        try:
            if not self.revisions.is_current(pause.revision) or not self._is_worth_a_look(pause):
                return None
            self._void()
            began = time.perf_counter()
            words = utterance.settle()
            if self._cancelled:
                return None
            self._listening.early.settled(time.perf_counter() - began)
            if not self.revisions.is_current(pause.revision):
                return None
            self._settled = _Settled(revision=pause.revision, words=words)
            if words is not None and words.text and words.accepted:
                self._work_ahead(words, pause.revision)
            return self._decide(pause, words) if self._ends_by_itself else None
        finally:
            self.judged.set()

    def _is_worth_a_look(self, pause: _Pause) -> bool:
        """Tell whether a pause is still to be looked at; a dictation, which none ends, can wait."""
        if self._settled is not None and self._settled.revision == pause.revision:
            return False
        return not pause.signal.early or (self._ends_by_itself and self._listening.early.is_worth_it)

    def _known_words(self, end: _End) -> Transcript | None:
        """Return the words that were settled in the very pause that ended the turn, if it was short."""
        settled = self._settled
        silence = end.ended.decided_at - end.ended.end_of_speech_at
        if settled is None or settled.revision != end.revision or silence > SAME_WORDS_SECONDS or end.ended.cut:
            return None
        self._keep_ahead()
        return settled.words

    def _finished(self, utterance: Utterance) -> Transcript:
        transcript = utterance.finish()
        words = self._settled.words if self._settled is not None else None
        if words is not None and transcript.text == words.text:
            # What was worked ahead is for these very words: it goes on.
            self._keep_ahead()
        return transcript

    def _decide(self, pause: _Pause, words: Transcript | None) -> Heard | None:
        patience = max(self._listening.patience(self._completeness(words)), pause.signal.least_seconds)
        patience = max(patience, DOUBTFUL_SECONDS) if pause.signal.only_far else patience
        now = self._listening.decided_at()
        silence = max(pause.signal.silence_seconds, now - pause.signal.end_of_speech_at)
        if words is None or patience > silence:
            self._listening.allow(self.revisions, pause.revision, patience)
            return None
        if not self.revisions.commit(pause.revision):
            return None
        self._decided = time.perf_counter()
        # The words are those of this very pause: what they were worked ahead for goes on.
        self._keep_ahead()
        ended = SpeechEnded(
            end_of_speech_at=pause.signal.end_of_speech_at,
            decided_at=max(now, pause.signal.end_of_speech_at),
            speech_seconds=pause.signal.speech_seconds,
        )
        return Heard(transcript=words, ended=ended, decided=self._decided)

    def _completeness(self, words: Transcript | None) -> float:
        return self._listening.judge.completeness(
            TurnSoFar(
                sound=bytes(self._recent),
                text=words.text if words else "",
                language=words.language if words else self._language or "en",
                accepted=words is None or words.accepted,
                after_question=self._after_question,
            )
        )

    def _work_ahead(self, words: Transcript, revision: int) -> None:
        ahead = CancelToken()
        with self._working_ahead:
            self._ahead = ahead
        if not self.revisions.is_current(revision):
            # Speech went on before anybody could have told this token.
            self._void()
            return
        self._on_words(words, ahead)

    def _keep_ahead(self) -> None:
        with self._working_ahead:
            self._ahead = None

    def _void(self) -> None:
        with self._working_ahead:
            ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel("speech went on")
