/**
 * What keeps cycles from running, told by the real program: a message, what to do, the exit code.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { fromSources } from "../support/program.ts";

const sh = (command: string, cwd: string) => spawnSync("sh", ["-c", command], { cwd });

/** A portfolio with one project. */
async function place(project: object = {}): Promise<string> {
  const folder = await tempFolder();
  const git = "git -C app -c user.name=a -c user.email=a@localhost";
  sh(`git init -q -b main app && ${git} commit -q --allow-empty -m Start`, folder);
  const projects = [{ name: "app", path: "./app", ...project }];
  writeFileSync(join(folder, "orch.json"), JSON.stringify({ name: "p", projects }));
  return folder;
}

function orch(
  folder: string,
  args: readonly string[],
  before: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
) {
  const [file = "", ...argv] = [...before, ...fromSources, ...args];
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    ANTHROPIC_API_KEY: "placeholder",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
    ...more,
  };
  return spawnSync(file, argv, { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
}

test("a contract of one's own with an unknown slot is refused before anything is begun", async () => {
  const folder = await place({ prompts: { planner: "own.md" } });
  writeFileSync(join(folder, "own.md"), "# Contract: planner\n\n{{nonsense}} {{project}}\n");
  const ran = orch(folder, ["run"]);
  expect(ran.stderr).toContain("own.md: the template asks for {{nonsense}}");
  expect(ran.status).toBe(2);
});

test("a contract that is not there is told with its place in the portfolio; others run", async () => {
  const folder = await place({ prompts: { judge: "gone.md" }, backlog_source: "manual" });
  const text = readFileSync(join(folder, "orch.json"), "utf8");
  const column = text.indexOf('"gone.md"') + 1;
  const told = `${join(folder, "orch.json")}:1:${column} projects[0].prompts.judge: `;
  const ran = orch(folder, ["run"]);
  expect(ran.stderr).toContain(`app: ${told}${join(folder, "gone.md")}: there is no such file\n`);
  expect(ran.stderr).toContain("relative to the portfolio file");
  expect(ran.stderr).not.toContain("ENOENT");
  expect(ran.status).toBe(2);
  const looked = orch(folder, ["doctor"]);
  expect(looked.stdout).toContain(told);
  expect(looked.stdout).not.toContain("ENOENT");
  expect(looked.status).toBe(1);
});

test.each([["run"], ["add-task", "--title", "T", "--desc", "D"], ["doctor"]])(
  "orch %s says that the data folder cannot be written, and what to do",
  async (...args) => {
    const folder = await place();
    const data = join(folder, "data");
    mkdirSync(data);
    // root, too, cannot write to what is mounted read-only
    const readOnly = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", data, data];
    const ran = orch(folder, args, readOnly);
    const told = ran.stdout + ran.stderr;
    expect(told).toMatch(/read-only|cannot be written/);
    expect(told).toMatch(/Give this account the right|correct `data_dir`/);
    expect(told).not.toContain("--debug");
    expect(ran.status).toBe(1);
  },
);

test.each([[[]], [["--config", "orch.json"]]])(
  "a portfolio that may not be read is told as that, with %j as without",
  async (named) => {
    const folder = await place();
    chmodSync(join(folder, "orch.json"), 0);
    // root may read everything, unless that right is taken away
    const asAnybody = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--cap-drop", "ALL"];
    const ran = orch(folder, ["status", ...named], asAnybody);
    const told = `${join(folder, "orch.json")} cannot be read: permission denied`;
    expect(ran.stderr).toContain(told);
    expect(ran.stderr).toContain("check who may read it");
    expect(ran.stderr).not.toContain("EACCES");
    expect(ran.status).toBe(2);
  },
);

test("init in a folder that cannot be written says so in one sentence", async () => {
  const folder = await place();
  const app = join(folder, "app");
  const readOnly = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", app, app, "--chdir", app];
  const file = join(app, "own.jsonc");
  const ran = orch(folder, ["init", "--yes", "--config", file, "--path", app], readOnly);
  expect(ran.stdout).toBe("");
  expect(ran.stderr).toMatch(
    /^orch: nothing was written: .*own.jsonc cannot be: its folder is read-only\n {2}make its folder.*\n$/,
  );
  expect(ran.status).toBe(1);
});

test.each([["run"], ["start"], ["doctor"]])(
  "orch %s refuses an address of the model's that is none, and touches no task",
  async (command) => {
    const folder = await place({ backlog_source: "manual" });
    orch(folder, ["add-task", "--title", "T", "--desc", "D"]);
    const before = orch(folder, ["tasks", "--json"]).stdout;
    expect(JSON.parse(before)).toHaveLength(1);
    const ran = orch(folder, [command], [], { ANTHROPIC_BASE_URL: "nope" });
    const told = ran.stdout + ran.stderr;
    expect(told.match(/ANTHROPIC_BASE_URL is "nope", which is no http or https/g)).toHaveLength(1);
    expect(told).toContain("unset it to ask the vendor's own");
    expect(told).not.toContain("Invalid URL");
    expect(ran.status).toBe(2);
    expect(orch(folder, ["tasks", "--json"]).stdout).toBe(before);
  },
);

test("an address of the model's that is empty is as none", async () => {
  const folder = await place({ backlog_source: "manual" });
  const ran = orch(folder, ["run"], [], { ANTHROPIC_BASE_URL: "" });
  expect(ran.stderr).not.toContain("URL");
  expect(ran.status).toBe(0);
});

test.each([["run"], ["doctor"], ["status"]])(
  "orch %s says that a project's folder cannot be entered, and by whom",
  async (command) => {
    const folder = await place({ backlog_source: "manual" });
    const nobody = 65_534;
    const isRoot = process.getuid?.() === 0;
    const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"];
    if (isRoot) for (const each of [folder, join(folder, "app")]) chownSync(each, nobody, nobody);
    chmodSync(join(folder, "app"), 0);
    const ran = orch(folder, [command], isRoot ? ["setpriv", ...ids] : []);
    chmodSync(join(folder, "app"), 0o700);
    const told = ran.stdout + ran.stderr;
    expect(told).toMatch(/the folder \S+\/app cannot be entered by user \S+ \(uid \d+\)/);
    expect(told).toContain("give this account the right to enter and read it");
    expect(told).not.toContain("install git");
  },
);

test("a cap that lets no session begin is named by run and status, with what to do", async () => {
  const folder = await place({ max_budget_per_day: 0.02, backlog_source: "claude_md" });
  const ran = orch(folder, ["run"], [], { ANTHROPIC_API_KEY: "placeholder" });
  expect(ran.stdout).toContain("once there is money for it, it begins with the next `orch run`");
  const named = /the project's cap for today, \$0\.02, has \$0\.00 .*orch budget raise app --today/;
  expect(ran.stdout).toMatch(named);
  expect(ran.status).toBe(1);
  expect(orch(folder, ["status"]).stdout).toMatch(named);
});

/** One that may read the folder of the portfolio, and not the data folder in it. */
const stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

test
  .runIf(process.getuid?.() === 0)
  .each([["status"], ["tasks"], ["costs"], ["logs"], ["audit verify"]])(
  "orch %s takes a ledger that it may not see for no empty one",
  async (command) => {
    const folder = await place({ backlog_source: "manual" });
    orch(folder, ["add-task", "--title", "T", "--desc", "D"]);
    chmodSync(folder, 0o755);
    const ran = orch(folder, command.split(" "), stranger);
    const told = ran.stdout + ran.stderr;
    expect(told).toContain("it may not be opened");
    expect(told).not.toMatch(/active|whole|nothing|no tasks/);
    expect(ran.status).toBe(1);
  },
);

test("doctor names the files that miss, a trail that cannot be written, a set-up that fails", async () => {
  const folder = await place({
    backlog_source: "backlog_file",
    backlog_file: "TODO.md",
    planner_context_files: ["NOTES.md"],
    setup_command: "echo no luck; exit 3",
  });
  mkdirSync(join(folder, "elsewhere"));
  symlinkSync(join(folder, "elsewhere"), join(folder, "app", ".orch"));
  writeFileSync(join(folder, "app", "TODO.md"), "- Begin\n"); // it is not committed
  const ran = orch(folder, ["doctor", "--json"]);
  const { findings } = JSON.parse(ran.stdout);
  const told = (level: string, what: RegExp) =>
    expect(findings).toContainEqual(
      expect.objectContaining({ project: "app", level, what: expect.stringMatching(what) }),
    );
  told("warning", /^the trail cannot be written: \S+\/app\/\.orch is a symlink; remove it$/);
  told("warning", /^the planner is to read TODO\.md, which is not on main \(`backlog_file`\)$/);
  told("warning", /^the planner is to read NOTES\.md, .* \(`planner_context_files`\)$/);
  told("warning", /^no checks are configured$/);
  told("problem", /^`echo no luck; exit 3` fails:\n[\s\S]*no luck/);
  expect(ran.status).toBe(1);
});

test("doctor has no word for a trail, files and a set-up that are as they should be", async () => {
  const project = { backlog_source: "backlog_file", planner_context_files: [], setup_command: "" };
  const folder = await place(project);
  const git = "git -C app -c user.name=a -c user.email=a@localhost";
  sh(`echo Begin >app/BACKLOG.md && ${git} add . && ${git} commit -qm Plan`, folder);
  mkdirSync(join(folder, "app", ".orch", "plans"), { recursive: true });
  const { stdout, status } = orch(folder, ["doctor"]);
  expect(stdout).not.toMatch(/the trail|the planner is|fails/);
  expect(status).toBe(0);
});

test("a key that 'env' hands over is warned of once, by doctor and at the start of a run", async () => {
  const folder = await place({ env: ["ANTHROPIC_API_KEY", "CI"], backlog_source: "manual" });
  const told = "`env` hands ANTHROPIC_API_KEY to every worker and check";
  const ran = orch(folder, ["run"]);
  expect(ran.stderr.split(told)).toHaveLength(2);
  expect(ran.stderr).toContain("take it out of `env`");
  const findings: readonly { readonly level: string; readonly what: string }[] = JSON.parse(
    orch(folder, ["doctor", "--json"]).stdout,
  ).findings;
  const warned = findings.filter(({ what }) => what.startsWith(told));
  expect(warned.map(({ level }) => level)).toEqual(["warning"]);
  writeFileSync(
    join(folder, "orch.json"),
    readFileSync(join(folder, "orch.json"), "utf8").replace('"ANTHROPIC_API_KEY",', ""),
  );
  expect(orch(folder, ["run"]).stderr).not.toContain("hands");
}, 60_000);
