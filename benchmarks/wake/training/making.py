"""A child process that makes clips as long as the network learns: chunks of every kind, one file each.

A chunk has a number; the same number makes the same chunk. The next one is made after the last that is there.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.wake.training.library import Library
from benchmarks.wake.training.own_voice import sessions
from benchmarks.wake.training.pool import Clips, packed
from benchmarks.wake.training.scenes import Scenes, drawn

COUNTS = {
    "call": 500,
    "stop": 420,
    "near_call": 170,
    "stop_like": 110,
    "with_stop": 90,
    "cut_call": 120,
    "talk": 320,
    "noise": 40,
}
"""Clips of 3.2 s of every kind in a chunk."""

SESSIONS = 8
"""Answers of half a minute in a chunk that people talk over, eight clips each."""


def chunk(kept: Library, seed: int, number: int, share: float = 1.0) -> dict[str, Clips]:
    """Return a chunk by its number; `share` of the usual count of everything."""
    scenes = Scenes(kept, seed * 10_000 + number)
    made = {kind: packed(list(drawn(scenes, kind, max(1, round(count * share))))) for kind, count in COUNTS.items()}
    some = sessions(kept, seed * 10_000 + number, max(1, round(SESSIONS * share)))
    made["own"] = packed([clip for clips in some for clip in clips])
    return made


@contextmanager
def making(folder: Path, said: Path, seed: int) -> Iterator[Callable[[], bool]]:
    """Let a child fill `folder` from what is kept in the file `said`, until the end of the block.

    What comes out tells whether the child still runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    child = multiprocessing.get_context("spawn").Process(target=_make, args=(folder, said, seed), daemon=True)
    child.start()
    try:
        yield child.is_alive
    finally:
        child.terminate()
        child.join()


def chunks(folder: Path) -> list[Path]:
    """Return the chunks that are there, the oldest first."""
    return sorted(folder.glob("chunk-*.pickle"))


def read(path: Path) -> dict[str, Clips]:
    """Return a chunk that is there."""
    found: dict[str, Clips] = pickle.loads(path.read_bytes())
    return found


def _make(folder: Path, said: Path, seed: int) -> None:
    kept: Library = pickle.loads(said.read_bytes())
    there = chunks(folder)
    number = int(there[-1].stem.rpartition("-")[2]) + 1 if there else 0
    while True:
        path = folder / f"chunk-{number:05}.pickle"
        part = path.with_suffix(".part")
        part.write_bytes(pickle.dumps(chunk(kept, seed, number), protocol=5))
        part.rename(path)
        number += 1
