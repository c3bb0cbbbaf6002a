import math
import random
import sqlite3
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError, StorageError
from jarvis.memory.vector_codes import quantised
from jarvis.memory.vector_file import VectorsDamaged
from jarvis.memory.vector_mirror import VectorMirror
from jarvis.memory.vectors import VectorStore

WIDE = 64


def clustered(count: int, seed: int = 1, dimensions: int = WIDE) -> np.ndarray:
    """Unit vectors in clusters of about 50: what texts about few subjects look like."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(max(1, count // 50), dimensions))
    found = centres[chance.integers(0, len(centres), count)] + 0.7 * chance.normal(size=(count, dimensions))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype("<f4")


def near_to(vectors: np.ndarray, count: int = 40) -> np.ndarray:
    """Questions in the neighbourhood of some of the vectors."""
    chance = np.random.default_rng(9)
    found = vectors[chance.integers(0, len(vectors), count)] + 0.08 * chance.normal(size=(count, vectors.shape[1]))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype("<f4")


def put(
    store: VectorStore, vectors: np.ndarray, first: int = 1, *, sparse: list[dict[int, float]] | None = None
) -> None:
    seqs = list(range(first, first + len(vectors)))
    store.put(seqs, [one.tobytes() for one in vectors], sparse, seqs[-1])


def recall(store: VectorStore, vectors: np.ndarray, questions: np.ndarray, k: int = 10) -> float:
    right = 0
    for question in questions:
        best = np.argsort(-(vectors @ question))[:k] + 1
        right += len(set(best.tolist()) & {seq for seq, _ in store.nearest(question.tobytes(), k)})
    return right / (k * len(questions))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hashed-1" / "vectors.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[VectorStore]:
    found = VectorStore(path, WIDE)
    yield found
    found.close()


def test_few_are_compared_exactly_and_cosines_are_right_to_a_hundredth(store: VectorStore) -> None:
    vectors = clustered(3000)
    put(store, vectors)
    questions = near_to(vectors)
    assert recall(store, vectors, questions) >= 0.97
    for seq, cosine in store.nearest(questions[0].tobytes(), 50):
        assert cosine == pytest.approx(float(vectors[seq - 1] @ questions[0]), abs=0.01)


def test_many_are_found_by_their_signs_and_a_second_look(store: VectorStore) -> None:
    store.exact_bytes, store.rescored = 1, 600
    vectors = clustered(6000)
    put(store, vectors)
    # 64 dimensions are 64 bits; embedders have 384 and more.
    assert recall(store, vectors, near_to(vectors)) >= 0.9
    hits = store.nearest(vectors[17].tobytes(), 5)
    assert hits[0][0] == 18 and hits[0][1] == pytest.approx(1, abs=0.01)
    assert [cosine for _, cosine in hits] == sorted((cosine for _, cosine in hits), reverse=True)


@given(st.integers(0, 384), st.integers(1, 3000), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_least_different_of_very_many_are_found_by_a_part_of_them(spread: int, limit: int, seed: int) -> None:
    differing = np.random.default_rng(seed).integers(384 - spread, 385, 200_000).astype(np.uint16)
    slots = VectorMirror._nearer(differing, limit, 385)
    assert len(slots) >= limit
    assert set(np.flatnonzero(differing < differing[slots].max())) <= set(slots)


@pytest.mark.parametrize("exact_bytes", [1, 10**9])
def test_within_and_skip_narrow_what_is_found(path: Path, exact_bytes: int) -> None:
    store = VectorStore(path, WIDE)
    store.exact_bytes = exact_bytes
    vectors = clustered(2500)
    put(store, vectors)
    question = vectors[100].tobytes()
    assert {seq for seq, _ in store.nearest(question, 100, within=[5, 101, 2400, 99999])} == {5, 101, 2400}
    assert store.nearest(question, 3, within=[]) == []
    outside = [seq for seq, _ in store.nearest(question, 2500, skip=[(1, 1000), (2000, 2400)])]
    assert len(outside) == 2500 - 999 - 400 and all(1000 <= seq < 2000 or seq >= 2400 for seq in outside)
    # The second range holds whole blocks of numbers and parts of two.
    left = {seq for seq, _ in store.nearest(question, 2500, skip=[(0, 900), (950, 2100), (2300, 1 << 40)])}
    assert left == {*range(900, 950), *range(2100, 2300)}
    assert store.nearest(question, 10, skip=[(0, 1 << 40)]) == []
    store.close()


def test_what_another_process_writes_and_removes_is_seen(path: Path, store: VectorStore) -> None:
    other = VectorStore(path, WIDE)
    vectors = clustered(1100)
    assert store.nearest(vectors[0].tobytes(), 1) == []
    put(other, vectors)
    assert store.nearest(vectors[1099].tobytes(), 1)[0][0] == 1100
    other.remove([1100])
    assert store.nearest(vectors[1099].tobytes(), 1)[0][0] != 1100
    assert store.count() == 1099 and store.watermark() == 1100
    other.close()


def test_the_watermark_never_goes_back(store: VectorStore) -> None:
    put(store, clustered(5), first=10)
    put(store, clustered(5), first=1)
    assert store.watermark() == 14
    assert store.seqs().tolist() == [1, 2, 3, 4, 5, 10, 11, 12, 13, 14]
    assert store.seqs(3, 11).tolist() == [3, 4, 5, 10]


def test_what_was_forgotten_meanwhile_is_not_kept(store: VectorStore) -> None:
    vectors = clustered(3)
    kept = store.put([1, 2, 3], [one.tobytes() for one in vectors], None, 3, alive=lambda seqs: set(seqs) - {2})
    assert kept == 2
    assert store.seqs().tolist() == [1, 3] and store.watermark() == 3


def test_vectors_and_weights_come_back(store: VectorStore) -> None:
    vectors = clustered(3)
    put(store, vectors, sparse=[{7: 0.5, 100_000: 1.25}, {}, {1: 2.0}])
    assert store.sparse([1, 2, 3, 4]) == {1: {7: 0.5, 100_000: 1.25}, 3: {1: 2.0}}
    back = store.vectors([3, 1, 9])
    assert sorted(back) == [1, 3]
    assert np.frombuffer(back[3], dtype="<f4") @ vectors[2] == pytest.approx(1, abs=1e-3)
    assert store.similarities(vectors[0].tobytes(), [1, 9]) == {1: pytest.approx(1, abs=0.01)}


def test_vectors_of_another_length_are_refused_and_broken_ones_never_found(
    store: VectorStore, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(EngineError, match="65 numbers where 64"):
        store.put([1], [b"\0" * 260], None, 1)
    with pytest.raises(EngineError):
        store.nearest(b"\0" * 4, 1)
    broken = struct.pack("<64f", *([math.nan] + [1.0] * 63))
    whole = clustered(1)[0].tobytes()
    store.put([1, 2], [broken, whole], None, 2)
    assert store.nearest(whole, 2) == [(2, pytest.approx(1, abs=0.01)), (1, 0.0)]
    assert "not finite" in caplog.text


def test_files_are_private(path: Path, store: VectorStore) -> None:
    put(store, clustered(3))
    files = list(path.parent.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_removed_bytes_are_in_no_file(path: Path, store: VectorStore) -> None:
    vectors = clustered(3000)
    sparse = [{int.from_bytes(random.Random(at).randbytes(4), "little"): 1.5} for at in range(3000)]
    for first in range(0, 3000, 300):
        seqs = range(first + 1, first + 301)
        store.put(
            list(seqs), [one.tobytes() for one in vectors[first : first + 300]], sparse[first : first + 300], seqs[-1]
        )
    gone = random.Random(3).sample(range(1, 3001), 700)
    for at in range(0, 700, 70):
        store.remove(gone[at : at + 70])
    store.scrub()
    data = b"".join(file.read_bytes() for file in path.parent.iterdir())
    codes, _ = quantised([one.tobytes() for one in vectors], WIDE)
    forms = [form[seq - 1].tobytes() for seq in gone for form in (codes, vectors)]
    runs = {form[at : at + 16] for form in forms for at in range(len(form) - 15)}
    runs |= {struct.pack("<If", *next(iter(sparse[seq - 1].items()))) for seq in gone}
    assert not any(data[at : at + 16] in runs or data[at : at + 8] in runs for at in range(len(data)))
    kept = next(seq for seq in range(1, 3001) if seq not in set(gone))
    assert codes[kept - 1].tobytes() in data


def test_a_damaged_vector_goes_on_the_list_and_comes_back(path: Path, store: VectorStore) -> None:
    vectors = clustered(50)
    put(store, vectors)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET codes = zeroblob(64) WHERE seq = 20")
    connection.close()
    assert store.check()
    assert store.missing() == [20]
    assert 20 not in [seq for seq, _ in store.nearest(vectors[19].tobytes(), 50)]
    store.put([20], [vectors[19].tobytes()], None, 0)
    assert store.missing() == [] and store.nearest(vectors[19].tobytes(), 1)[0][0] == 20


def test_damaged_signs_are_made_again_from_the_vectors(path: Path) -> None:
    store = VectorStore(path, WIDE)
    vectors = clustered(1500)
    put(store, vectors)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE blocks SET bits = zeroblob(length(bits)) WHERE number = 0")
        connection.execute("DELETE FROM blocks WHERE number = 1")
    connection.close()
    store = VectorStore(path, WIDE)
    store.exact_bytes = 1
    assert store.nearest(vectors[9].tobytes(), 1)[0][0] == 10
    assert store.check()
    store.release()
    assert store.count() == 1500 and store.nearest(vectors[1400].tobytes(), 1)[0][0] == 1401
    store.close()


@pytest.mark.parametrize(
    "content",
    [b"not a database, but long enough to look like one" * 40, b"\0" * 5000, b"SQLite format 3\0" + b"x" * 900],
)
def test_a_foreign_file_is_told_as_damage(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(VectorsDamaged, match="made anew"):
        VectorStore(path, WIDE)


def test_another_programs_database_and_another_width_are_damage(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(VectorsDamaged):
        VectorStore(path, WIDE)
    path.unlink()
    VectorStore(path, WIDE).close()
    with pytest.raises(VectorsDamaged):
        VectorStore(path, WIDE + 1)


def test_flipped_and_cut_files_are_found_out_or_do_no_harm(path: Path) -> None:
    vectors = clustered(400)
    store = VectorStore(path, WIDE)
    put(store, vectors)
    store.scrub()
    store.close()
    whole = path.read_bytes()
    chance = random.Random(5)
    for at in range(60):
        data = bytearray(whole)
        if at % 6:
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        else:
            data = data[: chance.randrange(100, len(data))]
        path.write_bytes(bytes(data))
        try:
            store = VectorStore(path, WIDE)
        except StorageError:
            continue
        try:
            for seq in chance.sample(range(400), 5):
                found = store.nearest(vectors[seq].tobytes(), 400)
                for other, cosine in found[:50]:
                    assert cosine == pytest.approx(float(vectors[other - 1] @ vectors[seq]), abs=0.01)
            store.check()
        except VectorsDamaged:
            pass
        finally:
            store.close()


def test_a_file_that_is_deleted_under_it_is_begun_anew(path: Path, store: VectorStore) -> None:
    vectors = clustered(30)
    put(store, vectors)
    assert store.nearest(vectors[3].tobytes(), 1)[0][0] == 4
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    assert store.nearest(vectors[3].tobytes(), 1) == []
    assert store.watermark() == 0
    put(store, vectors[:5])
    assert store.count() == 5


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "remove", "reopen", "other"]), st.lists(st.integers(1, 3000), max_size=12)),
        max_size=12,
    ),
    st.booleans(),
)
def test_it_holds_what_was_put_and_not_removed(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[int]]], exact: bool
) -> None:
    path = tmp_path_factory.mktemp("steps") / "vectors.sqlite3"
    vectors = clustered(3001)
    store, other = VectorStore(path, WIDE), VectorStore(path, WIDE)
    store.exact_bytes = 10**9 if exact else 1
    model: set[int] = set()
    for what, seqs in steps:
        unique = list(dict.fromkeys(seqs))
        writer = other if what == "other" else store
        if what in ("put", "other"):
            writer.put(unique, [vectors[seq].tobytes() for seq in unique], None, max(unique, default=0))
            model |= set(unique)
        elif what == "remove":
            assert store.remove(seqs) == len(model & set(seqs))
            model -= set(seqs)
        else:
            store.close()
        assert store.seqs().tolist() == sorted(model)
        assert {seq for seq, _ in store.nearest(vectors[0].tobytes(), 100)} == model
    store.close()
    other.close()
