import { expect, test } from "vitest";
import { projectDefaults } from "../../src/config/defaults.ts";
import { renderProblem } from "../../src/config/problem.ts";
import type { ProjectConfig } from "../../src/core/portfolio.ts";
import { parse, problems } from "../support/portfolios.ts";

function project(fields: Record<string, unknown>): ProjectConfig {
  const parsed = parse(JSON.stringify({ projects: [{ name: "app", path: "/app", ...fields }] }));
  if (parsed.kind === "invalid") throw new Error(parsed.problems.map(renderProblem).join("\n"));
  const [first] = parsed.portfolio.projects;
  if (first === undefined) throw new Error("no project");
  return first;
}

test("a project with nothing but name and path gets the documented defaults", () => {
  expect(project({})).toEqual({
    name: "app",
    path: "/app",
    enabled: true,
    priority: 1,
    maxWorkers: 3,
    workerTimeoutSeconds: 300,
    model: "sonnet",
    plannerModel: "sonnet",
    escalationModel: "auto",
    judgeModel: "haiku",
    maxBudgetPerTask: 0.5,
    plannerBudget: 0.5,
    judgeBudget: 0.2,
    maxBudgetPerRequest: null,
    maxBudgetPerCycle: null,
    maxBudgetPerDay: null,
    maxAttempts: 3,
    maxFailuresInARow: 5,
    cycleIntervalMinutes: 30,
    backlogSource: "claude_md",
    backlogFile: "BACKLOG.md",
    plannerContextFiles: ["CLAUDE.md"],
    testCommand: "",
    lintCommand: "",
    checkTimeoutSeconds: 600,
    setupCommand: null,
    setupTimeoutSeconds: 900,
    branch: null,
    gitBranchPrefix: "orch/",
    gitAuthor: null,
    push: false,
    limits: {
      memoryBytes: 8 * 2 ** 30,
      processes: 1_000,
      cpuMs: null,
      diskBytes: 20 * 2 ** 30,
      outputBytes: 4 * 2 ** 30,
    },
    prompts: {},
    env: [],
    network: [],
    setupNetwork: [],
  });
});

test("every field of a project reaches the program", () => {
  const fields = {
    enabled: false,
    priority: 7,
    max_workers: 5,
    worker_timeout_seconds: 61,
    model: "opus",
    planner_model: "claude-opus-4-1-20250805",
    escalation_model: "none",
    judge_model: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    max_budget_per_task: 1.25,
    planner_budget: 0.75,
    judge_budget: 0.35,
    max_budget_per_request: 0.15,
    max_budget_per_cycle: 4,
    max_budget_per_day: 9,
    max_attempts: 2,
    max_failures_in_a_row: 3,
    cycle_interval_minutes: 45,
    backlog_source: "backlog_file",
    backlog_file: "docs/TODO.md",
    planner_context_files: ["README.md", "docs/a.md"],
    test_command: "make test",
    lint_command: "make lint",
    check_timeout_seconds: 62,
    setup_command: "make deps",
    setup_timeout_seconds: 63,
    branch: "release/next",
    git_branch_prefix: "bot/x/",
    git_author: "A Bot <bot@example.com>",
    push: true,
    prompts: { judge: "judge.md" },
    env: ["DATABASE_URL"],
    network: ["registry.npmjs.org"],
    setup_network: ["*.example.org"],
  };
  const limits = {
    max_memory_mb: 100,
    max_processes: 20,
    max_cpu_seconds: 30,
    max_disk_mb: 200,
    max_output_mb: 3,
  };
  const camel = (key: string): string => key.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  const wanted = Object.fromEntries(Object.entries(fields).map(([k, v]) => [camel(k), v]));
  const mib = 2 ** 20;
  expect(project({ ...fields, ...limits })).toEqual({
    ...wanted,
    limits: {
      memoryBytes: 100 * mib,
      processes: 20,
      cpuMs: 30_000,
      diskBytes: 200 * mib,
      outputBytes: 3 * mib,
    },
    name: "app",
    path: "/app",
    prompts: { judge: "/p/judge.md" },
  });
  expect(Object.keys(fields).filter((key) => !(key in projectDefaults))).toEqual([
    "prompts",
    "env",
  ]);
});

test("comments, trailing commas and a byte order mark are no mistakes", () => {
  const text = `\uFEFF{ // one
    "projects": [ { "name": "a", "path": "a", /* two */ }, ],
  }`;
  expect(problems(text)).toEqual([]);
});

test("paths are absolute, of the home folder, or relative to the portfolio file", () => {
  expect(project({ path: "sub/app" }).path).toBe("/p/sub/app");
  expect(project({ path: "../app/" }).path).toBe("/app");
  expect(project({ path: "~/app" }).path).toBe("/h/app");
  expect(project({ path: "~other/app" }).path).toBe("/p/~other/app");
  const parsed = parse('{ "projects": [] }');
  expect(parsed.kind === "valid" && parsed.portfolio.dataDir).toBe("/p/data");
});

test("log levels may be written in lower case", () => {
  for (const level of ["WARNING", "warning"]) {
    const parsed = parse(JSON.stringify({ log_level: level, projects: [] }));
    expect(parsed.kind === "valid" && parsed.portfolio.logLevel).toBe("warning");
  }
});

test("each value says where it comes from", () => {
  const parsed = parse(
    '{\n  "projects": [\n    { "name": "a", "path": "/a", "model": "opus" }\n  ]\n}',
  );
  const settings = parsed.kind === "valid" ? parsed.settings : [];
  const at = (path: string) => settings.find((setting) => setting.path === path);
  expect(at("projects[0].model")).toEqual({
    path: "projects[0].model",
    value: "opus",
    origin: { kind: "file", line: 3, column: 43 },
  });
  expect(at("projects[0].judge_model")).toMatchObject({
    value: "haiku",
    origin: { kind: "default" },
  });
  expect(at("data_dir")).toMatchObject({ value: "./data", origin: { kind: "default" } });
});
