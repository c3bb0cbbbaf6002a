"""Takes the keeper's lock on the file named as argument, says so, and stays until it is killed."""

import sys
import time
from pathlib import Path

from jarvis.host.keeper_lock import KeeperLock

lock = KeeperLock(Path(sys.argv[1]))
sys.stdout.write("held\n" if lock.acquire() else "taken\n")
sys.stdout.flush()
time.sleep(60)
