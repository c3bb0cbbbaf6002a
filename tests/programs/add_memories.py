"""Adds memories without end and prints the id of each that it was given back. Argument: Jarvis' folder."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from jarvis.contracts.memory import NewMemory
from tests.fakes.memory_desk import DeskWorld

world = DeskWorld(Path(sys.argv[1]))
for memory in world.desk.add(NewMemory(text=f"Row number {number}", id=f"n{number}") for number in itertools.count()):
    sys.stdout.write(f"{memory.id}\n")
    sys.stdout.flush()
