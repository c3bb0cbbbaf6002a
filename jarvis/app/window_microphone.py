"""The microphone outside the spoken conversation: watched for a meter, or recorded for a few seconds.

Knows one microphone at a time, which it opens and closes; whether it may is for others to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.errors import DeviceError, EngineError
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk, LevelMeasured, VoiceEvent, WakeHeard, WakeScored
from jarvis.contracts.speech_ports import Microphone, WakeDetector
from jarvis.desktop.services import Recording

RELEASE_SECONDS = 1.0
"""A microphone that was closed is released within a tenth of this."""
OPENING_TRIES, BETWEEN_TRIES_SECONDS = 10, 0.1
"""A device that somebody else has just let go of takes a moment to be free."""
_LEVEL_FRAMES = 4


class WindowMicrophone:
    """Opens what `microphone` makes and sends levels and wake scores; `wake` makes the detector, late.

    `trouble` is told when it cannot be watched, once until it was left or heard. Any thread.
    """

    def __init__(
        self,
        microphone: Callable[[], Microphone],
        wake: Callable[[], WakeDetector],
        send: Callable[[VoiceEvent], None],
        trouble: Callable[[DeviceError], None],
    ) -> None:
        self._microphone = microphone
        self._wake = wake
        self._send = send
        self._trouble = trouble
        self._lock = threading.Lock()
        self._watching: object | None = None
        self._thread: threading.Thread | None = None
        self._open: Microphone | None = None
        self._recording = threading.Lock()
        self._given_up = threading.Event()
        self._told = ""

    def watch(self) -> None:
        """Open the microphone, on a thread of its own, and send what it hears until `leave`."""
        with self._lock:
            if self._watching is not None:
                return
            self._watching = mark = object()
            self._thread = threading.Thread(target=self._follow, args=(mark,), name="jarvis-meter", daemon=True)
            self._thread.start()

    def leave(self) -> None:
        """Close the microphone, also for a recording; returns at once."""
        self._given_up.set()
        with self._lock:
            self._watching, microphone = None, self._open
            self._told = ""
        if microphone is not None:
            microphone.close()

    def free(self) -> None:
        """Leave the microphone and wait until its device is released."""
        thread = self._thread
        self.leave()
        if thread is not None and thread is not threading.current_thread():
            thread.join(RELEASE_SECONDS)

    def record(self, seconds: float) -> Recording:
        """Record for `seconds`, less when left; one recording at a time. Raises `DeviceError`."""
        with self._recording:
            self.free()
            self._given_up.clear()
            for left in reversed(range(OPENING_TRIES)):
                try:
                    return self._recorded(seconds)
                except DeviceError:
                    if not left:
                        raise
                self._given_up.wait(BETWEEN_TRIES_SECONDS)
            raise AssertionError("the last try either returns or raises")

    def _recorded(self, seconds: float) -> Recording:
        from jarvis.audio.resampling import level

        microphone = self._opened()
        wanted = round(seconds * SAMPLE_RATE) * 2
        sound, loudest, frames = bytearray(), 0.0, 0
        try:
            for frame in microphone.chunks():
                if self._given_up.is_set():
                    break
                sound += frame
                loudest = max(loudest, level(frame))
                frames += 1
                if frames % _LEVEL_FRAMES == 0:
                    self._send(LevelMeasured(level=level(frame)))
                if len(sound) >= wanted:
                    break
        finally:
            self._closed(microphone)
        chunk = AudioChunk(pcm=bytes(sound[:wanted]), sample_rate=SAMPLE_RATE)
        return Recording(sound=chunk, level=loudest)

    def _follow(self, mark: object) -> None:
        from jarvis.audio.resampling import level

        detector = self._detector()
        microphone = self._opened()
        frames, score = 0, 0.0
        try:
            for frame in microphone.chunks():
                if self._watching is not mark:
                    break
                if detector is not None:
                    for hit in detector.process(frame):
                        self._send(WakeHeard(hit=hit))
                    score = max(score, detector.score)
                frames += 1
                self._told = ""
                if frames % _LEVEL_FRAMES == 0:
                    self._send(LevelMeasured(level=level(frame)))
                    self._send(WakeScored(score=score))
                    score = 0.0
        except DeviceError as error:
            # Whoever shows a meter asks again and again, for one may be plugged in.
            before, self._told = self._told, error.code
            if error.code != before:
                self._trouble(error)
        finally:
            self._closed(microphone)
            with self._lock:
                if self._watching is mark:
                    self._watching = None

    def _detector(self) -> WakeDetector | None:
        try:
            return self._wake()
        except EngineError:
            # The loop tells of it when it is to listen; a level without a score is still worth its while.
            return None

    def _opened(self) -> Microphone:
        microphone = self._microphone()
        with self._lock:
            self._open = microphone
        return microphone

    def _closed(self, microphone: Microphone) -> None:
        microphone.close()
        with self._lock:
            if self._open is microphone:
                self._open = None
