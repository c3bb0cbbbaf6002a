"""What every model call used and why it was routed so, as rows. Holds no text of the person."""

from __future__ import annotations

import json
from collections.abc import Sequence

from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, to_milliseconds


class SqliteLedger:
    """Usage and decisions over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record_usage(
        self, *, message_id: str, engine: str, model: str, usage: Usage, cost_usd: float | None, seconds: float
    ) -> None:
        """Store one model call; `cost_usd` in US dollars, None when unknown; `seconds` of wall time."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO usage (message_id, engine, model, prompt_tokens, completion_tokens, cost_usd, seconds, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message_id,
                    engine,
                    model,
                    usage.prompt_tokens,
                    usage.completion_tokens,
                    cost_usd,
                    seconds,
                    to_milliseconds(self._clock.now()),
                ),
            )

    def record_decision(self, *, message_id: str, candidates: Sequence[str], chosen: str | None, reason: str) -> None:
        """Store the order in which engines were to be tried and the one that answered."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO decisions (message_id, candidates, chosen, reason, at) VALUES (?, ?, ?, ?, ?)",
                (message_id, json.dumps(list(candidates)), chosen, reason, to_milliseconds(self._clock.now())),
            )

    def usage_of(self, message_id: str) -> list[dict[str, object]]:
        """Return the calls made for one message, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM usage WHERE message_id = ? ORDER BY seq", (message_id,))
            return [dict(row) for row in rows]

    def decision_of(self, message_id: str) -> dict[str, object] | None:
        """Return the newest decision made for one message."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT * FROM decisions WHERE message_id = ? ORDER BY seq DESC LIMIT 1", (message_id,)
            ).fetchone()
        return {**dict(row), "candidates": json.loads(row["candidates"])} if row else None
