"""The one crossing between worker threads and the Qt thread.

Work never runs on the Qt thread; what it reports crosses by one queued signal per frame, text deltas merged.
Knows nothing about what the events mean.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError, Language
from jarvis.contracts.events import FINAL_EVENTS, AskEvent, AskFailed, TextDelta
from jarvis.contracts.messages import Request
from jarvis.contracts.ports import Assistant
from jarvis.contracts.speech import LevelMeasured, PartialHeard, VoiceEvent, WakeScored
from jarvis.desktop.level_gate import LevelGate
from jarvis.desktop.texts import UNEXPECTED
from jarvis.desktop.workers import Workers, leave_behind

FRAME_MILLISECONDS = 16
"""Events are handed over at most once per this time: one frame at 60 Hz."""
TURN_SECONDS = 0.006
"""What is handed over in one event of the window; what is left follows after its other events."""
_JOBS = 3
_DRAIN_SECONDS = 2.0
_GRACE_SECONDS = 0.4
"""For a job to end by itself, once others were told to."""
_LAST_SECONDS = 0.2
"""For a job that was told to give up, to end in order."""
_KEPT_SECONDS = 6.0
"""For what is to be kept, all of it: a second more than another program may lock the database or the settings."""
_ENDS = "Jarvis ends"
_FLEETING = (LevelMeasured, WakeScored, PartialHeard)
"""Events that are worth nothing once a newer one of their kind is there."""
_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Mailbox(QObject):
    """A queue that any thread fills and the Qt thread empties, at most once per frame, in order.

    One event of the window takes what fits into `turn_seconds`, and one item at least.
    """

    _filled = Signal()

    def __init__(
        self,
        deliver: Callable[[object], None],
        merge: Callable[[list[object]], list[object]],
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        super().__init__()
        self._deliver = deliver
        self._merge = merge
        self._turn_seconds = turn_seconds
        self._ready: deque[object] = deque()
        self._lock = threading.Lock()
        self._items: list[object] = []
        self._announced = False
        self._timer = QTimer(self, interval=FRAME_MILLISECONDS, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        # A timer, since what is posted for later comes before what the person does and what is to be painted.
        self._left = QTimer(self, interval=0, singleShot=True)
        self._left.timeout.connect(self._turn)
        self._filled.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def put(self, item: object) -> None:
        """Add `item`; from any thread, never blocks."""
        with self._lock:
            self._items.append(item)
            announce, self._announced = not self._announced, True
        if announce:
            self._filled.emit()

    def flush(self) -> None:
        """Deliver all that is waiting; Qt thread only."""
        self._hand_over(math.inf)

    def _turn(self) -> None:
        self._hand_over(self._turn_seconds)

    def _hand_over(self, seconds: float) -> None:
        with self._lock:
            items, self._items = self._items, []
            self._announced = False
        if items:
            self._ready = deque(self._merge([*self._ready, *items]))
        end = time.perf_counter() + seconds
        try:
            while self._ready:
                self._deliver(self._ready.popleft())
                if time.perf_counter() >= end:
                    break
        finally:
            if self._ready:
                self._left.start()


class Bridge(QObject):
    """Runs asks and small jobs on worker threads and reports on the Qt thread.

    `asked` carries every step of every answer, consecutive `TextDelta` of one run merged. `heard` carries voice
    events, only the newest of consecutive levels, scores and partial words. Both fire on the Qt thread.
    """

    asked = Signal(object)
    heard = Signal(object)

    def __init__(self, assistant: Assistant, language: Callable[[], Language]) -> None:
        super().__init__()
        self._assistant = assistant
        self._language = language
        self._jobs = Workers(_JOBS, "desktop-job", at_once=True)
        self._long_jobs = Workers(1, "desktop-long-job")
        self._kept_jobs = Workers(1, "desktop-kept-job")
        self._long_kept_jobs = Workers(1, "desktop-long-kept-job")
        self._mail = Mailbox(self._deliver, merged)
        self._levels = LevelGate()
        self._running: dict[CancelToken, threading.Thread] = {}
        self._state = threading.Lock()
        self._cancels: dict[object, CancelToken] = {}
        self._give_ups: dict[object, CancelToken] = {}
        self._closed = False
        self._over = False

    def ask(self, request: Request, began: Callable[[str], None] | None = None) -> CancelToken:
        """Ask on a thread of its own; `began` gets the run's id on the Qt thread before its first event."""
        cancel = CancelToken()
        thread = threading.Thread(target=self._consume, args=(request, cancel, began), name="desktop-ask", daemon=True)
        self._running[cancel] = thread
        thread.start()
        return cancel

    def voice_event(self, event: VoiceEvent) -> None:
        """Carry a voice event over; from any thread. Of levels and scores only those that somebody sees cross."""
        seen = self._levels.seen(event)
        if seen is not None:
            self._mail.put(seen)

    def watch_levels(self, watcher: QObject, on: bool) -> None:
        """Say whether `watcher` shows the microphone's levels and the wake scores as they are, a quiet room's too."""
        self._levels.watch(watcher, on)

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        long: bool = False,
        keep: bool = False,
        cancel: CancelToken | None = None,
        give_up: CancelToken | None = None,
    ) -> None:
        """Run `work` on a worker; `done` or `failed` follows on the Qt thread. A failure nobody takes is logged.

        `long` work waits for other long work only, so that three large files keep no window waiting. `close` raises
        `cancel`, the flag that `work` watches, and waits for `work` then; `give_up` it raises once it has waited for
        0.4 seconds, for what is better done than not. Work that goes on all the same, such as a question to a server or
        the keyring's dialog, is left behind and ends with the process: it is to keep nothing half-written at any
        moment.

        To be kept is `work` that stores what the window shows as done: it waits for nothing else but work of its kind,
        is done in order, and `close` has all of it done as far as 6 seconds allow. `long` kept work stands in nobody's
        way but its own kind's: an alarm is put off while a large conversation is being deleted.
        """

        def told(answer: Callable[[], None]) -> bool:
            with self._state:
                if not self._over:
                    self._mail.put(answer)
                return not self._over

        def job() -> None:
            mark = object()
            with self._state:
                if self._closed and not keep:
                    return
                if cancel is not None:
                    self._cancels[mark] = cancel
                if give_up is not None:
                    self._give_ups[mark] = give_up
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - a worker that ends takes the window's next jobs along
                taken = isinstance(error, Exception) and failed is not None and told(partial(failed, error))
                # Whoever is told at the end has no window any more to say it in; that it gave up is no failure.
                unsaid = not taken or (keep and self._closed)
                if unsaid and not (self._over and isinstance(error, Cancelled)):
                    _log.error("a job of the window failed", exc_info=error)
            else:
                if done is not None:
                    told(partial(done, result))
            finally:
                self._cancels.pop(mark, None)
                self._give_ups.pop(mark, None)

        if not self._closed:
            short, lasting = (self._kept_jobs, self._long_kept_jobs) if keep else (self._jobs, self._long_jobs)
            (lasting if long else short).do(job)

    def post(self, action: Callable[[], None]) -> None:
        """Run `action` on the Qt thread within a frame; from any thread."""
        self._mail.put(action)

    def stop(self) -> None:
        """Cancel every running ask that this window began."""
        for cancel in list(self._running):
            cancel.cancel()

    def close(self) -> None:
        """Cancel asks and jobs that can be, let asks store their end for up to two seconds, and take no more work.

        What is to be kept is done first, for up to 6 seconds. Other jobs get 0.6 seconds to end; what goes on then is
        left behind, see `run`.
        """
        with self._state:
            self._closed = True
        self.stop()
        for workers in (self._jobs, self._long_jobs):
            workers.close()
        kept = (self._kept_jobs, self._long_kept_jobs)
        for workers in kept:
            workers.close(drop=False)
        for cancel in list(self._cancels.values()):
            cancel.cancel(_ENDS)
        for thread in list(self._running.values()):
            thread.join(_DRAIN_SECONDS)
        until = time.monotonic() + _KEPT_SECONDS
        for workers in kept:
            if not workers.wait(max(0.0, until - time.monotonic())):
                undone = workers.close()
                _log.error("a change is left under way and %s more are not stored: Jarvis ended first", undone)
        # What is read for long ends with the child that reads it.
        if not self._jobs.wait(_GRACE_SECONDS):
            for give_up in list(self._give_ups.values()):
                give_up.cancel(_ENDS)
            self._jobs.wait(_LAST_SECONDS)
            self._jobs.wait(_DRAIN_SECONDS, lambda: not self._cancels)
        left = [workers.leave_behind() for workers in (self._jobs, self._long_jobs, *kept)]
        if any(thread.is_alive() for thread in self._running.values()):
            leave_behind(self)
        if any(left):
            _log.info("jobs of the window are left to end with the program")
        # What they told last is taken while there still is a window to show it.
        with self._state:
            self._over = True
        self._mail.flush()

    def _consume(self, request: Request, cancel: CancelToken, began: Callable[[str], None] | None) -> None:
        ask_id = ""
        ended = False
        try:
            for event in self._assistant.ask(request, cancel):
                if not ask_id:
                    ask_id = event.ask_id
                    if began is not None:
                        self._announce(began, ask_id)
                ended = isinstance(event, FINAL_EVENTS)
                self._mail.put(event)
        except Exception as error:  # noqa: BLE001 - the last line of defence: the person must see that it ended
            _log.exception("the assistant raised instead of reporting")
            ended = True
            self._fail(began, ask_id, error)
        finally:
            if not ended:
                self._fail(began, ask_id, RuntimeError("the answer ended without an end"))
            self._mail.put(lambda: self._running.pop(cancel, None))

    def _announce(self, began: Callable[[str], None], ask_id: str) -> None:
        self._mail.put(lambda: began(ask_id))

    def _fail(self, began: Callable[[str], None] | None, ask_id: str, error: Exception) -> None:
        if not ask_id:
            ask_id = f"failed-{id(error)}"
            if began is not None:
                self._announce(began, ask_id)
        language = self._language()

        sentence = error.sentence(language) if isinstance(error, JarvisError) else UNEXPECTED.to(language, what=error)
        code = error.code if isinstance(error, JarvisError) else "desktop.unexpected"
        self._mail.put(AskFailed(ask_id=ask_id, code=code, sentence=sentence))

    def _deliver(self, item: object) -> None:
        if isinstance(item, AskEvent):
            self.asked.emit(item)
        elif callable(item):
            item()
        else:
            self.heard.emit(item)


def merged(items: list[object]) -> list[object]:
    """Join neighbouring deltas of one run, and of neighbouring levels, scores and partial words keep only the newest.

    Order is kept.
    """
    result: list[object] = []
    texts: list[str] = []
    for item in items:
        last = result[-1] if result else None
        if isinstance(item, TextDelta) and isinstance(last, TextDelta) and last.ask_id == item.ask_id:
            texts.append(item.text)
            continue
        if texts and isinstance(last, TextDelta):
            result[-1] = TextDelta(ask_id=last.ask_id, text=last.text + "".join(texts))
            texts = []
        if not (isinstance(item, _FLEETING) and _took_place(result, item)):
            result.append(item)
    if texts and isinstance(result[-1], TextDelta):
        result[-1] = TextDelta(ask_id=result[-1].ask_id, text=result[-1].text + "".join(texts))
    return result


def _took_place(result: list[object], item: object) -> bool:
    """Put `item` in the place of one of its kind among the fleeting events at the end, if there is one."""
    for at in range(len(result) - 1, -1, -1):
        if not isinstance(result[at], _FLEETING):
            return False
        if type(result[at]) is type(item):
            result[at] = item
            return True
    return False
