-- What a conversation allows, where it is stricter than the settings; null follows them.
ALTER TABLE conversations ADD COLUMN privacy TEXT CHECK (privacy IN ('local', 'ask', 'cloud'));
