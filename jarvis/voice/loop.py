"""The spoken conversation: follows the microphone, starts turns, lets the person interrupt, mute and stop.

The microphone is read on one thread and never waits for recognition, answers or speech. Knows only ports.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jarvis.audio.resampling import level
from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.contracts.speech import (
    AudioChunk,
    LevelMeasured,
    VoiceEvent,
    VoiceStateName,
    VoiceTrouble,
    WakeHeard,
    WakeHit,
)
from jarvis.contracts.speech_ports import Microphone
from jarvis.voice.announcements import Notice, WaitingNotices
from jarvis.voice.clauses import clauses_of
from jarvis.voice.context import SpokenContext
from jarvis.voice.ears import Ears
from jarvis.voice.floor import Floor, Resting
from jarvis.voice.hearing import Hearing, NothingSaid, Signal, SpeechBegan, SpeechEnded, SpeechWent, Woke
from jarvis.voice.mouth import Mouth
from jarvis.voice.options import HearingOptions, VoiceOptions
from jarvis.voice.outbox import Outbox
from jarvis.voice.parts import VoiceParts
from jarvis.voice.phrases import UNEXPECTED
from jarvis.voice.turn import SpokenTurn
from jarvis.voice.work import Announcement, Conversing, WorkEnd

REOPEN_SECONDS = 2.0
"""Pause between attempts to open a microphone that is missing."""
SPEECH_TAIL_SECONDS = 0.3
"""Sound after Jarvis' own speech that is not listened to: it is the room's echo."""

_LEVEL_FRAMES = 4
# Noises without words are let be this often before Jarvis sleeps again.
_MOST_EMPTY_TURNS = 3
_logger = logging.getLogger(__name__)


class VoiceLoop:
    """Listens and answers until closed. Methods may be called from any thread; those that stop return within 100 ms.

    `on_event` is called from several threads, one at a time, and must return quickly. `resting` is what to do
    between turns at first. With `hold_while_answering` the microphone stands still during an answer: for sound
    files, whose time is not the room's. `pause` waits between attempts to open a missing microphone.
    """

    def __init__(
        self,
        parts: VoiceParts,
        *,
        options: Callable[[], VoiceOptions],
        on_event: Callable[[VoiceEvent], None],
        hearing: HearingOptions | None = None,
        resting: Resting = "sleeping",
        hold_while_answering: bool = False,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._parts = parts
        self._options = options
        self._hold = hold_while_answering
        self._pause = pause or self._wait_for_change
        self._hearing = Hearing(parts.wake, parts.activity, parts.turns, hearing or HearingOptions())
        self._lock = Outbox(on_event)
        self._mouth = Mouth(parts.text_to_speech, parts.speaker, self._report)
        self._conversing = Conversing(
            speech_to_text=parts.speech_to_text, assistant=parts.assistant, mouth=self._mouth, emit=self._lock.post
        )
        self._context = SpokenContext(parts.clock)
        self._changed = threading.Event()
        self._floor = Floor(self._lock, resting)
        self._ears = Ears(self._lock)
        self._notices = WaitingNotices()
        self._thread: threading.Thread | None = None
        self._trouble_code = ""
        self._wake_at: float | None = None
        self._frames = 0
        self._empty_turns = 0
        self._turns_left: int | None = None

    @property
    def state(self) -> VoiceStateName:
        """What the voice side is doing now."""
        return self._floor.state

    def continue_conversation(self, conversation_id: str | None) -> None:
        """Let the next spoken turn belong to a conversation of another door; None starts a new one."""
        self._context.continue_conversation(conversation_id)

    def start(self) -> None:
        """Listen on a thread of its own until `close`."""
        self._thread = threading.Thread(target=self._run_reporting, name="jarvis-ears", daemon=True)
        self._thread.start()

    def run(self, *, turns: int | None = None, awake: bool = False) -> None:
        """Listen on this thread until `close`, until a sound file ends, or until `turns` turns are over.

        `awake` listens at once without the wake word. Raises `InputError` for a sound file that cannot be read.
        """
        with self._lock:
            self._turns_left = turns
            self._floor.order = "awake" if awake else self._floor.order
            if self._floor.work is None:
                self._floor.rest()
        self._announce()
        try:
            while not self._floor.closing and self._turns_left != 0:
                if not self._wants_microphone():
                    self._wait_for_change(None)
                    continue
                try:
                    if self._follow(self._parts.microphone()):
                        break
                except DeviceError as error:
                    self._device_lost(error)
                    self._pause(REOPEN_SECONDS)
        finally:
            self._end_work()

    def close(self) -> None:
        """Stop everything and release the microphone and the speaker."""
        with self._lock:
            self._floor.closing = True
            self._notices.clear()
            work = self._floor.work
            self._ears.close()
        if work is not None:
            work.cancel("closing")
        self._changed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
        self._parts.speaker.close()

    def push_to_talk(self) -> None:
        """Listen at once, interrupting whatever Jarvis says or does; works muted too, for this one turn."""
        with self._lock:
            interrupted = self._floor.detach()
            self._floor.order = "talk"
        if interrupted is not None:
            interrupted.cancel("interrupted by the talk button")
        self._changed.set()

    def mute(self) -> None:
        """Close the microphone; an answer that is being given goes on."""
        self._rest("muted")

    def unmute(self) -> None:
        """Open the microphone and wait for the wake word."""
        self._rest("sleeping")

    def stop_all(self) -> bool:
        """Stop listening, the running answer and speech; True if there was something to stop. The StopSwitch port."""
        with self._lock:
            busy = not self._floor.is_resting() or bool(self._notices)
            self._notices.clear()
            own = self._floor.work is not None and self._floor.work.is_current_thread()
            work = self._floor.work if own else self._floor.detach()
            if not own:
                self._floor.order = "sleep"
                self._floor.rest()
        if work is not None:
            # A skill that stops everything runs inside the answer itself: that one ends unsaid.
            work.silence() if own else work.cancel("stopped by the user")
        self._changed.set()
        return busy

    def text_to_say(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None = None,
        still_wanted: Callable[[], bool] | None = None,
    ) -> Notice:
        """Say `text` (after `sound`) as soon as no spoken turn is running; returns at once, see `Notice`."""
        said = tuple((clause, language) for clause in clauses_of(text, language))
        notice = Notice(said, sound, self._withdraw, still_wanted)
        with self._lock:
            if self._floor.closing:
                notice.over.set()
            else:
                self._notices.add(notice)
        self._announce()
        return notice

    def _run_reporting(self) -> None:
        try:
            self.run()
        except JarvisError as error:
            self._report(error)
        except Exception as error:
            _logger.exception("listening failed")
            sentence = UNEXPECTED[self._options().usual_language].format(kind=type(error).__name__)
            self._lock.post(VoiceTrouble(code="voice.unexpected", sentence=sentence))

    def _follow(self, microphone: Microphone) -> bool:
        """Take frames until the microphone is not wanted; True when a sound file has ended."""
        self._hearing.sleep()
        if ended := self._ears.follow(microphone, self._heard):
            self._file_ended()
        return ended

    def _heard(self, frame: bytes) -> bool:
        if self._floor.deaf:
            self._recovered()
        self._frame(frame)
        return self._turns_left != 0 and self._wants_microphone()

    def _recovered(self) -> None:
        with self._lock:
            if self._ears.open:
                self._trouble_code = ""
                self._floor.recover()

    def _wants_microphone(self) -> bool:
        with self._lock:
            return self._floor.wants_microphone()

    def _frame(self, frame: bytes) -> None:
        self._obey()
        for signal in self._hearing.process(frame):
            self._heed(signal)
        self._frames += 1
        if self._frames % _LEVEL_FRAMES == 0:
            self._lock.post(LevelMeasured(level=level(frame)))

    def _obey(self) -> None:
        """Carry out what another thread asked for: only this thread may touch the hearing."""
        with self._lock:
            order = self._floor.take_order()
            if order is None:
                return
            if order == "sleep":
                if self._floor.work is None:
                    self._floor.rest()
            else:
                self._wake_at = self._wake_at if order == "go_on" else None
                if order == "talk":
                    self._lock.post(WakeHeard(hit=WakeHit(at_seconds=self._hearing.seconds, score=1.0)))
                self._floor.set_state("listening")
        if order == "sleep":
            self._hearing.sleep()
        elif order == "reply":
            self._hearing.listen(ignore_seconds=0.0 if self._hold else SPEECH_TAIL_SECONDS)
        else:
            self._hearing.listen(look_back=order == "go_on")

    def _heed(self, signal: Signal) -> None:
        # Every change is made only while no other thread has asked for another one.
        match signal:
            case Woke(hit=hit):
                self._woke(hit)
            case SpeechBegan(sound=sound):
                self._begin_turn(sound)
            case SpeechWent(sound=sound):
                if (turn := self._floor.turn) is not None:
                    turn.feed(sound)
            case SpeechEnded():
                self._end_of_speech(signal)
            case NothingSaid():
                self._hearing.sleep()
                with self._lock:
                    if self._floor.order is None:
                        self._floor.rest()
                self._announce()

    def _woke(self, hit: WakeHit) -> None:
        if self._mouth.says_name and not self._hold:
            return
        with self._lock:
            if self._floor.order is not None:
                return
            interrupted = self._floor.detach()
            # The detector counts its own stream; the loop's stream time is the one that every other time uses.
            self._wake_at = self._hearing.seconds
            self._lock.post(WakeHeard(hit=WakeHit(at_seconds=self._wake_at, score=hit.score)))
            self._floor.set_state("listening")
        if interrupted is not None:
            interrupted.cancel("interrupted by the wake word")
        self._hearing.listen_after_wake()

    def _begin_turn(self, sound: bytes) -> None:
        with self._lock:
            if self._floor.order is not None:
                return
            start = self._context.start(self._options(), self._wake_at)
            turn = SpokenTurn(self._conversing, start, self._speaking, self._turn_over)
            self._floor.give(turn, "hearing")
        turn.feed(sound)
        turn.start()

    def _end_of_speech(self, ended: SpeechEnded) -> None:
        self._hearing.sleep()
        with self._lock:
            turn = self._floor.turn
            if turn is None:
                return
            self._floor.set_state("thinking")
        turn.end(ended)
        if self._hold:
            turn.done.wait()

    def _file_ended(self) -> None:
        if self._floor.state == "hearing":
            now = self._hearing.seconds
            self._end_of_speech(SpeechEnded(end_of_speech_at=now, decided_at=now, speech_seconds=now))
        while (work := self._floor.work) is not None and not self._floor.closing:
            work.done.wait()

    def _speaking(self, turn: SpokenTurn) -> None:
        with self._lock:
            if self._floor.work is turn:
                self._floor.set_state("speaking")

    def _turn_over(self, turn: SpokenTurn, end: WorkEnd) -> None:
        self._context.learn(turn)
        with self._lock:
            if self._turns_left is not None and end not in ("nothing", "cancelled"):
                self._turns_left -= 1
            if self._floor.work is not turn:
                return
            self._floor.work = None
            self._empty_turns = self._empty_turns + 1 if end == "nothing" else 0
            if end == "question":
                self._floor.order = self._floor.order or "reply"
            elif 0 < self._empty_turns <= _MOST_EMPTY_TURNS:
                self._floor.order = self._floor.order or "go_on"
            self._floor.rest()
        self._changed.set()
        self._announce()

    def _announce(self) -> None:
        with self._lock:
            if not self._floor.is_free() or not self._notices:
                return
            work = self._notices.next(self._conversing, self._options().rate, self._announced)
            self._floor.give(work, "speaking")
        work.start()

    def _announced(self, work: Announcement) -> None:
        self._context.said(work.clauses)
        with self._lock:
            if self._floor.work is not work:
                return
            self._floor.work = None
            self._floor.rest()
        self._announce()

    def _withdraw(self, notice: Notice) -> None:
        with self._lock:
            work = self._notices.withdraw(notice)
        if work is not None:
            # It comes to its end by itself, and the next one that waits follows.
            work.cancel("withdrawn")

    def _rest(self, resting: Resting) -> None:
        with self._lock:
            if resting == self._floor.resting:
                return
            work = self._floor.rest_as(resting)
            if resting != "sleeping":
                self._ears.close()
        if work is not None:
            work.cancel("muted")
        self._changed.set()

    def _device_lost(self, error: DeviceError) -> None:
        with self._lock:
            work = self._floor.lose_microphone()
        if work is not None:
            work.cancel("the microphone vanished")
        if error.code != self._trouble_code:
            self._trouble_code = error.code
            self._report(error)

    def _end_work(self) -> None:
        with self._lock:
            work = self._floor.detach()
        if work is not None:
            work.cancel("closing")
            work.done.wait(5)
        with self._lock:
            self._floor.set_state("off")

    def _wait_for_change(self, seconds: float | None) -> None:
        self._changed.wait(seconds)
        self._changed.clear()

    def _report(self, error: JarvisError) -> None:
        self._lock.post(VoiceTrouble(code=error.code, sentence=error.sentence(self._options().usual_language)))
