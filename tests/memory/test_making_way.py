"""Work that can wait: it stands still while somebody asks and shortly after, but never for ever."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from jarvis.memory.making_way import MOST_SECONDS, QUIET_SECONDS, MakingWay
from jarvis.memory.vector_codes import BLOCK
from jarvis.memory.vectors import VectorStore
from tests.memory.test_vectors import WIDE, clustered, put


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def waiting(way: MakingWay) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=way.wait, daemon=True)
    thread.start()
    yield thread
    way.end()
    thread.join(10)
    assert not thread.is_alive()


def test_nobody_waits_where_nobody_asks() -> None:
    MakingWay(Clock()).wait()


def test_the_work_stands_still_while_somebody_asks_and_shortly_after() -> None:
    clock = Clock()
    way = MakingWay(clock)
    with way.question(), waiting(way) as thread:
        thread.join(0.05)
        assert thread.is_alive()

    way = MakingWay(clock)
    with way.question():
        pass
    with waiting(way) as thread:
        thread.join(0.05)
        assert thread.is_alive()
    way = MakingWay(clock)
    with way.question():
        pass
    clock.now += QUIET_SECONDS
    way.wait()


def test_the_work_goes_on_slowly_while_questions_never_end() -> None:
    ticks = count()
    way = MakingWay(lambda: next(ticks) * MOST_SECONDS)
    with way.question():
        way.wait()


def test_vectors_can_be_asked_between_the_steps_of_their_check(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "hashed-1" / "vectors.sqlite3", WIDE)
    vectors = clustered(2 * BLOCK)
    put(store, vectors)
    found: list[int] = []
    with ThreadPoolExecutor(1) as another:
        assert store.check(
            lambda: found.append(another.submit(store.nearest, vectors[0].tobytes(), 1).result(10)[0][0])
        )
    assert found == [1, 1, 1]
    store.close()
