"""How fast the window is there and how smoothly it streams, against a bare PySide6 window in the same run.

`python benchmarks/window.py [--runs N] [--json]`; needs no display (it uses Qt's offscreen platform unless
QT_QPA_PLATFORM says otherwise). Each launch is a fresh process; the first of each kind warms the file cache and is
not counted. Memory is the resident set once the window is usable. The gap is the time between two turns of the event
loop, measured by a timer that asks to run every 4 ms, while an assistant streams 1,000 deltas a second; the same
timer over an idle window in the same process is the comparison, so the machine's own noise shows.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEASURE = """
import os, sys, time
import psutil
def done(start):
    print(time.perf_counter() - start, psutil.Process().memory_info().rss / 2**20)
"""
BARE = (
    MEASURE
    + """
start = time.perf_counter()
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(["bare"])
window = QMainWindow()
window.show()
app.processEvents()
done(start)
"""
)
JARVIS = (
    MEASURE
    + """
from pathlib import Path
start = time.perf_counter()
from jarvis.desktop.run import Desktop, make_application
imported = time.perf_counter() - start
app = make_application(["jarvis"])
from tests.fakes.desktop import FakeDesktop
desktop = Desktop(FakeDesktop(Path(sys.argv[1])).services)
desktop.start()
app.processEvents()
desktop.window.grab()
done(start)
desktop.window.end()
desktop.close()
"""
)


def launch(code: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        paths = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(ROOT))))
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-c", code, folder], env=environment, capture_output=True, text=True, check=True
        )
    seconds, mib = done.stdout.split()
    return float(seconds), float(mib)


def launches(code: str, runs: int) -> dict[str, float]:
    found = [launch(code) for _ in range(runs + 1)][1:]
    return {
        "seconds_median": statistics.median(seconds for seconds, _ in found),
        "mib_median": statistics.median(mib for _, mib in found),
    }


def gaps(seconds: float) -> dict[str, float]:
    """Measure the event loop's gaps, idle and while streaming, in this process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    from PySide6.QtCore import Qt, QTimer

    from jarvis.contracts.events import TextDelta
    from jarvis.desktop.run import Desktop, make_application
    from tests.fakes.desktop import FakeDesktop

    application = make_application(["jarvis"])
    folder = Path(tempfile.mkdtemp())
    fake = FakeDesktop(folder)
    text = (
        "Streaming an answer with **bold** words and `code` in it, which goes on for a line or two.\n\n"
        "- one point\n- another point\n\n```python\ndef f(x: int) -> int:\n    return x + 1\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    )
    words = text.replace(" ", " \0").split("\0")

    def script(ask_id, _request):
        start = time.perf_counter()
        for number in range(int(1000 * seconds)):
            ahead = start + number / 1000 - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
            yield TextDelta(ask_id=ask_id, text=words[number % len(words)])

    fake.assistant.script = script
    desktop = Desktop(fake.services)
    desktop.start()
    seen: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        seen.append((now - last[0]) * 1000)
        last[0] = now

    timer = QTimer(interval=4)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)

    def watch(until) -> list[float]:
        seen.clear()
        last[0] = time.perf_counter()
        timer.start()
        while not until():
            application.processEvents()
            time.sleep(0.0005)
        timer.stop()
        return sorted(seen)

    end = time.perf_counter() + 3
    idle = watch(lambda: time.perf_counter() > end)
    desktop.session.ask("stream")
    streaming = watch(lambda: any(answer.ended for answer in desktop.session.answers.values()))
    desktop.window.end()
    desktop.close()
    return {
        "idle_p99_ms": percentile(idle, 0.99),
        "streaming_p50_ms": percentile(streaming, 0.5),
        "streaming_p99_ms": percentile(streaming, 0.99),
        "streaming_worst_ms": streaming[-1],
        "over_16_ms_share": sum(gap > 16 for gap in streaming) / len(streaming),
    }


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    bare, ours = launches(BARE, options.runs), launches(JARVIS, options.runs)
    result = {
        "bare": bare,
        "jarvis": ours,
        "launch_ratio": ours["seconds_median"] / bare["seconds_median"],
        "memory_ratio": ours["mib_median"] / bare["mib_median"],
        "gaps": gaps(options.seconds),
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return 0
    print(
        f"launch to usable window: {ours['seconds_median']:.2f} s, {result['launch_ratio']:.1f} times a bare window "
        f"({bare['seconds_median']:.2f} s)\n"
        f"memory: {ours['mib_median']:.0f} MiB, {result['memory_ratio']:.1f} times a bare window "
        f"({bare['mib_median']:.0f} MiB)\n"
        f"event-loop gap while streaming 1,000 deltas/s: p99 {result['gaps']['streaming_p99_ms']:.1f} ms, worst "
        f"{result['gaps']['streaming_worst_ms']:.1f} ms; idle p99 {result['gaps']['idle_p99_ms']:.1f} ms "
        f"(goal: p99 within 16 ms)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
