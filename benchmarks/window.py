"""How fast the window is there and how smoothly it streams, against a bare PySide6 window in the same run.

`python benchmarks/window.py [--runs N] [--json]`; needs no display (it uses Qt's offscreen platform unless
QT_QPA_PLATFORM says otherwise). Each launch is a fresh process; the first of each kind warms the file cache and is
not counted. Memory is the resident set once the window is usable. The gap is the time between two turns of the event
loop, measured by a timer that asks to run every 4 ms, in five scenarios, each in a process of its own: an assistant
streams 1,000 deltas a second; a conversation of 10,000 messages is opened, scrolled by the wheel and jumped about in;
an answer of one line of a megabyte is streamed and opened again; a local model is loaded and answers; the memory
embeds and indexes 5,000 rows afresh, with the stand-in of the tests for what compares meanings, which computes in
this process and so holds it up more than the real one, a child. The same timer over an idle window in the same
process is the comparison, so the machine's own noise shows; beside each gap stands what the Qt thread itself computed
at most between two looks at its events, which no other program lengthens.
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
from dataclasses import dataclass
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
from jarvis.desktop.interpreter import Cycles, window_first
window_first()
from jarvis.desktop.run import Desktop, make_application
imported = time.perf_counter() - start
app = make_application(["jarvis"])
from tests.fakes.desktop import FakeDesktop
desktop = Desktop(FakeDesktop(Path(sys.argv[1])).services, Cycles())
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
        # Where it is set every start compiles Jarvis anew: half a second that nobody's installed program takes.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
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


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps in ms, the smallest first, and what the Qt thread itself computed at most in one turn, in ms."""

    all: list[float]
    computed: float


