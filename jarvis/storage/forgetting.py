"""What goes with what is forgotten, and its going, as rows: memories, messages, answers, titles, cached answers.

What goes is looked for in a snapshot, beside which others go on writing, and goes in one transaction, which looks again
at what the snapshot found and at what came since; a preview is the same look, so that it is exact. What hangs together
goes together: the other parts of a message, the facts found in it, the answer that followed it, the answers that drew
on it, and quotes of it elsewhere. Lists, notes and reminders that still wait are the person's own and stay. Knows no
vectors, no files, and not when bytes are gone from the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import ForgetTarget, TimeRange
from jarvis.storage.database import Database, to_milliseconds
from jarvis.storage.forgetting_look import Look, Redactions
from jarvis.storage.forgetting_order import files_first
from jarvis.storage.forgetting_quotes import find_in_commands, find_quotes, redact_quotes
from jarvis.storage.quotes import BLANK, Quotes, nothing_left, share_words, tells
from jarvis.storage.redaction import redact

EXAMPLES = 5
"""How many memories a preview shows."""

_TABLES = {
    "going": "seq INTEGER PRIMARY KEY",
    "going_first": "seq INTEGER PRIMARY KEY",
    "going_messages": "id TEXT PRIMARY KEY, answer INTEGER NOT NULL",
    "going_conversations": "id TEXT PRIMARY KEY",
}
"""Temporary tables of one forgetting; they hold no text."""

_SPREAD = (
    # The message that a memory is a part of, and its other parts.
    "INSERT OR IGNORE INTO going_messages SELECT messages.id, 0 FROM memories JOIN messages"
    " ON messages.id = memories.message_id WHERE memories.seq IN going",
    "INSERT OR IGNORE INTO going SELECT seq FROM memories WHERE message_id IN (SELECT id FROM going_messages)",
    # Memories of one message whose conversation is elsewhere, as after an import.
    "INSERT OR IGNORE INTO going SELECT other.seq FROM memories AS mine JOIN memories AS other"
    " ON other.message_id = mine.message_id WHERE mine.seq IN going",
    # Facts found in what goes.
    "INSERT OR IGNORE INTO going SELECT seq FROM memories WHERE origin_seq IN going",
    # Answers that drew on what goes.
    "INSERT OR IGNORE INTO going_messages SELECT message_id, 1 FROM memory_uses WHERE memory_seq IN going",
    # The answer to a message that goes: it may say the same in other words.
    "INSERT OR IGNORE INTO going_messages SELECT answer.id, 1 FROM going_messages"
    " JOIN messages AS asked ON asked.id = going_messages.id AND asked.role = 'user'"
    " JOIN messages AS answer ON answer.seq = (SELECT min(seq) FROM messages AS later"
    "  WHERE later.conversation_id = asked.conversation_id AND later.seq > asked.seq)"
    " WHERE answer.role = 'assistant'",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What goes, or went: counts as `ForgetPreview` has them, the seqs of a few memories, the ids of whole
    conversations and of the messages that go out of others, and what to look for in files (nothing where everything
    goes)."""

    memories: int
    by_source: dict[str, int]
    messages: int
    answers: int
    conversations: int
    conversation_ids: tuple[str, ...]
    message_ids: frozenset[str]
    examples: tuple[int, ...]
    quotes: Quotes = field(repr=False)


