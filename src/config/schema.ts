/** The portfolio file as people write it; descriptions and hints feed docs and errors. */
import * as z from "zod";
import { confinementShape, containerField, sandboxField } from "./confinement.ts";
import { portfolioDefaults, projectDefaults } from "./defaults.ts";
import {
  count,
  day,
  dollars,
  escalation,
  filled,
  insideFile,
  insideHint,
  model,
  modelHint,
  promptsShape,
  seconds,
  text,
  variables,
} from "./fields.ts";
import { isAuthor, isBranch, isBranchPrefix } from "./rules.ts";

const d = projectDefaults;

/** One project's fields. */
export const projectSchema = z.strictObject({
  name: text()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, { error: "is not a name for a project" })
    .max(64)
    .refine((name) => name !== "portfolio", { error: 'the name "portfolio" is reserved' })
    .meta({
      description: "Identifies the project; unique in the portfolio",
      hint: 'use lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit',
    }),
  path: filled().meta({
    description:
      "The project's folder, in a git repository: absolute, `~/…`, or relative to the " +
      "portfolio file",
  }),
  enabled: z.boolean().default(d.enabled).meta({ description: "`false`: no cycles are run" }),
  priority: count(0, 1000)
    .default(d.priority)
    .meta({ description: "Which project's work goes first: the higher" }),
  max_workers: count(1, 64)
    .default(d.max_workers)
    .meta({ description: "Most workers at once", unit: "worker" }),
  worker_timeout_seconds: seconds(day)
    .default(d.worker_timeout_seconds)
    .meta({ description: "Longest time of one worker's session", unit: "second" }),
  model: model()
    .default(d.model)
    .meta({ description: "Model of workers and of the refinery", hint: modelHint }),
  escalation_model: escalation()
    .nullable()
    .default(d.escalation_model)
    .meta({
      description:
        "Model of a task's last attempt; `auto`: sonnet after haiku, opus after sonnet; " +
        "`none` or `null`: that of the others",
      hint: modelHint,
    }),
  planner_model: model()
    .default(d.planner_model)
    .meta({ description: "Model of the planner", hint: modelHint }),
  judge_model: model()
    .default(d.judge_model)
    .meta({ description: "Model of the judge", hint: modelHint }),
  max_budget_per_task: dollars(1000)
    .default(d.max_budget_per_task)
    .meta({ description: "Spending cap of one worker's session", unit: "US dollar" }),
  planner_budget: dollars(1000)
    .default(d.planner_budget)
    .meta({ description: "Spending cap of one planning", unit: "US dollar" }),
  judge_budget: dollars(1000)
    .default(d.judge_budget)
    .meta({ description: "Spending cap of one judgement", unit: "US dollar" }),
  max_budget_per_request: dollars(1000).nullable().default(d.max_budget_per_request).meta({
    description: "Cap of what one request to the model can cost at worst; `null`: none",
    unit: "US dollar",
  }),
  max_budget_per_cycle: dollars(100_000)
    .nullable()
    .default(d.max_budget_per_cycle)
    .meta({ description: "Spending cap of one cycle; `null`: none", unit: "US dollar" }),
  max_budget_per_day: dollars(100_000)
    .nullable()
    .default(d.max_budget_per_day)
    .meta({ description: "Spending cap of one day; `null`: none", unit: "US dollar" }),
  max_attempts: count(1, 10)
    .default(d.max_attempts)
    .meta({ description: "Fresh starts that a task gets before it fails", unit: "attempt" }),
  max_failures_in_a_row: count(1, 1000)
    .default(d.max_failures_in_a_row)
    .meta({
      description:
        "Tasks that fail in a row, or plannings that do, before the project is paused " +
        "until `orch resume`",
      unit: "failure",
    }),
  cycle_interval_minutes: count(1, 43_200)
    .default(d.cycle_interval_minutes)
    .meta({ description: "Time between the starts of two cycles", unit: "minute" }),
  backlog_source: z.enum(["claude_md", "backlog_file", "manual"]).default(d.backlog_source).meta({
    description:
      "Where work comes from: the context files, `backlog_file` as well, or only `orch add-task`",
  }),
  backlog_file: insideFile()
    .default(d.backlog_file)
    .meta({ description: "The file read with `backlog_source` `backlog_file`", hint: insideHint }),
  planner_context_files: z
    .array(insideFile())
    .max(20)
    .default([...d.planner_context_files])
    .meta({ description: "Files that the planner is given to read", hint: insideHint }),
  test_command: text()
    .default(d.test_command)
    .meta({ description: "Shell command that runs the tests; empty: none" }),
  lint_command: text()
    .default(d.lint_command)
    .meta({ description: "Shell command that runs the linter; empty: none" }),
  check_timeout_seconds: seconds(day)
    .default(d.check_timeout_seconds)
    .meta({ description: "Longest time of one check", unit: "second" }),
  setup_command: text().nullable().default(d.setup_command).meta({
    description:
      "Shell command that installs what checks need; `null`: told from lockfiles; empty: none",
  }),
  setup_timeout_seconds: seconds(day)
    .default(d.setup_timeout_seconds)
    .meta({ description: "Longest time of the set-up command", unit: "second" }),
  branch: text()
    .refine(isBranch, { error: "is not a branch name that git takes" })
    .nullable()
    .default(d.branch)
    .meta({
      description: "The branch that work lands on; `null`: found in the repository",
      hint: 'write the short name, such as "main"',
    }),
  git_branch_prefix: text()
    .refine(isBranchPrefix, { error: "is not a prefix for branches" })
    .default(d.git_branch_prefix)
    .meta({
      description:
        "What the names of task branches begin with; `<prefix>ready` shows work that waits for " +
        "your checkout",
      hint: 'end it in "/" and use only what git takes in branch names',
    }),
  git_author: text()
    .refine(isAuthor, { error: "is not an author" })
    .nullable()
    .default(d.git_author)
    .meta({
      description: "Author of the commits; `null`: `orch <orch@localhost>`",
      hint: 'write "Name <mail>"',
    }),
  push: z
    .boolean()
    .default(d.push)
    .meta({ description: "Whether what has landed is pushed to the branch's upstream" }),
  ...confinementShape,
  prompts: z
    .strictObject(promptsShape)
    .default({})
    .meta({
      description:
        "Files that replace the built-in contracts, relative to the portfolio file; keys: " +
        "`planner`, `worker_code`, `worker_test`, `worker_fix`, `worker_review`, `judge`, " +
        "`refinery`",
    }),
  env: variables().meta({
    description: "Names of environment variables that reach workers and checks",
    hint: "write names only, never values: those come from the environment",
  }),
});

