"""Who speaks when: starts turns, lets the person interrupt, brings answers and announcements to their end.

Called by the ears' thread, by turns and by whoever owns the buttons. Knows neither microphone nor detectors.
"""

from __future__ import annotations

from collections.abc import Callable

from jarvis.audio.tones import start_tone, stop_tone
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SpottedWord, WakeHeard, WakeHit
from jarvis.voice.announcements import Notice, WaitingNotices
from jarvis.voice.chimes import Chimes
from jarvis.voice.context import SpokenContext
from jarvis.voice.floor import DETAILS, Floor, Order
from jarvis.voice.options import VoiceOptions
from jarvis.voice.outbox import Outbox
from jarvis.voice.phrases import how_to_wake
from jarvis.voice.recognising import Heard, Listening
from jarvis.voice.stopping import ends_answer, is_turn, may_be_reply, said_into
from jarvis.voice.turn import Kind, SpokenTurn, TurnHooks
from jarvis.voice.work import Announcement, Conversing, Work, WorkEnd

_OWN_CLAUSES = 8
_MOST_EMPTY_TURNS = 3
"""Noises without words are let be this often before Jarvis sleeps again."""


class Talk:
    """The course of the conversation; safe to use from several threads. `changed` wakes the ears' thread."""

    def __init__(
        self,
        conversing: Conversing,
        listening: Listening,
        context: SpokenContext,
        floor: Floor,
        lock: Outbox,
        options: Callable[[], VoiceOptions],
        changed: Callable[[], None],
        *,
        echo_free: bool,
        spots_stop_words: bool,
        wakes: bool,
    ) -> None:
        self._conversing = conversing
        self._listening = listening
        self._context = context
        self._floor = floor
        self._lock = lock
        self._options = options
        self._changed = changed
        self._chimes = Chimes(conversing.mouth, options, echo_free=echo_free)
        self._spots_stop_words = spots_stop_words
        self._wakes = wakes
        self._notices = WaitingNotices()
        self._hooks = TurnHooks(
            committed=self._committed,
            wanted=self._wanted,
            speaking=self._speaking,
            asleep=self._fall_asleep,
            over=self._turn_over,
            muted=lambda: floor.resting == "muted",
            how_to_wake=self._how_to_wake,
        )
        self._turns: set[SpokenTurn] = set()
        self._judged: set[SpokenTurn] = set()
        self._empty_turns = 0
        self._wake_at: float | None = None
        self.turns_left: int | None = None
        self.asleep = False
        """Told to listen no more: Jarvis waits until the wake word or a button, whatever else comes to its end."""

    def woke(self, hit: WakeHit, at_seconds: float) -> bool:
        """The wake word was said: whatever Jarvis is at gives way. False when something else was asked for before."""
        with self._lock:
            if self._floor.order is not None:
                return False
            interrupted = self._floor.detach()
            challenger = self._floor.drop_challenger()
            self._wake_at = at_seconds
            self.asleep = False
            self._empty_turns = 0
            self._lock.post(WakeHeard(hit=WakeHit(at_seconds=at_seconds, score=hit.score, word=hit.word)))
            self._floor.set_state("listening")
            self._floor.waiting = False
        self._interrupt(interrupted, challenger, "interrupted by the wake word")
        self._chimes.sound(start_tone())
        return True

    def listen(self, order: Order, at_seconds: float) -> None:
        """The ears begin to listen because of `order`; call it with the lock held."""
        self._wake_at = self._wake_at if order == "go_on" else None
        if order in ("talk", "awake"):
            self.asleep, self._empty_turns = False, 0
        if order == "talk":
            self._lock.post(WakeHeard(hit=WakeHit(at_seconds=at_seconds, score=1.0)))
        if order in ("talk", "dictate"):
            self._chimes.sound(start_tone())
        self._floor.set_state("listening", DETAILS.get(order, ""))
        self._floor.waiting = order == "awake" or (order == "go_on" and self._options().continuous)

    def begin(
        self, sound: bytes, kind: Kind, *, after_question: bool = False, stop_word: SpottedWord | None = None
    ) -> SpokenTurn | None:
        """Words begin: start the turn that hears them; None when something else was asked for meanwhile."""
        with self._lock:
            if self._floor.order not in (None, "dictated"):
                return None
            if isinstance(self._floor.work, SpokenTurn):
                # What is interrupted belongs to the conversation already.
                self._context.learn(self._floor.work)
            start = self._context.start(
                self._options(), self._wake_at, kind, after_question=after_question, stop_word=stop_word
            )
            turn = SpokenTurn(self._conversing, self._listening, start, self._hooks)
            self._turns.add(turn)
            if kind == "interrupting" and self._floor.work is not None:
                self._floor.challenge(turn)
            else:
                self._floor.give(turn, "hearing")
        turn.feed(sound)
        turn.start()
        return turn

    def stop(self, reason: str, *, by: SpokenTurn | None = None, spare_due: bool = False) -> bool:
        """Stop the running answer, what is heard and what waits to be said; True if there was something to stop.

        Words of the turn `by` stop nothing once something else is heard, nor does a skill of a turn that was
        interrupted. With `spare_due` what is to ring and has not been heard rings all the same.
        """
        with self._lock:
            gone = self._turns - {self._floor.work, self._floor.challenger}
            if (by is not None and self._floor.turn is not by) or any(turn.is_current_thread() for turn in gone):
                return False
            busy = not self._floor.is_resting() or self._floor.order not in (None, "sleep")
            busy |= self._notices.clear(spare_due=spare_due)
            challenger = self._floor.challenger
            own = self._floor.work is not None and self._floor.work.is_current_thread()
            spared = spare_due and self._notices.is_due(self._floor.work)
            if own or spared:
                work = self._floor.work
                if challenger is not None:
                    self._floor.lose()
            else:
                self._floor.drop_challenger()
                work = self._floor.detach()
                self._floor.order = "sleep"
                self._floor.rest()
        if challenger is not None and not challenger.is_current_thread():
            challenger.cancel(reason)
        if (own or spared) and work is not None:
            # A skill that stops everything runs inside the answer itself: that one ends unsaid.
            if own:
                work.silence()
            work.go_on()
        else:
            self._interrupt(work, None, reason)
        self._changed()
        self.announce()
        return busy

    def give_way(self, order: Order, reason: str) -> None:
        """Interrupt whatever is running and listen as `order` says."""
        with self._lock:
            interrupted = self._floor.detach()
            challenger = self._floor.drop_challenger()
            self._floor.ask(order)
        self._interrupt(interrupted, challenger, reason)
        self._changed()

    def say(self, notice: Notice) -> Notice:
        """Say `notice` as soon as no spoken turn is running; returns at once."""
        with self._lock:
            if self._floor.closing:
                notice.over.set()
            else:
                self._notices.add(notice)
                if notice.ready:
                    self._notices.make_way()
        self.announce()
        return notice

    def rings(self) -> bool:
        """Tell whether a stop word said now is for what rings: it sounds, is held, or pauses until it rings again."""
        if not self._notices.ringing:
            return False
        with self._lock:
            return self._floor.is_free() or self._notices.rings(self._floor.work)

    def stop_ringing(self) -> None:
        """A stop word was said alone: whatever rings or has rung is over, and who rings is told."""
        with self._lock:
            to_tell = self._notices.to_tell() if self.rings() else []
        if to_tell:
            self.stop("stopped by the user", spare_due=True)
        for tell in to_tell:
            tell()

    def nothing_said(self) -> None:
        """Nobody said anything: listen no more."""
        with self._lock:
            if self._floor.order in (None, "dictated") and self._floor.work is None:
                self._floor.rest()
        self._chimes.sound(stop_tone())
        self.announce()

    def announce(self) -> None:
        """Say the notice that has waited longest if nobody has the floor."""
        with self._lock:
            if self._notices and self._floor.waiting and self._floor.order is None:
                # The ears rest first, for what is said is not for them.
                self._floor.order = "sleep"
            if not self._floor.is_free() or not self._notices:
                return
            options = self._options()
            work = self._notices.next(self._conversing, options.rate, options.volume, self._announced)
            self._floor.give(work, "speaking")
        work.start()

    @property
    def has_notices(self) -> bool:
        """Whether something waits to be said, also before its words are there; ask it with the lock held."""
        return self._notices.waits

    def forget_notices(self) -> None:
        """Say nothing of what waits; call it with the lock held."""
        self._notices.clear()

    def stay_awake(self) -> None:
        """Listen without a wake word whenever nothing else is going on, if that is wanted."""
        wanted = self._options().continuous and not self.asleep and not self._notices.ringing
        if self._floor.state == "sleeping" and wanted:
            with self._lock:
                if self._floor.is_free() and self._floor.order is None:
                    self._floor.order = "awake"

    def own_sentences(self) -> list[str]:
        """Return what Jarvis is saying or has just said, oldest first, as far as it may still be in the air."""
        work = self._floor.work
        said = work.said if work is not None else self._notices.last_rung()
        return [clause.spoken for clause in said[-_OWN_CLAUSES:]]

    def own_sound(self, silent_seconds: float) -> str:
        """Return what Jarvis says about now, or said before it fell silent `silent_seconds` ago; of what rings, all."""
        work = self._floor.work
        return " ".join(self.own_sentences()) if work is None else work.sounding_words(silent_seconds)

    def resume(self) -> None:
        """Nobody spoke after all: go on saying what was held."""
        with self._lock:
            work = self._floor.work
            if self._floor.challenger is not None or work is None:
                return
        work.go_on()

    def drop_challenger(self) -> Work | None:
        """Let go of what is still being recognised, as somebody speaks again; returns what they speak into."""
        with self._lock:
            challenger = self._floor.challenger
            work = self._floor.lose() if challenger is not None else None
        if challenger is not None:
            challenger.cancel("something else was said")
            if work is None:
                # What was spoken into is over by now, and something else may have waited for that.
                self._changed()
                self.announce()
        return work

    def _interrupt(self, work: Work | None, challenger: SpokenTurn | None, reason: str) -> None:
        if challenger is not None:
            challenger.cancel(reason)
        if work is not None:
            if isinstance(work, SpokenTurn):
                self._context.learn(work)
            work.interrupt(reason)

    def _committed(self, turn: SpokenTurn) -> None:
        with self._lock:
            self.asleep = self.asleep and not turn.called
            if self._floor.work is turn:
                self._floor.comes_to("thinking")
        self._changed()

    def _wanted(self, turn: SpokenTurn, heard: Heard) -> bool:
        """Tell whether an interruption is one; if so, what it interrupts ends here."""
        if turn.start_facts.kind != "interrupting":
            with self._lock:
                return self._floor.work is turn
        self._judged.add(turn)
        said = said_into(
            heard,
            self.own_sentences(),
            spotted=turn.start_facts.stop_word is not None,
            maybe_reply=self._may_be_reply(turn),
            spots=self._spots_stop_words,
            ringing=self.rings(),
        )
        if ends_answer(said):
            self._stop_for(turn)
        if not is_turn(said):
            return False
        with self._lock:
            if self._floor.turn is not turn:
                return False
            interrupted = self._floor.win(turn) if self._floor.challenger is turn else None
            self._floor.set_state("thinking")
        if isinstance(interrupted, SpokenTurn):
            turn.conversation_id = interrupted.conversation_id or turn.conversation_id
        self._interrupt(interrupted, None, "interrupted by speech")
        return True

    def _may_be_reply(self, turn: SpokenTurn) -> bool:
        work = self._floor.work
        return work is not None and may_be_reply(turn.start_facts.stop_word, work.begun(), ringing=self.rings())

    def _stop_for(self, turn: SpokenTurn) -> None:
        """Stop what `turn` was said into; what rings is over for good."""
        with self._lock:
            to_tell = self._notices.to_tell() if self._notices.rings(self._floor.work) else []
        if self.stop("stopped by the user", by=turn, spare_due=True):
            for tell in to_tell:
                tell()

    def _speaking(self, turn: SpokenTurn) -> None:
        with self._lock:
            if self._floor.work is turn and not turn.cancel_token.cancelled:
                self._floor.comes_to("speaking")

    def _fall_asleep(self, turn: SpokenTurn) -> None:
        with self._lock:  # Who was called or stopped meanwhile is told to sleep no more.
            self.asleep = self.asleep or self._floor.work is turn

    def _turn_over(self, turn: SpokenTurn, end: WorkEnd) -> None:
        unjudged = turn not in self._judged and not turn.cancel_token.cancelled
        if turn.start_facts.stop_word and unjudged and not self._may_be_reply(turn):
            # Its recogniser failed, as one does that does not know the language: the spotter is all there is.
            self._stop_for(turn)
        with self._lock:
            self._turns.discard(turn)
            self._judged.discard(turn)
            if turn in (self._floor.work, self._floor.challenger) or self._context.conversation_id() is None:
                # Of one that lost the floor another turn has taken over what there was.
                self._context.learn(turn)
            if self.turns_left is not None and end not in ("nothing", "cancelled", "unwanted"):
                self.turns_left -= 1
            if self._floor.challenger is turn:
                held = self._floor.lose()
            elif self._floor.work is turn:
                held = None
                self._floor.end(self._next_order(end))
            else:
                return
            if held is not None:
                held.go_on()
        self._changed()
        self.announce()

    def _next_order(self, end: WorkEnd) -> Order | None:
        self._empty_turns = self._empty_turns + 1 if end in ("nothing", "unwanted") else 0
        options = self._options()
        if end == "question":
            return "reply"
        if self.asleep:
            return None
        if 0 < self._empty_turns <= _MOST_EMPTY_TURNS:
            return "go_on"
        if end == "answered" and options.follow_up_seconds > 0 and options.aloud:
            return "follow_up"
        return None

    def _how_to_wake(self, language: Language) -> str:
        called = self._wakes and self._floor.resting == "sleeping"
        return how_to_wake(language, self._options().wake_word if called else "")

    def _announced(self, work: Announcement) -> bool:
        """It is over, or only made way for others; True then."""
        self._context.said(work.clauses)
        with self._lock:
            if self._floor.work is not work:
                return False
            goes_on = self._notices.put_back(work)
            self._floor.end(None)
        self._changed()
        self.announce()
        return goes_on

    def withdraw(self, notice: Notice) -> None:
        """Let `notice` wait no more, and fall silent if it sounds."""
        with self._lock:
            work = self._notices.withdraw(notice)
        if work is not None:
            # It comes to its end by itself, and the next one that waits follows.
            work.cancel("withdrawn")
