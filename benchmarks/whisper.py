"""What Whisper costs on this computer: time, memory, and the waits of somebody who speaks to it.

    python -m benchmarks.whisper [--shapes tiny,base,small,large-v3-turbo] [--device cpu] [--threads N] [--rounds N]

With `--device cuda` it also tells what the model takes of the GPUs' memory, the driver's context included, and what is
still taken a moment after its process has ended; other programs that take or give back memory meanwhile count too.

The models have the real shapes, random weights in 8 bit and one chosen sentence of 18 tokens, because speed does not
depend on the weights. Sound is fed at the pace of a microphone, in frames of 32 ms, and every wait is measured outside
of the child. Writes a table in Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.contracts.speech_ports import SpeechToText, Utterance
from jarvis.engines.speech.children import ChildProgram, WhisperPlace, speech_to_text
from jarvis.hardware.gpus import NvidiaGpus
from tests.fakes.speech import silence, synthetic_speech
from tests.fakes.speech_children import ChildFactory
from tests.fakes.whisper_shapes import random_whisper

SENTENCE = "light on in kitchen now"
SPOKEN = "please turn the light in the kitchen on now and then tell me the time"
PAUSE_SECONDS = 0.2
_FRAME = 2 * VAD_SAMPLES
_COLUMNS = (
    "Shape",
    "weights MB",
    "load s",
    "RSS MB",
    "VRAM MiB / after its end",
    "window s",
    "real-time factor",
    "processor s per s",
    "partials per utterance",
    "first partial s",
    "settle s p50 / max",
    "finish after settle ms",
    "processor while spoken",
)


@dataclass
class Waits:
    """What was measured of one shape, in seconds."""

    first_partial: list[float] = field(default_factory=list)
    partials: list[int] = field(default_factory=list)
    settle: list[float] = field(default_factory=list)
    finish: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)


def main() -> None:
    """Measure every shape and print the table."""
    parser = argparse.ArgumentParser(description="Whisper's cost on this computer")
    parser.add_argument("--shapes", default="tiny,base,small,large-v3-turbo")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"|{'|'.join(_COLUMNS)}|\n{'|-' * len(_COLUMNS)}|")
    for shape in options.shapes.split(","):
        with tempfile.TemporaryDirectory(prefix="jarvis-whisper") as folder:
            print(_row(shape, Path(folder), options), flush=True)


def _row(shape: str, folder: Path, options: argparse.Namespace) -> str:
    model = random_whisper(folder / f"whisper-{shape}", shape, SENTENCE)
    gpus = NvidiaGpus() if options.device != "cpu" else None
    before = taken_mib(gpus)
    children = ChildFactory(folder)
    facts: list[Mapping[str, Any]] = []
    recogniser = speech_to_text(
        start_child=children,
        commands=ChildProgram(module="jarvis.engines.children.recogniser", arguments=("--commands", str(folder))),
        whisper=WhisperPlace(folder=model, device=options.device, threads=options.threads),
        loaded=facts.append,
    )
    try:
        recogniser.warm()
        child = psutil.Process(facts[0]["pid"])
        waits = Waits()
        for _ in range(options.rounds):
            _speak(recogniser, child, waits)
        factor, cpu_factor = _recording(recogniser, child)
        memory, held = child.memory_info().rss / 1e6, taken_mib(gpus)
    finally:
        recogniser.close()
        children.stop()
    fact, left = facts[0], taken_mib(gpus)
    return (
        f"|{shape}|{(model / 'model.bin').stat().st_size / 1e6:.0f}|{fact['load_seconds']:.1f}|{memory:.0f}"
        f"|{vram_words(before, held, left)}"
        f"|{fact['window_seconds']:.2f}|{factor:.2f}|{cpu_factor:.2f}|{statistics.mean(waits.partials):.1f}"
        f"|{_median(waits.first_partial)}|{_median(waits.settle)} / {max(waits.settle):.2f}"
        f"|{1000 * statistics.median(waits.finish):.0f}|{100 * statistics.mean(waits.share):.0f} %|"
    )


def taken_mib(gpus: NvidiaGpus | None) -> int | None:
    """Return the MiB that are in use on all GPUs together, whoever uses them; None where no driver tells."""
    samples = gpus.samples() if gpus is not None else ()
    return sum(sample.used_mib for sample in samples) if samples else None


def vram_words(before: int | None, held: int | None, left: int | None) -> str:
    """Return how many MiB more were taken while it listened, and after it had ended; a dash where nobody tells."""
    if before is None or held is None or left is None:
        return "—"
    return f"{held - before} / {left - before}"


def _speak(recogniser: SpeechToText, child: psutil.Process, waits: Waits) -> None:
    """Say one sentence in real time, settle after a short pause, finish half a second later."""
    speech = synthetic_speech(SPOKEN, "en-us+f5")
    utterance = recogniser.open()
    began, cpu, seen, first = time.perf_counter(), _cpu(child), 0, None
    for number, start in enumerate(range(0, len(speech), _FRAME)):
        utterance.feed(speech[start : start + _FRAME])
        if utterance.partial() is not None:
            seen += 1
            first = first or time.perf_counter() - began
        time.sleep(max(0.0, began + (number + 1) * VAD_SAMPLES / SAMPLE_RATE - time.perf_counter()))
    waits.share.append((_cpu(child) - cpu) / (time.perf_counter() - began))
    waits.partials.append(seen)
    if first is not None:
        waits.first_partial.append(first)
    _silence(utterance, PAUSE_SECONDS)
    asked = time.perf_counter()
    assert utterance.settle() is not None
    waits.settle.append(time.perf_counter() - asked)
    _silence(utterance, 0.5)
    asked = time.perf_counter()
    utterance.finish()
    waits.finish.append(time.perf_counter() - asked)


def _silence(utterance: Utterance, seconds: float) -> None:
    began = time.perf_counter()
    for number in range(round(seconds * SAMPLE_RATE / VAD_SAMPLES)):
        utterance.feed(silence(VAD_SAMPLES / SAMPLE_RATE))
        time.sleep(max(0.0, began + (number + 1) * VAD_SAMPLES / SAMPLE_RATE - time.perf_counter()))


def _recording(recogniser: SpeechToText, child: psutil.Process) -> tuple[float, float]:
    """Return seconds, and seconds of processor, per second of a minute of speech that is fed at once."""
    sentence = synthetic_speech(SPOKEN, "en-us+f5") + silence(0.6)
    sound = sentence * (1 + 60 * SAMPLE_RATE * 2 // len(sentence))
    seconds = len(sound) / 2 / SAMPLE_RATE
    began, cpu = time.perf_counter(), _cpu(child)
    utterance = recogniser.open()
    for start in range(0, len(sound), _FRAME):
        utterance.feed(sound[start : start + _FRAME])
    utterance.finish()
    return (time.perf_counter() - began) / seconds, (_cpu(child) - cpu) / seconds


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _median(values: list[float]) -> str:
    return f"{statistics.median(values):.2f}" if values else "–"


if __name__ == "__main__":
    main()
