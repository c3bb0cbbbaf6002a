"""The microphone and the speaker of this computer as ports; each goes on by itself when its device is lost.

Knows nothing about files or about what is said.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from math import inf

from jarvis.audio import portaudio
from jarvis.audio.capture import Capture
from jarvis.audio.device_choice import Choice, DeviceNews, OnDevice, open_best
from jarvis.audio.device_watch import DeviceWatch
from jarvis.audio.echo import EchoReference
from jarvis.audio.playback import Playback
from jarvis.audio.playing import PlayQueue
from jarvis.audio.resampling import Resampler
from jarvis.audio.stalling import SLICE_SECONDS, StallWatch
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk

SILENT_DEVICE_SECONDS = 1.5
"""A device that does not call back for this long has vanished; time in which the computer itself stood still does
not count, see `StallWatch`."""
FIRST_SOUND_SECONDS = 5.0
"""The same before the first call: a Bluetooth headset takes seconds to change to its microphone."""
REOPEN_SECONDS = 3.0
"""For this long a lost device, or another one in its place, is tried again before it is given up."""
QUEUE_SECONDS = 1.0
"""`SoundDeviceSpeaker.play` blocks while more than this is queued."""

_RETRY_SECONDS = 0.2
_WATCH_FRAMES = 31
_FRAME_BYTES = VAD_SAMPLES * 2
_log = logging.getLogger(__name__)


class SoundDeviceMicrophone:
    """The Microphone port over one input device; what the device records is turned into 16 kHz mono.

    When the device vanishes or its sound server restarts, it or the default is opened in its place and the frames
    go on. While `quiet` returns True, devices that were plugged in or out are looked for, and another default of the
    sound server, which is told at once, is opened: that takes the microphone away for a moment. `on_overflow` is called
    with the seconds of sound that were lost because nobody took them; `lost_seconds` counts them. A second `chunks`
    after the first ended opens the device anew.
    """

    def __init__(
        self,
        name: str = "",
        on_overflow: Callable[[float], None] | None = None,
        *,
        on_device: OnDevice | None = None,
        quiet: Callable[[], bool] = lambda: True,
        watch: DeviceWatch | None = None,
    ) -> None:
        self._wanted = name
        self._on_overflow = on_overflow
        self._news = DeviceNews("input", on_device)
        self._quiet = quiet
        self._watch = watch or DeviceWatch()
        self._closed = threading.Event()
        self._capture: Capture | None = None
        self._missed = False
        self.lost_seconds = 0.0
        self.captured_at: float | None = None

    @property
    def name(self) -> str:
        """The device's name as it was asked for, or `default`."""
        return self._wanted or "default"

    def chunks(self) -> Iterator[bytes]:
        """Yield frames until closed; see the port. `captured_at` is then the `perf_counter` time of the frame."""
        self._closed.clear()
        try:
            yield from self._all_frames()
        finally:
            self._news.close()

    def close(self) -> None:
        """End `chunks`, also when it is waiting for sound; the device is released by it within 100 ms."""
        self._closed.set()
        if (capture := self._capture) is not None:
            capture.wake()

    def _all_frames(self) -> Iterator[bytes]:
        choice: Choice[Capture] | None = self._opened_first()
        lost = False
        while choice is not None:
            self._capture = capture = choice.opened
            self._tell(choice, lost)
            try:
                lost = False
                lost = yield from self._frames(capture, choice.note is not None)
            finally:
                self._capture = None
                capture.close(at_once=lost)
            choice = None if self._closed.is_set() else self._opened_again(capture, lost)

    def _opened_first(self) -> Choice[Capture]:
        try:
            portaudio.refresh()
            return open_best("input", self._wanted, Capture, self._news.known_as)
        except DeviceError:
            self._missed = True
            raise

    def _tell(self, choice: Choice[Capture], lost: bool) -> None:
        """Tell which device is used, and why where it is not simply the wanted one that was there all along."""
        came = portaudio.came(choice.device) if self._missed else None
        back = portaudio.again(choice.device) if lost else None
        self._missed = False
        self._news.tell(choice.device, choice.note or came or back)

    def _frames(self, capture: Capture, substitute: bool) -> Generator[bytes, None, bool]:
        """Yield frames until closed, the device is lost (then True), or it is time to look for a better one."""
        held, frames, look = bytearray(), 0, False
        stall = StallWatch(SILENT_DEVICE_SECONDS, first_seconds=FIRST_SOUND_SECONDS)
        while not self._closed.is_set():
            if not capture.wait(SLICE_SECONDS):
                if capture.ended or stall.stalled(capture.callbacks):
                    return True
                continue
            stall.stalled(capture.callbacks)
            sound, at = capture.read()
            at -= len(held) / 2 / SAMPLE_RATE
            held += sound
            self._report_loss(capture)
            while len(held) >= _FRAME_BYTES and not self._closed.is_set():
                frame = bytes(held[:_FRAME_BYTES])
                del held[:_FRAME_BYTES]
                self.captured_at = at
                at += VAD_SAMPLES / SAMPLE_RATE
                frames += 1
                yield frame
                if frames % _WATCH_FRAMES == 0:
                    look |= self._watch.changed(substitute)
                    look |= self._news.follow(capture.device)
            if look and self._quiet() and capture.alone:
                return False
        return False

    def _opened_again(self, before: Capture, lost: bool) -> Choice[Capture] | None:
        """Open the best device there is now; None when closed meanwhile, the loss itself when there is none."""
        if lost:
            _log.warning("the microphone was lost", extra={"facts": {"name": before.device.name}})
            self._news.lost()
            if not before.callbacks:
                self._missed = True
                raise portaudio.vanished(before.device)
        give_up = time.monotonic() + REOPEN_SECONDS
        while not self._closed.is_set():
            try:
                portaudio.refresh()
                return open_best("input", self._wanted, Capture, self._news.known_as)
            except DeviceError as error:
                if time.monotonic() > give_up:
                    self._missed = True
                    raise portaudio.vanished(before.device) from error
            self._closed.wait(_RETRY_SECONDS)
        return None

    def _report_loss(self, capture: Capture) -> None:
        if lost := capture.lost_seconds():
            self.lost_seconds += lost
            _log.warning("microphone sound lost", extra={"facts": {"seconds": round(lost, 3)}})
            if self._on_overflow is not None:
                self._on_overflow(lost)


