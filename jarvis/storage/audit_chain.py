"""How entries of the audit log hang together: canonical JSON and a chain of SHA-256. Pure; knows no table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENESIS = "0" * 64
"""What stands for the digest before the first entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One entry as it is stored; `at_ms` epoch milliseconds, `facts` canonical JSON."""

    seq: int
    at_ms: int
    kind: str
    facts: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """How many entries there are and the digest of the last."""

    entries: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainCheck:
    """What a reading of the chain found: `broken_at` the first entry that does not follow or is missing; None: all do.

    `missing_tail` is how many entries are known to have stood after the last one.
    """

    entries: int
    broken_at: int | None
    missing_tail: int = 0


def canonical(facts: Mapping[str, object]) -> str:
    """Return `facts` as JSON that is the same for the same facts; raises `TypeError` or `ValueError` where they are
    not JSON."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest_of(before: str, *, seq: int, at_ms: int, kind: str, facts: str) -> str:
    """Return the digest of an entry that follows one with the digest `before`."""
    content = json.dumps([before, seq, at_ms, kind, facts], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()


def check(links: Iterable[Link], heads: Iterable[Head]) -> ChainCheck:
    """Read `links` in order and hold them against `heads`, each of which was true at some time.

    A head that the chain does not reach means that the end was cut off; one with another digest that entries were
    written anew. `entries` counts all that were read.
    """
    waiting: dict[int, set[str]] = {}
    for head in heads:
        if head.entries > 0:
            waiting.setdefault(head.entries, set()).add(head.digest)
    entries, broken_at, before = 0, None, GENESIS
    for link in links:
        entries += 1
        if broken_at is not None:
            continue
        expected = digest_of(before, seq=link.seq, at_ms=link.at_ms, kind=link.kind, facts=link.facts)
        known = waiting.get(entries, {link.digest})
        if link.seq != entries or link.digest != expected or known != {link.digest}:
            broken_at = entries
        before = link.digest
    longest = max(waiting, default=0)
    if broken_at is None and longest > entries:
        return ChainCheck(entries=entries, broken_at=entries + 1, missing_tail=longest - entries)
    return ChainCheck(entries=entries, broken_at=broken_at)
