"""A program that starts itself again, however it was started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis.processes.tree import kill_group
from tests.fakes.processes import gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a new process is started")

CODE = """
import os, subprocess, sys
from pathlib import Path
from jarvis.processes.anew import start_anew
from jarvis.processes.registry import ChildRegistry
sys.stdout.write(f"{os.getpid()} {sys.argv[1:]} {os.path.exists('/dev/fd/7')}\\n")
if "again" not in sys.argv:
    os.dup2(1, 7)
    registry = ChildRegistry(Path(os.environ["RUN"]))
    sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(sleeps, stdout=subprocess.DEVNULL, start_new_session=True)
    registry.add(child.pid, "sleeper")
    sys.stdout.write(f"{child.pid}\\n")
    start_anew(["app", "again"], registry)
"""


@pytest.mark.parametrize("how", ["file", "module", "words"])
def test_it_goes_on_as_the_same_process_with_other_arguments_no_old_handle_and_no_old_child(
    tmp_path: Path, how: str
) -> None:
    (tmp_path / "again_and_again.py").write_text(CODE)
    started = {
        "file": [str(tmp_path / "again_and_again.py")],
        "module": ["-m", "again_and_again"],
        "words": ["-c", CODE],
    }[how]
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    program = subprocess.Popen(
        [sys.executable, *started, "first", "second"],
        env={**os.environ, "PYTHONPATH": path, "RUN": str(tmp_path / "run")},
        stdout=subprocess.PIPE,
        text=True,
    )
    told, _ = program.communicate(timeout=120)
    assert program.returncode == 0
    first, child, second = told.splitlines()
    assert first == f"{program.pid} ['first', 'second'] False"
    assert second == f"{program.pid} ['app', 'again'] False"
    try:
        assert gone(int(child)) and not list((tmp_path / "run" / "children").iterdir())
    finally:
        kill_group(int(child))