class SoundDeviceSpeaker:
    """The Speaker port over one output device.

    The device is open only while there is sound, plus a few seconds; the first sound's rate is used where the
    device takes it. The volume of the system is left alone. When the device vanishes or its sound server restarts,
    the sound goes on where it was, on it or on the default. Another default of the sound server, which moves the
    sound itself, is told at once while it sounds, else with the next sound. What is played is reported to `reference`
    with the time at which it sounds. `play` and `wait` raise `DeviceError` when no device can be opened.
    """

    def __init__(
        self, name: str = "", *, reference: EchoReference | None = None, on_device: OnDevice | None = None
    ) -> None:
        self._wanted = name
        self._reference = reference
        self._news = DeviceNews("output", on_device)
        self._ready = threading.Condition()
        self._queue = PlayQueue(SAMPLE_RATE)
        self._playback: Playback | None = None
        self._from_rate = 0
        self._resampler: Resampler | None = None
        self._generation = 0
        self._acting = threading.Lock()

    @property
    def name(self) -> str:
        """The device's name as it was asked for, or `default`."""
        return self._wanted or "default"

    def play(self, chunk: AudioChunk) -> None:
        """Queue `chunk`; see the port."""
        generation = self._generation
        with self._acting:
            queued = False
            while not queued:
                playback = self._running(chunk.sample_rate)
                pcm = self._converted(chunk)
                with self._ready:
                    if generation != self._generation:
                        return
                    # The stream may have fallen idle in this very moment; then it is opened again.
                    if queued := not playback.idle:
                        self._queue.add(pcm)
        self._until(lambda: 0.0 if self._queue.queued_seconds <= QUEUE_SECONDS else SLICE_SECONDS, generation)

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Block until the queue and the device's own buffer have been heard, or `cancel`; see the port."""
        generation = self._generation
        unregister = cancel.on_cancel(self._wake) if cancel else _nothing
        try:
            self._finish_converting(generation)
            self._until(self._to_silence, generation, cancel)
        finally:
            unregister()

    def position(self) -> float:
        """Return the seconds of sound that were heard by now, by the device's own times; see the port."""
        return self._queue.position(time.perf_counter())

    def duck(self, gain: float, seconds: float = inf) -> None:
        """Go on at `gain` times the loudness for `seconds`; see the port."""
        self._queue.duck(gain, seconds)

    def pause(self) -> None:
        """Fall silent and keep the rest; what the device already holds, some 40 ms, still sounds."""
        self._queue.pause()

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        self._queue.resume()
        self._wake()

    def stop(self) -> None:
        """Drop what is queued and what the device still holds; see the port."""
        with self._ready:
            self._generation += 1
            self._queue.clear(time.perf_counter())
            playback, self._playback = self._playback, None
            self._ready.notify_all()
        if playback is not None:
            playback.close(at_once=True)

    def close(self) -> None:
        """Release the device; a later `play` opens it again."""
        self.stop()
        self._news.close()

    def _wake(self) -> None:
        with self._ready:
            self._ready.notify_all()

    def _to_silence(self) -> float:
        if self._queue.queued_seconds:
            return SLICE_SECONDS
        return min(SLICE_SECONDS, self._queue.seconds_to_silence(time.perf_counter()))

    def _until(self, left: Callable[[], float], generation: int, cancel: CancelToken | None = None) -> None:
        """Wait until `left` says 0, in steps of what it says; revive a device that stands still meanwhile."""
        stall = StallWatch(SILENT_DEVICE_SECONDS, first_seconds=FIRST_SOUND_SECONDS)
        while True:
            with self._ready:
                seconds = left()
                if not seconds or generation != self._generation or (cancel and cancel.cancelled):
                    return
                playback = self._playback
                self._ready.wait(seconds)
            if playback is not None:
                self._news.follow(playback.device)
            if playback is None or not self._queue.queued_seconds:
                continue
            if stall.stalled(playback.callbacks) or not playback.active:
                self._revive(playback, generation)
                stall = StallWatch(SILENT_DEVICE_SECONDS, first_seconds=FIRST_SOUND_SECONDS)

    def _running(self, sample_rate: int) -> Playback:
        """Return the open device; only under `_acting`."""
        with self._ready:
            playback = self._playback
        if playback is not None and playback.active and not playback.idle:
            return playback
        if playback is not None:
            playback.close()
        return self._opened(sample_rate, lost=False)

    def _opened(self, sample_rate: int, lost: bool) -> Playback:
        if lost:
            portaudio.refresh()
        choice = open_best(
            "output",
            self._wanted,
            lambda device: Playback(device, sample_rate, self._queue, self._ready, self._reference),
            self._news.known_as,
        )
        self._resampler, self._from_rate = None, 0
        with self._ready:
            self._playback = choice.opened
        self._news.tell(choice.device, choice.note or (portaudio.again(choice.device) if lost else None))
        return choice.opened

    def _revive(self, lost: Playback, generation: int) -> None:
        """Open the device or another one anew and go on with what had not sounded."""
        with self._acting:
            if self._playback is not lost:
                return
            _log.warning("the speaker was lost", extra={"facts": {"name": lost.device.name}})
            self._news.lost()
            self._queue.take_back(lost.last_at)
            lost.close(at_once=True)
            if not lost.callbacks:
                self.stop()
                raise portaudio.speaker_lost(self.name)
            give_up = time.monotonic() + REOPEN_SECONDS
            while generation == self._generation:
                try:
                    self._opened(self._queue.rate, lost=True)
                    return
                except DeviceError as error:
                    if time.monotonic() > give_up:
                        self.stop()
                        raise portaudio.speaker_lost(self.name) from error
                time.sleep(_RETRY_SECONDS)

    def _finish_converting(self, generation: int) -> None:
        """Queue the last hundredths of a second, which the resampler keeps until it knows that nothing follows."""
        with self._acting:
            if self._resampler is None:
                return
            tail, self._resampler = self._resampler.push(b"", last=True), None
            with self._ready:
                if generation == self._generation and self._playback is not None and not self._playback.idle:
                    self._queue.add(tail)

    def _converted(self, chunk: AudioChunk) -> bytes:
        if self._resampler is None or chunk.sample_rate != self._from_rate:
            self._resampler = Resampler(chunk.sample_rate, self._queue.rate)
            self._from_rate = chunk.sample_rate
        return self._resampler.push(chunk.pcm)


def _nothing() -> None:
    return None
