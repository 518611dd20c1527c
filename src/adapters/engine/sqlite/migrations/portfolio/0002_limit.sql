-- Whether the model can be had, for all projects together; no row: nothing is in the way.

CREATE TABLE limits (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  mode  TEXT NOT NULL CHECK (mode IN ('clear', 'waiting', 'probing')),
  cause TEXT CHECK (cause IN ('usage', 'outage', 'reserve')),
  until TEXT,
  body  TEXT NOT NULL CHECK (json_valid(body)),
  sum   TEXT NOT NULL,
  CHECK ((mode = 'clear') = (cause IS NULL)),
  CHECK ((mode = 'clear') = (until IS NULL))
) STRICT;
