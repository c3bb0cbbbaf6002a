-- Of an answer that was said aloud and interrupted: how many characters of its text were heard; NULL is all of it.
ALTER TABLE messages ADD COLUMN heard_characters INTEGER CHECK (heard_characters >= 0);
