"""How much of spoken answers was heard before the person interrupted, kept as a length of the text that was shown."""

from __future__ import annotations

from jarvis.contracts.heard import heard_length
from jarvis.storage.database import Database

_ANSWER = """
WITH RECURSIVE answers (seq) AS (
  SELECT answer.seq FROM messages AS question JOIN messages AS answer
    ON answer.conversation_id = question.conversation_id AND answer.parent_seq = question.seq
    WHERE question.id = ? AND answer.role = 'assistant'
  UNION ALL SELECT answer.seq FROM answers JOIN messages AS before USING (seq) JOIN messages AS answer
    ON answer.conversation_id = before.conversation_id AND answer.parent_seq = before.seq AND answer.role = 'assistant')
SELECT id, text FROM messages WHERE seq = (SELECT max(seq) FROM answers)
"""
"""The answer to a question that was begun last: where an engine fails in the middle, another begins anew after it."""


class SqliteHeardLog:
    """The HeardLog port over `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heard(self, question_id: str, text: str) -> None:
        """Keep how much was heard of the newest answer to the message `question_id`; see the port."""
        with self._database.write() as connection:
            row = connection.execute(_ANSWER, (question_id,)).fetchone()
            if row is not None:
                connection.execute(
                    "UPDATE messages SET heard_characters = ? WHERE id = ?",
                    (heard_length(row["text"], text), row["id"]),
                )
