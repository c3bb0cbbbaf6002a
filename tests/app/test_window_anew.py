"""A window that starts again has the words and the environment that it was started with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a new process is started")

CODE = """
import os, sys
from pathlib import Path
from jarvis.app.build import Jarvis
from jarvis.cli.main import command_line
from jarvis.desktop import run
def shown(services, arguments):
    services.on_quit()
    print(arguments, sorted(set(os.environ.items()) ^ set(eval(Path("environment").read_text()))), flush=True)
    if Path("again").exists():
        return 0
    Path("again").touch()
    return run.START_ANEW
run.run_desktop = shown
if not Path("again").exists():
    Path("environment").write_text(repr(list(os.environ.items())))
command_line(Jarvis)()
"""


def test_it_has_the_same_arguments_and_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, "app", "--quick", "--", "-stylesheet", "a b.qss", "-h"],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "JARVIS_HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "OWN": "ñ =",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "['--quick', '-stylesheet', 'a b.qss', '-h'] []"
    assert second == "['-stylesheet', 'a b.qss', '-h'] []"
