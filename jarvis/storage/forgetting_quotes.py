"""Finds quotes of what is forgotten in the rows that stay, and takes them out inside the transaction that forgets.

Knows the tables that hold a person's words and nothing of why something goes.
"""

from __future__ import annotations

import sqlite3

from jarvis.storage.forgetting_look import Look, Redactions
from jarvis.storage.memory_rows import text_key
from jarvis.storage.quotes import Quotes, nothing_left


def find_quotes(connection: sqlite3.Connection, quotes: Quotes, look: Look, found: Redactions) -> None:
    """Add to `found` what quotes; what is nothing but a quote is added to the temporary tables `going` and
    `going_messages`, and with a memory that quotes the facts that were found in it, since one of them may be the quote
    in other words. Changes no row that stays."""
    if not quotes:
        return
    _find_in_memories(connection, quotes, look, found)
    _find_in_messages(connection, quotes, look, found, "")


def find_in_commands(connection: sqlite3.Connection, quotes: Quotes, look: Look, found: Redactions) -> None:
    """Find in commands, and in what skills said to them, what the person asked to be remembered; as `find_quotes`.

    In these two words are a quote that would say nothing elsewhere.
    """
    followed = "(SELECT later.source FROM messages AS later WHERE later.conversation_id = messages.conversation_id"
    followed += " AND later.seq > messages.seq ORDER BY later.seq LIMIT 1)"
    if quotes:
        _find_in_messages(connection, quotes, look, found, f" AND 'skill' IN (source, {followed})")


def redact_quotes(connection: sqlite3.Connection, quotes: Quotes, found: Redactions) -> None:
    """Write what `find_quotes` found, and take quotes out of the other tables that hold a person's words.

    A memory whose text changes gets another seq.
    """
    if quotes:
        _redact_profile(connection, quotes)
        _redact_ended_alerts(connection, quotes)
        _redact_pending(connection, quotes)
    going = {row["seq"] for row in connection.execute("SELECT seq FROM going")}
    for seq, text in found.memories.items():
        if seq not in going:
            _redact_memory(connection, seq, text)
    connection.executemany(
        "UPDATE messages SET text = ? WHERE id = ?", ((text, identity) for identity, text in found.messages.items())
    )


def _find_in_messages(
    connection: sqlite3.Connection, quotes: Quotes, look: Look, found: Redactions, among: str
) -> None:
    staying = f"id NOT IN (SELECT id FROM going_messages){among}"
    for row in look.rows(connection, quotes, "messages", "id, text", staying):
        text = quotes.redacted(found.messages.get(row["id"], row["text"]))
        if text is None:
            continue
        look.quoted("messages", row["seq"])
        if nothing_left(text):
            connection.execute("INSERT OR IGNORE INTO going_messages VALUES (?, 0)", (row["id"],))
            continue
        found.messages[row["id"]] = text


def _find_in_memories(connection: sqlite3.Connection, quotes: Quotes, look: Look, found: Redactions) -> None:
    staying = "source <> 'document' AND seq NOT IN going"
    for row in look.rows(connection, quotes, "memories", "text", staying):
        text = quotes.redacted(found.memories.get(row["seq"], row["text"]))
        if text is None:
            continue
        look.quoted("memories", row["seq"])
        if nothing_left(text):
            connection.execute("INSERT OR IGNORE INTO going VALUES (?)", (row["seq"],))
            continue
        connection.execute("INSERT OR IGNORE INTO going SELECT seq FROM memories WHERE origin_seq = ?", (row["seq"],))
        found.memories[row["seq"]] = text


def _redact_memory(connection: sqlite3.Connection, seq: int, text: str) -> None:
    following = "SELECT seq FROM memories WHERE previous_seq = ?"
    connection.execute(f"DELETE FROM memory_words WHERE rowid IN ({following})", (seq,))
    connection.execute("UPDATE memories SET worded = 0 WHERE previous_seq = ?", (seq,))
    new = connection.execute(
        "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'memories' RETURNING seq"
    ).fetchone()["seq"]
    connection.execute(
        "UPDATE memories SET text = ?1, text_key = iif(text_key IS NULL, NULL, ?2), seq = ?3, worded = 0"
        " WHERE seq = ?4",
        (text, text_key(text), new, seq),
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
