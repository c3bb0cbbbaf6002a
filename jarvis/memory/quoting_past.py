"""Finds what was so before: the fact that a newer one closed, and until when it held. Pure; reads no rows."""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.memory import Memory
from jarvis.memory.fact_sentences import single, value_of
from jarvis.memory.fact_text import key


def before(facts: Sequence[Memory], than: str) -> tuple[Memory, Memory | None] | None:
    """Return the fact that held last before what holds now, or before the value `than` ("exeter"), with the one that
    took its place, None where nothing did.

    `facts` are all of one subject in one relation, ended ones among them. None where nothing held before, or where
    several may hold at once.
    """
    ended = [fact for fact in facts if fact.valid_until is not None and single(fact.subject, fact.relation)]
    by_id = {fact.id: fact for fact in facts}
    pairs = [(fact, by_id.get(fact.superseded_by or "")) for fact in ended]
    if than:
        wanted = set(key(than).split())
        pairs = [pair for pair in pairs if pair[1] is not None and wanted <= set(key(value_of(pair[1])).split())]
    return max(pairs, key=lambda pair: (pair[0].valid_until or pair[0].said_at, pair[0].seq), default=None)
