"""Chooses among scored rows so that no text comes twice and no document or message crowds out the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Final

from jarvis.contracts.memory import Memory
from jarvis.storage.words import fold

SAME_WHOLE: Final = 0.08
"""What a row loses for each row of the same document or message that stands above it."""


def chosen(scores: Mapping[int, float], rows: Mapping[int, Memory], limit: int) -> list[int]:
    """Return at most `limit` rows, best first; of rows with the same text by the same speaker only the best, and the
    newest of those that are equally good. Only rows that have a score are chosen."""
    order = sorted(scores, key=lambda seq: (-scores[seq], -rows[seq].said_at.timestamp(), -seq))
    coming = enumerate(_without_repeats(order, rows))
    waiting: list[tuple[float, int, int, int]] = []
    taken: list[int] = []
    wholes: Counter[tuple[str, object]] = Counter()
    following = next(coming, None)
    while len(taken) < limit and (waiting or following is not None):
        # One at a time, since texts are compared and few are needed.
        while following is not None and (not waiting or (-scores[following[1]], following[0]) < waiting[0][:2]):
            heappush(waiting, (-scores[following[1]], following[0], 0, following[1]))
            following = next(coming, None)
        _, place, counted, best = heappop(waiting)
        whole = _whole(rows[best])
        above = wholes[whole] if whole is not None else 0
        if above > counted:
            heappush(waiting, (SAME_WHOLE * above - scores[best], place, above, best))
            continue
        taken.append(best)
        if whole is not None:
            wholes[whole] += 1
    return taken


def _without_repeats(order: Sequence[int], rows: Mapping[int, Memory]) -> Iterator[int]:
    seen: set[tuple[str, str]] = set()
    for seq in order:
        key = (rows[seq].speaker, fold(rows[seq].text))
        if key not in seen:
            seen.add(key)
            yield seq


def _whole(row: Memory) -> tuple[str, object] | None:
    if row.document_id is not None:
        return "document", row.document_id
    return None if row.message_id is None else ("message", row.message_id)
