-- Under what sessions and checks ran; of former times that is not known.
ALTER TABLE planner_cycles ADD COLUMN held TEXT;
ALTER TABLE worker_results ADD COLUMN held TEXT;
ALTER TABLE judge_verdicts ADD COLUMN held TEXT;
