-- Why an answer failed, as programs know it: JSON, the codes of the error that ended it and of those before that.
ALTER TABLE messages ADD COLUMN codes TEXT NOT NULL DEFAULT '[]';
