"""What listening costs while nobody speaks, and how soon an answer sounds: `python benchmarks/voice.py`.

Each figure is printed beside its limit. CPU is counted over recorded sound and over a real-time minute's share of it,
so that a busy machine does not change it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
IDLE_LIMIT = 0.05
MEMORY_LIMIT_MIB = 250
PIPELINE_LIMIT = 0.150
PIPELINE_AIM = 0.060


def room(seconds: int) -> bytes:
    """Quiet room noise, 16 kHz int16: what a microphone hears most of the day."""
    return (np.random.default_rng(1).standard_normal(seconds * 16_000) * 40).astype("<i2").tobytes()


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def idle(seconds: int) -> dict[str, float]:
    """CPU of the whole loop asleep, per second of sound, as fast as it goes; and the memory it then holds."""
    sys.path.insert(0, str(ROOT))
    from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
    from jarvis.voice.activity import SileroVoiceDetector
    from jarvis.voice.hearing import Hearing
    from jarvis.voice.options import HearingOptions
    from jarvis.voice.turns import SilenceTurnDetector
    from jarvis.voice.wake import wake_detector

    sound = room(seconds)
    asleep = Hearing(wake_detector(), SileroVoiceDetector(), SilenceTurnDetector(), HearingOptions())
    awake = Hearing(
        wake_detector(), SileroVoiceDetector(), SilenceTurnDetector(), HearingOptions(patience_seconds=seconds * 2)
    )
    awake.listen()
    costs = {}
    for name, hearing in (("asleep", asleep), ("listening", awake)):
        before = time.process_time()
        for at in range(0, len(sound) - VAD_SAMPLES * 2 + 1, VAD_SAMPLES * 2):
            hearing.process(sound[at : at + VAD_SAMPLES * 2])
        costs[name] = (time.process_time() - before) / (len(sound) / 2 / SAMPLE_RATE)
    return {**costs, "memory_mib": resident_mib()}


def live(seconds: float) -> dict[str, float]:
    """CPU of the whole process while it listens in real time to a paced microphone, threads and waking included."""
    sys.path.insert(0, str(ROOT))
    import tempfile
    import wave

    from jarvis.audio.files import FileMicrophone
    from jarvis.voice.activity import SileroVoiceDetector
    from jarvis.voice.loop import VoiceLoop
    from jarvis.voice.options import VoiceOptions
    from jarvis.voice.parts import VoiceParts
    from jarvis.voice.turns import SilenceTurnDetector
    from jarvis.voice.wake import wake_detector
    from tests.fakes.voice import FakeAssistant, FakeClock, FakeSpeaker, FakeSpeechToText, FakeTextToSpeech

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "room.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(room(int(seconds) + 5))
        loop = VoiceLoop(
            VoiceParts(
                microphone=lambda: FileMicrophone(path, paced=True),
                wake=wake_detector(),
                activity=SileroVoiceDetector(),
                turns=SilenceTurnDetector(),
                speech_to_text=FakeSpeechToText(),
                assistant=FakeAssistant(),
                text_to_speech=FakeTextToSpeech(),
                speaker=FakeSpeaker(),
                clock=FakeClock(),
            ),
            options=VoiceOptions,
            on_event=lambda _event: None,
        )
        loop.start()
        threading.Event().wait(2)
        before, started = time.process_time(), time.perf_counter()
        threading.Event().wait(seconds)
        share = (time.process_time() - before) / (time.perf_counter() - started)
        loop.close()
    return {"live": share, "memory_mib": resident_mib()}


def demo(times: int) -> list[dict[str, float]]:
    """The timings of `jarvis demo --json`, run anew each time."""
    found = []
    for _ in range(times):
        command = [sys.executable, "-m", "jarvis", "demo", "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"jarvis demo failed: {done.stderr.strip()[-300:]}")
        found.append(json.loads(done.stdout)["timings"])
    return found


def in_child(name: str) -> dict[str, float]:
    """Measure in a fresh process, so that memory is that of listening alone."""
    done = subprocess.run([sys.executable, __file__, "--only", name], capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", type=int, default=5, help="how often the demonstration runs; 0 leaves it out")
    parser.add_argument("--only", choices=["idle", "live"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(idle(60) if arguments.only == "idle" else live(15)))
        return
    costs, real_time = in_child("idle"), in_child("live")
    print(f"asleep, CPU per second of sound      {costs['asleep']:8.2%}   limit {IDLE_LIMIT:.0%}")
    print(f"listening, CPU per second of sound   {costs['listening']:8.2%}   limit {IDLE_LIMIT:.0%}")
    print(f"asleep in real time, CPU of process  {real_time['live']:8.2%}   limit {IDLE_LIMIT:.0%}")
    print(f"memory while listening               {real_time['memory_mib']:5.0f} MiB   limit {MEMORY_LIMIT_MIB} MiB")
    if arguments.demos:
        timings = demo(arguments.demos)
        for name in ("transcript", "first_text", "first_clause", "pipeline", "end_of_speech_to_first_audio"):
            values = sorted(timing[name] * 1000 for timing in timings if name in timing)
            spread = f"{values[0]:.0f}–{values[-1]:.0f}" if values else "none"
            limit = f"limit {PIPELINE_LIMIT * 1000:.0f}, aim {PIPELINE_AIM * 1000:.0f}" if name == "pipeline" else ""
            limit = "before: 442–596" if name == "end_of_speech_to_first_audio" else limit
            print(f"{name:36s} {statistics.median(values or [0]):5.0f} ms ({spread})   {limit}")


if __name__ == "__main__":
    main()
