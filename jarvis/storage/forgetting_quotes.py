"""Takes quotes of what is forgotten out of the rows that stay, inside the transaction that forgets.

Knows the tables that hold a person's words and nothing of why something goes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from jarvis.storage.memory_rows import text_key
from jarvis.storage.quotes import Quotes, nothing_left

_PAGE = 2000
_FEW = 5
"""Up to so many texts the database itself leaves out the rows that surely quote none."""


def redact_quotes(connection: sqlite3.Connection, quotes: Quotes) -> set[str]:
    """Redact what quotes; what was nothing but a quote is added to the temporary tables `going` and `going_messages`.

    Returns the ids of the messages that were redacted. A memory whose text changes gets another seq, and the facts that
    were found in it go, since one of them may be the quote in other words.
    """
    if not quotes:
        return set()
    _redact_profile(connection, quotes)
    _redact_ended_alerts(connection, quotes)
    _redact_pending(connection, quotes)
    _redact_memories(connection, quotes)
    return _redact_messages(connection, quotes)


def _redact_messages(connection: sqlite3.Connection, quotes: Quotes) -> set[str]:
    redacted = set()
    staying = "id NOT IN (SELECT id FROM going_messages)"
    for row in _rows(connection, quotes, "messages", "id, text", staying):
        text = quotes.redacted(row["text"])
        if text is None:
            continue
        if nothing_left(text):
            connection.execute("INSERT OR IGNORE INTO going_messages VALUES (?, 0)", (row["id"],))
            continue
        connection.execute("UPDATE messages SET text = ? WHERE id = ?", (text, row["id"]))
        redacted.add(row["id"])
    return redacted


def _redact_memories(connection: sqlite3.Connection, quotes: Quotes) -> None:
    staying = "source <> 'document' AND seq NOT IN going"
    for row in _rows(connection, quotes, "memories", "text, text_key", staying):
        text = quotes.redacted(row["text"])
        if text is None:
            continue
        if nothing_left(text):
            connection.execute("INSERT OR IGNORE INTO going VALUES (?)", (row["seq"],))
            continue
        connection.execute("INSERT OR IGNORE INTO going SELECT seq FROM memories WHERE origin_seq = ?", (row["seq"],))
        following = "SELECT seq FROM memories WHERE previous_seq = ?"
        connection.execute(f"DELETE FROM memory_words WHERE rowid IN ({following})", (row["seq"],))
        connection.execute("UPDATE memories SET worded = 0 WHERE previous_seq = ?", (row["seq"],))
        new = connection.execute(
            "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'memories' RETURNING seq"
        ).fetchone()["seq"]
        connection.execute(
            "UPDATE memories SET text = ?, text_key = ?, seq = ?, worded = 0 WHERE seq = ?",
            (text, None if row["text_key"] is None else text_key(text), new, row["seq"]),
        )


def _redact_profile(connection: sqlite3.Connection, quotes: Quotes) -> None:
    for row in connection.execute("SELECT id, text FROM memory_profile").fetchall():
        if quotes.redacted(row["text"]) is not None:
            connection.execute("DELETE FROM memory_profile WHERE id = ?", (row["id"],))


def _redact_ended_alerts(connection: sqlite3.Connection, quotes: Quotes) -> None:
    ended = "SELECT id, label FROM alerts WHERE state IN ('done', 'cancelled', 'missed')"
    for row in connection.execute(ended).fetchall():
        if row["label"] and quotes.holds(row["label"]):
            connection.execute("DELETE FROM alerts WHERE id = ?", (row["id"],))


def _redact_pending(connection: sqlite3.Connection, quotes: Quotes) -> None:
    for row in connection.execute("SELECT conversation_id, text, slots FROM pending_confirmations").fetchall():
        if quotes.redacted(row["text"]) is not None or quotes.redacted(row["slots"]) is not None:
            connection.execute("DELETE FROM pending_confirmations WHERE conversation_id = ?", (row["conversation_id"],))


def _rows(
    connection: sqlite3.Connection, quotes: Quotes, table: str, columns: str, staying: str
) -> Iterator[sqlite3.Row]:
    runs = quotes.runs() if len(quotes) <= _FEW else None
    where = f"seq > ? AND {staying}"
    if runs is not None:
        where += f" AND ({' OR '.join(['instr(lower(text), ?) > 0'] * len(runs))})"
    last = -1
    # In pages that are read whole: the rows that are changed meanwhile are the ones that are being read.
    while page := connection.execute(
        f"SELECT seq, {columns} FROM {table} WHERE {where} ORDER BY seq LIMIT {_PAGE}", (last, *(runs or ()))
    ).fetchall():
        yield from page
        last = page[-1]["seq"]
