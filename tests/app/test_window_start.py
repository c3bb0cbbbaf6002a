"""What the window's process has loaded when its window is there, and how it keeps its memory small."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis.app.window_assistant import LateAssistant

LATER = (
    *("numpy", "onnxruntime", "onnx", "tokenizers", "livekit", "sounddevice", "pymicro_wakeword"),
    *("openai", "httpx2", "hassil", "babel", "yaml", "torch", "chromadb", "mcp", "jarvis.app.routing"),
)
"""What only answers, listening or remembering need."""


def printed(code: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


def test_nothing_but_what_shows_is_loaded_before_the_window_is_there(tmp_path: Path) -> None:
    code = (
        "import sys, linecache\n"
        "from jarvis.app.build import Jarvis\n"
        "from jarvis.app.window import run_window\n"
        "from jarvis.desktop import run\n"
        "def shown(services, arguments):\n"
        "    run.make_application(arguments)\n"
        "    desktop = run.Desktop(services)\n"
        "    desktop.start()\n"
        "    desktop.window.grab()\n"
        f"    print([name for name in {LATER!r} if name in sys.modules])\n"
        "    desktop.window.end(); desktop.close(); services.on_quit()\n"
        "    return 7\n"
        "run.run_desktop = shown\n"
        "jarvis = Jarvis()\n"
        "print(run_window(jarvis, ['jarvis']))\n"
        "jarvis.close()\n"
    )
    assert printed(code, JARVIS_HOME=str(tmp_path)) == ["[]", "7"]


def test_imports_after_qt_keep_no_source() -> None:
    code = (
        "import linecache\n"
        "from jarvis.desktop.plain_imports import leave_imports_alone\n"
        "print(leave_imports_alone())\n"
        "import wave, csv, difflib, jarvis.desktop.texts\n"
        "from PySide6.QtWidgets import QApplication, QLabel\n"
        "application = QApplication([]); label = QLabel('x'); label.setText('y')\n"
        "print(label.text(), len(linecache.cache))\n"
    )
    assert printed(code) == ["True", "y 0"]


def test_everything_that_answers_loads_after_qt(tmp_path: Path) -> None:
    code = (
        "from jarvis.desktop.plain_imports import leave_imports_alone\n"
        "print(leave_imports_alone())\n"
        "import threading\n"
        "from jarvis.app.build import Jarvis\n"
        "jarvis = Jarvis()\n"
        "asker = threading.Thread(target=lambda: print(type(jarvis.assistant()).__name__))\n"
        "asker.start(); asker.join()\n"
        "jarvis.close()\n"
    )
    assert printed(code, JARVIS_HOME=str(tmp_path)) == ["True", "StoppableAssistant"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the options are glibc's")
def test_memory_that_is_free_goes_back() -> None:
    code = (
        "import psutil\n"
        "from jarvis.app.window_memory import give_back_memory, use_little_memory\n"
        "use_little_memory()\n"
        "taken = [bytes(4000) for _ in range(20_000)]\n"
        "kept = taken[::200]\n"
        "del taken\n"
        "before = psutil.Process().memory_info().rss\n"
        "give_back_memory()\n"
        "print((before - psutil.Process().memory_info().rss) > 40_000_000)\n"
    )
    assert printed(code) == ["True"]


def test_the_assistant_is_made_once_whoever_asks_first() -> None:
    class Slow:
        def __init__(self) -> None:
            self.building = threading.RLock()
            self.made: list[object] = []

        def assistant(self) -> object:
            if not self.made:
                first = object()
                # The others come in the middle of the making.
                for asker in askers:
                    asker.start()
                all_ask.wait(10)
                self.made.append(first)
            return self.made[0]

    def ask() -> None:
        all_ask.wait(10)
        found.append(late.get())

    slow, found = Slow(), []
    late = LateAssistant(slow)  # type: ignore[arg-type]
    assert not slow.made
    askers = [threading.Thread(target=ask) for _ in range(8)]
    all_ask = threading.Barrier(len(askers) + 1)
    found.append(late.get())
    for asker in askers:
        asker.join()
    assert len(slow.made) == 1
    assert len({id(one) for one in found}) == 1