const p = portfolioDefaults;

/** The whole file. */
export const portfolioSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: "The schema, for editors" }),
  name: filled().max(100).default(p.name).meta({ description: "Names the portfolio to people" }),
  data_dir: filled()
    .default(p.data_dir)
    .meta({
      description:
        "Folder of ledgers, clones and transcripts: absolute, `~/…`, or relative to the " +
        "portfolio file",
    }),
  log_level: z
    .enum(["DEBUG", "INFO", "WARNING", "ERROR", "debug", "info", "warning", "error"])
    .default(p.log_level)
    .meta({ description: "The least that is logged" }),
  max_workers: count(1, 1024).nullable().default(p.max_workers).meta({
    description: "Most workers at once over all projects; `null`: no limit",
    unit: "worker",
  }),
  max_budget_per_day: dollars(1_000_000).nullable().default(p.max_budget_per_day).meta({
    description: "Spending cap of a day over all projects; `null`: none",
    unit: "US dollar",
  }),
  keep_days: count(1, 3650).default(p.keep_days).meta({
    description: "How long transcripts, and references of tasks that failed, stay where they are",
    unit: "day",
  }),
  data_quota_gb: z.number().min(0.01).max(1_000_000).nullable().default(p.data_quota_gb).meta({
    description:
      "Room for the data folder; beyond it the oldest transcripts go first; `null`: no limit",
    unit: "GiB",
  }),
  sandbox: sandboxField,
  container_command: containerField,
  keep_for_me: count(0, 100)
    .default(p.keep_for_me)
    .meta({
      description:
        "Per cent of a login's allowance that agents leave to you: once the rest is used they " +
        "wait for its reset; `0`: nothing",
    }),
  projects: z.array(projectSchema).max(1000).meta({ description: "The projects" }),
});

export type PortfolioFile = z.output<typeof portfolioSchema>;
export type ProjectFields = z.output<typeof projectSchema>;
/** A project as it may be written: everything but name and path may be left out. */
export type ProjectEntry = z.input<typeof projectSchema>;
