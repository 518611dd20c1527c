import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { projectDefaults } from "../../src/config/defaults.ts";
import { type Parsed, parsePortfolio } from "../../src/config/parse.ts";
import { renderProblem } from "../../src/config/problem.ts";
import type { ProjectConfig } from "../../src/core/portfolio.ts";

const parse = (text: string): Parsed => parsePortfolio(text, { file: "/p/orch.jsonc", home: "/h" });

function problems(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.kind === "invalid" ? parsed.problems.map(renderProblem) : [];
}

/** The problems of a portfolio whose only project has these fields besides name and path. */
const complaints = (fields: Record<string, unknown>): readonly string[] =>
  problems(JSON.stringify({ projects: [{ name: "app", path: "/app", ...fields }] }));

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
    prompts: {},
    env: [],
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
  };
  const camel = (key: string): string => key.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  const wanted = Object.fromEntries(Object.entries(fields).map(([k, v]) => [camel(k), v]));
  expect(project(fields)).toEqual({
    ...wanted,
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

describe("mistakes", () => {
  test("all are told at once, each with file, line and column, in the order of the file", () => {
    const text = `{
  "nme": "x",
  "projects": [
    { "name": "App", "path": "/a" },
    { "name": "b", "max_wokers": 2,
      "path": "/b", "enabled": "yes" },
  ],
}`;
    expect(problems(text)).toEqual([
      '/p/orch.jsonc:2:3 nme: unknown field; did you mean "name"?',
      expect.stringMatching(/^\/p\/orch\.jsonc:4:15 projects\[0\]\.name: "App" is not a name/),
      '/p/orch.jsonc:5:20 projects[1].max_wokers: unknown field; did you mean "max_workers"?',
      '/p/orch.jsonc:6:32 projects[1].enabled: must be true or false, is "yes"',
    ]);
  });

  test("a budget under a key that does not exist is refused, not ignored", () => {
    expect(complaints({ max_budget: 1 })[0]).toContain("max_budget: unknown field");
    expect(complaints({ maxBudgetPerTask: 1 })[0]).toContain('did you mean "max_budget_per_task"');
  });

  test("a field on the wrong level is sent to the right one", () => {
    expect(complaints({ data_dir: "x" })[0]).toContain("it belongs to the portfolio");
    expect(problems('{ "max_attempts": 2, "projects": [] }')[0]).toContain(
      "it belongs into a project",
    );
  });

  test("a key that stands twice is told where it stands the second time", () => {
    expect(problems('{ "projects": [],\n  "projects": [] }')).toEqual([
      "/p/orch.jsonc:2:3 projects: is written twice (keep one of them)",
    ]);
  });

  test.each([
    ["", "1:1: a value is expected here"],
    ["{", '1:2: a closing "}" is missing'],
    ['{ "projects": [] x', "this is not JSON"],
    ["{ 'projects': [] }", 'texts stand in "double quotes"'],
    ["[]", "1:1: must be an object in { }, is []"],
    ["{}", "1:1 projects: is missing"],
    ['{ "projects": {} }', "1:15 projects: must be a list in [ ], is {}"],
  ])("the text %j answers %j", (text, told) => {
    expect(problems(text)[0]).toContain(told);
  });

  test.each([
    [{ max_workers: 0 }, "max_workers: must be at least 1 worker, is 0"],
    [{ max_workers: 65 }, "must be at most 64 workers, is 65"],
    [{ max_workers: 1.5 }, "must be a whole number, is 1.5"],
    [{ max_workers: "3" }, 'must be a number, is "3"'],
    [{ worker_timeout_seconds: 0 }, "must be at least 1 second, is 0"],
    [{ max_budget_per_task: 0 }, "must be at least 0.01 US dollars, is 0"],
    [{ max_budget_per_task: -1 }, "must be at least 0.01 US dollars, is -1"],
    [{ cycle_interval_minutes: 99999 }, "must be at most 43200 minutes, is 99999"],
    [{ max_attempts: null }, "must be a number, is null"],
    [{ path: "" }, "path: must not be empty"],
    [{ enabled: 1 }, "must be true or false, is 1"],
    [{ model: "sonet" }, 'unknown model "sonet"; did you mean "sonnet"?'],
    [{ judge_model: "gpt" }, 'unknown model "gpt"'],
    [{ backlog_source: "claudemd" }, 'did you mean "claude_md"?'],
    [{ backlog_source: "github_issues" }, '"github_issues" cannot be used yet'],
    [{ backlog_file: "/etc/passwd" }, "must be a path inside the project"],
    [{ planner_context_files: ["../x"] }, "planner_context_files[0]:"],
    [{ planner_context_files: "x" }, "must be a list in [ ]"],
    [{ git_author: "me" }, 'write "Name <mail>"'],
    [{ git_author: "me <a@b>\nx <c@d>" }, "is not an author"],
    [{ branch: "-f" }, "is not a branch name"],
    [{ branch: "" }, "is not a branch name"],
    [{ env: ["KEY=value"] }, "write names only, never values"],
    [{ prompts: { worker: "x.md" } }, "prompts.worker: unknown field"],
    [{ prompts: { judge: "" } }, "prompts.judge: must not be empty"],
  ])("%j is told as %j", (fields, told) => {
    const all = complaints(fields);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(told);
  });

  test.each(["portfolio", "App", "-a", ".a", "a/b", "", "ä", "a b"])(
    "%j is no name for a project",
    (name) => {
      expect(complaints({ name })).toHaveLength(1);
    },
  );

  test.each([
    "orch",
    "/",
    "a..b/",
    "-x/",
    ".x/",
    "x.lock/",
    "a//",
    "a b/",
    "a~/",
    "@{/",
    "a\u0007/",
  ])("%j is no prefix for branches", (prefix) => {
    expect(complaints({ git_branch_prefix: prefix })).toHaveLength(1);
  });

  test("names and folders that two projects share are told even beside other mistakes", () => {
    const all = problems(
      JSON.stringify({
        oops: 1,
        projects: [
          { name: "a", path: "/x" },
          { name: "a", path: "/x/y/.." },
        ],
      }),
    );
    expect(all).toHaveLength(3);
    expect(all[1]).toContain("projects[1].name: the name is also that of projects[0]");
    expect(all[2]).toContain("projects[1].path: the folder is also that of projects[0]");
  });
});

test("other vendors' models are taken, misspelt aliases are not", () => {
  for (const model of ["claude-sonnet-4-5", "us.anthropic.claude-x-v1:0", "zai/glm-4.6", "a:b"])
    expect(complaints({ model })).toEqual([]);
  for (const model of ["Sonnet", "claude", "claude-", "sonnet.", "/x", "", "a b/c"])
    expect(complaints({ model }), model).toHaveLength(1);
});

test("any text at all is either a portfolio or a list of problems, never an exception", () => {
  const tokens = fc.constantFrom(...'{}[],:/*"\\', '"projects"', '"name"', "//", "1", "null", "\n");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(tokens).map((all) => all.join("")),
      ),
      (text) => {
        const parsed = parse(text);
        return (
          parsed.kind === "valid" || parsed.problems.every(({ line, column }) => line * column > 0)
        );
      },
    ),
  );
  fc.assert(fc.property(fc.json(), (text) => parse(text).kind !== undefined));
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
