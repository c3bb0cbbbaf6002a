"""What waiting costs: processor and memory of the ears over a compressed day, and of the whole loop in real time.

Each figure comes from a fresh process, so that memory is that of listening alone. Processor time is counted per second
of sound, so that a busy machine does not change it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.voice.timing import slope_per_hour
from benchmarks.wake.rooms import SELF_NOISE_RMS, pcm_of, samples, sloped_noise
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from tests.fakes.speech import synthetic_speech, write_wav

IDLE_LIMIT = 0.03
MEMORY_LIMIT_MIB = 250
SLOPE_LIMIT_MIB = 0.5
"""Rise of memory in an hour that counts as none."""

LOOP_SECONDS = 600
"""The day repeats ten minutes: a quiet room, and half a minute of talk that is not for Jarvis."""
SETTLED_SHARE = 0.2
"""Share of the day after which memory has to be flat."""


def quiet_room(seconds: int) -> bytes:
    """Return a quiet room, 16 kHz int16: what a microphone hears most of the day."""
    noise = sloped_noise(np.random.default_rng(1), seconds * SAMPLE_RATE, 0.3)
    return pcm_of(noise * SELF_NOISE_RMS[1])


def day() -> bytes:
    """Return the ten minutes that the day is made of."""
    sound = samples(quiet_room(LOOP_SECONDS)).copy()
    texts = (
        ("the charts on page seven show how the numbers have changed since spring", "en-us+m3"),
        ("los gráficos de la página siete muestran cómo han cambiado los números", "es+f2"),
        ("hey Charles, did you see my keys, I left them on the table", "en-gb-x-rp"),
    )
    at = 60 * SAMPLE_RATE
    for text, voice in texts * 2:
        said = samples(synthetic_speech(text, voice, 165)) * 0.3
        sound[at : at + said.size] += said
        at += said.size + SAMPLE_RATE
    return pcm_of(sound)


def resident_mib() -> float:
    """Return the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def compressed_day(hours: float) -> dict[str, float]:
    """Run the ears asleep over `hours` of sound as fast as it goes: echo canceller, wake word, second look."""
    from jarvis.audio.echo import EchoCanceller, EchoReference
    from jarvis.voice.activity import SileroVoiceDetector
    from jarvis.voice.hearing import Hearing, MaybeWoke, Woke
    from jarvis.voice.options import HearingOptions
    from jarvis.voice.turns import SilenceTurnDetector
    from jarvis.voice.wake import wake_detector
    from jarvis.voice.wake_confirm import WakeConfirmation
    from jarvis.voice.wake_gathered import GatheredWakeDetector
    from jarvis.voice.wake_second_look import SecondLook

    canceller = EchoCanceller(EchoReference())
    wake = GatheredWakeDetector(wake_detector(candidates=True))
    hearing = Hearing(wake, SileroVoiceDetector(), SilenceTurnDetector(), HearingOptions())
    confirmer = WakeConfirmation(look=SecondLook(), other=None)
    sound, frame_bytes = day(), 2 * VAD_SAMPLES
    frames, looks, woken, memory = 0, 0, 0, []
    began = time.process_time()
    while frames * VAD_SAMPLES / SAMPLE_RATE < hours * 3600:
        for at in range(0, len(sound) - frame_bytes + 1, frame_bytes):
            seconds = frames * VAD_SAMPLES / SAMPLE_RATE
            for signal in hearing.process(canceller.process(sound[at : at + frame_bytes], seconds)):
                if isinstance(signal, MaybeWoke):
                    looks += 1
                    woken += confirmer.confirm(signal.sound, signal.hit.word)
                    hearing.not_woken(signal.hit)
                elif isinstance(signal, Woke):
                    woken += 1
            frames += 1
        memory.append((frames * VAD_SAMPLES / SAMPLE_RATE, resident_mib()))
    seconds = frames * VAD_SAMPLES / SAMPLE_RATE
    settled = memory[int(len(memory) * SETTLED_SHARE) :]
    return {
        "hours": round(seconds / 3600, 2),
        "processor": (time.process_time() - began) / seconds,
        "second_looks_per_hour": looks * 3600 / seconds,
        "woken": woken,
        "memory_mib": memory[-1][1],
        "memory_mib_per_hour": slope_per_hour(settled),
    }


def listening(seconds: int) -> dict[str, float]:
    """Run the ears awake over a quiet room: echo canceller and voice activity."""
    from jarvis.audio.echo import EchoCanceller, EchoReference
    from jarvis.voice.activity import SileroVoiceDetector
    from jarvis.voice.hearing import Hearing
    from jarvis.voice.options import HearingOptions
    from jarvis.voice.turns import SilenceTurnDetector

    canceller = EchoCanceller(EchoReference())
    hearing = Hearing(None, SileroVoiceDetector(), SilenceTurnDetector(), HearingOptions(patience_seconds=2 * seconds))
    hearing.listen()
    sound, frame_bytes = quiet_room(seconds), 2 * VAD_SAMPLES
    began = time.process_time()
    for number, at in enumerate(range(0, len(sound) - frame_bytes + 1, frame_bytes)):
        hearing.process(canceller.process(sound[at : at + frame_bytes], number * VAD_SAMPLES / SAMPLE_RATE))
    return {"processor": (time.process_time() - began) / seconds, "memory_mib": resident_mib()}


def live(seconds: float) -> dict[str, float]:
    """Run the whole loop asleep in real time on a paced sound file; its threads and waking are counted too."""
    from jarvis.app.build import Jarvis
    from jarvis.audio.echo import EchoCancellingMicrophone
    from jarvis.audio.files import FileMicrophone
    from jarvis.audio.silent import SilentSpeaker
    from jarvis.settings.folders import Folders
    from jarvis.voice.loop import VoiceLoop

    with tempfile.TemporaryDirectory() as folder:
        path = write_wav(Path(folder) / "room.wav", quiet_room(int(seconds) + 6))
        jarvis = Jarvis(Folders(home=Path(folder) / "home"))
        speech = jarvis.speech
        microphone = EchoCancellingMicrophone(FileMicrophone(path, paced=True), speech.echo_reference)
        parts = speech.parts(SilentSpeaker(), microphone)
        loop = VoiceLoop(parts, options=speech.options, on_event=lambda _event: None)
        loop.start()
        threading.Event().wait(3)
        before, started = time.process_time(), time.perf_counter()
        threading.Event().wait(seconds)
        share = (time.process_time() - before) / (time.perf_counter() - started)
        loop.close()
        jarvis.close()
    return {"processor": share, "memory_mib": resident_mib()}


MEASURED: dict[str, Callable[[float], dict[str, float]]] = {
    "day": compressed_day,
    "listening": lambda seconds: listening(int(seconds)),
    "live": live,
}


def in_child(name: str, amount: float) -> dict[str, float]:
    """Return what `name` of `MEASURED` finds in a fresh process; RuntimeError when that fails."""
    command = [sys.executable, "-m", "benchmarks.voice.idle", name, str(amount)]
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-400:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def idle(hours: float) -> dict[str, Any]:
    """Return all figures of waiting, each with its limit."""
    return {
        "day": in_child("day", hours),
        "listening": in_child("listening", 60),
        "live": in_child("live", 15),
        "limits": {
            "processor": IDLE_LIMIT,
            "memory_mib": MEMORY_LIMIT_MIB,
            "memory_mib_per_hour": SLOPE_LIMIT_MIB,
        },
    }


if __name__ == "__main__":
    print(json.dumps(MEASURED[sys.argv[1]](float(sys.argv[2]))))
