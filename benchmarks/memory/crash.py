"""Kills Jarvis' memory at random moments and looks at what is left: `python -m benchmarks.memory.crash --kills 50`.

A process of its own remembers, makes vectors with one embedder and then another, builds ChromaDB shards and forgets,
until it gets SIGKILL. After every kill: each row that it had acknowledged is there, no byte of a text or vector that it
had acknowledged as forgotten is in any file of the folder, and, once the memory was opened again and its work finished,
also none of what it was forgetting, and every row is found by its own words. One line per kill, with its seed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from jarvis.contracts.embedding import Embedder
from jarvis.contracts.memory import Memory, NewMemory
from jarvis.memory.keeper import IndexKeeper
from jarvis.memory.shards import Shards
from jarvis.memory.vector_codes import quantised
from jarvis.processes.registry import ChildRegistry
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_text import embedding_text

TASKS = ("adding", "switching", "forgetting")
SECONDS = {"adding": 1.5, "switching": 1.5, "forgetting": 2.5}
"""How long a process may work at most before it is killed."""

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 30
READY_SECONDS = 60.0
SAME = 0.98
"""Cosine from which a vector is that of the same text, as bytes and scales keep it."""

RUN = 16
"""So many bytes in a row of a forgotten vector must be in no file."""


class FixedClock:
    """The time at which every row is said, so that its vector can be made again."""

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Home:
    """One folder with a memory in it, opened by this process."""

    folder: Path
    embedder: Embedder
    database: Database = field(init=False)
    memories: SqliteMemories = field(init=False)
    keeper: IndexKeeper = field(init=False)

    def __post_init__(self) -> None:
        # Full after a few hundred rows, so that many are built, extended and deleted.
        Shards.size, Shards.extend, Shards.step_seconds = 512, 64, 0.05
        self.database = Database(self.folder / "jarvis.db")
        self.memories = SqliteMemories(self.database, FixedClock(), lambda _: "en")
        self.keeper = IndexKeeper(
            self.folder / "memory",
            self.memories,
            lambda: self.embedder,
            ChildRegistry(self.folder / "run"),
            self.folder / "logs",
            index_from=lambda: 100,
            chroma_url=lambda: "",
            scrub=self.database.scrub,
        )

    def close(self) -> None:
        self.keeper.stop()
        self.database.close()
        self.embedder.close()


def embedder_named(tag: str, home: Path) -> Embedder:
    """Return the hashed embedder with this tag, or the bundled MiniLM for "minilm"."""
    if tag == "minilm":
        from jarvis.engines.embedding.minilm import MiniLmEmbedder

        return MiniLmEmbedder(home / "cache", ChildRegistry(home / "run"), home / "logs")
    from tests.fakes.memory import HashedEmbedder

    return HashedEmbedder(tag)


def text_of(name: str) -> str:
    """Return a text that no other row has a word of."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in name)
    return f"zq{letters} likes qx{letters[::-1]} and vw{letters}{letters}"


def work(folder: Path, task: str, tag: str, seed: int) -> None:
    """Do `task` until killed, saying on standard output what is safe, one line each."""
    chance = random.Random(seed)
    home = Home(folder, embedder_named(tag, folder))
    home.keeper.start()
    say("ready")
    number = 0
    while True:
        if task == "adding" or (task == "forgetting" and home.memories.count() < 200):
            names = [f"{seed % 10**6:06}{number + at:05}" for at in range(chance.randint(1, 40))]
            number += len(names)
            home.memories.add([NewMemory(id=name, text=text_of(name)) for name in names])
            say("added " + " ".join(names))
            home.keeper.catch_up(chance.choice([16, 64, None]))
        elif task == "forgetting":
            gone = chance.sample(list(home.memories.all_seqs()), chance.randint(1, 8))
            names = [row.id for row in home.memories.by_seq(gone).values()]
            say("forgetting " + " ".join(names))
            home.memories.delete(gone)
            home.keeper.purge()
            say("forgotten " + " ".join(names))
        else:
            home.keeper.catch_up(64)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Known:
    """What was acknowledged so far, by name."""

    there: set[str] = field(default_factory=set)
    going: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        what, *names = line.split()
        if what == "added":
            self.there.update(names)
        elif what == "forgetting":
            self.there.difference_update(names)
            self.going.update(names)
        elif what == "forgotten":
            self.going.difference_update(names)
            self.gone.update(names)


