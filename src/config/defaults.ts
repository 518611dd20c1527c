/** What holds where a portfolio says nothing. */
export const portfolioDefaults = {
  name: "default",
  data_dir: "./data",
  log_level: "INFO",
  max_workers: null,
  max_budget_per_day: null,
} as const;

/** What holds where a project says nothing. */
export const projectDefaults = {
  enabled: true,
  priority: 1,
  max_workers: 3,
  worker_timeout_seconds: 300,
  model: "sonnet",
  planner_model: "sonnet",
  judge_model: "haiku",
  max_budget_per_task: 0.5,
  planner_budget: 0.5,
  judge_budget: 0.2,
  max_budget_per_cycle: null,
  max_budget_per_day: null,
  max_attempts: 3,
  max_failures_in_a_row: 5,
  cycle_interval_minutes: 30,
  backlog_source: "claude_md",
  backlog_file: "BACKLOG.md",
  planner_context_files: ["CLAUDE.md"],
  test_command: "",
  lint_command: "",
  check_timeout_seconds: 600,
  setup_command: null,
  setup_timeout_seconds: 900,
  branch: null,
  git_branch_prefix: "orch/",
  git_author: null,
  push: false,
} as const;
