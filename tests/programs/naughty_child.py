"""A child process that misbehaves in the way its first argument names."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from jarvis.processes.child_side import announce, announce_failure, claim_wire, exit_with_parent

FOREVER = 3600


def good() -> None:
    exit_with_parent()
    announce({"pid": os.getpid(), "token": os.environ.get("TOKEN", "")})
    time.sleep(FOREVER)


def imports_a_stranger() -> None:
    """Announce what a module that only the current folder may have says, and the keys in the environment."""
    exit_with_parent()
    try:
        import stray_module_of_the_current_folder as stray
    except ImportError:
        found = "nothing"
    else:
        found = stray.__name__
    announce({"found": found, "keys": [name for name in os.environ if name.startswith("JARVIS_KEY_")]})
    time.sleep(FOREVER)


def ignores_sigterm() -> None:
    """Neither the signal nor the end of its input makes it leave."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    announce({"pid": os.getpid()})
    time.sleep(FOREVER)


def never_ready() -> None:
    exit_with_parent()
    sys.stderr.write("still loading\n")
    time.sleep(FOREVER)


def waits_for_file() -> None:
    """Ready once the file named by its second argument exists."""
    exit_with_parent()
    with Path(sys.argv[3]).open("a", encoding="utf-8") as starts:
        starts.write("start\n")
    while not Path(sys.argv[2]).exists():
        time.sleep(0.01)
    announce({"pid": os.getpid()})
    time.sleep(FOREVER)


def dies_at_start() -> None:
    sys.stderr.write("the model is made of cheese\n")
    sys.exit(3)


def announces_failure() -> None:
    announce_failure("engine.cheese", "The {model} is cheese.", "El {modelo} es queso.", retryable=False)
    sys.exit(1)


def garbage() -> None:
    """Prints what is no announcement before the one that is."""
    exit_with_parent()
    os.write(1, b"\xff\xfe loading...\n[1, 2]\n{broken\n" + b"x" * 200_000 + b"\n")
    announce({"pid": os.getpid()})
    os.write(1, b"more noise after it\n" * 20_000)
    sys.stderr.write("done with the noise\n")
    time.sleep(FOREVER)


def grandchild() -> None:
    """Has a child of its own that ignores SIGTERM and holds the pipes open."""
    exit_with_parent()
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
    below = subprocess.Popen([sys.executable, "-c", code], start_new_session="detached" in sys.argv)
    announce({"pid": os.getpid(), "grandchild": below.pid})
    time.sleep(FOREVER)


def fills_stderr() -> None:
    exit_with_parent()
    for number in range(40_000):
        sys.stderr.write(f"line {number} {'.' * 60}\n")
    sys.stderr.flush()
    announce({"pid": os.getpid()})
    time.sleep(FOREVER)


def echo() -> None:
    """Speaks over pipes: every line comes back in capitals; `die` kills it in the middle of an answer."""
    exit_with_parent()
    source, sink = claim_wire()
    sys.stdout.write("a library prints this to standard output\n")
    sys.stdout.flush()
    for line in source:
        if line == b"die\n":
            sink.write(b"half an ans")
            sink.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        sink.write(line.upper())
        sink.flush()


def busy_in_threads() -> None:
    """Works on a thread, so that only the parent watch can end it."""
    exit_with_parent()
    announce({"pid": os.getpid()})
    threading.Thread(target=time.sleep, args=(FOREVER,)).start()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