class SqliteForgetting:
    """Forgetting over `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, target: ForgetTarget) -> Gone:
        """Return what `carry_out` would take away, changing nothing; raises `InputError` as it does. Nobody waits for
        it who writes meanwhile."""
        return self.look(target, Look())

    def look(self, target: ForgetTarget, look: Look) -> Gone:
        """Do what `preview` does, and leave in `look` what `forget_within` need not look for again."""
        with self._database.read() as connection, _undone(connection):
            look.begin(connection)
            gone, _ = _plan(connection, target, look)
            _titles_that_go(connection, gone.quotes, look)
            return gone

    def carry_out(
        self,
        target: ForgetTarget,
        before: Callable[[Gone], None] | None = None,
        also: Callable[[], object] | None = None,
    ) -> Gone:
        """Take it away in one transaction; `InputError` where there is no such memory, conversation or folder.

        What goes is looked for before that transaction, in which others cannot write. `before` is called once it is
        known and nothing is gone yet; where it raises, every row stays. For what came after the look it is called once
        more, with that alone to be looked for. What `also` writes goes or stays with the rest. Rows whose words are to
        be made again have `worded` 0 afterwards, and `memory_forgotten` says which vectors are to be wiped.
        """
        look = Look()
        gone = self.look(target, look)
        cleaned = nullcontext() if before is None else files_first(self._database, partial(before, gone))
        with cleaned, self._database.write() as connection:
            if also is not None:
                also()
            return forget_within(connection, target, look, before)

    def corrected(self, old: str) -> None:
        """Take a text that was corrected out of messages that quote it, and drop every cached answer."""
        with self._database.write() as connection:
            if tells(old):
                redact(connection, (old,))
            connection.execute("DELETE FROM cached_answers")
            _mark(connection)


def forget_within(
    connection: sqlite3.Connection, target: ForgetTarget, look: Look, before: Callable[[Gone], None] | None = None
) -> Gone:
    """Do what `SqliteForgetting.carry_out` does inside a transaction that is the caller's, after `look`."""
    newer = look.narrow(connection)
    gone, found = _plan(connection, target, look)
    if before is not None and (look.came or (newer and target.kind == "everything")):
        before(replace(gone, quotes=Quotes(look.came)))
    redact_quotes(connection, gone.quotes, found)
    blank = _titles_that_go(connection, gone.quotes, look)
    connection.executemany("UPDATE conversations SET title = ? WHERE id = ?", ((BLANK, each) for each in blank))
    _remove(connection, target)
    _mark(connection)
    for table in _TABLES:
        connection.execute(f"DROP TABLE temp.{table}")
    return gone


@contextmanager
def _undone(connection: sqlite3.Connection) -> Iterator[None]:
    # Temporary tables are of another file: writing to them takes no lock of the database.
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def _plan(connection: sqlite3.Connection, target: ForgetTarget, look: Look) -> tuple[Gone, Redactions]:
    """Fill the temporary tables with what goes; also return the texts that what stays gets. Changes no table else."""
    for table, columns in _TABLES.items():
        connection.execute(f"CREATE TEMP TABLE {table} ({columns})")
    _select(connection, target)
    _spread(connection)
    found = Redactions()
    quotes = _spread_to_quotes(connection, target, look, found)
    if target.kind == "span":
        _take_emptied_conversations(connection)
    return _counted(connection, quotes, len(found.messages)), found


def _select(connection: sqlite3.Connection, target: ForgetTarget) -> None:
    """Fill `going` and `going_messages` with what was named."""
    match target.kind:
        case "one" | "found":
            connection.executemany(
                "INSERT OR IGNORE INTO going SELECT seq FROM memories WHERE id = ?", ((one,) for one in target.ids)
            )
            # A fact is a key to what was said: the turn would go on telling it.
            connection.execute(
                "INSERT OR IGNORE INTO going SELECT origin_seq FROM memories WHERE seq IN going"
                " AND origin_seq IS NOT NULL"
            )
        case "conversation":
            named = (target.conversation_id,)
            connection.execute("INSERT INTO going SELECT seq FROM memories WHERE conversation_id = ?", named)
            connection.execute("INSERT INTO going_conversations SELECT id FROM conversations WHERE id = ?", named)
        case "folder":
            connection.execute(
                "INSERT INTO going SELECT seq FROM memories WHERE folder = ?1 OR document_id IN (SELECT id FROM"
                " memory_documents WHERE folder_id IN (SELECT id FROM memory_folders WHERE path = ?1))",
                (target.folder,),
            )
        case "span":
            first, last = _bounds(target.said)
            connection.execute(
                "INSERT INTO going SELECT seq FROM memories WHERE said_at >= ? AND said_at < ?", (first, last)
            )
            connection.execute(
                "INSERT INTO going_messages SELECT id, 0 FROM messages WHERE created_at >= ? AND created_at < ?",
                (first, last),
            )
        case "everything":
            connection.execute("INSERT INTO going SELECT seq FROM memories")
            connection.execute("INSERT INTO going_conversations SELECT id FROM conversations")
    connection.execute(
        "INSERT OR IGNORE INTO going_messages SELECT id, 0 FROM messages"
        " WHERE conversation_id IN (SELECT id FROM going_conversations)"
    )
    _check_known(connection, target)
    connection.execute("INSERT INTO going_first SELECT seq FROM going")


