"""The microphone and the speaker of this computer as ports, each over one PortAudio stream.

Knows nothing about files or about what is said.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from jarvis.audio import portaudio
from jarvis.audio.portaudio import AudioDevice
from jarvis.audio.resampling import Resampler, mixed_down, spread_out
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk

RING_SECONDS = 10.0
"""Sound kept while nobody takes it; older sound is dropped and counted."""
SILENT_DEVICE_SECONDS = 5.0
"""A device that delivers or takes nothing for this long has vanished; a busy computer may stand still for less."""
QUEUE_SECONDS = 1.0
"""`SoundDeviceSpeaker.play` blocks while more than this is queued."""

_OUTPUT_LATENCY_SECONDS = 0.04
_IDLE_SECONDS = 3.0
_STOP_SECONDS = 0.08
_FRAME_BYTES = VAD_SAMPLES * 2
_log = logging.getLogger(__name__)


class SoundDeviceMicrophone:
    """The Microphone port over one input device; what the device records is turned into 16 kHz mono.

    `on_overflow` is called with the seconds of sound that were lost because nobody took them; `lost_seconds`
    counts them. A second `chunks` after the first ended opens the device anew.
    """

    def __init__(self, name: str = "", on_overflow: Callable[[float], None] | None = None) -> None:
        self._wanted = name
        self._on_overflow = on_overflow
        self._ready = threading.Condition()
        self._ring: deque[bytes] = deque()
        self._held_bytes = 0
        self._lost_bytes = 0
        self._ended = False
        self._closed = False
        self.lost_seconds = 0.0

    @property
    def name(self) -> str:
        """The device's name as it was asked for, or `default`."""
        return self._wanted or "default"

    def chunks(self) -> Iterator[bytes]:
        """Yield frames until closed; see the port."""
        with self._ready:
            self._ring.clear()
            self._held_bytes = self._lost_bytes = 0
            self._ended = self._closed = False
        portaudio.refresh()
        device = portaudio.find_device(self._wanted, "input")
        rate, channels = portaudio.input_shape(device)
        resampler = Resampler(rate, SAMPLE_RATE)
        stream = portaudio.open_stream(
            "input",
            device,
            samplerate=rate,
            channels=channels,
            blocksize=round(VAD_SAMPLES * rate / SAMPLE_RATE),
            callback=self._arrived(rate * channels * 2),
            finished_callback=self._finished,
        )
        held = bytearray()
        try:
            while (block := self._next(device)) is not None:
                held += resampler.push(block if channels == 1 else mixed_down(block, channels))
                self._report_loss(rate * channels * 2)
                while len(held) >= _FRAME_BYTES:
                    frame = bytes(held[:_FRAME_BYTES])
                    del held[:_FRAME_BYTES]
                    yield frame
        finally:
            portaudio.close_stream(stream)

    def close(self) -> None:
        """End `chunks`, also when it is waiting for sound; the device is released by it within 100 ms."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def _arrived(self, bytes_per_second: int) -> Callable[..., None]:
        most = int(RING_SECONDS * bytes_per_second)

        def arrived(data: Any, _frames: int, _time: object, status: Any) -> None:
            block = bytes(data)
            with self._ready:
                self._ring.append(block)
                self._held_bytes += len(block)
                while self._held_bytes > most:
                    dropped = len(self._ring.popleft())
                    self._held_bytes -= dropped
                    self._lost_bytes += dropped
                if status.input_overflow:
                    self._lost_bytes += len(block)
                self._ready.notify()

        return arrived

    def _finished(self) -> None:
        with self._ready:
            self._ended = True
            self._ready.notify_all()

    def _next(self, device: AudioDevice) -> bytes | None:
        with self._ready:
            while not self._ring or self._closed:
                if self._closed:
                    return None
                heard = not self._ended and self._ready.wait(SILENT_DEVICE_SECONDS)
                if not heard and not self._ring and not self._closed:
                    raise portaudio.vanished(device)
            block = self._ring.popleft()
            self._held_bytes -= len(block)
            return block

    def _report_loss(self, bytes_per_second: int) -> None:
        with self._ready:
            lost, self._lost_bytes = self._lost_bytes / bytes_per_second, 0
        if lost:
            self.lost_seconds += lost
            _log.warning("microphone sound lost", extra={"facts": {"seconds": round(lost, 3)}})
            if self._on_overflow is not None:
                self._on_overflow(lost)


class SoundDeviceSpeaker:
    """The Speaker port over one output device.

    The device is open only while there is sound, plus a few seconds; the first sound's rate is used where the
    device takes it. The volume is left alone. `play` raises `DeviceError` when the device cannot be opened.
    """

    def __init__(self, name: str = "") -> None:
        self._wanted = name
        self._ready = threading.Condition()
        self._queue = bytearray()
        self._stream: Any = None
        self._rate = SAMPLE_RATE
        self._channels = 1
        self._from_rate = 0
        self._resampler: Resampler | None = None
        self._idle_bytes = 0
        self._idle = False
        self._generation = 0
        self._acting = threading.Lock()

    @property
    def name(self) -> str:
        """The device's name as it was asked for, or `default`."""
        return self._wanted or "default"

    def play(self, chunk: AudioChunk) -> None:
        """Queue `chunk`; see the port."""
        with self._ready:
            generation = self._generation
        with self._acting:
            queued = False
            while not queued:
                stream = self._running(chunk.sample_rate)
                pcm = self._converted(chunk)
                with self._ready:
                    if generation != self._generation:
                        return
                    # The stream may have fallen idle in this very moment; then it is opened again.
                    if queued := not self._idle:
                        self._queue += pcm
                most = QUEUE_SECONDS * self._rate * self._channels * 2
        with self._ready:
            while len(self._queue) > most and generation == self._generation:
                if not self._ready.wait(SILENT_DEVICE_SECONDS) and not stream.active:
                    raise self._lost()

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Block until the queue and the device's own buffer have been heard, or `cancel`; see the port."""
        unregister = cancel.on_cancel(self._wake) if cancel else _nothing
        try:
            with self._ready:
                generation = self._generation
                stream = self._stream
                while self._queue and generation == self._generation and not (cancel and cancel.cancelled):
                    before = len(self._queue)
                    if not self._ready.wait(SILENT_DEVICE_SECONDS) and len(self._queue) == before:
                        raise self._lost()
                if stream is not None and generation == self._generation and not (cancel and cancel.cancelled):
                    self._ready.wait(_OUTPUT_LATENCY_SECONDS)
        finally:
            unregister()

    def stop(self) -> None:
        """Drop what is queued and what the device still holds; see the port."""
        with self._ready:
            self._generation += 1
            self._queue.clear()
            stream, self._stream = self._stream, None
            self._ready.notify_all()
        if stream is not None:
            portaudio.close_stream(stream, _STOP_SECONDS)

    def close(self) -> None:
        """Release the device; a later `play` opens it again."""
        self.stop()

    def _wake(self) -> None:
        with self._ready:
            self._ready.notify_all()

    def _running(self, sample_rate: int) -> Any:
        with self._ready:
            stream = self._stream
        if stream is not None and stream.active and not self._idle:
            return stream
        if stream is not None:
            portaudio.close_stream(stream)
        device = portaudio.find_device(self._wanted, "output")
        self._rate, self._channels = portaudio.output_shape(device, sample_rate)
        self._resampler, self._from_rate = None, 0
        self._idle_bytes, self._idle = 0, False
        stream = portaudio.open_stream(
            "output",
            device,
            samplerate=self._rate,
            channels=self._channels,
            latency=_OUTPUT_LATENCY_SECONDS,
            callback=self._wanted_sound,
        )
        with self._ready:
            self._stream = stream
        return stream

    def _converted(self, chunk: AudioChunk) -> bytes:
        if self._resampler is None or chunk.sample_rate != self._from_rate:
            self._resampler, self._from_rate = Resampler(chunk.sample_rate, self._rate), chunk.sample_rate
        pcm = self._resampler.push(chunk.pcm)
        return pcm if self._channels == 1 else spread_out(pcm, self._channels)

    def _wanted_sound(self, data: Any, _frames: int, _time: object, _status: object) -> None:
        import sounddevice

        with self._ready:
            piece = bytes(self._queue[: len(data)])
            del self._queue[: len(data)]
            data[: len(piece)] = piece
            data[len(piece) :] = bytes(len(data) - len(piece))
            self._idle_bytes = 0 if piece else self._idle_bytes + len(data)
            self._idle = self._idle_bytes > _IDLE_SECONDS * self._rate * self._channels * 2
            if piece:
                self._ready.notify_all()
        if self._idle:
            raise sounddevice.CallbackStop

    def _lost(self) -> DeviceError:
        self._generation += 1
        self._queue.clear()
        return portaudio.speaker_lost(self.name)


def _nothing() -> None:
    return None
