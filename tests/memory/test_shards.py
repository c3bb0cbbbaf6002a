import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import InputError
from jarvis.memory import shards as shards_module
from jarvis.memory.index import IndexChild, server_place
from jarvis.memory.shards import Shards
from jarvis.memory.vectors import VectorStore
from jarvis.processes.registry import ChildRegistry
from tests.memory.test_vectors import WIDE, clustered, put

INFO = EmbedderInfo(tag="hashed-1", model="hashed", dimensions=WIDE, languages=("en",))
VECTORS = clustered(1700)
Server = tuple[str, Callable[[], None], Callable[[], None]]
"""Its address, and how to restart and to end it."""


class World:
    """Vectors of 1700 memories and shards of 1024."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.registry = ChildRegistry(folder / "run")
        self.now = 0.0
        self.store = VectorStore(folder / "memory" / INFO.tag / "vectors.sqlite3", WIDE)
        if not self.store.count():
            put(self.store, VECTORS)
        self.url = url
        self.shards = self.made()

    def made(self) -> Shards:
        shards = Shards(
            self.folder / "memory",
            self.registry,
            self.folder / "logs",
            url=lambda: self.url,
            monotonic=lambda: self.now,
        )
        shards.size, shards.extend = 1024, 64
        return shards

    def place(self) -> int:
        for _ in range(100):
            if not self.shards.place(INFO, self.store, wanted=True, settled=True):
                break
        return self.shards.indexed(INFO.tag)

    def again(self) -> None:
        """End the child and begin as a new process would."""
        self.shards.stop()
        self.shards = self.made()

    def found(self, seq: int) -> bool:
        seqs, ranges = self.shards.nearest(INFO, VECTORS[seq - 1].tobytes(), 5)
        assert any(start <= seq < stop for start, stop in ranges)
        return seq in seqs

    def shard(self, number: int) -> Path:
        return self.folder / "memory" / INFO.tag / f"chroma-{number:04}"

    def close(self) -> None:
        self.shards.stop()
        self.store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose shards are built."""
    world = World(tmp_path_factory.mktemp("built"))
    assert world.place() == 1700
    world.close()
    return world.folder


@pytest.fixture
def world(built: Path, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(built / "memory", tmp_path / "memory")
    found = World(tmp_path)
    yield found
    found.close()


def test_vectors_are_placed_found_and_opened_again(fresh: World) -> None:
    world = fresh
    assert world.place() == 1700
    assert all(world.found(seq) for seq in (1, 500, 1023, 1024, 1700))
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 5)[1] == [(0, 1024), (1024, 1701)]
    assert b"hashed" not in (world.shard(0) / "chroma.sqlite3").read_bytes()
    child = world.shards.pid()
    assert child is not None and psutil.Process(child).net_connections(kind="inet") == []
    world.again()
    assert world.place() == 1700 and world.shards.mended == 0
    assert world.found(9)


def test_of_many_shards_only_the_nearest_of_all_come(fresh: World) -> None:
    world = fresh
    world.shards.size = 256
    assert world.place() == 1700
    for seq in (1, 700, 1700):
        seqs, ranges = world.shards.nearest(INFO, VECTORS[seq - 1].tobytes(), 5)
        assert len(ranges) == 7 and len(seqs) == 10 and seqs[0] == seq


def test_the_last_shard_takes_more_in_and_a_crash_meanwhile_has_it_made_anew(world: World) -> None:
    world.place()
    more = clustered(100, seed=4)
    put(world.store, more, first=1701)
    world.shards.step_seconds = -1
    assert world.shards.place(INFO, world.store, wanted=True, settled=True)
    assert not (world.shard(1) / "manifest.json").exists()
    world.again()
    assert world.place() == 1800
    seqs, _ = world.shards.nearest(INFO, more[99].tobytes(), 3)
    assert 1800 in seqs


