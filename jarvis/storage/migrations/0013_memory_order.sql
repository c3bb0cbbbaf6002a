-- A fact finds the one told just before it, the ones that hold, and the newest of those, without reading all of a kind.
CREATE INDEX memories_told_in_order ON memories (subject, relation, said_at, seq) WHERE subject <> '';
CREATE INDEX memories_holding ON memories (subject, relation, pinned, said_at, seq)
WHERE subject <> '' AND valid_until IS NULL;

-- Messages up to `memory_progress.last_message_seq` that are not memories yet, since something before them in their
-- conversation is still being written.
CREATE TABLE memory_waiting (
  message_seq INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE
) STRICT;
