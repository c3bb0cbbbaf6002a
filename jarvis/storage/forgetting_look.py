"""What a look at the rows found before something is forgotten, so that the transaction that forgets, and keeps others
from writing, need only look at those rows again and at what came since.

Knows which rows quote, and nothing of why something goes. Its texts live as long as one forgetting.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jarvis.storage.quotes import Quotes

TABLES = ("memories", "messages")
"""The tables that quote; both have a `seq` that grows and a `text`."""

_PAGE = 2000
_FEW = 5
"""Up to so many texts the database itself leaves out the rows that surely quote none."""

_SINCE = {
    "memories": "SELECT seq FROM memories WHERE seq > :memories",
    # A corrected memory gets a new number, its message keeps its own.
    "messages": "SELECT seq FROM messages WHERE seq > :messages UNION SELECT seq FROM messages"
    " WHERE id IN (SELECT message_id FROM memories WHERE seq > :memories)",
}


@dataclass(kw_only=True, slots=True)
class Redactions:
    """Texts that rows get, by the seq of a memory and the id of a message."""

    memories: dict[int, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)


class Look:
    """Goes through rows that may quote: all of them until `narrow`, afterwards those that quoted and newer ones."""

    def __init__(self) -> None:
        self.came: set[str] = set()
        """Texts looked for that were not known yet when the look became narrow."""
        self._narrow = False
        self._made: dict[tuple[bool, frozenset[str]], Quotes] = {}
        self._known: dict[bool, set[str]] = {False: set(), True: set()}
        self._titles: dict[tuple[Quotes, str, tuple[str, ...]], bool] = {}
        self._quoting: dict[str, set[int]] = {table: set() for table in TABLES}
        self._last = dict.fromkeys(TABLES, 0)

    def begin(self, connection: sqlite3.Connection) -> None:
        """Note which rows there are, within a transaction that sees what the looking sees."""
        for table in TABLES:
            self._last[table] = connection.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0]
        growing = connection.execute("SELECT seq FROM messages WHERE state = 'streaming'")
        self._quoting["messages"].update(row["seq"] for row in growing)

    def narrow(self, connection: sqlite3.Connection) -> bool:
        """From now on go only through rows that quoted and those that came since `begin`; tells whether any came."""
        self._narrow = True
        newer = False
        for table, statement in _SINCE.items():
            came = {row["seq"] for row in connection.execute(statement, self._last)}
            newer = newer or bool(came)
            self._quoting[table] |= came
        return newer

    def quotes(self, connection: sqlite3.Connection, texts: Iterable[str], *, every: bool = False) -> Quotes:
        """Return what looks for `texts`; a narrow look takes in the rows that quote one that came since."""
        wanted = frozenset(texts)
        if (every, wanted) not in self._made:
            self._made[every, wanted] = Quotes(wanted, every=every)
        new = wanted - self._known[every]
        self._known[every] |= new
        if new and self._narrow:
            if not every:
                self.came |= new
            self._widen(connection, Quotes(new, every=every))
        return self._made[every, wanted]

    def rows(
        self, connection: sqlite3.Connection, quotes: Quotes, table: str, columns: str, staying: str
    ) -> Iterator[sqlite3.Row]:
        """Yield the rows that may quote, of those that are `staying` (SQL)."""
        if not self._narrow:
            yield from _all_rows(connection, quotes, table, columns, staying)
            return
        seqs = sorted(self._quoting[table])
        for place in range(0, len(seqs), _PAGE):
            yield from connection.execute(
                f"SELECT seq, {columns} FROM {table} WHERE seq IN (SELECT value FROM json_each(?)) AND {staying}",
                (json.dumps(seqs[place : place + _PAGE]),),
            ).fetchall()

    def quoted(self, table: str, seq: int) -> None:
        """Note that a row quotes."""
        self._quoting[table].add(seq)

    def title_goes(self, quotes: Quotes, title: str, own: tuple[str, ...]) -> bool | None:
        """Return what was found of a title beside the same `own` messages before; None where that is not known."""
        return self._titles.get((quotes, title, own))

    def judge_title(self, quotes: Quotes, title: str, own: tuple[str, ...], goes: bool) -> None:
        """Note what was found of a title."""
        self._titles[quotes, title, own] = goes

    def _widen(self, connection: sqlite3.Connection, quotes: Quotes) -> None:
        for table in TABLES if quotes else ():
            for row in _all_rows(connection, quotes, table, "text", "1"):
                if quotes.redacted(row["text"]) is not None:
                    self._quoting[table].add(row["seq"])


def _all_rows(
    connection: sqlite3.Connection, quotes: Quotes, table: str, columns: str, staying: str
) -> Iterator[sqlite3.Row]:
    runs = quotes.runs() if len(quotes) <= _FEW else None
    where = f"seq > ? AND {staying}"
    if runs is not None:
        where += f" AND ({' OR '.join(['instr(lower(text), ?) > 0'] * len(runs))})"
    last = -1
    while page := connection.execute(
        f"SELECT seq, {columns} FROM {table} WHERE {where} ORDER BY seq LIMIT {_PAGE}", (last, *(runs or ()))
    ).fetchall():
        yield from page
        last = page[-1]["seq"]
