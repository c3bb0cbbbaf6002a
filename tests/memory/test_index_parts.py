import io
import struct
import threading
from pathlib import Path

import numpy as np
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.memory.index_frames import Ended, read_frame, write_frame
from jarvis.memory.index_lock import IndexLock
from jarvis.memory.index_sentences import index_sentence
from jarvis.memory.index_work import IndexWork
from jarvis.memory.shard_manifest import Manifest, read_manifest, remove_manifest, seqs_check, write_manifest
from jarvis.memory.succession import Succession
from tests.fakes.memory import HashedEmbedder


def test_frames_come_back_as_they_were_sent() -> None:
    wire = io.BytesIO()
    write_frame(wire, {"do": "add", "seqs": [1, 2]}, b"\0\1\2")
    write_frame(wire, {})
    wire.seek(0)
    assert read_frame(wire) == ({"do": "add", "seqs": [1, 2]}, b"\0\1\2")
    assert read_frame(wire) == ({}, b"")
    with pytest.raises(Ended):
        read_frame(wire)


@pytest.mark.parametrize(
    "data",
    [
        b"\5\0\0",
        struct.pack("<II", 50, 0) + b"{}",
        struct.pack("<II", 2, 0) + b"[]",
        struct.pack("<II", 2, 0) + b"{?",
        b"Segmentation fault",
    ],
)
def test_what_is_no_frame_counts_as_the_end(data: bytes) -> None:
    with pytest.raises(Ended):
        read_frame(io.BytesIO(data))


def test_the_lock_is_shared_in_a_process_and_free_after_the_last(tmp_path: Path) -> None:
    mine, other = IndexLock(tmp_path), IndexLock(tmp_path)
    assert mine.acquire() and mine.acquire() and mine.held
    assert not other.acquire() and other.holder.isdigit() and not other.held
    mine.release()
    assert not other.acquire()
    mine.release()
    assert other.acquire() and other.holder == "" and not mine.held
    other.release()


def test_a_lock_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lock = IndexLock(tmp_path / "file")
    assert not lock.acquire() and lock.trouble is not None and lock.holder == ""


def test_a_manifest_comes_back_and_anything_else_is_none(tmp_path: Path) -> None:
    seqs = np.array([3, 4, 9])
    manifest = Manifest(tag="a", dimensions=8, stop=10, count=3, seqs=seqs_check(seqs), files={"x": [1, 2]})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert seqs_check(np.array([3, 4, 8])) != seqs_check(seqs) == seqs_check(seqs.astype(np.int32))
    for text in ("", "{}", "[1]", '{"tag": "a"}', (tmp_path / "manifest.json").read_text().replace("10", '"10"')):
        (tmp_path / "manifest.json").write_text(text)
        assert read_manifest(tmp_path) is None
    remove_manifest(tmp_path)
    remove_manifest(tmp_path)
    assert read_manifest(tmp_path) is None


def test_work_is_done_by_who_holds_the_lock_and_taken_over(tmp_path: Path) -> None:
    done: list[str] = []
    filled = threading.Event()

    def work_of(name: str) -> tuple[IndexLock, IndexWork]:
        lock = IndexLock(tmp_path)

        def fill() -> bool:
            done.append(f"{name} fills")
            filled.set()
            return False

        return lock, IndexWork(
            lock=lock,
            check=lambda: done.append(f"{name} checks"),
            forget=lambda: done.append(f"{name} forgets"),
            fill=fill,
            place=lambda: False,
        )

    (first_lock, first), (second_lock, second) = work_of("first"), work_of("second")
    first.start()
    assert filled.wait(30)
    second.start()
    filled.clear()
    first.wake()
    assert filled.wait(30)
    assert first_lock.held and not second_lock.held
    first.stop()
    filled.clear()
    second.wake()
    assert filled.wait(30) and second_lock.held
    second.stop()
    assert done[:4] == ["first forgets", "first checks", "first forgets", "first fills"]
    assert done.index("second checks") > max(at for at, step in enumerate(done) if step.startswith("first"))
    assert not second_lock.held


def test_the_embedder_before_stays_until_its_successor_is_complete() -> None:
    first, second = HashedEmbedder("a"), HashedEmbedder("b")
    chosen = first
    succession = Succession(lambda: chosen)
    assert succession.current()[0] is first and succession.before() is None
    chosen = second
    assert succession.current()[1].tag == "b"
    before = succession.before()
    assert before is not None and before[0] is first
    succession.completed("a")
    assert succession.before() is not None
    succession.completed("b")
    assert succession.before() is None and first.closed == 1 and second.closed == 0


def test_an_embedder_that_cannot_say_what_it_is_is_an_error_of_the_caller() -> None:
    def away() -> HashedEmbedder:
        raise EngineError("x", en="away", es="no está")

    with pytest.raises(EngineError, match="away"):
        Succession(away).current()


def test_every_state_has_its_sentence_in_both_languages() -> None:
    for state in ("ready", "building", "damaged", "elsewhere"):
        english = index_sentence(state, "en", done=3, total=5, indexed=1, pid="77")  # type: ignore[arg-type]
        spanish = index_sentence(state, "es", done=3, total=5, indexed=1, pid="77")  # type: ignore[arg-type]
        assert "3" in english and "3" in spanish and english != spanish
    placing = index_sentence("building", "en", done=5, total=5, indexed=1, pid="")
    assert "1 so far" in placing
