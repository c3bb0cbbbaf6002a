"""What the small models' child costs who follows sound: milliseconds a frame and processor, there and in this process.

The same speech and silence goes frame by frame through voice activity and the wake detectors here, then there. Frames
come as they do from a microphone, one every 32 ms, or with `--hurry` at once. Of the child only those frames count with
which it is asked something: where nothing sounds like a call two to four frames wait for each other, and are then
answered for together.

Run as `python -m benchmarks.small_models [--seconds 20] [--hurry]`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.small_models.life import Answer
from jarvis.engines.small_models.link import Model, SmallModels
from jarvis.engines.small_models.listening import ChildVoiceDetector, ChildWakeDetector
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.wake import wake_detector
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech

LIMIT_MILLISECONDS = 2.0
"""What a frame with which the child is asked may take longer in the median."""

SENTENCES = (
    ("hey jarvis", WAKING_VOICE),
    ("what is the weather going to be like tomorrow afternoon", "en-us+f2"),
    ("pon un temporizador de diez minutos para la pasta", "es"),
)

FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE


class _Counted(SmallModels):
    """Counts what the child is asked while it is followed."""

    asked = 0

    def begin(self, model: Model, facts: dict[str, Any], payload: bytes) -> Answer | None:
        self.asked += 1
        return super().begin(model, facts, payload)


def main() -> None:
    """Print one JSON document; exit code 1 when the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--hurry", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), options.seconds, 0.0 if options.hurry else FRAME_SECONDS)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if report["within_limits"] else 1)


def measure(folder: Path, seconds: float, every: float) -> dict[str, object]:
    """Return both detectors' milliseconds per frame in both places."""
    registry = ChildRegistry(folder / "run")
    child = Child(
        name="small models",
        module="jarvis.app.small_models_child",
        log=folder / "child.log",
        registry=registry,
        mode="pipes",
    )
    models = _Counted(child)
    talk = b"".join(synthetic_speech(*sentence) + silence(1.5) for sentence in SENTENCES)
    wanted = round(seconds * SAMPLE_RATE) * 2
    sound = (talk * (wanted // len(talk) + 1))[:wanted]
    frames = [sound[at : at + 2 * VAD_SAMPLES] for at in range(0, len(sound) - 2 * VAD_SAMPLES, 2 * VAD_SAMPLES)]
    places: dict[str, dict[str, Callable[[bytes], object]]] = {
        "voice_activity": {
            "here": SileroVoiceDetector().probability,
            "child": ChildVoiceDetector(models).probability,
        },
        "wake": {
            "here": wake_detector(candidates=True).process,
            "child": ChildWakeDetector(models, threshold=0.97, candidates=True).process,
        },
    }
    assert child.pid is not None
    processes = [psutil.Process(), psutil.Process(child.pid)]
    try:
        report: dict[str, object] = {
            what: {
                place: _of(take, frames, every, processes, models if place == "child" else None)
                for place, take in both.items()
            }
            for what, both in places.items()
        }
    finally:
        models.close()
    added = {
        what: both["child"]["milliseconds"] - both["here"]["milliseconds"]  # type: ignore[index]
        for what, both in report.items()
    }
    return {
        **report,
        "added_milliseconds": {what: round(value, 3) for what, value in added.items()},
        "limit_milliseconds": LIMIT_MILLISECONDS,
        "within_limits": max(added.values()) <= LIMIT_MILLISECONDS,
    }


def _of(
    take: Callable[[bytes], object],
    frames: list[bytes],
    every: float,
    processes: list[psutil.Process],
    counted: _Counted | None,
) -> dict[str, float]:
    took, before = [], _cpu_seconds(processes)
    due = began = time.perf_counter()
    for frame in frames:
        due += every
        time.sleep(max(0.0, due - time.perf_counter()))
        asked, at = counted.asked if counted else 0, time.perf_counter()
        take(frame)
        if counted is None or counted.asked > asked:
            took.append(1000 * (time.perf_counter() - at))
    sound = len(frames) * FRAME_SECONDS
    return {
        "frames_counted": len(took),
        "milliseconds": round(statistics.median(took), 3),
        "milliseconds_of_99_in_100": round(statistics.quantiles(took, n=100)[98], 3),
        "percent_of_a_core": round(100 * (_cpu_seconds(processes) - before) / sound, 2),
        "ran_seconds": round(time.perf_counter() - began, 1),
    }


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    main()
