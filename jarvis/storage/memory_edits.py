"""Changes stored memories and takes rows away, each inside a transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, MemoryPrivacy
from jarvis.contracts.messages import DETAIL_FOREIGN, DETAIL_STAYS, DETAIL_STAYS_FOREIGN
from jarvis.contracts.titles import title_of
from jarvis.storage.memory_rows import SELECT, key_of, memory_of
from jarvis.storage.memory_wording import word_unworded, write_words

_AT_ONCE = 1000
_DOOMED = "(SELECT seq FROM temp.memories_doomed)"


def replace_text(connection: sqlite3.Connection, memory: Memory, text: str, language: Language, seq: int) -> Memory:
    """Give a memory another text under the number `seq`, and its message too; what was learned from the old goes."""
    _replace_in_message(connection, memory, text)
    connection.execute("DELETE FROM memories WHERE origin_seq = ? AND source = 'fact'", (memory.seq,))
    connection.execute("DELETE FROM memory_profile WHERE memory_seq = ?", (memory.seq,))
    changed = replace(memory, seq=seq, text=text, language=language)
    connection.execute(
        "UPDATE memories SET seq = ?, text = ?, text_key = ?, language = ?, worded = 1 WHERE seq = ?",
        (seq, text, key_of(changed), language, memory.seq),
    )
    # Moving a row to a number does not count as giving it out.
    connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'memories'", (seq,))
    following = connection.execute(f"{SELECT} WHERE m.previous_seq = ?", (seq,)).fetchall()
    write_words(connection, [changed, *(memory_of(row) for row in following)])
    return changed


def _replace_in_message(connection: sqlite3.Connection, memory: Memory, text: str) -> None:
    if memory.message_id is None:
        return
    message = connection.execute(
        "SELECT conversation_id, text FROM messages WHERE id = ?", (memory.message_id,)
    ).fetchone()
    if message is None:
        return
    old = message["text"]
    parts = connection.execute(
        "SELECT seq, text FROM memories WHERE message_id = ? AND source = 'conversation' ORDER BY part, seq",
        (memory.message_id,),
    )
    begin = end = 0
    for part in parts:
        begin = old.find(part["text"], end)
        if begin < 0:
            return
        end = begin + len(part["text"])
        if part["seq"] == memory.seq:
            break
    else:
        return
    new = old[:begin] + text + old[end:]
    connection.execute("UPDATE messages SET text = ? WHERE id = ?", (new, memory.message_id))
    _retitle(connection, message["conversation_id"], old, new)


def _retitle(connection: sqlite3.Connection, conversation_id: str, old: str, new: str) -> None:
    """Change a title that is the beginning of the message."""
    title = connection.execute("SELECT title FROM conversations WHERE id = ?", (conversation_id,)).fetchone()["title"]
    beginning = title.rstrip("…")
    if not beginning or not " ".join(old.split()).startswith(beginning):
        return
    connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title_of(new), conversation_id))


_SAYING_THE_SAME = """
    WITH turn (seq, message_id) AS (
      SELECT t.seq, t.message_id FROM memories m JOIN memories t ON t.seq = coalesce(m.origin_seq, m.seq)
      WHERE m.seq = ?1),
    turns (seq) AS (SELECT seq FROM turn UNION SELECT m.seq FROM memories m JOIN turn USING (message_id)),
    same (seq) AS (SELECT seq FROM turns UNION SELECT m.seq FROM memories m JOIN turns ON m.origin_seq = turns.seq)
"""


def share_or_keep(connection: sqlite3.Connection, seq: int, privacy: MemoryPrivacy) -> None:
    """Say whether a memory may leave, and the line of the profile that says it.

    One that stays takes along what says the same: the turn that a fact was found in, the other parts of its message,
    the facts found in them, and in later prompts of its conversation the turn with its answer.
    """
    if privacy == "cloud":
        connection.execute("UPDATE memories SET privacy = 'cloud' WHERE seq = ?", (seq,))
        connection.execute("UPDATE memory_profile SET privacy = 'cloud' WHERE memory_seq = ?", (seq,))
        return
    same = _SAYING_THE_SAME
    connection.execute(f"{same} UPDATE memories SET privacy = 'local' WHERE seq IN same", (seq,))
    connection.execute(f"{same} UPDATE memory_profile SET privacy = 'local' WHERE memory_seq IN same", (seq,))
    connection.execute(
        f"{same} UPDATE messages SET detail = CASE detail WHEN '' THEN ?2 ELSE ?3 END"
        " WHERE detail IN ('', ?4) AND seq IN (SELECT (SELECT min(a.seq) FROM messages a"
        " WHERE a.conversation_id = q.conversation_id AND a.role = 'assistant' AND a.seq >= q.seq)"
        " FROM messages q WHERE q.id IN (SELECT message_id FROM memories JOIN same USING (seq)))",
        (seq, DETAIL_STAYS, DETAIL_STAYS_FOREIGN, DETAIL_FOREIGN),
    )


def delete_rows(connection: sqlite3.Connection, seqs: Iterable[int]) -> int:
    """Delete memories and the facts that were found in them; returns how many went."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS memories_doomed (seq INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.memories_doomed")
    connection.executemany("INSERT OR IGNORE INTO temp.memories_doomed VALUES (?)", ((seq,) for seq in seqs))
    connection.execute("DELETE FROM temp.memories_doomed WHERE seq NOT IN (SELECT seq FROM memories)")
    connection.execute(
        f"INSERT OR IGNORE INTO temp.memories_doomed SELECT seq FROM memories WHERE origin_seq IN {_DOOMED}"
    )
    gone = int(connection.execute("SELECT count(*) FROM temp.memories_doomed").fetchone()[0])
    connection.execute(f"DELETE FROM memories WHERE seq IN {_DOOMED}")
    connection.execute("DELETE FROM temp.memories_doomed")
    # The triggers took the words of what followed.
    while word_unworded(connection, _AT_ONCE):
        pass
    return gone
