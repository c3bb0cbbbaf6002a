-- Times are epoch milliseconds, UTC. A row of `model_runs` is one process that has the model in memory.
CREATE TABLE models (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  engine TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('catalogue', 'folder', 'import', 'ollama', 'cloud')),
  state TEXT NOT NULL CHECK (state IN ('available', 'downloading', 'installed', 'active', 'inactive', 'failed')),
  path TEXT NOT NULL,
  quantization TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  version TEXT NOT NULL,
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
  keep_alive_minutes REAL,
  failure_en TEXT NOT NULL,
  failure_es TEXT NOT NULL,
  added_at INTEGER,
  used_at INTEGER
) STRICT;

CREATE TABLE model_measurements (
  model TEXT NOT NULL,
  signature TEXT NOT NULL,
  vram TEXT NOT NULL,
  ram_mib REAL NOT NULL,
  load_seconds REAL NOT NULL,
  tokens_per_second REAL,
  prompt_tokens_per_second REAL,
  measured_at INTEGER NOT NULL,
  PRIMARY KEY (model, signature)
) STRICT;

CREATE TABLE model_runs (
  model TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  owner_pid INTEGER NOT NULL,
  owner_started REAL NOT NULL,
  pid INTEGER NOT NULL,
  pid_started REAL NOT NULL,
  device TEXT NOT NULL,
  vram_mib REAL NOT NULL,
  ram_mib REAL NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (model, owner_pid)
) STRICT;

-- One row; `revision` grows with every write to these tables, so that other processes see it by one cheap read.
CREATE TABLE model_hold (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  held INTEGER NOT NULL CHECK (held IN (0, 1)),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO model_hold (one, held, revision) VALUES (1, 0, 0);
