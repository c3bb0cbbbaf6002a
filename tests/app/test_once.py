"""What is built once is built once."""

from __future__ import annotations

from threading import Barrier, RLock, Thread

from jarvis.app.once import built_once


class Room:
    def __init__(self) -> None:
        self.building = RLock()
        self.built = 0
        self.start = Barrier(4)

    @built_once
    def part(self) -> object:
        """One part."""
        self.built += 1
        return object()

    @built_once
    def whole(self) -> tuple[object, object]:
        """Needs the part."""
        return self.part, self.part


def test_many_threads_get_the_same_one() -> None:
    room, seen = Room(), []

    def ask() -> None:
        room.start.wait()
        seen.append(room.whole)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.built == 1 and len(set(map(id, seen))) == 1
    assert Room.part.__doc__ == "One part."
