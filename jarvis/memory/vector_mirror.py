"""What of the vectors is kept in memory to look through them quickly.

Blocks of consecutive numbers lie side by side in arrays that grow: signs as one row of 64-bit words per 64 dimensions,
and, while they are few, the integers themselves. Knows no file; who keeps it tells it which blocks changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jarvis.memory.vector_codes import BLOCK, cosines, signs, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WIDER = 12
"""How many times as many vectors as are compared exactly are looked at by their signs and the question's numbers."""

_SAMPLE = 64 * BLOCK
"""About so many of the differences tell how great they are."""

_PIECE = 64 * BLOCK
"""Vectors whose signs are compared at a time: their working memory stays in the processor's cache."""


class VectorMirror:
    """The vectors of one file in memory; not safe from several threads. `exact` tells that the integers are here."""

    def __init__(self, dimensions: int, exact_bytes: int) -> None:
        import numpy as np

        self._dimensions = dimensions
        self._words = words_of(dimensions)
        self._exact_blocks = max(1, exact_bytes // (dimensions * BLOCK))
        self._places: dict[int, int] = {}
        self._numbers = np.empty(0, dtype=np.int64)
        self._present = np.empty(0, dtype=bool)
        self._bits = np.empty((self._words, 0), dtype=np.uint64)
        self._codes: NDArray[np.int8] | None = np.empty((0, dimensions), dtype=np.int8)
        self._scales = np.empty(0, dtype=np.float32)

    @property
    def exact(self) -> bool:
        """Whether vectors are compared exactly, since all of them are in memory."""
        return self._codes is not None

    def fits(self, numbers: Sequence[int]) -> bool:
        """Tell whether the integers still fit when these blocks are there too; forgets them where they do not."""
        if self._codes is not None and len(self._places.keys() | set(numbers)) > self._exact_blocks:
            self._codes = None
        return self._codes is not None

    def set_block(self, number: int, present: NDArray[np.bool_], bits: NDArray[np.uint64]) -> None:
        """Take over which of a block's `BLOCK` numbers have vectors and their signs, shape (BLOCK, words)."""
        place = self._place(number)
        here = slice(place * BLOCK, (place + 1) * BLOCK)
        self._present[here] = present
        self._bits[:, here] = bits.T
        if self._codes is not None:
            self._scales[here] = 0

    def set_rows(self, seqs: NDArray[np.int64], codes: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        """Take over the integers of vectors whose blocks were set."""
        if self._codes is not None and len(seqs):
            slots = self._slots(seqs)
            self._codes[slots] = codes
            self._scales[slots] = scales

    def count(self) -> int:
        """Return how many vectors there are."""
        return int(self._present[: len(self._places) * BLOCK].sum())

    def seqs(self, start: int = 0, stop: int = 1 << 62) -> NDArray[np.int64]:
        """Return the numbers that have vectors, from `start` up to but without `stop`, ascending."""
        import numpy as np

        found = [np.empty(0, dtype=np.int64)]
        for number in sorted(self._places):
            first, here = number * BLOCK, self._places[number] * BLOCK
            if first < stop and first + BLOCK > start:
                some = np.flatnonzero(self._present[here : here + BLOCK]) + first
                found.append(some[(some >= start) & (some < stop)])
        return np.concatenate(found)

    def nearest(
        self, query: NDArray[np.float32], limit: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `limit` nearest with their cosines, best first; only while `exact`."""
        import numpy as np

        assert self._codes is not None
        size = len(self._places) * BLOCK
        found = np.where(allowed, cosines(self._codes[:size], self._scales[:size], query), np.float32(-2))
        limit = min(limit, int(allowed.sum()))
        if not limit:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        best = np.argpartition(-found, limit - 1)[:limit]
        best = best[np.lexsort((best, -found[best]))]
        return self._seqs_of(best), found[best]

    def alike(self, query: NDArray[np.float32], limit: int, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return about `limit` numbers that are probably nearest to `query`, in no order.

        Those whose signs differ least from its own are looked at again: its numbers, added up with their signs, tell
        much more than how many signs differ.
        """
        import numpy as np

        slots = self._least_different(signs(np.sign(query)[None].astype(np.int8))[0], _WIDER * limit, allowed)
        if len(slots) <= limit:
            return self._seqs_of(slots)
        bits = np.ascontiguousarray(self._bits[:, slots].T).view(np.uint8)
        positive = np.unpackbits(bits, axis=1, count=self._dimensions)
        likely = cosines(positive.view(np.int8), np.ones(len(slots), dtype=np.float32), query)
        return self._seqs_of(slots[np.argpartition(-likely, limit)[:limit]])

    def _least_different(self, wanted: NDArray[np.uint64], limit: int, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        import numpy as np

        if np.count_nonzero(allowed) <= limit:
            # So it is where ChromaDB holds all but the newest.
            return np.flatnonzero(allowed)
        size = len(self._places) * BLOCK
        far = 64 * self._words + 1
        differing = np.empty(size, dtype=np.uint16)
        for start in range(0, size, _PIECE):
            piece = slice(start, min(start + _PIECE, size))
            total = np.zeros(piece.stop - piece.start, dtype=np.uint16)
            for word in range(self._words):
                total += np.bitwise_count(self._bits[word, piece] ^ wanted[word])
            differing[piece] = total
        differing[~allowed] = far
        slots = self._nearer(differing, limit, far)
        if len(slots) > 2 * limit:
            # Many lie equally far, so that the last step brings in more than are worth a second look.
            slots = slots[np.argpartition(differing[slots], limit)[:limit]]
        return slots

    @staticmethod
    def _nearer(differing: NDArray[np.uint16], limit: int, far: int) -> NDArray[np.int64]:
        """Return where at least `limit` of the least values below `far` lie, with all that equal the greatest of them.

        There are as many. How great that is, is read from a part of the values first: counting all takes longer.
        """
        import numpy as np

        every = max(1, len(differing) // _SAMPLE)
        counts = np.cumsum(np.bincount(differing[::every], minlength=far + 1)[:far])
        reach = min(int(np.searchsorted(counts, limit / every)), far - 1)
        slots = np.flatnonzero(differing <= reach)
        while len(slots) < limit:
            reach += 1
            slots = np.flatnonzero(differing <= reach)
        return slots

    def allowed(self, within: NDArray[np.int64] | None, skip: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
        """Return which slots may be found: those `within` (None for all) that lie in none of the ranges `skip`."""
        import numpy as np

        size = len(self._places) * BLOCK
        if within is None:
            mask = self._present[:size].copy()
        else:
            mask = np.zeros(size, dtype=bool)
            mask[self._slots(within)] = True
            mask &= self._present[:size]
        for start, stop in skip:
            self._clear(mask, start, stop)
        return mask

    def _clear(self, mask: NDArray[np.bool_], start: int, stop: int) -> None:
        import numpy as np

        firsts = self._numbers[: len(self._places)] * BLOCK
        touched = (firsts < stop) & (firsts + BLOCK > start)
        whole = touched & (firsts >= start) & (firsts + BLOCK <= stop)
        mask.reshape(-1, BLOCK)[whole] = False
        for place in np.flatnonzero(touched & ~whole).tolist():
            first = int(firsts[place])
            here = np.arange(max(start, first), min(stop, first + BLOCK)) - first + place * BLOCK
            mask[here] = False

    def _place(self, number: int) -> int:
        place = self._places.get(number)
        if place is None:
            place = self._places[number] = len(self._places)
            self._grow(len(self._places))
            self._numbers[place] = number
        return place

    def _grow(self, blocks: int) -> None:
        import numpy as np

        have = len(self._numbers)
        if blocks <= have:
            return
        room = max(blocks, have + have // 4 + 4)
        more = room - have
        self._numbers = np.concatenate([self._numbers, np.full(more, -1, dtype=np.int64)])
        self._present = np.concatenate([self._present, np.zeros(more * BLOCK, dtype=bool)])
        self._bits = np.concatenate([self._bits, np.zeros((self._words, more * BLOCK), dtype=np.uint64)], axis=1)
        self._scales = np.concatenate([self._scales, np.zeros(more * BLOCK, dtype=np.float32)])
        if self._codes is not None:
            self._codes = np.concatenate([self._codes, np.zeros((more * BLOCK, self._dimensions), dtype=np.int8)])

    def _seqs_of(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        found: NDArray[np.int64] = self._numbers[slots // BLOCK] * BLOCK + slots % BLOCK
        return found.astype(np.int64, copy=False)

    def _slots(self, seqs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where these numbers lie; those of unknown blocks are left out."""
        import numpy as np

        numbers = self._numbers[: len(self._places)]
        if not len(numbers) or not len(seqs):
            return np.empty(0, dtype=np.int64)
        order = np.argsort(numbers)
        at = np.minimum(np.searchsorted(numbers, seqs // BLOCK, sorter=order), len(numbers) - 1)
        places = order[at]
        known = numbers[places] == seqs // BLOCK
        slots: NDArray[np.int64] = places[known] * BLOCK + seqs[known] % BLOCK
        return slots
