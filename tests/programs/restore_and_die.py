"""Restores a backup as the window does, and is killed before its n-th change of a name:
`restore_and_die.py HOME FILE N`. Prints "done" where it came to its end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from jarvis.memory.backup_contents import look_into
from jarvis.memory.restoring import decide, finish_restore
from jarvis.settings.clock import SystemClock
from jarvis.settings.folders import Folders

LEFT = [int(sys.argv[3])]


def dying(act: Any) -> Any:
    def acting(self: Path, *arguments: Any, **options: Any) -> Any:
        LEFT[0] -= 1
        if LEFT[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(self, *arguments, **options)

    return acting


places = Folders(home=Path(sys.argv[1]))
contents = look_into(Path(sys.argv[2]), places=places)
for name in ("rename", "replace", "unlink", "mkdir"):
    setattr(Path, name, dying(getattr(Path, name)))
_, lock = decide(contents, places=places, clock=SystemClock())
lock.release()
finish_restore(places)
sys.stdout.write("done\n")
