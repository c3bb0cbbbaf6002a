"""A process that ends at once, with a thread in the midst of something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import atexit, logging, logging.handlers, sys, threading
from jarvis.processes.ending import end_at_once
atexit.register(print, "taken apart")
log = logging.getLogger("jarvis")
log.addHandler(logging.handlers.MemoryHandler(100, target=logging.FileHandler(sys.argv[1])))
threading.Thread(target=threading.Event().wait).start()
sys.stdout.write("said")
log.warning("noted")
end_at_once(7)
"""


def test_it_has_its_code_and_all_that_was_said_and_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(log)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "said", "")
    assert log.read_text() == "noted\n"
