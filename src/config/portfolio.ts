/** From the file's fields to the program's: names in camelCase, paths absolute. */
import { dirname, resolve } from "node:path";
import { projectName } from "../core/ids.ts";
import type { LogLevel, Portfolio, ProjectConfig, PromptName } from "../core/portfolio.ts";
import type { Reach } from "../core/reach.ts";
import type { PortfolioFile, ProjectFields } from "./schema.ts";

const mib = 2 ** 20;

/**
 * Makes a path absolute: `~/` is `home`, anything relative starts at the portfolio file's folder.
 */
export function resolvePath(path: string, file: string, home: string): string {
  if (path === "~") return home;
  return resolve(dirname(file), path.startsWith("~/") ? resolve(home, path.slice(2)) : path);
}

/** Types a valid file; `file` is its absolute path. */
export function toPortfolio(fields: PortfolioFile, file: string, home: string): Portfolio {
  const absolute = (path: string): string => resolvePath(path, file, home);
  return {
    name: fields.name,
    file,
    dataDir: absolute(fields.data_dir),
    logLevel: fields.log_level.toLowerCase() as LogLevel, // the schema knows these four only
    maxWorkers: fields.max_workers,
    maxBudgetPerDay: fields.max_budget_per_day,
    keepDays: fields.keep_days,
    dataQuotaGb: fields.data_quota_gb,
    keepForMe: fields.keep_for_me,
    sandbox: fields.sandbox,
    containerCommand: fields.container_command,
    projects: fields.projects.map((project) => toProject(project, absolute)),
  };
}

function toProject(fields: ProjectFields, absolute: (path: string) => string): ProjectConfig {
  return {
    name: projectName(fields.name),
    path: absolute(fields.path),
    enabled: fields.enabled,
    priority: fields.priority,
    maxWorkers: fields.max_workers,
    workerTimeoutSeconds: fields.worker_timeout_seconds,
    model: fields.model,
    plannerModel: fields.planner_model,
    escalationModel: fields.escalation_model,
    judgeModel: fields.judge_model,
    maxBudgetPerTask: fields.max_budget_per_task,
    plannerBudget: fields.planner_budget,
    judgeBudget: fields.judge_budget,
    maxBudgetPerRequest: fields.max_budget_per_request,
    maxBudgetPerCycle: fields.max_budget_per_cycle,
    maxBudgetPerDay: fields.max_budget_per_day,
    maxAttempts: fields.max_attempts,
    maxFailuresInARow: fields.max_failures_in_a_row,
    cycleIntervalMinutes: fields.cycle_interval_minutes,
    backlogSource: fields.backlog_source,
    backlogFile: fields.backlog_file,
    plannerContextFiles: fields.planner_context_files,
    testCommand: fields.test_command,
    lintCommand: fields.lint_command,
    checkTimeoutSeconds: fields.check_timeout_seconds,
    setupCommand: fields.setup_command,
    setupTimeoutSeconds: fields.setup_timeout_seconds,
    branch: fields.branch,
    gitBranchPrefix: fields.git_branch_prefix,
    gitAuthor: fields.git_author,
    push: fields.push,
    prompts: toPrompts(fields.prompts, absolute),
    env: fields.env,
    network: toReach(fields.network),
    setupNetwork: toReach(fields.setup_network),
    limits: {
      memoryBytes: fields.max_memory_mb * mib,
      processes: fields.max_processes,
      cpuMs: fields.max_cpu_seconds === null ? null : fields.max_cpu_seconds * 1_000,
      diskBytes: fields.max_disk_mb * mib,
      outputBytes: fields.max_output_mb * mib,
    },
  };
}

const toReach = (field: ProjectFields["network"]): Reach => (field === "none" ? [] : field);

function toPrompts(
  files: ProjectFields["prompts"],
  absolute: (path: string) => string,
): Partial<Record<PromptName, string>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, file]) =>
      file === undefined ? [] : [[name, absolute(file)]],
    ),
  );
}
