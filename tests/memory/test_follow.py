"""Folders that change while they are followed, seen by the real system; every wait is bounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError
from jarvis.contracts.memory import FileReport
from jarvis.memory.follow import Changes, Follower
from tests.fakes.document_world import DocumentWorld, document_world
from tests.fakes.processes import until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DocumentWorld]:
    with document_world(tmp_path, settle_seconds=0.2) as world:
        yield world


def _followed(world: DocumentWorld) -> None:
    world.keeper.follow()
    until(lambda: [one.how for one in world.keeper.following()] == ["events"], "the folder is followed")


def test_what_changes_moves_and_goes_is_followed(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.read(watch=True)
    world.write("while-away.md", "Written while nobody followed.")
    _followed(world)
    until(lambda: "while-away.md" in world.texts(), "what changed before is read")
    world.write("sub/b.md", "Two.")
    until(lambda: world.texts().get("sub/b.md") == ["Two."], "a new file is read")
    (world.docs / "sub/b.md").rename(world.docs / "c.md")
    until(lambda: "c.md" in world.texts() and "sub/b.md" not in world.texts(), "a moved file is followed")
    (world.docs / "a.md").unlink()
    until(lambda: "a.md" not in world.texts(), "a deleted file is forgotten")
    world.keeper.stop()
    world.write("d.md", "Too late.")
    assert "d.md" not in world.texts()


def test_only_watched_folders_are_followed_and_that_can_change(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.read()
    world.keeper.follow()
    assert world.keeper.following() == []
    world.keeper.set_watched(world.docs, True)
    assert world.keeper.folders()[0].watched
    until(lambda: [one.how for one in world.keeper.following()] == ["events"], "the folder is followed")
    world.keeper.set_watched(world.docs, False)
    assert world.keeper.following() == []
    with pytest.raises(InputError):
        world.keeper.set_watched(world.docs / "nothing", True)


def test_a_missing_folder_is_told_of_in_both_languages(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.read(watch=True)
    world.docs.rename(world.docs.parent / "away")
    world.keeper.follow()
    until(lambda: [one.how for one in world.keeper.following()] == ["missing"], "the folder is missed")
    (following,) = world.keeper.following()
    assert "unplugged" in following.sentence("en")
    assert "desconectada" in following.sentence("es")
    assert len(world.pieces()) == 1


class _Looks:
    """Writes down what it was asked to look at."""

    def __init__(self) -> None:
        self.asked: list[Sequence[Path] | None] = []
        self.give_way = False

    def __call__(self, root: Path, paths: Sequence[Path] | None, cancel: CancelToken) -> list[FileReport]:
        self.asked.append(paths)
        if self.give_way:
            self.give_way = False
            raise Cancelled("another reading")
        return []


class _Told:
    """Tells of changes when the test says so."""

    def __init__(self) -> None:
        self.sets: list[set[str]] = []

    def __call__(self, path: Path, stop: threading.Event) -> Changes:
        yield set()
        while not stop.wait(0.01):
            if self.sets:
                yield self.sets.pop(0)


def test_a_burst_of_changes_is_one_look_at_the_topmost_paths(tmp_path: Path) -> None:
    looks, told = _Looks(), _Told()
    follower = Follower(look=looks, settle_seconds=0.3, rescan_seconds=600, own=tmp_path / "home", notify=told)
    follower.start([tmp_path])
    until(lambda: looks.asked == [None], "everything was looked at first")
    names = ["sub", "sub/a.md", "b.md", ".git/index", "home/jarvis.sqlite3", "../elsewhere.md"]
    told.sets += [{str((tmp_path / name).resolve())} for name in names]
    until(lambda: len(looks.asked) > 1, "the changes were looked at")
    follower.stop()
    assert looks.asked[1] == [tmp_path / "b.md", tmp_path / "sub"]
    assert len(looks.asked) == 2


def test_a_look_that_gives_way_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis.memory.follow._AGAIN_SECONDS", 0.05)
    looks = _Looks()
    looks.give_way = True
    follower = Follower(look=looks, settle_seconds=0.1, rescan_seconds=600, own=tmp_path / "home", notify=_Told())
    follower.start([tmp_path])
    until(lambda: looks.asked == [None, None], "it was looked at again")
    follower.stop()


def test_where_the_system_cannot_tell_the_folder_is_looked_through_in_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.follow._TURN_SECONDS", 0.05)

    def too_many(path: Path, stop: threading.Event) -> Changes:
        raise OSError("OS file watch limit reached")
        yield set()

    looks = _Looks()
    follower = Follower(look=looks, settle_seconds=0.1, rescan_seconds=600, own=tmp_path / "home", notify=too_many)
    follower.start([tmp_path])
    until(lambda: looks.asked[:3] == [None, None, None], "it is looked through again and again")
    (following,) = follower.following()
    follower.stop()
    assert following.how == "turns"
    assert "watch limit" in following.sentence("en")
    assert "cada minuto" in following.sentence("es")


def test_stopping_ends_a_look_in_its_middle_and_every_thread(tmp_path: Path) -> None:
    begun = threading.Event()

    def look(root: Path, paths: Sequence[Path] | None, cancel: CancelToken) -> list[FileReport]:
        begun.set()
        assert cancel.wait(60)
        raise Cancelled(cancel.reason)

    before = set(threading.enumerate())
    follower = Follower(look=look, settle_seconds=0.1, rescan_seconds=600, own=tmp_path / "home")
    follower.start([tmp_path])
    assert begun.wait(60)
    follower.stop()
    assert set(threading.enumerate()) <= before
    follower.stop()


def test_nothing_runs_while_nothing_changes(tmp_path: Path) -> None:
    looks = _Looks()
    follower = Follower(look=looks, settle_seconds=0.1, rescan_seconds=600, own=tmp_path / "home", notify=_Told())
    follower.start([tmp_path])
    until(lambda: looks.asked == [None], "everything was looked at first")
    follower.folders([tmp_path])
    follower.folders([tmp_path])
    follower.stop()
    assert looks.asked == [None]
