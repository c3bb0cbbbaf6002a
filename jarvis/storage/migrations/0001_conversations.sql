-- Times are epoch milliseconds, UTC.
CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_by_update ON conversations (updated_at DESC);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('complete', 'streaming', 'cancelled', 'failed', 'interrupted')),
  created_at INTEGER NOT NULL,
  source TEXT CHECK (source IN ('skill', 'model', 'memory', 'none')),
  model TEXT,
  detail TEXT NOT NULL DEFAULT '',
  owner_pid INTEGER,
  owner_started REAL
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, seq);
CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming';

CREATE TABLE pending_confirmations (
  conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
  skill TEXT NOT NULL,
  slots TEXT NOT NULL,
  confidence REAL NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  risk TEXT NOT NULL,
  asked_at INTEGER NOT NULL
) STRICT;

CREATE TABLE usage (
  seq INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  engine TEXT NOT NULL,
  model TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  cost_usd REAL,
  seconds REAL NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX usage_by_time ON usage (at);

CREATE TABLE decisions (
  seq INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  candidates TEXT NOT NULL,
  chosen TEXT,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_by_message ON decisions (message_id);
