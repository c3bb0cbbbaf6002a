-- Times are epoch milliseconds, UTC. `vector` is little-endian float32, made by the encoder named in `encoder`.
CREATE TABLE cached_answers (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  profile TEXT NOT NULL,
  language TEXT NOT NULL,
  policy_key TEXT NOT NULL,
  memory_version TEXT NOT NULL,
  exact TEXT NOT NULL,
  meaning TEXT,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  model TEXT NOT NULL,
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0,
  encoder TEXT NOT NULL DEFAULT '',
  vector BLOB
) STRICT;
CREATE UNIQUE INDEX cached_answers_by_words
  ON cached_answers (profile, exact, language, policy_key, memory_version);
CREATE INDEX cached_answers_by_meaning ON cached_answers (profile, meaning) WHERE meaning IS NOT NULL;
CREATE INDEX cached_answers_by_use ON cached_answers (used_at);
CREATE INDEX cached_answers_by_conversation ON cached_answers (conversation_id);
CREATE INDEX cached_answers_by_message ON cached_answers (message_id);

-- Which messages were answered from the cache, so that rating such a message badly drops the answer itself.
CREATE TABLE cached_answers_given (
  message_id TEXT PRIMARY KEY,
  answer_seq INTEGER NOT NULL REFERENCES cached_answers (seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX cached_answers_given_by_answer ON cached_answers_given (answer_seq);