def _check_known(connection: sqlite3.Connection, target: ForgetTarget) -> None:
    found = any(_number(connection, table) for table in ("going", "going_messages", "going_conversations"))
    if found or target.kind in ("span", "everything", "found"):
        return
    known = connection.execute("SELECT 1 FROM memory_folders WHERE path = ?", (target.folder,)).fetchone()
    if target.kind == "folder" and known:
        return
    named = target.conversation_id or target.folder or " ".join(target.ids)
    raise InputError(
        "memory.unknown",
        en="Nothing is remembered under “{named}”; nothing was forgotten. “jarvis memory list” shows what there is.",
        es="No se recuerda nada con «{named}»; no se ha olvidado nada. «jarvis memory list» muestra lo que hay.",
        named=named,
    )


def _spread(connection: sqlite3.Connection) -> None:
    """Add what hangs together with what goes, until nothing is added any more."""
    before = -1
    while (now := _number(connection, "going") + _number(connection, "going_messages")) != before:
        before = now
        for statement in _SPREAD:
            connection.execute(statement)


def _spread_to_quotes(connection: sqlite3.Connection, target: ForgetTarget, look: Look, found: Redactions) -> Quotes:
    """Add quotes elsewhere to `found`, and what is nothing but a quote to what goes; returns what was looked for."""
    if target.kind == "everything":
        return Quotes(())
    while True:
        quotes = look.quotes(connection, _texts(connection))
        before = _number(connection, "going") + _number(connection, "going_messages")
        find_quotes(connection, quotes, look, found)
        find_in_commands(connection, look.quotes(connection, _told(connection), every=True), look, found)
        _spread(connection)
        if _number(connection, "going") + _number(connection, "going_messages") == before:
            for row in connection.execute("SELECT id FROM going_messages"):
                found.messages.pop(row["id"], None)
            return quotes


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what the person said or was told of, among what goes; an answer's phrases and a file's are not theirs."""
    rows = connection.execute(
        "SELECT text FROM memories WHERE seq IN going AND source <> 'document' AND speaker <> 'assistant'"
        " UNION SELECT text FROM messages WHERE id IN (SELECT id FROM going_messages) AND role = 'user'"
    )
    for row in rows:
        yield row["text"]


def _told(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("SELECT text FROM memories WHERE seq IN going AND source = 'told'"):
        yield row["text"]


def _take_emptied_conversations(connection: sqlite3.Connection) -> None:
    # Each conversation once: asked for every message that goes, long conversations would be gone through as often.
    connection.execute(
        "INSERT OR IGNORE INTO going_conversations SELECT id FROM (SELECT DISTINCT conversation_id AS id FROM messages"
        " WHERE id IN (SELECT id FROM going_messages)) AS touched WHERE NOT EXISTS (SELECT 1 FROM messages AS other"
        " WHERE other.conversation_id = touched.id AND other.id NOT IN (SELECT id FROM going_messages))"
    )


def _counted(connection: sqlite3.Connection, quotes: Quotes, redacted: int) -> Gone:
    by_source = connection.execute(
        "SELECT source, count(*) AS n FROM memories WHERE seq IN going GROUP BY source ORDER BY source"
    )
    answers = "SELECT count(*) FROM going_messages WHERE answer = 1 AND id NOT IN (SELECT message_id FROM memories"
    answers += " WHERE seq IN going_first AND message_id IS NOT NULL)"
    drew = int(connection.execute(answers).fetchone()[0])
    whole = tuple(row["id"] for row in connection.execute("SELECT id FROM going_conversations"))
    single = connection.execute(
        "SELECT messages.id FROM going_messages JOIN messages ON messages.id = going_messages.id"
        " WHERE conversation_id NOT IN (SELECT id FROM going_conversations)"
    )
    shown = connection.execute("SELECT seq FROM going_first ORDER BY seq DESC LIMIT ?", (EXAMPLES,))
    return Gone(
        memories=_number(connection, "going"),
        by_source={row["source"]: row["n"] for row in by_source},
        messages=_number(connection, "going_messages") - drew + redacted,
        answers=drew,
        conversations=len(whole),
        conversation_ids=whole,
        message_ids=frozenset(row["id"] for row in single),
        examples=tuple(row["seq"] for row in shown),
        quotes=quotes,
    )


def _titles_that_go(connection: sqlite3.Connection, quotes: Quotes, look: Look) -> list[str]:
    """Return the conversations whose titles hold words of what goes: of their own messages, or of any."""
    own: dict[str, list[str]] = {}
    for row in connection.execute(
        "SELECT conversation_id, text FROM messages WHERE id IN (SELECT id FROM going_messages)"
        " AND conversation_id NOT IN (SELECT id FROM going_conversations)"
    ):
        own.setdefault(row["conversation_id"], []).append(row["text"])
    blank = []
    for row in connection.execute("SELECT id, title FROM conversations").fetchall():
        title, texts = row["title"], tuple(own.get(row["id"], ()))
        goes = look.title_goes(quotes, title, texts)
        if goes is None:
            goes = _title_goes(title, texts, quotes)
            look.judge_title(quotes, title, texts, goes)
        if goes:
            blank.append(row["id"])
    return blank


def _title_goes(title: str, own: Iterable[str], quotes: Quotes) -> bool:
    if nothing_left(title):
        return False
    quoted = quotes.begins_with(title) or quotes.redacted(title) is not None
    return quoted or any(share_words(title, text) or title in text for text in own)


def _remove(connection: sqlite3.Connection, target: ForgetTarget) -> None:
    """Blank the messages and delete the rows; triggers take words and remember which vectors are to be wiped."""
    mine = "(SELECT id FROM going_messages)"
    connection.execute(
        f"UPDATE messages SET text = '{BLANK}', detail = CASE detail WHEN 'cached' THEN detail ELSE '' END"
        f" WHERE id IN {mine}"
    )
    connection.execute(f"UPDATE ratings SET reason = '' WHERE message_id IN {mine}")
    connection.execute(f"DELETE FROM memory_uses WHERE message_id IN {mine}")
    connection.execute(
        "DELETE FROM pending_confirmations WHERE conversation_id IN"
        f" (SELECT conversation_id FROM messages WHERE id IN {mine})"
    )
    # Every one was made under another state of the memory, so none would be given again.
    connection.execute("DELETE FROM cached_answers")
    if target.kind == "everything":
        _empty_words(connection)
    connection.execute("DELETE FROM memories WHERE seq IN going")
    for table in ("usage", "decisions"):
        connection.execute(
            f"DELETE FROM {table} WHERE message_id IN (SELECT id FROM messages"
            " WHERE conversation_id IN (SELECT id FROM going_conversations))"
        )
    connection.execute("DELETE FROM conversations WHERE id IN (SELECT id FROM going_conversations)")
    if target.kind == "folder":
        connection.execute("DELETE FROM memory_folders WHERE path = ?", (target.folder,))
    if target.kind == "everything":
        # With the conversations went what was sent in them: what is left waits in unsent messages.
        for table in ("memory_folders", "memory_profile", "attachments"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE memory_learning SET profile_edited = 0")
        connection.execute("DELETE FROM alerts WHERE state IN ('done', 'cancelled', 'missed')")
    connection.execute("UPDATE memory_progress SET revision = revision + 1, lasting = lasting + 1")


def _mark(connection: sqlite3.Connection) -> None:
    # No memory has the number 0: it says that bytes may be left also where only messages changed.
    connection.execute("INSERT INTO memory_forgotten (seq) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM memory_forgotten)")


def _empty_words(connection: sqlite3.Connection) -> None:
    # Row by row, a million would take minutes.
    made = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'memory_words'").fetchone()["sql"]
    connection.execute("DROP TABLE memory_words")
    connection.execute(made)


def _number(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM temp.{table}").fetchone()[0])


def _bounds(span: TimeRange | None) -> tuple[int, int]:
    def milliseconds(moment: datetime | None, otherwise: int) -> int:
        return to_milliseconds(moment) if moment is not None else otherwise

    return milliseconds(span.start if span else None, -(1 << 62)), milliseconds(span.end if span else None, 1 << 62)
