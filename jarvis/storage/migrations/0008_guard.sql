-- Times are epoch milliseconds, UTC. `facts` is canonical JSON and holds no text of the person; `digest` is the
-- SHA-256 that also covers the entry before. Rows are only ever added.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  facts TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64)
) STRICT;
CREATE INDEX audit_by_kind ON audit (kind, seq);

-- How many entries there must be and the digest of the last, so that a cut tail is noticed.
CREATE TABLE audit_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  entries INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (one, entries, digest)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER audit_follows BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT entries + 1 FROM audit_head)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is only added to, at its end');
END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is never deleted');
END;
CREATE TRIGGER audit_head_follows BEFORE UPDATE ON audit_head
WHEN NEW.entries IS NOT OLD.entries + 1
  OR NEW.digest IS NOT (SELECT digest FROM audit WHERE seq = NEW.entries)
BEGIN
  SELECT RAISE(ABORT, 'the head of the audit log only moves on by one');
END;
CREATE TRIGGER audit_head_is_one BEFORE INSERT ON audit_head
BEGIN
  SELECT RAISE(ABORT, 'the audit log has one head');
END;
CREATE TRIGGER audit_head_is_kept BEFORE DELETE ON audit_head
BEGIN
  SELECT RAISE(ABORT, 'the head of the audit log is never deleted');
END;

CREATE TABLE permissions (
  name TEXT PRIMARY KEY,
  level TEXT NOT NULL CHECK (level IN ('allow', 'ask', 'never')),
  changed_at INTEGER NOT NULL
) STRICT;
