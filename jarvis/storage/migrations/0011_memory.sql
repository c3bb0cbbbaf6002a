-- Times are epoch milliseconds, UTC. `seq` grows with every new or changed text and is never used again; `position` is
-- the first `seq` that a memory had, so it keeps its place between its neighbours when it is corrected. `text_key` is a
-- hash of the folded text of what was told and of facts, so that the same is found again. `worded` is 0 until the text
-- is in `memory_words`.
CREATE TABLE memory_folders (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  watched INTEGER NOT NULL CHECK (watched IN (0, 1)),
  privacy TEXT NOT NULL CHECK (privacy IN ('local', 'cloud')),
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE memory_documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder_id INTEGER NOT NULL REFERENCES memory_folders (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  reader TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('indexed', 'skipped', 'failed', 'gone')),
  why_en TEXT NOT NULL,
  why_es TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (folder_id, path)
) STRICT;
CREATE INDEX memory_documents_by_digest ON memory_documents (digest);

CREATE TABLE memories (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  position INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  text_key INTEGER,
  source TEXT NOT NULL CHECK (source IN ('conversation', 'told', 'fact', 'document', 'imported')),
  speaker TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  happened_from INTEGER,
  happened_until INTEGER,
  conversation_id TEXT,
  message_id TEXT,
  part INTEGER NOT NULL DEFAULT 0,
  previous_seq INTEGER REFERENCES memories (seq) ON UPDATE CASCADE ON DELETE SET NULL,
  origin_seq INTEGER REFERENCES memories (seq) ON UPDATE CASCADE ON DELETE CASCADE,
  subject TEXT NOT NULL DEFAULT '',
  relation TEXT NOT NULL DEFAULT '',
  document_id INTEGER REFERENCES memory_documents (id) ON DELETE CASCADE,
  place TEXT NOT NULL DEFAULT '',
  folder TEXT NOT NULL DEFAULT '',
  privacy TEXT NOT NULL CHECK (privacy IN ('local', 'cloud')),
  language TEXT NOT NULL CHECK (language IN ('en', 'es')),
  provenance TEXT NOT NULL DEFAULT '',
  importance REAL NOT NULL DEFAULT 0.5 CHECK (importance BETWEEN 0 AND 1),
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  valid_until INTEGER,
  superseded_by TEXT,
  times_told INTEGER NOT NULL DEFAULT 1,
  last_told_at INTEGER,
  worded INTEGER NOT NULL DEFAULT 0 CHECK (worded IN (0, 1)),
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX memories_by_time ON memories (said_at, seq);
CREATE INDEX memories_by_conversation ON memories (conversation_id, position) WHERE conversation_id IS NOT NULL;
CREATE INDEX memories_by_message ON memories (message_id, part) WHERE message_id IS NOT NULL;
CREATE INDEX memories_by_previous ON memories (previous_seq) WHERE previous_seq IS NOT NULL;
CREATE INDEX memories_by_origin ON memories (origin_seq) WHERE origin_seq IS NOT NULL;
CREATE INDEX memories_by_document ON memories (document_id, position) WHERE document_id IS NOT NULL;
CREATE INDEX memories_by_subject ON memories (subject, relation) WHERE subject <> '';
CREATE INDEX memories_by_successor ON memories (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX memories_by_words ON memories (text_key) WHERE text_key IS NOT NULL;
CREATE INDEX memories_by_source ON memories (source, said_at, seq);
CREATE INDEX memories_by_speaker ON memories (speaker, said_at, seq);
CREATE INDEX memories_by_privacy ON memories (privacy, said_at, seq);
CREATE INDEX memories_by_folder ON memories (folder, said_at, seq) WHERE folder <> '';
CREATE INDEX memories_pinned ON memories (said_at, seq) WHERE pinned = 1;
CREATE INDEX memories_unworded ON memories (seq) WHERE worded = 0;

-- The stems of each text (`own`) and of what was said just before it (`before`).
CREATE VIRTUAL TABLE memory_words USING fts5 (own, before, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE memory_terms USING fts5vocab (memory_words, 'row');

-- Rows that are gone and whose vectors still have to be wiped from the index.
CREATE TABLE memory_forgotten (
  seq INTEGER PRIMARY KEY
) STRICT;

-- What follows a forgotten text holds its stems too: its words are taken out and made again. They are not changed here,
-- since the full-text index would write itself to disk after each row. What a forgotten text took the place of now
-- points to what took its own.
CREATE TRIGGER memories_forgotten AFTER DELETE ON memories
BEGIN
  DELETE FROM memory_words WHERE rowid = OLD.seq;
  INSERT OR IGNORE INTO memory_forgotten (seq) VALUES (OLD.seq);
  UPDATE memories SET superseded_by = OLD.superseded_by WHERE superseded_by = OLD.id;
END;
CREATE TRIGGER memories_left_alone AFTER UPDATE OF previous_seq ON memories WHEN NEW.previous_seq IS NULL
BEGIN
  DELETE FROM memory_words WHERE rowid = NEW.seq;
  UPDATE memories SET worded = 0 WHERE seq = NEW.seq;
END;
CREATE TRIGGER memories_changed AFTER UPDATE OF seq ON memories WHEN NEW.seq <> OLD.seq
BEGIN
  DELETE FROM memory_words WHERE rowid = OLD.seq;
  INSERT OR IGNORE INTO memory_forgotten (seq) VALUES (OLD.seq);
END;
CREATE TRIGGER conversations_forgotten AFTER DELETE ON conversations
BEGIN
  DELETE FROM memories WHERE conversation_id = OLD.id;
  UPDATE memory_progress SET revision = revision + 1, lasting = lasting + 1;
END;

-- Up to which message conversations have become memories. `revision` grows with every change, `lasting` with every one
-- but new turns of conversations. `words_version` is the way of stemming that all words were made by; while another one
-- is being brought in, it is `words_next` and everything up to `words_done` has it.
CREATE TABLE memory_progress (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last_message_seq INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  lasting INTEGER NOT NULL,
  words_version TEXT NOT NULL,
  words_next TEXT NOT NULL,
  words_done INTEGER NOT NULL
) STRICT;
INSERT INTO memory_progress (one, last_message_seq, revision, lasting, words_version, words_next, words_done)
VALUES (1, 0, 0, 0, '', '', 0);

-- Which memories an answer drew on. Holds no text.
CREATE TABLE memory_uses (
  message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON UPDATE CASCADE ON DELETE CASCADE,
  score REAL NOT NULL,
  PRIMARY KEY (message_id, memory_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_uses_by_memory ON memory_uses (memory_seq);

-- The core profile; `memory_seq` is where a line was learned, null for what the person wrote.
CREATE TABLE memory_profile (
  id INTEGER PRIMARY KEY,
  place INTEGER NOT NULL,
  text TEXT NOT NULL,
  memory_seq INTEGER REFERENCES memories (seq) ON UPDATE CASCADE ON DELETE CASCADE,
  privacy TEXT NOT NULL CHECK (privacy IN ('local', 'cloud'))
) STRICT;

INSERT INTO memories (position, id, text, source, speaker, said_at, privacy, language, provenance, importance, added_at)
SELECT row_number() OVER (ORDER BY id), lower(hex(randomblob(16))), text, 'told', 'user', created_at, 'local', language,
  'facts', 0.7, created_at
FROM facts ORDER BY id;
DROP TABLE facts;
