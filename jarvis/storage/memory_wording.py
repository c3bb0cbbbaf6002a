"""Writes the stems of memories into the full-text index, in the transaction that stores them.

A row has two fields: the stems of its own text with day, speaker and place, and those of what was said just before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from jarvis.contracts.memory import Memory
from jarvis.storage.memory_rows import SELECT, key_of, listed, memory_of
from jarvis.storage.memory_text import lexical_text
from jarvis.storage.words import index_stems

WORDS_VERSION = "1"
"""Names the way in which words are made; another one has every row's words made again."""


def write_words(connection: sqlite3.Connection, memories: Sequence[Memory]) -> None:
    """Write the words of rows that are stored, over those that they may have; within a transaction."""
    connection.execute("UPDATE memory_progress SET words_version = ? WHERE words_version = ''", (WORDS_VERSION,))
    own = {memory.seq: index_stems(memory.text, memory.language) for memory in memories}
    missing = {memory.previous_seq for memory in memories if memory.previous_seq is not None} - own.keys()
    previous = connection.execute(
        "SELECT seq, text, language FROM memories WHERE seq IN (SELECT value FROM json_each(?))",
        (listed(sorted(missing)),),
    )
    own |= {row["seq"]: index_stems(row["text"], row["language"]) for row in previous}
    connection.executemany(
        "INSERT OR REPLACE INTO memory_words (rowid, own, before) VALUES (?, ?, ?)",
        [
            (
                memory.seq,
                spelled(index_stems(lexical_text(memory), memory.language)),
                spelled(own.get(memory.previous_seq, [])) if memory.previous_seq is not None else "",
            )
            for memory in memories
        ],
    )


def spelled(stems: Sequence[str]) -> str:
    """Return stems as the index reads them; to it an underscore ends a word."""
    return " ".join(stems).replace("_", " ")


def words_missing(connection: sqlite3.Connection) -> bool:
    """Tell whether a row has no words, or only such as were made in an older way."""
    row = connection.execute(
        "SELECT words_version, EXISTS (SELECT 1 FROM memories WHERE worded = 0) FROM memory_progress"
    ).fetchone()
    return bool(row[1]) or row[0] not in ("", WORDS_VERSION)


def word_unworded(connection: sqlite3.Connection, limit: int) -> int:
    """Write the words of at most `limit` rows that have none; returns how many."""
    rows = connection.execute(f"{SELECT} WHERE m.worded = 0 ORDER BY m.seq LIMIT ?", (limit,)).fetchall()
    memories = [memory_of(row) for row in rows]
    write_words(connection, memories)
    connection.executemany(
        "UPDATE memories SET worded = 1, text_key = ? WHERE seq = ?",
        [(key_of(memory), memory.seq) for memory in memories],
    )
    return len(memories)


def word_anew(connection: sqlite3.Connection, limit: int) -> int:
    """Make the words of at most `limit` rows again where they were made in another way; returns how many.

    Goes up the rows; what is added meanwhile has the new way already.
    """
    progress = connection.execute("SELECT * FROM memory_progress").fetchone()
    if progress["words_version"] in ("", WORDS_VERSION):
        return 0
    done = progress["words_done"] if progress["words_next"] == WORDS_VERSION else 0
    rows = connection.execute(f"{SELECT} WHERE m.seq > ? ORDER BY m.seq LIMIT ?", (done, limit)).fetchall()
    memories = [memory_of(row) for row in rows]
    write_words(connection, memories)
    if len(memories) < limit:
        connection.execute(
            "UPDATE memory_progress SET words_version = ?, words_next = '', words_done = 0", (WORDS_VERSION,)
        )
    else:
        connection.execute(
            "UPDATE memory_progress SET words_next = ?, words_done = ?", (WORDS_VERSION, memories[-1].seq)
        )
    return len(memories)
