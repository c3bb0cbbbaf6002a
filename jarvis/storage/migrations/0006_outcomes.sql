-- How answers turned out; `at` is epoch milliseconds, UTC. Holds no text. `seq` is the order in which they were kept,
-- which a clock that was set back does not change.
CREATE TABLE outcomes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  signal TEXT NOT NULL CHECK (signal IN ('stars', 'retry', 'edit', 'failed', 'stopped', 'kept')),
  engine TEXT NOT NULL,
  model TEXT NOT NULL,
  domain TEXT NOT NULL,
  difficulty REAL NOT NULL,
  p_weak REAL NOT NULL,
  p_strong REAL NOT NULL,
  value REAL NOT NULL CHECK (value BETWEEN 0 AND 1),
  weight REAL NOT NULL CHECK (weight >= 0),
  at INTEGER NOT NULL,
  UNIQUE (message_id, signal)
) STRICT;

-- One row; `revision` grows with every write to `outcomes`, so that other processes see it by one cheap read.
CREATE TABLE outcomes_revision (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO outcomes_revision (one, revision) VALUES (1, 0);
