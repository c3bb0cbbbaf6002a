"""The vectors of one embedder: kept in a file of their own, searched exactly, shared by several processes.

Everything here can be made again from the stored texts, so damage is found by checksums and answered by making anew:
a single damaged vector goes on the list `missing`, a damaged file raises `VectorsDamaged`. A few vectors are compared
one by one; many are first looked through by their signs, one bit per dimension, and the best of those are compared.
Knows no text and no embedder.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.memory.vector_codes import (
    BLOCK,
    as_floats,
    block_check,
    cosines,
    packed_sparse,
    quantised,
    row_check,
    signs,
    unit,
    unpacked_sparse,
    words_of,
)
from jarvis.memory.vector_file import VectorFile
from jarvis.memory.vector_mirror import VectorMirror

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float32]]

_ASKED_AT_ONCE = 5000

_BLOCKS = """
WITH RECURSIVE first (seq) AS (
  SELECT min(seq) FROM vectors
  UNION ALL SELECT (SELECT min(seq) FROM vectors WHERE seq >= (first.seq / :block + 1) * :block)
  FROM first WHERE first.seq IS NOT NULL
)
SELECT seq / :block FROM first WHERE seq IS NOT NULL UNION SELECT number FROM blocks
"""
"""The numbers of all blocks, found from each one's first vector: reading all vectors for it would take a second."""


