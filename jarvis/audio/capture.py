"""One open input device: its sound in a bounded buffer, every block with the time at which it was recorded.

Knows nothing about which device to take or what to do when it is lost.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from jarvis.audio import portaudio
from jarvis.audio.portaudio import AudioDevice
from jarvis.audio.resampling import Resampler, mixed_down
from jarvis.audio.stream_time import StreamClock
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES

RING_SECONDS = 10.0
"""Sound kept while nobody takes it; older sound is dropped and counted."""


@dataclass(frozen=True, slots=True)
class _Block:
    pcm: bytes
    at: float


class Capture:
    """A running input stream; `DeviceError` when the device is busy or gone.

    `callbacks` counts the blocks that came, whatever became of them; `ended` turns True when the device gave up.
    """

    def __init__(self, device: AudioDevice) -> None:
        self.device = device
        self.callbacks = 0
        self.ended = False
        self._ready = threading.Condition()
        self._ring: deque[_Block] = deque()
        self._held_bytes = 0
        self._lost_bytes = 0
        rate, self._channels = portaudio.input_shape(device)
        self._bytes_per_second = rate * self._channels * 2
        self._resampler = Resampler(rate, SAMPLE_RATE)
        self._clock = StreamClock("input", 0.0)
        self._pushed_seconds = 0.0
        self._given_seconds = 0.0
        self._anchor = (0.0, 0.0)
        self._stream = portaudio.open_stream(
            "input",
            device,
            samplerate=rate,
            channels=self._channels,
            blocksize=round(VAD_SAMPLES * rate / SAMPLE_RATE),
            callback=self._arrived,
            finished_callback=self._finished,
        )
        self._clock.assume(float(getattr(self._stream, "latency", 0.0)))

    @property
    def alone(self) -> bool:
        """Whether no other stream runs, so that after closing this one devices can be looked up anew."""
        return portaudio.is_alone(self._stream)

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` for sound; True when there is some."""
        with self._ready:
            if not self._ring and not self.ended:
                self._ready.wait(seconds)
            return bool(self._ring)

    def wake(self) -> None:
        """Let `wait` return now."""
        with self._ready:
            self._ready.notify_all()

    def read(self) -> tuple[bytes, float]:
        """Return the next sound as 16 kHz mono and when its first sample was recorded; ask only after `wait`."""
        with self._ready:
            block = self._ring.popleft()
            self._held_bytes -= len(block.pcm)
        mono = block.pcm if self._channels == 1 else mixed_down(block.pcm, self._channels)
        # The resampler gives sound late, but none is lost: a sample's place tells its time.
        self._anchor = (block.at, self._pushed_seconds)
        self._pushed_seconds += len(block.pcm) / self._bytes_per_second
        sound = self._resampler.push(mono)
        at = self._anchor[0] + self._given_seconds - self._anchor[1]
        self._given_seconds += len(sound) / 2 / SAMPLE_RATE
        return sound, at

    def lost_seconds(self) -> float:
        """Return how much sound was dropped since the last call."""
        with self._ready:
            lost, self._lost_bytes = self._lost_bytes / self._bytes_per_second, 0
        return lost

    def close(self, at_once: bool = False) -> None:
        """Release the device, within a second; a lost one `at_once`."""
        portaudio.close_stream(self._stream, portaudio.AT_ONCE_SECONDS if at_once else 1.0)

    def _arrived(self, data: Any, _frames: int, times: Any, status: Any) -> None:
        pcm = bytes(data)
        at = self._clock.converter_time(times, len(pcm) / self._bytes_per_second)
        with self._ready:
            self.callbacks += 1
            self._ring.append(_Block(pcm, at))
            self._held_bytes += len(pcm)
            while self._held_bytes > RING_SECONDS * self._bytes_per_second:
                dropped = len(self._ring.popleft().pcm)
                self._held_bytes -= dropped
                self._lost_bytes += dropped
            if status.input_overflow:
                self._lost_bytes += len(pcm)
            self._ready.notify()

    def _finished(self) -> None:
        with self._ready:
            self.ended = True
            self._ready.notify_all()
