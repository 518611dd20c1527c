-- What people decided about a task is read with each task.
CREATE INDEX events_told ON events (subject)
WHERE type IN ('task.answered', 'task.approved', 'task.rejected', 'task.skipped', 'task.retried');
