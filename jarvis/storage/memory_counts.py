"""Counts of what is remembered, by source and language, and which answers drew on it. Reads only."""

from __future__ import annotations

from jarvis.contracts.memory import MemoryCounts
from jarvis.storage.database import Database
from jarvis.storage.memory_rows import moment_or_none


def memory_counts(database: Database) -> MemoryCounts:
    """Count everything, in one look."""
    with database.read() as connection:
        groups = connection.execute(
            "SELECT source, language, count(*) AS n FROM memories GROUP BY source, language ORDER BY source"
        ).fetchall()
        row = connection.execute(
            "SELECT (SELECT count(*) FROM memories WHERE pinned = 1) AS pinned,"
            " (SELECT count(*) FROM memories WHERE valid_until IS NOT NULL) AS superseded,"
            " (SELECT min(said_at) FROM memories) AS oldest, (SELECT max(said_at) FROM memories) AS newest,"
            " (SELECT count(*) FROM memory_folders) AS folders,"
            " (SELECT count(*) FROM memory_documents WHERE state = 'indexed') AS documents"
        ).fetchone()
    by_source: dict[str, int] = {}
    by_language: dict[str, int] = {}
    for group in groups:
        by_source[group["source"]] = by_source.get(group["source"], 0) + group["n"]
        by_language[group["language"]] = by_language.get(group["language"], 0) + group["n"]
    return MemoryCounts(
        memories=sum(by_source.values()),
        by_source=by_source,
        by_language=by_language,
        pinned=row["pinned"],
        superseded=row["superseded"],
        oldest=moment_or_none(row["oldest"]),
        newest=moment_or_none(row["newest"]),
        folders=row["folders"],
        documents=row["documents"],
    )


def remembering_answers(database: Database, conversation_id: str) -> frozenset[str]:
    """Return the ids of a conversation's messages that drew on memories."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT DISTINCT m.id FROM messages m JOIN memory_uses u ON u.message_id = m.id"
            " WHERE m.conversation_id = ?",
            (conversation_id,),
        )
        return frozenset(row["id"] for row in rows)