def test_a_few_new_ones_wait_and_an_unsettled_end_is_not_placed(world: World) -> None:
    world.place()
    put(world.store, clustered(63, seed=4), first=1701)
    assert world.place() == 1700
    world.again()
    world.shards.remove([1024])
    for _ in range(20):
        world.shards.place(INFO, world.store, wanted=True, settled=False)
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 1)[1] == [(0, 1024)]


def test_nothing_is_placed_before_it_is_wanted(fresh: World) -> None:
    world = fresh
    assert not world.shards.place(INFO, world.store, wanted=False, settled=True)
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 5) == ([], [])
    assert world.shards.pid() is None and not world.shard(0).exists()


def _flip(shard: Path, name: str) -> None:
    path = next(iter(shard.rglob(name)))
    data = bytearray(path.read_bytes())
    for at in random.Random(1).sample(range(len(data)), max(1, len(data) // 500)):
        data[at] ^= 0xFF
    path.write_bytes(data)


def _cut(shard: Path, name: str) -> None:
    path = next(iter(shard.rglob(name)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _lose(shard: Path, name: str) -> None:
    next(iter(shard.rglob(name))).unlink()


HARMS = (
    (_flip, "data_level0.bin"),
    (_flip, "chroma.sqlite3"),
    (_flip, "manifest.json"),
    (_cut, "data_level0.bin"),
    (_cut, "chroma.sqlite3"),
    (_cut, "index_metadata.pickle"),
    (_lose, "header.bin"),
    (_lose, "manifest.json"),
)


def test_damaged_shards_are_made_anew_and_the_sound_one_is_kept(fresh: World) -> None:
    world = fresh
    count = 1024 * (len(HARMS) + 3)
    vectors = clustered(count)
    put(world.store, vectors[1700:], first=1701)
    assert world.place() == count
    world.shards.stop()
    made = {shard: (world.shard(shard) / "manifest.json").stat().st_mtime_ns for shard in range(len(HARMS) + 3)}
    for at, (harm, name) in enumerate(HARMS):
        harm(world.shard(at), name)
    shutil.rmtree(world.shard(len(HARMS)))
    world.store.remove([1024 * (len(HARMS) + 1) + 5])
    world.again()
    assert world.place() == count - 1
    now = {shard: (world.shard(shard) / "manifest.json").stat().st_mtime_ns for shard in made}
    assert [shard for shard in made if made[shard] == now[shard]] == [len(HARMS) + 2]
    for at in range(len(HARMS) + 2):
        seq = 1024 * at + 900
        vector = VECTORS[seq - 1] if seq <= 1700 else vectors[seq - 1]
        assert seq in world.shards.nearest(INFO, vector.tobytes(), 5)[0]


def test_a_shard_of_another_embedder_is_not_used(world: World) -> None:
    world.place()
    other = EmbedderInfo(tag="hashed-2", model="hashed", dimensions=WIDE, languages=("en",))
    assert world.shards.nearest(other, VECTORS[0].tobytes(), 5) == ([], [])
    world.shards.stop()
    world.shard(0).parent.rename(world.folder / "memory" / "hashed-2")
    store = VectorStore(world.folder / "memory" / "hashed-2" / "vectors.sqlite3", WIDE)
    world.again()
    for _ in range(30):
        world.shards.place(other, store, wanted=True, settled=True)
    assert world.shards.indexed("hashed-2") == 1700 and world.shards.mended == 2
    store.close()


def test_what_is_removed_is_in_no_file_and_the_rest_is_placed_again(world: World) -> None:
    world.place()
    gone = VECTORS[41].tobytes()
    stored = world.store.vectors([42])[42]
    files = lambda: b"".join(file.read_bytes() for file in world.folder.rglob("chroma-*/**/*") if file.is_file())  # noqa: E731
    assert stored in files()
    world.store.remove([42])
    world.shards.remove([42])
    assert not world.shard(0).exists() and world.shard(1).exists()
    assert world.shards.nearest(INFO, gone, 5)[1] == [(1024, 1701)]
    assert world.place() == 1699
    data = files()
    assert not any(stored[at : at + 16] in data for at in range(0, len(stored) - 15, 4))


def test_a_killed_child_is_started_again_and_nothing_is_made_anew(world: World) -> None:
    world.place()
    pid = world.shards.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 5) == ([], [])
    assert world.shards.trouble is not None
    assert "one by one" in str(world.shards.trouble) and "uno a uno" in world.shards.trouble.sentence("es")
    assert world.place() == 1700
    assert world.shards.mended == 0 and world.shards.trouble is None and world.found(3)


@pytest.mark.parametrize("how", ["dies", "hangs", "garbage"])
def test_a_child_that_fails_on_a_question_costs_only_chroma(
    world: World, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_NAUGHTY_INDEX", how)
    monkeypatch.setattr(IndexChild, "query_seconds", 0.3)
    _naughty(monkeypatch)
    assert world.place() == 1700
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 5) == ([], [])
    assert world.shards.trouble is not None and world.shards.indexed(INFO.tag) == 0


def test_a_question_does_not_wait_for_a_child_that_builds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.place()
    asked: list[tuple[list[int], list[tuple[int, int]]]] = []
    add = IndexChild._exchange

    def asking(child: IndexChild, request: dict[str, Any], *given: Any) -> dict[str, Any]:
        if request["do"] == "add":
            thread = threading.Thread(
                target=lambda: asked.append(world.shards.nearest(INFO, VECTORS[0].tobytes(), 5)), daemon=True
            )
            thread.start()
            thread.join(10)
        return add(child, request, *given)

    monkeypatch.setattr(IndexChild, "_exchange", asking)
    put(world.store, clustered(100, seed=4), 1701)
    world.place()
    assert asked and set(map(repr, asked)) == {"([], [])"}
    assert world.found(1)


@pytest.mark.parametrize("how", ["dies at once", "refuses"])
def test_a_child_that_never_works_is_left_alone_for_a_while(
    world: World, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_NAUGHTY_INDEX", how)
    _naughty(monkeypatch)
    tries = [world.shards.place(INFO, world.store, wanted=True, settled=True) for _ in range(10)]
    assert tries == [False] * 10
    starts = (world.folder / "logs").glob("memory-index.log*")
    assert world.shards.trouble is not None and len(list(starts)) <= 1
    monkeypatch.undo()
    world.shards.stop()
    assert world.place() == 0
    world.now += world.shards.pause_seconds + 1
    assert world.place() == 1700 and world.shards.trouble is None


def _naughty(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(registry: ChildRegistry, logs: Path, place: dict[str, object]) -> IndexChild:
        return IndexChild(registry, logs, place, module="tests.programs.naughty_index")

    monkeypatch.setattr(shards_module, "IndexChild", made)


def test_the_child_ends_when_nobody_searches_and_comes_back(world: World) -> None:
    world.place()
    world.now += world.shards.idle_seconds + 1
    assert not world.shards.place(INFO, world.store, wanted=True, settled=True)
    assert world.shards.pid() is None
    put(world.store, clustered(30, seed=5), first=1701)
    assert world.place() == 0
    assert world.shards.nearest(INFO, VECTORS[0].tobytes(), 5) == ([], [])
    assert world.place() == 1700
    world.shards.rest()
    assert world.shards.pid() is None and world.place() == 0
    put(world.store, clustered(64, seed=6), first=1731)
    assert world.place() == 1794


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://a", "http://a:b", "http://:80", "http://a/path"])
def test_an_address_that_is_none_is_told(world: World, url: str) -> None:
    with pytest.raises(InputError, match=r"memory\.chroma_url"):
        server_place(url, "x")
    world.url = url
    assert world.place() == 0
    assert isinstance(world.shards.trouble, InputError)


def test_addresses_of_servers() -> None:
    assert server_place("https://chroma.home", "p") == {"host": "chroma.home", "port": 443, "ssl": True, "prefix": "p"}
    assert server_place("http://10.0.0.2:81/", "p")["port"] == 81
