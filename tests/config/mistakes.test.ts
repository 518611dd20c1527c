import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complaints, parse, problems } from "../support/portfolios.ts";

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

  test("a container needs a command, and that a place for what is filled in", () => {
    const said = (fields: object) => problems(JSON.stringify({ ...fields, projects: [] }));
    expect(said({ sandbox: "container" })[0]).toContain("sandbox: needs `container_command`");
    const wrong = [
      ["docker", "run", "image"],
      ["{options}", "docker", "run"],
      ["docker", "run", "{options}", "{options}"],
      ["run", "{options}"],
    ];
    for (const container_command of wrong)
      expect(said({ container_command })[0]).toMatch(
        /container_command: \[.*\] is not a command for containers.*"docker", "run", "\{options\}"/,
      );
    const container_command = ["docker", "run", "{options}", "image"];
    expect(said({ sandbox: "container", container_command })).toEqual([]);
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
    [{ network: "off" }, 'network: "off" is not one of none, all'],
    [{ setup_network: "al" }, 'did you mean "all"?'],
    [{ network: ["a.example.org", "1.2.3.4"] }, 'network[1]: "1.2.3.4" is not the name of a host'],
    [{ network: ["https://a.example.org"] }, "no address, port or scheme"],
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
