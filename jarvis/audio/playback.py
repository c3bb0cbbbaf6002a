"""One open output device that takes its sound from a `PlayQueue` and tells the echo canceller what it played.

Knows nothing about which device to take or what to do when it is lost.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from jarvis.audio import portaudio
from jarvis.audio.echo import EchoReference
from jarvis.audio.playing import PlayQueue
from jarvis.audio.portaudio import AudioDevice
from jarvis.audio.resampling import spread_out
from jarvis.audio.stream_time import StreamClock

OUTPUT_LATENCY_SECONDS = 0.04
"""What a device is asked to hold back: enough for a busy computer, too little to be felt."""
IDLE_SECONDS = 3.0
"""A device is let go of when nothing was played for this long."""


class Playback:
    """A running output stream; `DeviceError` when the device is busy or gone.

    `moved` is notified whenever sound was taken. `callbacks` counts how often the device asked; `idle` turns True
    when it was let go of; `last_at` is the `perf_counter` time of the last call.
    """

    def __init__(
        self,
        device: AudioDevice,
        rate: int,
        queue: PlayQueue,
        moved: threading.Condition,
        reference: EchoReference | None,
    ) -> None:
        self.device = device
        self.callbacks = 0
        self.idle = False
        self.last_at = time.perf_counter()
        self.rate, self._channels = portaudio.output_shape(device, rate)
        self._queue = queue
        self._moved = moved
        self._reference = reference
        self._idle_frames = 0
        self._clock = StreamClock("output", OUTPUT_LATENCY_SECONDS)
        queue.change_rate(self.rate)
        self._stream = portaudio.open_stream(
            "output",
            device,
            samplerate=self.rate,
            channels=self._channels,
            latency=OUTPUT_LATENCY_SECONDS,
            callback=self._asked,
        )
        self._clock.assume(float(getattr(self._stream, "latency", OUTPUT_LATENCY_SECONDS)))

    @property
    def active(self) -> bool:
        """True while the device goes on asking for sound."""
        return portaudio.is_active(self._stream)

    def close(self, at_once: bool = False) -> None:
        """Release the device, dropping what it still holds; `at_once` waits for it less."""
        portaudio.close_stream(self._stream, portaudio.AT_ONCE_SECONDS if at_once else 1.0)

    def _asked(self, data: Any, frames: int, times: Any, _status: object) -> None:
        import sounddevice

        at = self._clock.converter_time(times)
        with self._moved:
            pcm, sounding = self._queue.take(frames, at)
            self.callbacks += 1
            self.last_at = time.perf_counter()
            self._idle_frames = 0 if sounding or self._queue.paused else self._idle_frames + frames
            self.idle = self._idle_frames > IDLE_SECONDS * self.rate
            self._moved.notify_all()
        data[:] = pcm if self._channels == 1 else spread_out(pcm, self._channels)
        if self._reference is not None:
            self._reference.played(pcm, self.rate, at)
        if self.idle:
            raise sounddevice.CallbackStop
