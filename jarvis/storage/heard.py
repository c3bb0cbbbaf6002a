"""How much of spoken answers was heard before the person interrupted, kept as a length of the text that was shown."""

from __future__ import annotations

from jarvis.contracts.heard import heard_length
from jarvis.storage.database import Database


class SqliteHeardLog:
    """The HeardLog port over `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heard(self, question_id: str, text: str) -> None:
        """Keep how much was heard of the first answer to the message `question_id`; see the port."""
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT answer.id, answer.text FROM messages question JOIN messages answer"
                " ON answer.conversation_id = question.conversation_id AND answer.seq > question.seq"
                " WHERE question.id = ? AND answer.role = 'assistant' ORDER BY answer.seq LIMIT 1",
                (question_id,),
            ).fetchone()
            if row is not None:
                connection.execute(
                    "UPDATE messages SET heard_characters = ? WHERE id = ?", (heard_length(row[1], text), row[0])
                )
