"""The ears' thread: what every frame of sound means, given what Jarvis is at. Never waits, but for sound files.

Only this thread touches detectors and hearing; others leave errands. Knows nothing of answers or speakers' devices.
"""

from __future__ import annotations

import math
import queue
from collections.abc import Callable, Sequence
from dataclasses import replace

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.speech import SpottedWord, WakeHit
from jarvis.contracts.speech_ports import WakeConfirmer
from jarvis.voice.floor import Floor, Order
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.hearing import (
    Hearing,
    MaybeWoke,
    NothingSaid,
    Signal,
    SpeechBegan,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechWent,
    Woke,
)
from jarvis.voice.holding import HELD_FOR_STOP_SECONDS, HELD_FOR_TALK_SECONDS, HELD_FOR_WORD_SECONDS, Holding
from jarvis.voice.level_meter import LevelMeter
from jarvis.voice.mouth import Mouth
from jarvis.voice.options import VoiceOptions
from jarvis.voice.outbox import Outbox
from jarvis.voice.overhearing import ONSET_SECONDS, Interruption, Overhearing
from jarvis.voice.replying import Replying
from jarvis.voice.revisions import Revisions
from jarvis.voice.second_looks import SecondLooks
from jarvis.voice.talk import Talk
from jarvis.voice.turn import Kind, SpokenTurn
from jarvis.voice.whole_words import WholeWords

WORD_SILENCE_SECONDS = 0.3
"""Silence after a word alone into Jarvis' answer, after which it is over: Jarvis is held all the while."""

AFTERSOUND_SECONDS = 0.25
"""How long after Jarvis fell silent what interrupts may be over at the earliest: its voice dies away meanwhile, and
what follows a word was hardly heard through it."""


