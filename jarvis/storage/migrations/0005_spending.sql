-- Times are epoch milliseconds, UTC; `day` is the local date on which a call was recorded, YYYY-MM-DD.
-- Money of a budget is counted in whole billionths of a dollar, so that sums are exact.

ALTER TABLE usage ADD COLUMN place TEXT NOT NULL DEFAULT 'local' CHECK (place IN ('local', 'cloud'));
ALTER TABLE usage ADD COLUMN stage TEXT NOT NULL DEFAULT 'answer';
ALTER TABLE usage ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN cache_written_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN cloud_usd REAL;
ALTER TABLE usage ADD COLUMN reference TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN first_seconds REAL;
ALTER TABLE usage ADD COLUMN joules REAL;
ALTER TABLE usage ADD COLUMN suspect TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1));
ALTER TABLE usage ADD COLUMN day TEXT NOT NULL DEFAULT '';
-- Until here a local call cost exactly 0, and one elsewhere something or an unknown sum.
UPDATE usage SET day = date(at / 1000, 'unixepoch', 'localtime'),
  place = CASE WHEN cost_usd = 0 THEN 'local' ELSE 'cloud' END;
CREATE INDEX usage_by_message ON usage (message_id);
CREATE INDEX usage_by_day ON usage (day);
DROP INDEX usage_by_time;

ALTER TABLE decisions ADD COLUMN difficulty REAL;
ALTER TABLE decisions ADD COLUMN p_weak REAL;
ALTER TABLE decisions ADD COLUMN p_strong REAL;
ALTER TABLE decisions ADD COLUMN domain TEXT;
ALTER TABLE decisions ADD COLUMN domains TEXT NOT NULL DEFAULT '{}';
ALTER TABLE decisions ADD COLUMN language TEXT;
ALTER TABLE decisions ADD COLUMN needs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE decisions ADD COLUMN answer_tokens INTEGER;
ALTER TABLE decisions ADD COLUMN assessed_by TEXT;
ALTER TABLE decisions ADD COLUMN door TEXT;
ALTER TABLE decisions ADD COLUMN excluded TEXT NOT NULL DEFAULT '{}';
ALTER TABLE decisions ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';
-- The candidates were names only.
UPDATE decisions SET candidates =
  (SELECT json_group_array(json_object('engine', value)) FROM json_each(decisions.candidates));

CREATE INDEX messages_free ON messages (created_at) WHERE (source IN ('skill', 'memory') OR detail = 'cached');

-- What was spent, per local day.
CREATE TABLE budget_days (
  day TEXT PRIMARY KEY,
  spent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is set aside for calls that have not ended, with the process that makes them; of a dead one it stays and counts.
CREATE TABLE budget_reservations (
  id TEXT PRIMARY KEY,
  engine TEXT NOT NULL,
  reserved INTEGER NOT NULL,
  day TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  owner_started REAL NOT NULL
) STRICT;
