"""Listens to the default microphone and says a long tone at the default speaker, and tells what becomes of them.

One line each: `input NAME NOTE` and `output NAME NOTE` for a device in use, `heard` for the first frame after that,
`talking` once the tone sounds, `said SECONDS of SECONDS` at its end, an error's code when a device is lost for good.
The tone goes on until the end of its input.
"""

from __future__ import annotations

import sys
import threading
import time

import numpy as np

from jarvis.audio import devices
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import AudioChunk

RATE = 22_050
_lock = threading.Lock()


def tell(*words: object) -> None:
    with _lock:
        sys.stdout.write(" ".join(str(word) for word in words).strip() + "\n")
        sys.stdout.flush()


class Listener:
    """The microphone, followed on a thread."""

    def __init__(self) -> None:
        self.expecting = True
        self.microphone = SoundDeviceMicrophone(on_device=self.changed)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def changed(self, direction: str, name: str, note: DeviceError | None) -> None:
        self.expecting = True
        told(direction, name, note)

    def run(self) -> None:
        try:
            for _ in self.microphone.chunks():
                if self.expecting:
                    self.expecting = False
                    tell("heard")
        except DeviceError as error:
            tell(error.code)


def told(direction: str, name: str, note: DeviceError | None) -> None:
    tell(direction, name, note.code if note else "")


def talk(speaker: SoundDeviceSpeaker) -> None:
    tone = (12000 * np.sin(2 * np.pi * 440 * np.arange(RATE // 10) / RATE)).astype("<i2").tobytes()
    watch = threading.Thread(target=until_it_sounds, args=(speaker,), daemon=True)
    watch.start()
    enough = threading.Event()
    threading.Thread(target=until_told, args=(enough,), daemon=True).start()
    pieces = 0
    try:
        while not enough.is_set():
            speaker.play(AudioChunk(pcm=tone, sample_rate=RATE))
            pieces += 1
        speaker.wait()
        tell("said", f"{speaker.position():.2f} of {pieces / 10:.2f}")
    except DeviceError as error:
        tell(error.code)


def until_it_sounds(speaker: SoundDeviceSpeaker) -> None:
    while speaker.position() < 0.2:
        time.sleep(0.02)
    tell("talking")


def until_told(enough: threading.Event) -> None:
    sys.stdin.read()
    enough.set()


def main() -> None:
    # A loaded machine takes its time to start a sound server.
    devices.REOPEN_SECONDS = 60.0
    listener = Listener()
    speaker = SoundDeviceSpeaker(on_device=told)
    talk(speaker)
    listener.microphone.close()
    listener.thread.join()
    speaker.close()
    tell("end")


if __name__ == "__main__":
    main()