def killed(folder: Path, task: str, tag: str, seed: int, seconds: float, known: Known) -> None:
    """Run `work`, kill it after `seconds` and take over what it said."""
    command = [sys.executable, "-m", "benchmarks.memory.crash", "--work", task, "--tag", tag, "--seed", str(seed)]
    child = subprocess.Popen([*command, "--folder", str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    with child.stdout:
        first = child.stdout.readline()
        assert first == "ready\n", f"it did not start: {first!r}"
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        for line in child.stdout:
            if line.endswith("\n"):
                known.take(line)
    child.wait()
    # Children end with their parent by themselves, a moment later; the next process ends those that are left.
    ChildRegistry(folder / "run").kill_orphans()


def needles(name: str, embedder: Embedder) -> list[bytes]:
    """Return the bytes of a row that must be nowhere: its words, and every run of its vector as it may be stored."""
    text = text_of(name)
    (made,) = embedder.embed([embedding_text(_row(name), None)])
    codes, _ = quantised([made.dense], len(made.dense) // 4)
    runs = [data[at : at + RUN] for data in (made.dense, codes.tobytes()) for at in range(0, len(data) - RUN, RUN)]
    return [word.encode() for word in text.split() if word[:2] in ("zq", "qx", "vw")] + runs


def traces(folder: Path, names: Iterable[str], embedders: Iterable[Embedder]) -> list[str]:
    """Return which of these names have a byte of their text or vector left, and in which file."""
    files = {path.relative_to(folder): _content(path) for path in folder.rglob("*") if path.is_file()}
    return [
        f"{name} in {path}"
        for name in names
        for embedder in embedders
        for path, data in files.items()
        if any(needle in data for needle in needles(name, embedder))
    ]


def faults(home: Home, known: Known, chance: random.Random) -> list[str]:
    """Open what is left, let it finish its work and return everything that is not as it should be."""
    found = []
    rows = {row.id: row.seq for row in home.memories.after(0, 1 << 40)}
    if lost := known.there - rows.keys():
        found.append(f"{len(lost)} acknowledged rows are lost")
    if back := known.gone & rows.keys():
        found.append(f"{len(back)} forgotten rows are back")
    home.keeper.purge()
    known.gone |= known.going - rows.keys()
    known.there |= known.going & rows.keys()
    known.going.clear()
    home.keeper.start()
    deadline = time.monotonic() + READY_SECONDS
    while (progress := home.keeper.progress()).state != "ready" and time.monotonic() < deadline:
        time.sleep(0.05)
    if progress.state != "ready":
        found.append(f"the index is not ready: {progress}")
    sample = chance.sample(sorted(rows), min(SAMPLE, len(rows)))
    wrong = [name for name in sample if not _finds(home, name, rows[name])]
    if wrong:
        found.append(f"{len(wrong)} of {len(sample)} rows are not found")
    return found


def run(folder: Path, kills: int, seed: int, tags: Sequence[str], tell: Callable[[str], None]) -> int:
    """Kill `kills` times and return how often something was wrong; `tell` gets one line per kill."""
    chance = random.Random(seed)
    known, tag, bad = Known(), tags[0], 0
    counts: Counter[str] = Counter()
    for kill in range(1, kills + 1):
        task = TASKS[(kill - 1) % len(TASKS)]
        if task == "switching":
            tag = tags[(tags.index(tag) + 1) % len(tags)]
        seconds = chance.uniform(0.02, SECONDS[task])
        before = set(known.gone)
        killed(folder, task, tag, seed + kill, seconds, known)
        embedders = [embedder_named(one, folder) for one in tags]
        names = sorted(known.gone - before) + chance.sample(sorted(before), min(SAMPLE, len(before)))
        wrong = [f"left after the kill: {one}" for one in traces(folder, names, embedders)]
        going = sorted(known.going)
        home = Home(folder, next(one for one in embedders if one.info().tag == tag or tag == "minilm"))
        wrong += faults(home, known, chance)
        wrong += [f"left at last: {one}" for one in traces(folder, [*names, *(set(going) & known.gone)], embedders)]
        state = home.keeper.progress()
        home.close()
        for embedder in embedders:
            embedder.close()
        counts[task] += 1
        bad += bool(wrong)
        tell(
            f"kill {kill:2} seed {seed + kill} {task:10} {tag:9} after {seconds:4.2f} s: {state.total:5} rows,"
            f" {state.indexed:5} in ChromaDB, {len(known.gone):4} forgotten ({len(going)} in flight): "
            + ("; ".join(wrong[:3]) or "right")
        )
    tell(f"{kills} kills ({', '.join(f'{count} {task}' for task, count in counts.items())}): {bad} with a fault")
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tags", nargs="+", default=["hashed-1", "hashed-2"], help="embedders; minilm is the real one")
    parser.add_argument("--folder", type=Path, help="where to work; a folder that is deleted afterwards when not given")
    parser.add_argument("--work", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--tag", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work is not None:
        work(given.folder, given.work, given.tag, given.seed)
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="jarvis-crash-"))
    try:
        bad = run(folder, given.kills, given.seed, given.tags, lambda line: print(line, flush=True))
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    sys.exit(1 if bad else 0)


def _finds(home: Home, name: str, seq: int) -> bool:
    text = embedding_text(_row(name), None)
    near = home.keeper.nearest(text, 10)
    return near is not None and dict(near.hits).get(seq, 0.0) > SAME


def _row(name: str) -> Memory:
    return Memory(seq=1, id=name, text=text_of(name), source="told", speaker="user", said_at=FixedClock().now())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        # The files of what is just being closed come and go.
        return b""


if __name__ == "__main__":
    main()
