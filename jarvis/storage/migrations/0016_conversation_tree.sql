-- A message follows another one, `parent_seq`, 0 at the beginning of its conversation: whoever rewrites a question or
-- wants another answer begins a second branch, and nothing is lost. `leaf_seq` is the newest message of the branch that
-- is shown, 0 for none. A message that names no parent follows that one. `folder` is '' for a conversation in none.
ALTER TABLE messages ADD COLUMN parent_seq INTEGER;
ALTER TABLE conversations ADD COLUMN leaf_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));
ALTER TABLE conversations ADD COLUMN folder TEXT NOT NULL DEFAULT '';
UPDATE messages SET parent_seq = coalesce((SELECT max(before.seq) FROM messages AS before
  WHERE before.conversation_id = messages.conversation_id AND before.seq < messages.seq), 0);
UPDATE conversations SET leaf_seq = coalesce((SELECT max(seq) FROM messages WHERE conversation_id = conversations.id), 0);
CREATE INDEX messages_by_parent ON messages (conversation_id, parent_seq);
CREATE TRIGGER messages_follow AFTER INSERT ON messages
BEGIN
  UPDATE messages SET parent_seq = (SELECT leaf_seq FROM conversations WHERE id = NEW.conversation_id)
  WHERE seq = NEW.seq AND NEW.parent_seq IS NULL;
  UPDATE conversations SET leaf_seq = NEW.seq WHERE id = NEW.conversation_id;
END;
