-- Times are epoch milliseconds, UTC. `folded` is the text without case and accents, for matching.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('timer', 'alarm', 'reminder')),
  label TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'ringing', 'done', 'cancelled', 'missed')),
  created_at INTEGER NOT NULL,
  duration_seconds REAL,
  remaining_seconds REAL,
  repeat TEXT NOT NULL CHECK (repeat IN ('once', 'daily', 'weekdays', 'weekends', 'weekly')),
  language TEXT NOT NULL CHECK (language IN ('en', 'es'))
) STRICT;
CREATE INDEX alerts_active ON alerts (due_at) WHERE state IN ('running', 'paused', 'ringing');

CREATE TABLE list_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  list_name TEXT NOT NULL,
  list_folded TEXT NOT NULL,
  text TEXT NOT NULL,
  folded TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (list_folded, folded)
) STRICT;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE facts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  language TEXT NOT NULL CHECK (language IN ('en', 'es')),
  created_at INTEGER NOT NULL
) STRICT;
