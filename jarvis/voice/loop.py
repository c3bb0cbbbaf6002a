"""The spoken conversation: follows the microphone, starts turns, lets the person interrupt, mute and stop.

The microphone is read on one thread and never waits for recognition, answers or speech. Knows only ports.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.contracts.speech import AudioChunk, DictationCut, VoiceEvent, VoiceStateName, VoiceTrouble
from jarvis.contracts.speech_ports import Microphone
from jarvis.voice.announcements import Notice
from jarvis.voice.barge_in import BargeIn
from jarvis.voice.clauses import clauses_in
from jarvis.voice.context import SpokenContext
from jarvis.voice.ear_failures import EarFailures
from jarvis.voice.ears import Ears
from jarvis.voice.end_of_turn import pause_allowed
from jarvis.voice.floor import Floor, Resting
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.heard_notes import HeardNotes
from jarvis.voice.hearing import Hearing
from jarvis.voice.listener import Listener
from jarvis.voice.mouth import Mouth
from jarvis.voice.options import HearingOptions, VoiceOptions
from jarvis.voice.outbox import Outbox
from jarvis.voice.overhearing import Overhearing
from jarvis.voice.parts import VoiceParts
from jarvis.voice.phrases import EARS_FAILED, UNEXPECTED
from jarvis.voice.reading import Reading
from jarvis.voice.recognising import Listening
from jarvis.voice.revisions import Revisions
from jarvis.voice.ringing import RingWords
from jarvis.voice.talk import Talk
from jarvis.voice.upcoming import Upcoming
from jarvis.voice.whole_words import WholeWords
from jarvis.voice.work import Conversing

REOPEN_SECONDS = 2.0
"""Pause between attempts to open a microphone that is missing."""

_logger = logging.getLogger(__name__)


class VoiceLoop:
    """Listens and answers until closed. Methods may be called from any thread; those that stop return within 100 ms.

    `on_event` is called from several threads, one at a time, and must return quickly. `resting` is what to do
    between turns at first, and `asleep` whether Jarvis was told to sleep. With `hold_while_answering` the microphone
    stands still during an answer: for sound files, whose time is not the room's. `pause` waits between attempts to open
    a missing microphone, and while Jarvis is held without one.
    """

    def __init__(
        self,
        parts: VoiceParts,
        *,
        options: Callable[[], VoiceOptions],
        on_event: Callable[[VoiceEvent], None],
        hearing: HearingOptions | None = None,
        resting: Resting = "sleeping",
        asleep: bool = False,
        hold_while_answering: bool = False,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._parts = parts
        self._options = options
        self._pause = pause or self._wait_for_change
        self._lock = Outbox(on_event)
        self._changed = threading.Event()
        self._floor = Floor(self._lock, resting, self._waits)
        self._hold = hold_while_answering
        self._ears = Ears(self._lock)
        self._thread: threading.Thread | None = None
        self._trouble_code = ""
        self._failures = EarFailures()
        self._context = SpokenContext(parts.clock)
        mouth = Mouth(parts.text_to_speech, parts.speaker, self._report)
        times = hearing or HearingOptions()
        self._talk = Talk(
            conversing=Conversing(
                assistant=parts.assistant,
                mouth=mouth,
                emit=self._lock.post,
                preparing=parts.preparing,
                heard_notes=HeardNotes(parts.heard_log, self._report) if parts.heard_log is not None else None,
                hints=parts.hints,
                monotonic=parts.clock.monotonic,
            ),
            listening=Listening(
                speech_to_text=parts.speech_to_text,
                turns=threading.Lock(),
                judge=parts.judge,
                patience=lambda completeness: pause_allowed(completeness, times),
                allow=self._allow,
                decided_at=lambda: self._listener.seconds,
            ),
            context=self._context,
            floor=self._floor,
            lock=self._lock,
            options=options,
            changed=self._changed.set,
            echo_free=parts.echo_free,
            spots_stop_words=parts.stop_words is not None,
            wakes=parts.wake is not None,
        )
        self._talk.asleep = asleep
        activity = ForeignVoice(parts.activity, parts.foreign)
        self._listener = Listener(
            hearing=Hearing(parts.wake, activity, parts.turns, times),
            activity=activity,
            overhearing=Overhearing(
                activity=activity,
                barge_in=BargeIn(),
                stop_words=parts.stop_words,
                speaker=parts.speaker,
                own_sound=self._talk.own_sound,
                echo_free=parts.echo_free,
                ring_words=RingWords(rings=self._talk.rings, stop=self._talk.stop_ringing, probability=activity.now),
            ),
            whole=WholeWords(parts.whole, parts.foreign),
            confirmer=parts.confirmer,
            echo_free=parts.echo_free,
            mouth=mouth,
            talk=self._talk,
            floor=self._floor,
            lock=self._lock,
            options=options,
            on_trouble=self._report,
            hold=hold_while_answering,
        )

    @property
    def state(self) -> VoiceStateName:
        """What the voice side is doing now."""
        return self._floor.state

    @property
    def asleep(self) -> bool:
        """Whether Jarvis was told to sleep, and nobody has woken it since."""
        return self._talk.asleep

    @property
    def idle(self) -> bool:
        """Whether nobody is spoken to, heard or about to be, nothing waits to be said: closing it cuts nothing off."""
        with self._lock:
            return self._floor.is_idle() and not self._talk.has_notices

    def continue_conversation(self, conversation_id: str | None) -> None:
        """Let the next spoken turn belong to a conversation of another door; None starts a new one."""
        self._context.continue_conversation(conversation_id)

    def start(self) -> None:
        """Listen on a thread of its own until `close`; what fails there is told, and tried again after a pause."""
        self._thread = threading.Thread(target=self._run_reporting, name="jarvis-ears", daemon=True)
        self._thread.start()

    def run(self, *, turns: int | None = None, awake: bool = False) -> None:
        """Listen on this thread until `close`, until a sound file ends, or until `turns` turns are over.

        `awake` listens at once without the wake word. Raises `InputError` for a sound file that cannot be read, and
        what nobody expected.
        """
        with self._lock:
            self._talk.turns_left = turns
            self._floor.order = "awake" if awake else self._floor.order
            if self._floor.work is None:
                self._floor.rest()
        self._talk.announce()
        try:
            while not self._floor.closing and self._talk.turns_left != 0:
                try:
                    if not self._wants_microphone():
                        self._stand_by(None)
                    elif self._follow(self._parts.microphone()):
                        break
                except DeviceError as error:
                    self._device_lost(error)
                    self._stand_by(REOPEN_SECONDS)
                except Exception as error:
                    if self._hold or threading.current_thread() is not self._thread:
                        raise
                    self._failed(error)
        finally:
            self._end_work()

    def close(self) -> None:
        """Stop everything and release the microphone and the speaker."""
        with self._lock:
            self._floor.closing = True
            self._talk.forget_notices()
            running = [self._floor.work, self._floor.challenger]
            self._ears.close()
        for work in running:
            if work is not None:
                work.cancel("closing")
        self._changed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
        self._parts.speaker.close()
        if self._parts.stop_words is not None:
            self._parts.stop_words.close()

    def push_to_talk(self) -> None:
        """Listen at once, interrupting whatever Jarvis says or does; works muted too, for this one turn."""
        self._talk.give_way("talk", "interrupted by the talk button")

    def dictate(self) -> None:
        """Take down what is said until `dictated`, interrupting whatever Jarvis says or does; nothing is asked."""
        self._talk.give_way("dictate", "interrupted by dictation")

    def dictated(self) -> None:
        """The dictation is over: it ends with `Dictated`, unless nobody has spoken yet."""
        with self._lock:
            self._floor.end_dictation()
        self._changed.set()
        self._talk.announce()

    def mute(self) -> None:
        """Close the microphone; an answer that is being given goes on, and a dictation ends with the words so far."""
        self._rest("muted")

    def unmute(self, *, wake: bool = True) -> None:
        """Open the microphone and wait for the wake word; with `wake` Jarvis was told to sleep no longer."""
        self._rest("sleeping", wake=wake)

    def stop_all(self) -> bool:
        """Stop listening, the running answer and speech; True if there was something to stop. The StopSwitch port."""
        return self._talk.stop("stopped by the user")

    def text_to_say(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None = None,
        still_wanted: Callable[[], bool] | None = None,
        on_stopped: Callable[[], None] | None = None,
    ) -> Notice:
        """Say `text` (after `sound`) as soon as no spoken turn is running; returns at once, see `Notice`."""
        said = tuple(clauses_in(text, language))
        return self._talk.say(Notice(said, sound, self._talk.withdraw, still_wanted, on_stopped))

    def answer_to_say(self) -> Reading:
        """Return what says an answer from its events while it is written, as soon as no spoken turn is running."""

        def begin(upcoming: Upcoming) -> Notice:
            return self._talk.say(Notice((), None, self._talk.withdraw, upcoming=upcoming))

        return Reading(begin, self._talk.announce)

    def _run_reporting(self) -> None:
        try:
            self.run()
        except JarvisError as error:
            self._report(error)
        except Exception as error:
            _logger.exception("listening failed")
            self._report_unexpected(error, UNEXPECTED)

    def _follow(self, microphone: Microphone) -> bool:
        """Take frames until the microphone is not wanted; True when a sound file has ended."""
        self._listener.asleep()
        try:
            if ended := self._ears.follow(microphone, self._heard):
                self._file_ended()
            self._leave_off_dictation("muted")
            return ended
        except Exception:
            self._leave_off_dictation("microphone")
            raise
        finally:
            self._listener.asleep()

    def _leave_off_dictation(self, cut: DictationCut) -> None:
        """No microphone is heard any more: what is being dictated ends with the words until then."""
        turn = self._floor.turn
        if turn is not None and turn.dictating is not None and turn.revisions.committed is None:
            turn.dictating.cut = "" if turn.dictating.let_go else cut
            self._listener.file_ended()

    def _heard(self, frame: bytes) -> bool:
        if self._floor.deaf and self._failures.is_sure(self._listener.seconds):
            self._recovered()
        self._listener.take(frame)
        return self._talk.turns_left != 0 and self._wants_microphone()

    def _stand_by(self, seconds: float | None) -> None:
        """Wait without a microphone until something changes, `seconds` at most, and no longer than Jarvis is held."""
        self._listener.pass_unheard(0.0)
        waits = [one for one in (seconds, self._listener.held_seconds) if one is not None]
        if not waits:
            self._wait_for_change(None)
            return
        began = self._parts.clock.monotonic()
        self._pause(min(waits))
        self._listener.pass_unheard(self._parts.clock.monotonic() - began)

    def _recovered(self) -> None:
        with self._lock:
            if self._ears.open:
                self._trouble_code = ""
                self._floor.recover()

    def _wants_microphone(self) -> bool:
        with self._lock:
            return self._floor.wants_microphone()

    def _file_ended(self) -> None:
        self._listener.file_ended()
        while (work := self._floor.work) is not None and not self._floor.closing:
            work.done.wait()

    def _rest(self, resting: Resting, *, wake: bool = False) -> None:
        with self._lock:
            if resting == self._floor.resting == "sleeping":
                return
            gone = self._floor.rest_as(resting)
            self._talk.asleep = self._talk.asleep and not wake
            if resting != "sleeping":
                self._ears.close()
        gone.settle("muted")
        self._changed.set()
        self._talk.announce()

    def _failed(self, error: Exception) -> None:
        """Tell what ended listening, and rest before the next try."""
        self._lose_microphone("listening failed")
        kind = error.code if isinstance(error, JarvisError) else type(error).__name__
        if not self._failures.add(kind, self._listener.seconds):
            _logger.warning("listening failed again: %s", kind)
        elif isinstance(error, JarvisError):
            self._report(error)
        else:
            _logger.error("listening failed", exc_info=error)
            self._report_unexpected(error, EARS_FAILED)
        wanted = self._wants_microphone()
        until = self._parts.clock.monotonic() + self._failures.pause_seconds
        # A turn that ends is no reason to try at once; a person who presses a button is.
        while (left := until - self._parts.clock.monotonic()) > 0 and not self._is_asked_for(wanted):
            self._stand_by(left)

    def _report_unexpected(self, error: Exception, words: Mapping[Language, str]) -> None:
        sentence = words[self._options().usual_language].format(kind=type(error).__name__)
        self._lock.post(VoiceTrouble(code="voice.unexpected", sentence=sentence))

    def _is_asked_for(self, wanted: bool) -> bool:
        """True when a button was pressed since the microphone was `wanted` or not, or when all is over."""
        with self._lock:
            pressed = self._floor.order in ("talk", "dictate") or self._floor.wants_microphone() != wanted
            return pressed or self._floor.closing

    def _device_lost(self, error: DeviceError) -> None:
        self._lose_microphone("the microphone vanished")
        if error.code != self._trouble_code:
            self._trouble_code = error.code
            self._report(error)

    def _lose_microphone(self, why: str) -> None:
        with self._lock:
            gone = self._floor.lose_microphone()
        gone.settle(why)
        self._talk.announce()

    def _end_work(self) -> None:
        with self._lock:
            running = [self._floor.detach(), self._floor.drop_challenger()]
        for work in running:
            if work is not None:
                work.cancel("closing")
                work.done.wait(5)
        with self._lock:
            self._floor.set_state("off")

    def _waits(self) -> bool:
        return self._hold or self._parts.wake is not None or self._options().continuous

    def _allow(self, revisions: Revisions, revision: int, seconds: float) -> None:
        # Turns are built before the listener that hears them.
        self._listener.allow(revisions, revision, seconds)

    def _wait_for_change(self, seconds: float | None) -> None:
        self._changed.wait(seconds)
        self._changed.clear()

    def _report(self, error: JarvisError) -> None:
        self._lock.post(VoiceTrouble(code=error.code, sentence=error.sentence(self._options().usual_language)))
