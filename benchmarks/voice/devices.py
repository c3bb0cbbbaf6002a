"""A microphone and a speaker in a computed room, at the pace of real ones: 20 ms in, 10 ms out.

They meet the ports that sound cards meet in the app. Knows nothing about what is heard or said.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator

from benchmarks.voice.room import Room
from jarvis.audio.echo import EchoReference
from jarvis.audio.playing import PlayQueue
from jarvis.audio.resampling import Resampler
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk

BLOCK_SECONDS = 0.02
"""Sound that the microphone hands over at a time, as soon as its last sample was recorded."""
PERIOD_SECONDS = 0.01
"""Sound that the speaker takes at a time."""
OUTPUT_LATENCY_SECONDS = 0.03
"""Time from the speaker's taking a sample to its sounding."""
QUEUE_SECONDS = 1.0

_FRAME_BYTES = 2 * VAD_SAMPLES


def paced(period: float, closed: threading.Event, most_late: float = math.inf) -> Iterator[float]:
    """Yield the time at which each period begins, once it is over, until `closed`.

    Who comes `most_late` seconds late or more begins anew, as a speaker does that ran dry.
    """
    begin, number = time.perf_counter(), 0
    while True:
        due = begin + (number + 1) * period
        if closed.wait(max(0.0, due - time.perf_counter())):
            return
        if time.perf_counter() - due >= most_late:
            begin = time.perf_counter() - (number + 1) * period
        yield begin + number * period
        number += 1


class VirtualMicrophone:
    """The Microphone port in a room; `captured_at` is the time of the last frame.

    After `unplug` the frame that comes next fails, and so does every opening until `plug_in`.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._closed = threading.Event()
        self._closed.set()
        self._gone = threading.Event()
        self.captured_at: float | None = None

    @property
    def name(self) -> str:
        return "virtual microphone"

    @property
    def closed(self) -> bool:
        """True once nobody listens to it any more."""
        return self._closed.is_set()

    def chunks(self) -> Iterator[bytes]:
        """Yield frames as they are recorded; see the port."""
        if self._gone.is_set():
            raise gone()
        self._closed.clear()
        held = bytearray()
        for at in paced(BLOCK_SECONDS, self._closed):
            if self._gone.is_set():
                raise gone()
            block_at = at - len(held) / 2 / SAMPLE_RATE
            held += self._room.hear(at, round(BLOCK_SECONDS * SAMPLE_RATE))
            while len(held) >= _FRAME_BYTES and not self._closed.is_set():
                frame = bytes(held[:_FRAME_BYTES])
                del held[:_FRAME_BYTES]
                self.captured_at = block_at
                block_at += VAD_SAMPLES / SAMPLE_RATE
                yield frame

    def close(self) -> None:
        """End `chunks`; see the port."""
        self._closed.set()

    def unplug(self) -> None:
        """Be pulled out."""
        self._gone.set()

    def plug_in(self) -> None:
        """Be there again."""
        self._gone.clear()


class VirtualSpeaker:
    """The Speaker port in a room: a clock that takes 10 ms at a time, and what it took sounds 30 ms later."""

    def __init__(self, room: Room, reference: EchoReference | None = None) -> None:
        self._room = room
        self._reference = reference
        self._queue = PlayQueue(SAMPLE_RATE)
        self._moved = threading.Condition()
        self._generation = 0
        self._resampler: Resampler | None = None
        self._from_rate = 0
        self._closed = threading.Event()
        self.handed_over: list[float] = []
        """When sound was queued for a speaker that had none."""
        threading.Thread(target=self._run, name="virtual-speaker", daemon=True).start()

    @property
    def name(self) -> str:
        return "virtual speaker"

    def play(self, chunk: AudioChunk) -> None:
        """Queue sound; see the port."""
        with self._moved:
            generation = self._generation
            if self._resampler is None or chunk.sample_rate != self._from_rate:
                self._resampler, self._from_rate = Resampler(chunk.sample_rate, SAMPLE_RATE), chunk.sample_rate
            if not self._queue.queued_seconds:
                self.handed_over.append(time.perf_counter())
            self._queue.add(self._resampler.push(chunk.pcm))
            self._moved.wait_for(
                lambda: (
                    self._queue.queued_seconds <= QUEUE_SECONDS
                    or self._generation != generation
                    or self._closed.is_set()
                )
            )

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Block until everything sounded; see the port."""
        with self._moved:
            generation = self._generation
            self._moved.wait_for(
                lambda: (
                    self._all_sounded()
                    or self._generation != generation
                    or self._closed.is_set()
                    or (cancel is not None and cancel.cancelled)
                )
            )

    def position(self) -> float:
        return self._queue.position(time.perf_counter())

    def duck(self, gain: float, seconds: float = math.inf) -> None:
        self._queue.duck(gain, seconds)

    def pause(self) -> None:
        self._queue.pause()

    def resume(self) -> None:
        self._queue.resume()

    def stop(self) -> None:
        """Drop what is queued; what was taken sounds on for its 30 ms, as in a sound card that cannot be emptied."""
        with self._moved:
            self._generation += 1
            self._queue.clear(time.perf_counter())
            self._moved.notify_all()

    def close(self) -> None:
        """Fall silent; another `play` is taken all the same, as by the real one."""
        self.stop()

    def unplug(self) -> None:
        """End the device's clock: the scenario is over."""
        self._closed.set()
        self.stop()

    def _all_sounded(self) -> bool:
        return not self._queue.queued_seconds and not self._queue.seconds_to_silence(time.perf_counter())

    def _run(self) -> None:
        for at in paced(PERIOD_SECONDS, self._closed, OUTPUT_LATENCY_SECONDS):
            sounds_at = at + PERIOD_SECONDS + OUTPUT_LATENCY_SECONDS
            with self._moved:
                pcm, _ = self._queue.take(round(PERIOD_SECONDS * SAMPLE_RATE), sounds_at)
                self._moved.notify_all()
            self._room.played.add(pcm, sounds_at)
            if self._reference is not None:
                self._reference.played(pcm, SAMPLE_RATE, sounds_at)


def gone() -> DeviceError:
    """Return the error of a microphone that was pulled out."""
    return DeviceError(
        "audio.virtual_gone", en="The virtual microphone is gone.", es="El micrófono virtual ya no está."
    )
