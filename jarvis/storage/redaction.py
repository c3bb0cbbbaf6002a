"""Finds and blanks words in stored messages. Knows the tables of conversations."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable


def any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of `texts` in whatever case, the longest first: a shorter one may be its beginning."""
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))), re.IGNORECASE)


def messages_with(
    connection: sqlite3.Connection, texts: Collection[str], among: Collection[int] | None = None
) -> list[sqlite3.Row]:
    """Return id, seq, conversation_id and text of the messages that hold one of `texts`, of all or of those whose seq
    is `among` these."""
    where = "1" if among is None else "seq IN (SELECT value FROM json_each(?1))"
    columns = f"SELECT id, seq, conversation_id, text FROM messages WHERE {where}"
    given = json.dumps(list(among or ()))
    if len(texts) == 1:
        return connection.execute(f"{columns} AND instr(lower(text), lower(?2)) > 0", (given, *texts)).fetchall()
    lowered = [text.lower() for text in texts]
    rows = connection.execute(f"{columns} AND ?1 = ?1", (given,))
    return [row for row in rows if any(text in row["text"].lower() for text in lowered)]


def redact(connection: sqlite3.Connection, texts: Collection[str], among: Collection[int] | None = None) -> None:
    """Replace `texts` by three dots in every message, or those `among` these, and in its conversation's title; within a
    transaction."""
    pattern = any_of(texts)
    for row in messages_with(connection, texts, among):
        connection.execute("UPDATE messages SET text = ? WHERE seq = ?", (pattern.sub("…", row["text"]), row["seq"]))
        # A title is the beginning of the first message, so it may hold a part of the words only.
        connection.execute(
            "UPDATE conversations SET title = '…' WHERE id = ? AND instr(?, rtrim(title, '…')) > 0",
            (row["conversation_id"], " ".join(row["text"].split())),
        )
