-- The ledger of one project. Columns are for people and for queries; `body` is the record itself,
-- `sum` the digest that shows damage to it. Moments are ISO 8601 in UTC, money is US dollars.

CREATE TABLE sequences (
  name  TEXT PRIMARY KEY CHECK (name IN ('token', 'job')),
  value INTEGER NOT NULL CHECK (value >= 0)
) STRICT;

CREATE TABLE project_state (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  mode           TEXT NOT NULL CHECK (mode IN ('active', 'paused')),
  paused_by      TEXT CHECK (paused_by IN ('person', 'patrol', 'limit')),
  failures       INTEGER NOT NULL CHECK (failures >= 0),
  version        INTEGER NOT NULL CHECK (version >= 0),
  body           TEXT NOT NULL CHECK (json_valid(body)),
  sum            TEXT NOT NULL,
  CHECK ((mode = 'paused') = (paused_by IS NOT NULL))
) STRICT;

CREATE TABLE tasks (
  id          TEXT PRIMARY KEY,
  title       TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('code', 'test', 'fix', 'review')),
  status      TEXT NOT NULL
              CHECK (status IN ('pending', 'in_progress', 'waiting', 'done', 'failed', 'skipped')),
  state       TEXT NOT NULL
              CHECK (state IN ('pending', 'working', 'blocked', 'submitted', 'judging', 'held',
                               'approved', 'merging', 'conflicted', 'resolving', 'unsettled',
                               'done', 'failed', 'skipped')),
  attempt     INTEGER NOT NULL CHECK (attempt >= 0),
  priority    REAL NOT NULL,
  cycle       TEXT,
  fingerprint TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  version     INTEGER NOT NULL CHECK (version >= 0),
  body        TEXT NOT NULL CHECK (json_valid(body)),
  sum         TEXT NOT NULL
) STRICT;

CREATE INDEX tasks_by_status ON tasks (status);
CREATE INDEX tasks_by_fingerprint ON tasks (fingerprint);

CREATE TABLE worker_results (
  task        TEXT NOT NULL,
  attempt     INTEGER NOT NULL CHECK (attempt >= 0),
  kind        TEXT NOT NULL CHECK (kind IN ('work', 'resolve')),
  round       INTEGER NOT NULL CHECK (round >= 0),
  outcome     TEXT NOT NULL
              CHECK (outcome IN ('running', 'submitted', 'failed', 'released', 'blocked',
                                 'declined', 'reported')),
  model       TEXT NOT NULL,
  session     TEXT NOT NULL,
  cost_usd    REAL NOT NULL,
  duration_ms REAL NOT NULL,
  started_at  TEXT NOT NULL,
  ended_at    TEXT,
  body        TEXT NOT NULL CHECK (json_valid(body)),
  sum         TEXT NOT NULL,
  PRIMARY KEY (task, attempt, kind, round)
) STRICT;

CREATE TABLE judge_verdicts (
  task        TEXT NOT NULL,
  number      INTEGER NOT NULL CHECK (number >= 0),
  attempt     INTEGER NOT NULL CHECK (attempt >= 0),
  commit_sha  TEXT NOT NULL,
  decision    TEXT NOT NULL CHECK (decision IN ('pass', 'fail', 'inconclusive')),
  cost_usd    REAL NOT NULL,
  duration_ms REAL NOT NULL,
  started_at  TEXT NOT NULL,
  body        TEXT NOT NULL CHECK (json_valid(body)),
  sum         TEXT NOT NULL,
  PRIMARY KEY (task, number)
) STRICT;

CREATE TABLE planner_cycles (
  id           TEXT PRIMARY KEY,
  requested_by TEXT NOT NULL CHECK (requested_by IN ('schedule', 'person')),
  state        TEXT NOT NULL
               CHECK (state IN ('queued', 'planning', 'running', 'completed', 'failed')),
  cost_usd     REAL NOT NULL,
  created_at   TEXT NOT NULL,
  started_at   TEXT,
  ended_at     TEXT,
  version      INTEGER NOT NULL CHECK (version >= 0),
  body         TEXT NOT NULL CHECK (json_valid(body)),
  sum          TEXT NOT NULL
) STRICT;

CREATE INDEX cycles_by_state ON planner_cycles (state);
CREATE INDEX cycles_by_end ON planner_cycles (ended_at);

CREATE TABLE landings (
  id         TEXT PRIMARY KEY,
  branch     TEXT NOT NULL,
  base       TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('intended', 'landed', 'raced', 'parked')),
  at         TEXT NOT NULL,
  body       TEXT NOT NULL CHECK (json_valid(body)),
  sum        TEXT NOT NULL
) STRICT;

CREATE TABLE landing_tasks (
  task    TEXT NOT NULL,
  landing TEXT NOT NULL REFERENCES landings (id),
  PRIMARY KEY (task, landing)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
  token       INTEGER PRIMARY KEY,
  role        TEXT NOT NULL CHECK (role IN ('planner', 'worker', 'judge', 'refinery')),
  task        TEXT,
  cycle       TEXT,
  day         TEXT NOT NULL,
  amount_usd  REAL NOT NULL,
  settled_usd REAL,
  at          TEXT NOT NULL,
  body        TEXT NOT NULL CHECK (json_valid(body)),
  sum         TEXT NOT NULL
) STRICT;

CREATE INDEX reservations_by_day ON reservations (day, settled_usd, amount_usd);
CREATE INDEX reservations_by_cycle ON reservations (cycle, settled_usd, amount_usd);
CREATE INDEX reservations_unsettled ON reservations (token) WHERE settled_usd IS NULL;
CREATE INDEX reservations_by_task ON reservations (task, settled_usd);

CREATE TABLE jobs (
  id           TEXT PRIMARY KEY,
  queue        TEXT NOT NULL CHECK (queue IN ('cycle', 'work', 'judge', 'resolve', 'merge')),
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('task', 'cycle')),
  subject      TEXT NOT NULL,
  key          TEXT,
  priority     REAL NOT NULL,
  sent_at      TEXT NOT NULL,
  run_at       TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('queued', 'live')),
  waits_for    TEXT,
  token        INTEGER UNIQUE,
  lease_until  TEXT,
  owner        TEXT,
  body         TEXT NOT NULL CHECK (json_valid(body)),
  sum          TEXT NOT NULL,
  UNIQUE (queue, subject_kind, subject),
  CHECK ((state = 'live') = (token IS NOT NULL)),
  CHECK ((state = 'live') = (lease_until IS NOT NULL)),
  CHECK ((state = 'live') = (owner IS NOT NULL))
) STRICT;

-- `hash` is over `prev_hash` and the row: a changed, lost or inserted event breaks the chain.
CREATE TABLE events (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  subject   TEXT,
  type      TEXT NOT NULL,
  body      TEXT NOT NULL CHECK (json_valid(body)),
  prev_hash TEXT NOT NULL,
  hash      TEXT NOT NULL
) STRICT;

CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER events_last BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
