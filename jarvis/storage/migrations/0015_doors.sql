-- Where a question came in; NULL for answers and for what was kept before this was known.
ALTER TABLE messages ADD COLUMN door TEXT CHECK (door IN ('chat', 'voice', 'quick', 'cli', 'api'));
