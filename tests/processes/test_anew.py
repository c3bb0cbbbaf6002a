"""A program that starts itself again, however it was started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a new process is started")

CODE = """
import os, sys
from jarvis.processes.anew import start_anew
sys.stdout.write(f"{os.getpid()} {sys.argv[1:]} {os.path.exists('/dev/fd/7')}\\n")
if "again" not in sys.argv:
    os.dup2(1, 7)
    start_anew(["app", "again"])
"""


@pytest.mark.parametrize("how", ["file", "module", "words"])
def test_it_goes_on_as_the_same_process_with_other_arguments_and_no_old_handle(tmp_path: Path, how: str) -> None:
    (tmp_path / "again_and_again.py").write_text(CODE)
    started = {
        "file": [str(tmp_path / "again_and_again.py")],
        "module": ["-m", "again_and_again"],
        "words": ["-c", CODE],
    }[how]
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    program = subprocess.Popen(
        [sys.executable, *started, "first", "second"],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )
    told, _ = program.communicate(timeout=120)
    assert program.returncode == 0
    assert told.splitlines() == [
        f"{program.pid} ['first', 'second'] False",
        f"{program.pid} ['app', 'again'] False",
    ]
