"""Takes the lock named by its arguments (folder, name), says so, and waits to be killed."""

import sys
import time
from pathlib import Path

from jarvis.processes.instance import single_instance

if __name__ == "__main__":
    lock = single_instance(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write("held\n")
    sys.stdout.flush()
    time.sleep(3600)
