"""The index in one process: nearness, progress, trouble, other embedders, ChromaDB beside it, and forgetting."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.memory import IndexProgress
from jarvis.memory import keeper as keeper_module
from jarvis.memory import purging
from jarvis.memory.shards import Shards
from jarvis.memory.vector_folders import FILE
from tests.fakes.memory import HashedEmbedder, MemoryWorld, bytes_of, texts_near

TEXTS = ("Ana likes green pears", "Luis drives an old train", "the moon is far away", "my sister sings on Tuesday")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MemoryWorld]:
    found = MemoryWorld(tmp_path)
    yield found
    found.close()


def test_what_is_near_in_meaning_is_found(world: MemoryWorld) -> None:
    seqs = world.remember(*TEXTS)
    near = world.keeper.nearest("when does my sister sing", 2)
    assert near is not None
    assert near.hits[0][0] == seqs[3] and len(near.hits) == 2 and near.hits[0][1] > near.hits[1][1]
    assert near.complete and near.embedder.tag == "hashed-1" and near.sparse == {}
    similar = world.keeper.similarities("green pears", [*seqs, 999])
    assert sorted(similar) == seqs and max(similar, key=lambda seq: similar[seq]) == seqs[0]
    within = world.keeper.nearest("when does my sister sing", 5, within=[seqs[0], seqs[2], 999])
    assert within is not None and sorted(seq for seq, _ in within.hits) == [seqs[0], seqs[2]]


def test_a_question_is_embedded_once(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    world.embedder.texts.clear()
    near = world.keeper.nearest("pears", 2)
    assert near is not None
    world.keeper.similarities("pears", [seq for seq, _ in near.hits])
    assert world.embedder.texts == ["pears"]


def test_sparse_weights_are_compared_where_there_are_any(world: MemoryWorld) -> None:
    world.embedder = HashedEmbedder("sparse-1", sparse=True)
    seqs = world.remember(*TEXTS)
    near = world.keeper.nearest("green pears and the moon", 4)
    assert near is not None
    assert near.sparse[seqs[0]] > near.sparse[seqs[2]] > 0 and near.sparse[seqs[1]] == 0


def test_progress_says_how_far_it_is_in_both_languages(world: MemoryWorld) -> None:
    world.memories.add([])
    world.remember(*TEXTS[:2])
    near = world.keeper.nearest("pears", 1)
    assert near is not None and near.complete
    world.memories.add(world_rows(130))
    near = world.keeper.nearest("pears", 1)
    assert near is not None and not near.complete
    seen: list[IndexProgress] = []
    progress = world.keeper.progress("es")
    assert (progress.state, progress.done, progress.total) == ("building", 2, 132)
    assert "2 de 132" in progress.sentence
    assert world.keeper.catch_up(70, seen.append).done == 72
    assert [step.done for step in seen] == [66, 72]
    assert world.keeper.catch_up().state == "ready"
    assert "132 memories" in world.keeper.progress("en").sentence


def world_rows(count: int, word: str = "row") -> list[object]:
    from jarvis.contracts.memory import NewMemory

    return [NewMemory(text=f"{word} number{at} of many") for at in range(count)]


def test_an_embedder_that_cannot_work_says_why(world: MemoryWorld) -> None:
    world.embedder.missing = "nothing is downloaded"
    world.remember(*TEXTS)
    assert world.keeper.nearest("pears", 1) is None
    assert world.keeper.similarities("pears", [1]) == {}
    assert world.keeper.why_not("en") == "nothing is downloaded"
    progress = world.keeper.progress("en")
    assert (progress.state, progress.sentence, progress.total) == ("off", "nothing is downloaded", 4)
    world.embedder.missing = None
    world.keeper.catch_up()
    assert world.keeper.why_not("en") is None and texts_near(world, "pears") == [TEXTS[0]]


def test_an_embedder_that_fails_is_told_and_goes_on_later(world: MemoryWorld) -> None:
    world.embedder.refusals = ["the server is away"]
    world.remember(*TEXTS)
    assert world.keeper.progress("en").state == "failed"
    assert world.keeper.progress("es").sentence == "the server is away"
    assert world.keeper.catch_up().state == "ready"
    world.embedder.refusals = ["the server is away"]
    assert world.keeper.nearest("pears", 1) is None
    assert world.keeper.why_not("en") == "the server is away"
    assert texts_near(world, "pears") == [TEXTS[0]] and world.keeper.why_not("en") is None


def test_the_embedder_before_answers_until_its_successor_is_complete(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    assert texts_near(world, "pears") == [TEXTS[0]]
    old, new = world.embedder, HashedEmbedder("hashed-2", dimensions=96)
    world.embedder = new
    near = world.keeper.nearest("moon", 1)
    assert near is not None and near.embedder.tag == "hashed-1" and near.hits[0][0] == 3
    assert new.texts == [] and old.closed == 0
    world.keeper.catch_up()
    near = world.keeper.nearest("moon", 1)
    assert near is not None and near.embedder.tag == "hashed-2" and near.hits[0][0] == 3
    assert old.closed == 1
    assert [entry.name for entry in (world.home / "memory").iterdir() if entry.is_dir()] == ["hashed-2"]


def test_another_embedder_after_a_restart_makes_everything_anew(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    world.close()
    again = MemoryWorld(world.home)
    again.embedder = HashedEmbedder("hashed-2")
    near = again.keeper.nearest("moon", 1)
    assert near is not None and near.hits == [] and not near.complete
    assert again.keeper.catch_up().state == "ready"
    assert texts_near(again, "moon") == [TEXTS[2]]
    assert not (world.home / "memory" / "hashed-1").exists()
    again.close()


def test_a_damaged_file_of_vectors_is_made_anew_and_told(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    world.keeper.stop()
    path = world.home / "memory" / "hashed-1" / FILE
    path.write_bytes(b"\xff" * 9000)
    near = world.keeper.nearest("moon", 1)
    assert near is not None and near.hits == [] and not near.complete
    progress = world.keeper.progress("es")
    assert (
        progress.state == "damaged" and "dañada" in progress.sentence and "No se ha perdido nada" in progress.sentence
    )
    world.keeper.catch_up()
    assert world.keeper.progress("en").state == "ready" and texts_near(world, "moon") == [TEXTS[2]]


def test_check_finds_what_is_missing_too_many_or_of_other_rows(world: MemoryWorld) -> None:
    seqs = world.remember(*TEXTS)
    folders = world.keeper._folders
    info = world.embedder.info()
    vector = world.embedder.embed(["something else"])[0].dense
    folders.use(info, lambda store: (store.remove([seqs[1]]), store.put([77], [vector], None, 4)))
    world.keeper.check()
    world.keeper.catch_up()
    assert folders.use(info, lambda store: store.seqs().tolist()) == seqs
    assert texts_near(world, "train") == [TEXTS[1]]
    # Vectors of a memory that was put back to an older state.
    folders.use(info, lambda store: store.put([77], [vector], None, 500))
    world.keeper.check()
    assert world.keeper.progress("en").state == "damaged"
    world.keeper.catch_up()
    assert folders.use(info, lambda store: store.seqs().tolist()) == seqs


def test_reindex_makes_what_is_missing_and_afresh_everything(world: MemoryWorld) -> None:
    world.memories.add(world_rows(150))
    assert [step.done for step in world.keeper.reindex()] == [64, 128, 150, 150]
    assert len(list(world.keeper.reindex())) == 1
    world.embedder.texts.clear()
    assert list(world.keeper.reindex(afresh=True))[-1].state == "ready"
    assert len(world.embedder.texts) == 150


def test_chroma_takes_part_from_a_number_on_and_what_it_lacks_is_compared_exactly(
    world: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shards, "size", 256)
    monkeypatch.setattr(Shards, "extend", 32)
    world.index_from = 300
    world.memories.add(world_rows(299))
    world.keeper.start()
    world.settled()
    assert world.keeper.progress("en").indexed == 0 and world.keeper.index_pid() is None
    world.memories.add(world_rows(300, "late"))
    world.keeper.wake()
    assert world.settled().indexed == 599
    assert world.keeper.index_pid() is not None and world.keeper.bytes()["index"] > 0
    world.remember("a pear tree in the garden")
    assert texts_near(world, "the garden of pear trees") == ["a pear tree in the garden"]
    assert texts_near(world, "late number17 of many") == ["late number17 of many"]
    [gone] = [row.seq for row in world.memories.by_seq(range(1, 600)).values() if row.text == "late number17 of many"]
    vector = world.keeper._folders.use(world.embedder.info(), lambda store: store.vectors([gone]))[gone]
    world.memories.delete([gone])
    world.keeper.purge()
    data = bytes_of(world.home)
    assert vector[:16] not in data and b"number17 of many" in data and b"late number17 of" not in data
    assert world.keeper.nearest("late number17 of many", 1) is not None
    world.settled()
    world.keeper.free()
    assert world.keeper.index_pid() is None
    assert texts_near(world, "late number18 of many") == ["late number18 of many"]


def test_forgetting_leaves_no_byte_of_any_embedders_vector(world: MemoryWorld) -> None:
    seqs = world.remember(*TEXTS)
    world.embedder.go.clear()
    old = world.embedder
    kept = world.keeper._folders.use(old.info(), lambda store: store.vectors(seqs))
    world.embedder = HashedEmbedder("hashed-2")
    world.embedder.refusals = ["not now"]
    world.keeper.catch_up()
    world.memories.delete([seqs[0]])
    world.keeper.purge()
    data = bytes_of(world.home)
    assert kept[seqs[0]][:16] not in data and b"pears" not in data and b"train" in data
    assert world.memories.forgotten() == []


def test_forgetting_everything_leaves_nothing_and_begins_anew(world: MemoryWorld) -> None:
    seqs = world.remember(*TEXTS)
    kept = world.keeper._folders.use(world.embedder.info(), lambda store: store.vectors(seqs))
    world.memories.delete(seqs)
    world.keeper.purge()
    data = bytes_of(world.home)
    assert not any(vector[:16] in data for vector in kept.values()) and b"pears" not in data
    world.remember("a new beginning")
    assert texts_near(world, "beginning") == ["a new beginning"]
    assert world.keeper.progress("en").done == 1


def test_what_is_forgotten_while_it_is_embedded_never_comes_back(world: MemoryWorld) -> None:
    world.embedder.go.clear()
    rows = world.memories.add(world_rows(3))
    filling = threading.Thread(target=world.keeper.catch_up)
    filling.start()
    world.memories.delete([rows[1].seq])
    world.keeper.purge()
    world.embedder.go.set()
    filling.join(30)
    assert world.keeper._folders.use(world.embedder.info(), lambda store: store.seqs().tolist()) == [1, 3]


def test_a_full_disk_and_a_forbidden_folder_are_told_and_searching_goes_on(
    world: MemoryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.remember(*TEXTS)
    store = world.keeper._folders.use(world.embedder.info(), lambda found: found)
    with store._file.writing() as connection:
        connection.execute("SELECT 1")
    pages = store._file._writer.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[union-attr]
    store._file._writer.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[union-attr]
    world.memories.add(world_rows(200))
    progress = world.keeper.catch_up()
    assert progress.state == "failed" and "disk is full" in progress.sentence
    assert texts_near(world, "moon") == [TEXTS[2]]
    store._file._writer.execute("PRAGMA max_page_count = 1000000")  # type: ignore[union-attr]
    assert world.keeper.catch_up().state == "ready"


def test_a_folder_that_must_not_be_written_to_is_searched_all_the_same(world: MemoryWorld) -> None:
    world.remember(*TEXTS)
    world.keeper.stop()
    script = (
        "import os, sys, numpy\n"
        "from pathlib import Path\n"
        "from tests.fakes.memory import MemoryWorld\n"
        "world = MemoryWorld(Path(sys.argv[1]))\n"
        "if os.getuid() == 0:\n"
        "    os.setuid(65534)\n"
        "near = world.keeper.nearest('the moon', 1)\n"
        "progress = world.keeper.progress('en')\n"
        "print(near.hits[0][0], progress.state, progress.sentence)\n"
    )
    folder = world.home / "memory"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in [world.home, *world.home.parents][:3]:
        path.chmod(0o755)
    world.home.chmod(0o777)
    for path in world.home.glob("jarvis.db*"):
        path.chmod(0o666)
    command = [sys.executable, "-c", script, str(world.home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    assert done.stdout.startswith("3 failed Jarvis cannot write"), done.stdout + done.stderr


def test_the_background_waits_after_a_failure(world: MemoryWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 1.0, 14.9, 15.1])
    monkeypatch.setattr(keeper_module, "monotonic", lambda: next(moments))
    world.embedder.refusals = ["not now"]
    world.memories.add(world_rows(2))
    tries = [world.keeper._fill_some() for _ in range(4)]
    assert tries == [False, False, False, True]


def test_patience_with_the_keeper_is_ten_seconds() -> None:
    assert purging.OWNER_SECONDS == 10.0
