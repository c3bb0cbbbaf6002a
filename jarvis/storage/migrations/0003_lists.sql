-- Lists that were made before anything was put on them; `folded` is the name without case and accents.
CREATE TABLE lists (
  folded TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
