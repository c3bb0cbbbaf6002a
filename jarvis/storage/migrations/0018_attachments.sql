-- Files that went with questions, or wait in the unsent message of a conversation (`draft`, '' a new one). Their bytes
-- are cut into parts, so that none is ever whole in memory while it is written. A file goes with the last message that
-- has it, and a message that is blanked, as forgetting does, gives its files up; `secure_delete` overwrites them.
CREATE TABLE attachments (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('image', 'document')),
  media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  pages INTEGER,
  passages INTEGER NOT NULL DEFAULT 0,
  stays INTEGER NOT NULL DEFAULT 0 CHECK (stays IN (0, 1)),
  note_en TEXT NOT NULL DEFAULT '',
  note_es TEXT NOT NULL DEFAULT '',
  draft TEXT,
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_of_drafts ON attachments (draft) WHERE draft IS NOT NULL;

CREATE TABLE attachment_parts (
  attachment_seq INTEGER NOT NULL REFERENCES attachments (seq) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (attachment_seq, part)
) STRICT;

CREATE TABLE attachment_passages (
  attachment_seq INTEGER NOT NULL REFERENCES attachments (seq) ON DELETE CASCADE,
  passage INTEGER NOT NULL,
  text TEXT NOT NULL,
  place TEXT NOT NULL,
  PRIMARY KEY (attachment_seq, passage)
) STRICT;

CREATE TABLE message_attachments (
  message_seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  attachment_seq INTEGER NOT NULL REFERENCES attachments (seq) ON DELETE CASCADE,
  PRIMARY KEY (message_seq, place)
) STRICT;
CREATE INDEX message_attachments_by_file ON message_attachments (attachment_seq);

CREATE TRIGGER message_attachments_go AFTER DELETE ON message_attachments
BEGIN
  DELETE FROM attachments WHERE seq = OLD.attachment_seq AND draft IS NULL
  AND NOT EXISTS (SELECT 1 FROM message_attachments WHERE attachment_seq = OLD.attachment_seq);
END;
CREATE TRIGGER messages_give_files_up AFTER UPDATE OF text ON messages WHEN NEW.text = '…'
BEGIN
  DELETE FROM message_attachments WHERE message_seq = NEW.seq;
END;
CREATE TRIGGER conversations_take_drafts AFTER DELETE ON conversations
BEGIN
  DELETE FROM attachments WHERE draft = OLD.id;
END;
