-- Plannings that failed in a row pause a project too.

ALTER TABLE project_state
  ADD COLUMN plans_failed INTEGER NOT NULL DEFAULT 0 CHECK (plans_failed >= 0);
