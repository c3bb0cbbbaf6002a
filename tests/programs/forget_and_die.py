"""Forgets in a process that is killed at one statement after the other, and tells what the next start finds.

Arguments: an empty folder, and what to forget. Prints one JSON object per death.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

from jarvis.contracts.memory import ForgetTarget
from jarvis.storage.database import Database
from tests.fakes.memory_desk import DeskWorld
from tests.fakes.memory_life import SECRETS, lived, traces

DEATHS = 18


class Countdown:
    """Kills the process at the given statement; counts them all where it is 0."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def watch(self, connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(self._step)

    def _step(self, statement: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def forget_in_child(home: Path, target: ForgetTarget, at: int) -> tuple[bool, int]:
    """Forget in a fork; return whether it was acknowledged and how many statements it ran."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        countdown = Countdown(at)
        connect = Database._connect

        def watched(database: Database) -> None:
            connect(database)
            countdown.watch(database._local.held.connection)

        Database._connect = watched  # type: ignore[method-assign]
        world = DeskWorld(home)
        countdown.seen = 0
        world.desk.forget(target)
        os.write(writing, str(countdown.seen).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        seen = told.read()
    os.waitpid(child, 0)
    return bool(seen), int(seen or 0)


def look(home: Path) -> dict[str, object]:
    """Start again, as the app does, and look at every file."""
    world = DeskWorld(home)
    world.desk.finish()
    whole = set(SECRETS) <= set(world.texts())
    pending = world.memories.forgotten()
    found = [] if whole else traces(world)
    world.close()
    return {"whole": whole, "pending": pending, "traces": found}


def main() -> None:
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    world = DeskWorld(folder / "life")
    life = lived(world)
    targets = {
        "found": ForgetTarget(kind="found", ids=tuple(memory.id for memory in life["told"])),
        "conversation": ForgetTarget(kind="conversation", conversation_id=life["talk"]),
        "everything": ForgetTarget(kind="everything"),
    }
    world.close()
    shutil.copytree(folder / "life", folder / "counted")
    _, statements = forget_in_child(folder / "counted", targets[kind], 0)
    points = sorted({1 + number * (statements - 1) // DEATHS for number in range(DEATHS + 1)})
    for point in [*points, 0]:
        home = folder / f"at-{point}"
        shutil.copytree(folder / "life", home)
        acknowledged, _ = forget_in_child(home, targets[kind], point)
        sys.stdout.write(json.dumps({"at": point, "acknowledged": acknowledged, **look(home)}) + "\n")
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
