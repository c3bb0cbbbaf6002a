-- How good the person found an answer, 1 to 5 stars. `at` is epoch milliseconds, UTC.
CREATE TABLE ratings (
  message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