class Listener:
    """Follows the frames of the microphones, one after the other.

    `hold` lets sound stand still while something is worked out: for sound files, whose time is not the room's.
    """

    def __init__(
        self,
        *,
        hearing: Hearing,
        activity: ForeignVoice,
        overhearing: Overhearing,
        whole: WholeWords,
        confirmer: WakeConfirmer | None,
        echo_free: bool,
        mouth: Mouth,
        talk: Talk,
        floor: Floor,
        lock: Outbox,
        options: Callable[[], VoiceOptions],
        on_trouble: Callable[[JarvisError], None],
        hold: bool,
    ) -> None:
        self._hearing = hearing
        self._activity = activity
        self._overhearing = overhearing
        self._whole = whole
        self._echo_free = echo_free
        self._mouth = mouth
        self._talk = talk
        self._floor = floor
        self._lock = lock
        self._options = options
        self._hold = hold
        self._errands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._looks = SecondLooks(
            confirmer, lambda hit, said: self._errands.put(lambda: self._looked(hit, said)), on_trouble, hold=hold
        )
        self._turn: SpokenTurn | None = None
        self._kind: Kind = "asked"
        self._after_question = False
        self._spotted: SpottedWord | None = None
        self._word: SpokenTurn | None = None
        self._holding = Holding()
        self._replying = Replying(hearing, overhearing, options, echo_free=echo_free, hold=hold)
        self._held_at = self._pause_began = 0.0
        self._meter = LevelMeter(lock.post)

    @property
    def seconds(self) -> float:
        """Stream time: how much sound was heard."""
        return self._hearing.seconds

    def asleep(self) -> None:
        """A microphone begins or ends: what was half heard is void."""
        self._hearing.sleep()
        self._hearing.not_woken()
        self._expect("asked")
        self._overhearing.end()

    @property
    def held_seconds(self) -> float | None:
        """How much longer Jarvis is held at most for words that are not known yet; None when it is not."""
        held = self._floor.challenger is not None and self._floor.work is not None and not self._holding.gave_up
        return self._holding.left_seconds if held else None

    def pass_unheard(self, seconds: float) -> None:
        """No microphone was open for `seconds`: what is held for words that were heard before goes on in time."""
        with self._lock:
            work = self._floor.work
            if self._floor.challenger is None or work is None:
                return
            over = self._holding.is_over_after(seconds)
            if self._holding.gave_up:
                self._floor.go_on_unheard()
        if over:
            work.go_on()

    def allow(self, revisions: Revisions, revision: int, seconds: float) -> None:
        """End the turn that `revisions` belongs to after a pause of `seconds`, if it is still `revision`; any
        thread."""

        def act() -> None:
            turn = self._turn
            if turn is not None and turn.revisions is revisions and revisions.is_current(revision):
                self._hearing.allow(self._word_pause(seconds) if turn is self._word else seconds)

        self._errands.put(act)

    def take(self, frame: bytes) -> None:
        """Hear one frame."""
        self._activity.take(frame)
        self._whole.take(frame)
        self._do_errands()
        self._obey()
        self._heed_all(self._hearing.process(frame))
        if self._floor.answering is not None:
            self._overhear(frame)
        elif self._turn is not None and self._floor.challenger is self._turn:
            self._hear_stop_word(frame, self._turn)
        elif self._floor.challenger is not None and self._holding.gave_up:
            self._overhear(frame)
        elif self._replying.is_undecided:
            self._heed_all(self._replying.take(frame))
        elif self._floor.order not in ("reply", "follow_up"):
            # Who is speaking just as Jarvis asks is not forgotten before that is obeyed.
            self._overhearing.rest(frame)
        self._let_go()
        if self._meter.take(frame, self._hearing.score):
            self._talk.stay_awake()

    def file_ended(self) -> None:
        """No sound comes any more: what was being said is over."""
        if (ended := self._hearing.finish()) is not None:
            self._end(ended)

    def _do_errands(self) -> None:
        # A turn may have been committed elsewhere; then there is nothing left to hear of it.
        if (turn := self._turn) is not None and turn.revisions.committed is not None:
            self._turn = None
            self._hearing.finish()
            if self._hold:
                turn.done.wait()
        while True:
            try:
                errand = self._errands.get_nowait()
            except queue.Empty:
                return
            errand()

    def _obey(self) -> None:
        """Carry out what another thread asked for: only this thread may touch the hearing."""
        with self._lock:
            order = self._floor.take_order()
            if order is None:
                return
            if order == "sleep":
                if self._floor.work is None:
                    self._floor.rest()
            elif order != "dictated":
                self._talk.listen(order, self._hearing.seconds)
        self._act_on(order)

    def _act_on(self, order: Order) -> None:
        if order == "dictated":
            if self._kind != "dictated":
                # There is no dictation; what waited for the order to be carried out waits no more.
                self._talk.announce()
                return
            if (ended := self._hearing.finish()) is not None:
                self._end(ended)
            else:
                self._nothing_said()
            return
        self._expect(self._kind_of(order), after_question=order == "reply")
        if order == "sleep":
            self._hearing.sleep()
            self._talk.announce()
        elif order in ("reply", "follow_up"):
            self._heed_all(self._replying.begin(order))
        else:
            self._hearing.listen(
                look_back=order == "go_on",
                patience_seconds=math.inf if self._options().continuous and order != "talk" else None,
                endless=order == "dictate",
                wakes=order == "awake",
            )

    def _kind_of(self, order: Order) -> Kind:
        if order == "dictate":
            return "dictated"
        # Where nobody has to call Jarvis, not everything is meant for it.
        return "follow_up" if order == "follow_up" or self._options().continuous else "asked"

    def _heed_all(self, signals: Sequence[Signal]) -> None:
        for signal in signals:
            self._heed(signal)

    def _heed(self, signal: Signal) -> None:
        # Every change is made only while no other thread has asked for another one.
        match signal:
            case Woke(hit=hit):
                self._woke(hit)
            case MaybeWoke():
                self._look_again(signal)
            case SpeechBegan(sound=sound):
                self._turn = self._talk.begin(
                    self._whole.of(sound), self._kind, after_question=self._after_question, stop_word=self._spotted
                )
            case SpeechWent(sound=sound):
                if self._turn is not None:
                    self._turn.feed(self._whole.of(sound))
            case SpeechPaused():
                self._paused(signal)
            case SpeechResumed():
                self._word = None
                self._holding.lengthen(HELD_FOR_TALK_SECONDS)
                if self._turn is not None:
                    self._turn.resume()
            case SpeechEnded():
                self._hearing.sleep()
                self._end(signal)
            case NothingSaid():
                self._nothing_said()

    def _woke(self, hit: WakeHit) -> bool:
        if self._mouth.says_name and not self._hold and not self._echo_free:
            return False
        # The detector counts its own stream; this stream time is the one that every other time uses.
        if not self._talk.woke(hit, self._hearing.seconds):
            return False
        self._begin_asked()
        self._hearing.listen_after_wake()
        return True

    def _begin_asked(self) -> None:
        self._overhearing.end()
        self._expect("asked")

    def _expect(self, kind: Kind, stop_word: SpottedWord | None = None, *, after_question: bool = False) -> None:
        """Let the next words begin a turn of this kind."""
        self._looks.forget()
        self._replying.end()
        self._turn, self._kind, self._after_question, self._spotted = None, kind, after_question, stop_word

    def _look_again(self, maybe: MaybeWoke) -> None:
        if not self._looks.begin(maybe, self._hearing.seconds):
            self._hearing.not_woken(maybe.hit)
        elif self._hold:
            self._do_errands()

    def _looked(self, hit: WakeHit, said: bool) -> None:
        own = self._mouth.says_name and not self._hold and not self._echo_free
        if not self._looks.still_counts(hit, self._hearing.seconds) or not said or own:
            self._hearing.not_woken(hit)
        elif self._talk.woke(hit, self._hearing.seconds):
            self._begin_asked()
            self._heed_all(self._hearing.woken(hit))

    def _paused(self, signal: SpeechPaused) -> None:
        if self._turn is None:
            return
        self._pause_began = signal.end_of_speech_at
        self._turn.pause(replace(signal, least_seconds=self._least_pause()))
        if self._turn is self._word:
            self._hearing.allow(self._word_pause(WORD_SILENCE_SECONDS))
        if self._hold:
            self._turn.judged.wait()
            self._do_errands()

    def _word_pause(self, seconds: float) -> float:
        """Return how long the pause after a word alone may last, of `seconds` that another pause might."""
        return max(min(seconds, WORD_SILENCE_SECONDS), self._least_pause())

    def _least_pause(self) -> float:
        return max(0.0, self._held_at + AFTERSOUND_SECONDS - self._pause_began)

    def _end(self, ended: SpeechEnded) -> None:
        turn, self._turn = self._turn, None
        if turn is None:
            return
        if turn is not self._word:
            self._holding.lengthen(HELD_FOR_TALK_SECONDS)
        turn.end(ended)
        if self._hold:
            turn.done.wait()

    def _nothing_said(self) -> None:
        self._hearing.sleep()
        self._talk.nothing_said()

    # While Jarvis thinks or speaks.

    def _overhear(self, frame: bytes) -> None:
        """Look for the person's own words, and for "stop", while Jarvis is at it."""
        sounding = self._floor.state == "speaking" or self._holding.gave_up
        found = self._overhearing.process(frame, sounding=sounding, any_speech=self._may_interrupt())
        if found is not None and not self._cut(found):
            # Jarvis has just said all; or it is no speech to those who know speech: its own voice, or a noise.
            self._replying.missed(found.seconds)
            self._talk.resume()

    def _hear_stop_word(self, frame: bytes, turn: SpokenTurn) -> None:
        """Look for "stop" in what interrupts: somebody speaks for a third of a second before a word is over."""
        if word := self._overhearing.stop_word(frame):
            before = turn.start_facts.stop_word
            turn.start_facts = replace(turn.start_facts, stop_word=before if before and before.sure else word)
            if self._holding.gave_up and (work := self._floor.work) is not None:
                work.hold()
                self._holding.begin(HELD_FOR_STOP_SECONDS)
            self._holding.lengthen(HELD_FOR_STOP_SECONDS)
            self._word = turn

    def _may_interrupt(self) -> bool:
        mode = self._options().barge_in
        return not self._hold and (mode == "always" or (mode == "auto" and self._echo_free))

    def _cut(self, found: Interruption) -> bool:
        """Hold what Jarvis says and hear what is said; False when that was no speech after all."""
        work = self._floor.answering
        if work is None and found.word and not found.stop_word:
            # What is still being recognised may be a question: no mere sound takes its place.
            self._overhearing.cut()
            return False
        self._expect("interrupting", found.stop_word)
        if work is not None:
            work.hold()
        self._held_at = self._hearing.seconds
        self._overhearing.cut()
        began = self._hearing.listen_since(found.seconds + ONSET_SECONDS, surely=found.stop_word is not None)
        if work is None and any(isinstance(signal, SpeechBegan) for signal in began):
            work = self._talk.drop_challenger()
        if work is None:
            self._hearing.sleep()
            return False
        work.hold()
        if found.word and not any(isinstance(signal, SpeechResumed) for signal in began):
            self._holding.begin(HELD_FOR_STOP_SECONDS if found.stop_word else HELD_FOR_WORD_SECONDS)
            self._heed_word(began)
        else:
            self._holding.begin(HELD_FOR_TALK_SECONDS)
            self._heed_all(began)
        if self._turn is None:
            self._hearing.sleep()
        # What was spoken into may be over by now: then what is said has the floor to itself.
        return self._turn is not None

    def _heed_word(self, began: Sequence[Signal]) -> None:
        """Hear a word alone: the turn that it begins ends soon, unless more words follow."""
        for signal in began:
            self._heed(signal)
            if isinstance(signal, SpeechBegan):
                self._word = self._turn

    def _let_go(self) -> None:
        """Let Jarvis go on when nothing is known of what interrupts it for too long; it may still be an order."""
        challenger, work = self._floor.challenger, self._floor.work
        if challenger is None or work is None:
            self._word = None
            self._holding.end()
        elif self._holding.is_over("" if challenger is self._word else challenger.words_so_far):
            with self._lock:
                self._floor.go_on_unheard()
            work.go_on()
            self._word = None
