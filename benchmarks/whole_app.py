"""The real desktop app from outside: seconds to its window, memory and processor while it waits for "hey Jarvis".

On a screen and sound devices of its own (Xvfb, openbox, PulseAudio null sinks), beside a bare PySide6 window started in
the same run. Run as `python -m benchmarks.whole_app [--launches 5] [--idle-seconds 30]`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.fakes.screen import VirtualScreen
from tests.fakes.virtual_audio import VirtualAudio

LIMITS = {"launch_seconds": 1.5, "idle_percent_of_a_core": 5.0, "parent_mib": 250}
BARE = (
    "import sys; from PySide6.QtWidgets import QApplication, QLabel; a = QApplication(sys.argv);"
    "w = QLabel('x'); w.setWindowTitle('Jarvis'); w.resize(900, 600); w.show(); a.exec()"
)


def main() -> None:
    """Print one JSON document; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=5)
    parser.add_argument("--idle-seconds", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), options.launches, options.idle_seconds)
    print(json.dumps(report, indent=2))
    sys.exit(0 if report["within_limits"] else 1)


def measure(folder: Path, launches: int, idle_seconds: float) -> dict[str, object]:
    """Return the medians of `launches` starts, and one long look at the idle app."""
    (folder / "sound").mkdir()
    screen, sound = VirtualScreen(), VirtualAudio(folder / "sound")
    environment = {**screen.environment, **sound.environment, "JARVIS_HOME": str(folder / "home")}
    app, bare = [sys.executable, "-m", "jarvis", "app"], [sys.executable, "-c", BARE]
    try:
        seconds_to_window(app, screen, environment)
        ours = [seconds_to_window(app, screen, environment) for _ in range(launches)]
        theirs = [seconds_to_window(bare, screen, environment) for _ in range(launches)]
        idle = idle_figures(app, screen, environment, idle_seconds)
        plain = idle_figures(bare, screen, environment, 3.0)
    finally:
        sound.close()
        screen.close()
    figures = {"launch_seconds": round(statistics.median(ours), 2), **idle}
    return {
        "jarvis": figures,
        "bare_window": {"launch_seconds": round(statistics.median(theirs), 2), **plain},
        "limits": LIMITS,
        "within_limits": all(float(figures[name]) <= limit for name, limit in LIMITS.items()),
    }


def seconds_to_window(command: list[str], screen: VirtualScreen, environment: dict[str, str]) -> float:
    """Start, wait for the window on the screen, end; returns the seconds between the first two."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not screen.windows():
            assert process.poll() is None and time.perf_counter() - began < 60, "no window came"
        return time.perf_counter() - began
    finally:
        end(process)


def idle_figures(
    command: list[str], screen: VirtualScreen, environment: dict[str, str], seconds: float
) -> dict[str, float]:
    """Return memory of the process itself in MiB and the processor of it and its children, after ten seconds' rest."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not screen.windows():
            time.sleep(0.05)
        time.sleep(10)
        parent = psutil.Process(process.pid)
        family = [parent, *parent.children(recursive=True)]
        before = sum(cpu_seconds(member) for member in family)
        time.sleep(seconds)
        used = sum(cpu_seconds(member) for member in family) - before
        return {
            "parent_mib": round(parent.memory_info().rss / 2**20),
            "children_mib": round(sum(member.memory_info().rss for member in family[1:]) / 2**20),
            "idle_percent_of_a_core": round(100 * used / seconds, 2),
        }
    finally:
        end(process)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def end(process: subprocess.Popen[bytes]) -> None:
    """End it politely."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


if __name__ == "__main__":
    main()
