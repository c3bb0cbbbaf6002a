-- Up to which memory facts were looked for by rules and by a model, and whether the person has edited the core profile.
CREATE TABLE memory_learning (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ruled_seq INTEGER NOT NULL,
  modelled_seq INTEGER NOT NULL,
  profile_edited INTEGER NOT NULL CHECK (profile_edited IN (0, 1))
) STRICT;
INSERT INTO memory_learning (one, ruled_seq, modelled_seq, profile_edited) VALUES (1, 0, 0, 0);