class Watched:
    """A desktop over `services`, with a timer that sees how long the event loop does not turn."""

    def __init__(self, services, application) -> None:
        from PySide6.QtCore import Qt, QTimer

        from jarvis.desktop.interpreter import Cycles
        from jarvis.desktop.run import Desktop

        self.application = application
        self.desktop = Desktop(services, Cycles())
        self.desktop.start()
        self._seen: list[float] = []
        self._computed = 0.0
        self._last = 0.0
        self._timer = QTimer(interval=4)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        end = time.perf_counter() + 3
        self.idle = self.watch(lambda: time.perf_counter() > end)

    def _tick(self) -> None:
        now = time.perf_counter()
        self._seen.append((now - self._last) * 1000)
        self._last = now

    def watch(self, until) -> Gaps:
        self._seen.clear()
        self._computed = 0.0
        self._last = time.perf_counter()
        self._timer.start()
        while not until():
            before = time.thread_time()
            self.application.processEvents()
            self._computed = max(self._computed, (time.thread_time() - before) * 1000)
            time.sleep(0.0005)
        self._timer.stop()
        self._tick()
        return Gaps(sorted(self._seen), self._computed)

    def every(self, milliseconds: int, act, seconds: float) -> Gaps:
        from PySide6.QtCore import QTimer

        timer = QTimer(interval=milliseconds)
        timer.timeout.connect(act)
        timer.start()
        end = time.perf_counter() + seconds
        seen = self.watch(lambda: time.perf_counter() > end)
        timer.stop()
        return seen

    def while_runs(self, work) -> Gaps:
        """Watch while `work` runs on a thread of its own, as every work of the window does."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(work)
            seen = self.watch(done.done)
            done.result()
        return seen

    def close(self) -> None:
        self.desktop.window.end()
        self.desktop.close()


def streaming(application, folder: Path, seconds: float) -> dict[str, float]:
    from jarvis.contracts.events import TextDelta
    from tests.fakes.desktop import FakeDesktop

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
    watched = Watched(fake.services, application)
    watched.desktop.session.ask("stream")
    seen = watched.watch(lambda: any(answer.ended for answer in watched.desktop.session.answers.values()))
    watched.close()
    return {**told("idle", watched.idle), **told("streaming", seen)}


def long_conversation(application, folder: Path, seconds: float) -> dict[str, float]:
    import random

    import psutil

    from tests.fakes.desk_routing import RoutedDesktop

    made = RoutedDesktop(folder)
    log = made.bench.log
    kept = log.start_conversation("long")
    body = "It goes on **for a line** or two and then ends.\n\n- one\n- two\n\n```python\ndef f():\n    return 1\n```\n"
    for number in range(5_000):
        log.add_message(kept.id, "user", f"question {number}")
        log.add_message(kept.id, "assistant", f"answer {number}. " + body * (1 + number % 3), source="model", model="m")
    watched = Watched(made.services, application)
    view = watched.desktop.window.view
    watched.desktop.session.open(kept.id)
    opening = watched.watch(lambda: len(view.list) == 10_000 and not view.making)
    bar, dice = view.verticalScrollBar(), random.Random(1)
    wheel = watched.every(16, lambda: bar.setValue(bar.value() - 120), seconds)
    jumps = watched.every(300, lambda: bar.setValue(dice.randrange(bar.maximum())), seconds)
    mib = psutil.Process().memory_info().rss / 2**20
    watched.close()
    return {
        **told("idle", watched.idle),
        **told("opening", opening),
        **told("wheel", wheel),
        **told("jumps", jumps),
        "mib": mib,
    }


def one_line(application, folder: Path, seconds: float) -> dict[str, float]:
    from jarvis.contracts.events import TextDelta
    from tests.fakes.desktop import FakeDesktop

    fake = FakeDesktop(folder)
    line = "a line that never ends " * 45_000

    def script(ask_id, _request):
        step = max(1, int(len(line) / (1000 * seconds)))
        start = time.perf_counter()
        for number, at in enumerate(range(0, len(line), step)):
            ahead = start + number / 1000 - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
            yield TextDelta(ask_id=ask_id, text=line[at : at + step])

    fake.assistant.script = script
    watched = Watched(fake.services, application)
    session, view = watched.desktop.session, watched.desktop.window.view
    session.ask("one line")
    seen = watched.watch(lambda: any(answer.ended for answer in session.answers.values()))
    kept = session.current
    session.open(None)
    watched.watch(lambda: not view.shown())
    session.open(kept)
    again = watched.watch(lambda: bool(view.shown()) and not view.making and not view.shown()[-1].body.busy)
    watched.close()
    return {**told("idle", watched.idle), **told("streaming", seen), **told("opening", again)}


def model_load(application, folder: Path, _seconds: float) -> dict[str, float]:
    from tests.fakes.desktop import FakeDesktop
    from tests.fakes.local_engine import LocalBench
    from tests.fakes.tiny_gguf import random_gguf

    home = folder / "home"
    home.mkdir()
    bench = LocalBench(home, random_gguf(folder / "m.gguf", width=768, layers=12))
    watched = Watched(FakeDesktop(folder).services, application)
    seen = watched.while_runs(lambda: bench.ask("tell me something long"))
    watched.close()
    bench.close()
    return {**told("idle", watched.idle), **told("loading", seen)}


def reindexing(application, folder: Path, _seconds: float) -> dict[str, float]:
    from tests.fakes.desktop import FakeDesktop
    from tests.fakes.memory_desk import DeskWorld

    world = DeskWorld(folder / "home", index_from=1_000)
    world.add(*(f"The thing number {number} lies in drawer {number % 97} of the storeroom" for number in range(5_000)))
    watched = Watched(FakeDesktop(folder).services, application)
    seen = watched.while_runs(lambda: list(world.desk.reindex(afresh=True)))
    watched.close()
    world.close()
    return {**told("idle", watched.idle), **told("indexing", seen)}


SCENARIOS = {
    "streaming": streaming,
    "long_conversation": long_conversation,
    "one_line": one_line,
    "model_load": model_load,
    "reindexing": reindexing,
}


def told(name: str, seen: Gaps) -> dict[str, float]:
    return {
        f"{name}_p50_ms": percentile(seen.all, 0.5),
        f"{name}_p99_ms": percentile(seen.all, 0.99),
        f"{name}_worst_ms": seen.all[-1],
        f"{name}_over_16_ms_share": sum(gap > 16 for gap in seen.all) / len(seen.all),
        f"{name}_computed_ms": seen.computed,
    }


def scenario(name: str, seconds: float) -> None:
    """Play one scenario in this process and print its figures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    from jarvis.desktop.interpreter import window_first
    from jarvis.desktop.run import make_application

    window_first()
    application = make_application(["jarvis"])
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(SCENARIOS[name](application, Path(folder), seconds)), flush=True)


def gaps(seconds: float) -> dict[str, dict[str, float]]:
    """Play every scenario in a process of its own."""
    found = {}
    for name in SCENARIOS:
        command = [sys.executable, __file__, "--scenario", name, "--seconds", str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="play one scenario and print its figures")
    options = parser.parse_args()
    if options.scenario:
        scenario(options.scenario, options.seconds)
        return 0
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
        "event-loop gaps in ms, p99 and worst (goal: p99 within 16), and the most that one turn computed:"
    )
    for name, figures in result["gaps"].items():
        parts = [key.removesuffix("_p99_ms") for key in figures if key.endswith("_p99_ms")]
        lines = [
            f"{part} {figures[f'{part}_p99_ms']:.1f} / {figures[f'{part}_worst_ms']:.1f} "
            f"({figures[f'{part}_computed_ms']:.1f})"
            for part in parts
        ]
        print(f"  {name}: " + ", ".join(lines) + (f"; {figures['mib']:.0f} MiB" if "mib" in figures else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
