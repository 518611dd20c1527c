-- What passes the gateway is counted request by request; older deliveries have none.
ALTER TABLE reservations
  ADD COLUMN requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0);
