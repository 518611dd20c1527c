-- What spans projects. Each row repeats one of a project's own ledger, which is the truth.

CREATE TABLE reservations (
  project     TEXT NOT NULL,
  token       INTEGER NOT NULL,
  day         TEXT NOT NULL,
  amount_usd  REAL NOT NULL,
  settled_usd REAL,
  PRIMARY KEY (project, token)
) STRICT;

CREATE INDEX reservations_by_day ON reservations (day, settled_usd, amount_usd);

CREATE TABLE workers (
  project TEXT NOT NULL,
  token   INTEGER NOT NULL,
  owner   TEXT NOT NULL,
  PRIMARY KEY (project, token)
) STRICT;
