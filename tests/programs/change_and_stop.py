"""Updates or removes a model (database, models folder, "update" or "remove", n) and stops before the n-th change.

A change is a rename or a deletion below the models folder. Writes "stopped" there and waits to be killed; writes
"done" when there were fewer changes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.storage.database import Database
from tests.fakes.library import ID, entry, library_over


def _stopping(change: Callable[..., None], left: list[int]) -> Callable[..., None]:
    def changed(*args: Any, **options: Any) -> None:
        if left[0] == 0:
            os.write(1, b"stopped\n")
            signal.pause()
        left[0] -= 1
        change(*args, **options)

    return changed


def _main() -> None:
    database, folder, action, number = sys.argv[1:]
    library = library_over(Database(Path(database)), Path(folder), (entry(),))
    # The transfer itself changes no names; the first change is the note of what is about to be done.
    left = [int(number)]
    for name in ("replace", "unlink", "rmdir"):
        setattr(os, name, _stopping(getattr(os, name), left))
    if action == "update":
        library.update(ID, cancel=CancelToken(), on_progress=lambda _: None)
    else:
        library.remove(ID)
    os.write(1, b"done\n")


if __name__ == "__main__":
    _main()
