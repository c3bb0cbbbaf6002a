"""The real desktop app from outside: seconds to its window, memory and processor while it waits for "hey Jarvis".

On a screen and sound devices of its own (Xvfb, openbox, PulseAudio null sinks), beside a bare PySide6 window started in
the same run. Launches, and the processor while idle, are of an empty Jarvis; memory is told of that (`empty`) and of
one with a conversation of 10,000 messages open, which its memory is busy taking in. `parent_mib` is the resident set,
which counts what it shares with its children and others wholly; `parent_pss_mib` is its fair share of that.

Run as `python -m benchmarks.whole_app [--launches 5] [--idle-seconds 30] [--messages 10000]`.
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

LIMITS = {"launch_seconds": 1.0, "idle_percent_of_a_core": 5.0, "parent_mib": 250}
FILL = """
import json, sys
from jarvis.app.build import Jarvis
jarvis = Jarvis()
log = jarvis.conversation_log
opened = log.start_conversation("Ten thousand messages").id
text = "Answer {} with **bold** words and `code` in it, which goes on for a line or two.\\n\\n- one\\n- another\\n\\n"
code = "```python\\ndef f(x: int) -> int:\\n    return x + 1\\n```\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |\\n"
for number in range(int(sys.argv[1]) // 2):
    log.add_message(opened, "user", f"Question number {number}: how does one do that?")
    log.add_message(opened, "assistant", text.format(number) + code, source="model", model="a-model")
(jarvis.folders.home / "desktop.json").write_text(json.dumps({"conversation": opened, "introduced": True}))
jarvis.close()
"""
BARE = (
    "import sys; from PySide6.QtWidgets import QApplication, QLabel; a = QApplication(sys.argv);"
    "w = QLabel('x'); w.setWindowTitle('Jarvis'); w.resize(900, 600); w.show(); a.exec()"
)


def main() -> None:
    """Print one JSON document; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=5)
    parser.add_argument("--idle-seconds", type=float, default=30.0)
    parser.add_argument("--messages", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), options.launches, options.idle_seconds, options.messages)
    print(json.dumps(report, indent=2))
    sys.exit(0 if report["within_limits"] else 1)


def measure(folder: Path, launches: int, idle_seconds: float, messages: int) -> dict[str, object]:
    """Return the medians of `launches` starts, and one long look at the idle app with `messages` messages."""
    (folder / "sound").mkdir()
    screen, sound = VirtualScreen(), VirtualAudio(folder / "sound")
    environment = {**screen.environment, **sound.environment, "JARVIS_HOME": str(folder / "home")}
    # Where it is set every start compiles Jarvis anew: half a second that nobody's installed program takes.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    (folder / "home").mkdir()
    (folder / "home" / "desktop.json").write_text(json.dumps({"introduced": True}))
    app, bare = [sys.executable, "-m", "jarvis", "app"], [sys.executable, "-c", BARE]
    try:
        seconds_to_window(app, screen, environment)
        ours = [seconds_to_window(app, screen, environment) for _ in range(launches)]
        theirs = [seconds_to_window(bare, screen, environment) for _ in range(launches)]
        empty = idle_figures(app, screen, environment, idle_seconds)
        subprocess.run([sys.executable, "-c", FILL, str(messages)], env=environment, check=True)
        full = idle_figures(app, screen, environment, 10.0)
        plain = idle_figures(bare, screen, environment, 3.0)
    finally:
        sound.close()
        screen.close()
    idle = {"idle_percent_of_a_core": empty.pop("idle_percent_of_a_core")}
    figures: dict[str, float] = {"launch_seconds": round(statistics.median(ours), 2), **idle}
    figures |= {name: value for name, value in full.items() if name not in idle}
    return {
        "jarvis": {**figures, "messages": messages, "empty": empty},
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
            "parent_pss_mib": round(parent.memory_full_info().pss / 2**20),
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