class VectorStore:
    """The vectors at `path`, `dimensions` numbers each; safe from several threads and processes.

    `exact_bytes` bounds what is held in memory for comparing all one by one; above it `rescored` are compared after a
    look at the signs of all. Raises `VectorsDamaged` where the file has to be made anew (`delete`), else
    `StorageError`.
    """

    exact_bytes = 20_000_000
    rescored = 500

    def __init__(self, path: Path, dimensions: int) -> None:
        self._file = VectorFile(path, dimensions)
        self._dimensions = dimensions
        self._lock = threading.RLock()
        self._mirror: VectorMirror | None = None
        self._seen = (-1, -1)
        self._generation = -1

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written, since the folder does not allow it."""
        return self._file.read_only

    def watermark(self) -> int:
        """Return the number up to which every memory was handled."""
        with self._file.reading() as connection:
            return _number(connection, "watermark")

    def put(
        self,
        seqs: Sequence[int],
        dense: Sequence[bytes],
        sparse: Sequence[Mapping[int, float]] | None,
        watermark: int,
        alive: Callable[[Sequence[int]], Container[int]] | None = None,
    ) -> int:
        """Keep vectors and say that all up to `watermark` are handled; returns how many were kept.

        `alive` is asked, while no other process can write or remove here, which of them are still remembered: so one
        that is being forgotten never comes back. Raises `EngineError` for vectors of another length.
        """
        codes, scales = quantised(dense, self._dimensions)
        with self._file.writing() as connection:
            living = alive(seqs) if alive is not None else set(seqs)
            kept = [at for at, seq in enumerate(seqs) if seq in living]
            rows = [
                (
                    seqs[at],
                    float(scales[at]),
                    row_check(seqs[at], float(scales[at]), codes[at].tobytes()),
                    codes[at].tobytes(),
                    packed_sparse(sparse[at] if sparse else {}),
                )
                for at in kept
            ]
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("DELETE FROM missing WHERE seq IN (SELECT value FROM json_each(?))", (_list(seqs),))
            self._mark(connection, [seqs[at] for at in kept], signs(codes[kept]))
            connection.execute("UPDATE about SET watermark = max(watermark, ?)", (watermark,))
        return len(kept)

    def remove(self, seqs: Iterable[int]) -> int:
        """Take vectors away, overwriting their bytes, and return how many there were; `scrub` finishes it."""
        gone = sorted(set(seqs))
        removed = 0
        with self._file.writing() as connection:
            for start in range(0, len(gone), _ASKED_AT_ONCE):
                some = gone[start : start + _ASKED_AT_ONCE]
                where = "WHERE seq IN (SELECT value FROM json_each(?))"
                removed += connection.execute(f"DELETE FROM vectors {where}", (_list(some),)).rowcount
                connection.execute(f"DELETE FROM missing {where}", (_list(some),))
            self._mark(connection, gone, None)
        return removed

    def need(self, seqs: Iterable[int]) -> None:
        """Put numbers on the list of those whose vectors have to be made (again)."""
        with self._file.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO missing VALUES (?)", [(seq,) for seq in seqs])

    def missing(self, limit: int = 1000) -> list[int]:
        """Return numbers below the watermark whose vectors were damaged, ascending."""
        with self._file.reading() as connection:
            return [row[0] for row in connection.execute("SELECT seq FROM missing ORDER BY seq LIMIT ?", (limit,))]

    def count(self) -> int:
        """Return how many vectors there are."""
        with self._lock:
            return self._current().count()

    def seqs(self, start: int = 0, stop: int = 1 << 62) -> NDArray[np.int64]:
        """Return the numbers that have vectors, from `start` up to but without `stop`, ascending."""
        with self._lock:
            return self._current().seqs(start, stop)

    def nearest(
        self, dense: bytes, k: int, within: Iterable[int] | None = None, skip: Sequence[tuple[int, int]] = ()
    ) -> list[tuple[int, float]]:
        """Return the `k` nearest numbers with their cosines, best first.

        `within` narrows it to those numbers; ranges of `skip`, each up to but without its end, are left out.
        """
        import numpy as np

        query = unit(dense, self._dimensions)
        some = None if within is None else np.fromiter(within, dtype=np.int64)
        with self._lock:
            mirror = self._current()
            allowed = mirror.allowed(some, skip)
            if mirror.exact:
                seqs, found = mirror.nearest(query, k, allowed)
                return _pairs(seqs, found)
            alike = mirror.alike(query, max(self.rescored, 4 * k), allowed)
        return _best(self._compared(query, alike), k)

    def similarities(self, dense: bytes, seqs: Iterable[int]) -> dict[int, float]:
        """Return the cosine of each of these that has a vector."""
        import numpy as np

        wanted = np.unique(np.fromiter(seqs, dtype=np.int64))
        return dict(_pairs(*self._compared(unit(dense, self._dimensions), wanted)))

    def vectors(self, seqs: Iterable[int]) -> dict[int, bytes]:
        """Return the vectors of these as unit vectors of little-endian float32."""
        import numpy as np

        found, codes, scales = self._rows(np.fromiter(seqs, dtype=np.int64))
        floats = as_floats(codes, scales).astype("<f4")
        return {int(seq): floats[at].tobytes() for at, seq in enumerate(found)}

    def sparse(self, seqs: Iterable[int]) -> dict[int, Mapping[int, float]]:
        """Return the weights by token of those of these that have such."""
        found: dict[int, Mapping[int, float]] = {}
        damaged = []
        with self._file.reading() as connection:
            for seq, packed in connection.execute(
                "SELECT seq, sparse FROM vectors WHERE sparse <> x'' AND seq IN (SELECT value FROM json_each(?))",
                (_list(seqs),),
            ):
                weights = unpacked_sparse(packed) if isinstance(packed, bytes) else None
                if weights is None:
                    damaged.append(seq)
                else:
                    found[seq] = weights
        self._lost(damaged)
        return found

    def check(self, make_way: Callable[[], None] = lambda: None) -> bool:
        """Look through the whole file; damaged vectors go on the list. False where the file has to be made anew.

        `make_way` is called before every block of it and may wait; no lock is held then.
        """
        if not self._file.is_sound():
            return False
        with self._file.reading() as connection:
            numbers = connection.execute(_BLOCKS, {"block": BLOCK}).fetchall()
        for (number,) in numbers:
            make_way()
            self._check_block(number)
        return True

    def scrub(self) -> None:
        """Empty the log, so that bytes that were removed are in no file; `StorageError` when that is not possible."""
        self._file.scrub()

    def release(self) -> None:
        """Let go of what is held in memory; the next search reads it again."""
        with self._lock:
            self._mirror = None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def delete(self) -> None:
        """Close the file and delete it."""
        self._file.delete()

    def _mark(self, connection: sqlite3.Connection, seqs: Sequence[int], bits: NDArray[np.uint64] | None) -> None:
        """Write which numbers have vectors, and their signs, into their blocks; no signs take them out."""
        import numpy as np

        every = np.asarray(seqs, dtype=np.int64)
        order = np.argsort(every, kind="stable")
        numbers, starts = np.unique(every[order] // BLOCK, return_index=True)
        for number, mine in zip(numbers.tolist(), np.split(order, starts[1:]), strict=len(every) > 0):
            present, all_bits = self._stored_block(connection, number)
            present[every[mine] % BLOCK] = bits is not None
            all_bits[every[mine] % BLOCK] = 0 if bits is None else bits[mine]
            self._write_block(connection, number, present, all_bits)

    def _write_block(
        self, connection: sqlite3.Connection, number: int, present: NDArray[np.bool_], bits: NDArray[np.uint64]
    ) -> None:
        import numpy as np

        packed, raw = np.packbits(present).tobytes(), bits.tobytes()
        connection.execute("UPDATE about SET generation = generation + 1")
        connection.execute(
            "INSERT INTO blocks SELECT ?1, generation, ?2, ?3, ?4 FROM about WHERE true ON CONFLICT (number)"
            " DO UPDATE SET generation = excluded.generation, crc = ?2, present = ?3, bits = ?4",
            (number, block_check(number, packed, raw), packed, raw),
        )

    def _stored_block(
        self, connection: sqlite3.Connection, number: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
        """Return which of a block's numbers have vectors, and their signs; made from the vectors where damaged."""
        import numpy as np

        row = connection.execute("SELECT crc, present, bits FROM blocks WHERE number = ?", (number,)).fetchone()
        if row is None or not self._is_block(number, *row):
            return self._made_block(connection, number)[:2]
        present = np.unpackbits(np.frombuffer(row[1], dtype=np.uint8)).astype(bool)
        return present, np.frombuffer(row[2], dtype=np.uint64).reshape(BLOCK, -1).copy()

    def _is_block(self, number: int, crc: object, packed: object, raw: object) -> bool:
        if not isinstance(packed, bytes) or not isinstance(raw, bytes):
            return False
        sizes = BLOCK // 8, BLOCK * 8 * words_of(self._dimensions)
        return (len(packed), len(raw)) == sizes and crc == block_check(number, packed, raw)

    def _made_block(
        self, connection: sqlite3.Connection, number: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint64], list[int]]:
        """Return what a block should hold, from its vectors, and the numbers of damaged ones."""
        import numpy as np

        first = number * BLOCK
        seqs, codes, _, damaged = self._read(connection, "seq BETWEEN ? AND ?", (first, first + BLOCK - 1))
        present = np.zeros(BLOCK, dtype=bool)
        bits = np.zeros((BLOCK, words_of(self._dimensions)), dtype=np.uint64)
        present[seqs - first] = True
        bits[seqs - first] = signs(codes)
        return present, bits, damaged

    def _check_block(self, number: int) -> None:
        import numpy as np

        with self._file.snapshot() as connection:
            row = connection.execute("SELECT crc, present, bits FROM blocks WHERE number = ?", (number,)).fetchone()
            present, bits, damaged = self._made_block(connection, number)
        self._lost(damaged)
        packed, raw = np.packbits(present).tobytes(), bits.tobytes()
        if not damaged and not self._file.read_only and row != (block_check(number, packed, raw), packed, raw):
            with self._file.writing() as connection:
                present, bits, _ = self._made_block(connection, number)
                self._write_block(connection, number, present, bits)

    def _current(self) -> VectorMirror:
        """Return what is in memory, brought up to date; the lock is held."""
        version = self._file.data_version()
        made = self._file.made_anew
        if self._mirror is None or made != self._seen[0]:
            self._mirror, self._generation = VectorMirror(self._dimensions, self.exact_bytes), -1
        elif version == self._seen[1]:
            return self._mirror
        self._seen = (made, version)
        self._lost(self._load(self._mirror))
        return self._mirror

    def _load(self, mirror: VectorMirror) -> list[int]:
        """Read the blocks that changed and return the numbers of damaged vectors."""
        damaged: list[int] = []
        with self._file.snapshot() as connection:
            generation = _number(connection, "generation")
            changed = [
                row[0]
                for row in connection.execute("SELECT number FROM blocks WHERE generation > ?", (self._generation,))
            ]
            was_exact, exact = mirror.exact, mirror.fits(changed)
            for number in sorted(changed):
                present, bits = self._stored_block(connection, number)
                mirror.set_block(number, present, bits)
                if was_exact and exact:
                    first = number * BLOCK
                    seqs, codes, scales, bad = self._read(connection, "seq BETWEEN ? AND ?", (first, first + BLOCK - 1))
                    mirror.set_rows(seqs, codes, scales)
                    damaged += bad
            self._generation = generation
        return damaged

    def _compared(
        self, query: NDArray[np.float32], seqs: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        found, codes, scales = self._rows(seqs)
        return found, cosines(codes, scales, query)

    def _rows(self, seqs: NDArray[np.int64]) -> Rows:
        """Return the vectors of these that are there and sound, in no order."""
        with self._file.reading() as connection:
            condition = "seq IN (SELECT value FROM json_each(?))"
            found, codes, scales, damaged = self._read(connection, condition, (_list(seqs.tolist()),))
        self._lost(damaged)
        return found, codes, scales

    def _read(
        self, connection: sqlite3.Connection, condition: str, given: Sequence[object]
    ) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float32], list[int]]:
        import numpy as np

        seqs, scales, codes, damaged = [], [], [], []
        for seq, scale, crc, code in connection.execute(
            f"SELECT seq, scale, crc, codes FROM vectors WHERE {condition}", tuple(given)
        ):
            # Damage can also turn a value into one of another type.
            whole = isinstance(code, bytes) and len(code) == self._dimensions and isinstance(scale, float)
            if whole and row_check(seq, scale, code) == crc:
                seqs.append(seq)
                scales.append(scale)
                codes.append(code)
            else:
                damaged.append(seq)
        matrix = np.frombuffer(b"".join(codes), dtype=np.int8).reshape(len(codes), self._dimensions)
        return np.asarray(seqs, dtype=np.int64), matrix, np.asarray(scales, dtype=np.float32), damaged

    def _lost(self, damaged: Sequence[int]) -> None:
        if damaged and not self._file.read_only:
            self.remove(damaged)
            self.need(damaged)


def _number(connection: sqlite3.Connection, what: str) -> int:
    row = connection.execute(f"SELECT {what} FROM about").fetchone()
    if row is None or not isinstance(row[0], int):
        raise sqlite3.DatabaseError(f"no {what}")
    return row[0]


def _list(seqs: Iterable[int]) -> str:
    return json.dumps([int(seq) for seq in seqs])


def _pairs(seqs: NDArray[np.int64], found: NDArray[np.float32]) -> list[tuple[int, float]]:
    return list(zip(seqs.tolist(), found.tolist(), strict=True))


def _best(rows: tuple[NDArray[np.int64], NDArray[np.float32]], k: int) -> list[tuple[int, float]]:
    import numpy as np

    seqs, found = rows
    order = np.lexsort((seqs, -found))[:k]
    return _pairs(seqs[order], found[order])
