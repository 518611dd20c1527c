/** G17: a hostile worker and git, in whole cycles: nothing of it runs, none of it lands. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { type CycleRig, openCycleRig } from "../support/cycle-rig.ts";
import { rowsOf, section, textOf } from "../support/documents.ts";
import { tempFolder } from "../support/folders.ts";
import { commitAll, person, write } from "../support/git-fixture.ts";
import { bash, brief, passes, submit } from "../support/plays.ts";
import { attacks, scriptOf, sessions, traceOf } from "./parts/git-attacks.ts";

const titleOf = (session: string): string => `Session ${session} of the worker`;

/** What the person has, and must have afterwards. */
async function furnish(path: string, root: string): Promise<void> {
  await mkdir(join(root, "traps"));
  person(path, "checkout", "-q", "-b", "answers");
  await write(path, { "answer.txt": "42\n" });
  commitAll(path, "The answers");
  person(path, "checkout", "-q", "main");
  await write(path, { "app.txt": "stashed\n" });
  person(path, "stash");
}

/** What must not change in the person's repository, beside the branch that work lands on. */
async function theirs(path: string): Promise<string> {
  const refs = person(path, "for-each-ref", "--format=%(refname) %(objectname)")
    .split("\n")
    .filter(
      (line) => !/^refs\/(heads\/(main |orch\/)|orch\/(merged|fence|attempts|rescue)\/)/.test(line),
    );
  const git = (await readdir(join(path, ".git"))).filter(
    (name) => !/^(ORIG_HEAD|logs)$/.test(name),
  );
  const config = await readFile(join(path, ".git/config"), "utf8");
  const hooks = await readdir(join(path, ".git/hooks"));
  return JSON.stringify([refs, git, config, hooks, person(path, "stash", "list")], null, 1);
}

/** What became of each attack: what is wrong with it. */
async function played(): Promise<ReadonlyMap<string, readonly string[]>> {
  const rig = await openCycleRig({
    scenario: {
      worker: sessions.map((session) => {
        const script = scriptOf(
          session,
          attacks.filter((each) => each.session === session),
        );
        // in a form that the agent's own program has no objections to
        const command = `echo ${Buffer.from(script).toString("base64")} | base64 -d | sh`;
        return { task: titleOf(session), steps: [bash(command), submit] };
      }),
      judge: [{ ...passes, repeat: true }],
    },
    projects: {
      app: { config: { max_attempts: 1, max_workers: 4, max_failures_in_a_row: 100 } },
    },
  });
  const app = rig.project();
  await furnish(app.path, rig.root);
  const before = await theirs(app.path);
  for (const session of sessions) await app.add(brief(titleOf(session)));
  await rig.run();
  const common = [
    ...(before === (await theirs(app.path)) ? [] : [`theirs is ${await theirs(app.path)}`]),
    ...(await unwhole(rig, app.path)),
  ];
  const traces = await readdir(join(rig.root, "traps"));
  const found = new Map<string, readonly string[]>();
  for (const attack of attacks) {
    const { task } = await app.task(titleOf(attack.session));
    const trace = traceOf(attack);
    const ran = trace !== null && traces.includes(trace) ? ["it ran"] : [];
    const refused = attacks.find((each) => each.session === attack.session && each.refused);
    const end = refused === undefined ? whyNotLanded(task) : whyNotRefused(task, attack.refused);
    found.set(attack.name, [...ran, ...end, ...common]);
  }
  return found;
}

const whyNotLanded = ({ state }: Task): readonly string[] =>
  state.at === "done" ? [] : [JSON.stringify(state)];

function whyNotRefused({ state }: Task, words: string | undefined): readonly string[] {
  const isRefused = state.at === "failed" && state.failure.detail.includes(words ?? "");
  return isRefused ? [] : [`not refused: ${JSON.stringify(state)}`];
}

/** What is on the branch, in the hub and in the person's folder that should not be, or is not. */
async function unwhole(rig: CycleRig, path: string): Promise<readonly string[]> {
  const hubs = join(rig.data, "hubs");
  const hub = join(hubs, (await readdir(hubs)).find((name) => name.endsWith(".git")) ?? "");
  const wrong: string[] = [];
  for (const dir of [hub, join(path, ".git")]) {
    const checked = spawnSync("git", ["--git-dir", dir, "fsck", "--full"], { encoding: "utf8" });
    if (checked.status !== 0) wrong.push(`${dir}: ${checked.stderr}`);
    const refs = person(dir, "for-each-ref", "--format=%(refname)");
    if (/evil|replace|aaaaaaaaaaaa/.test(refs)) wrong.push(`${dir} has ${refs}`);
  }
  const subjects = person(path, "log", "--format=%an %s", "main").split("\n");
  wrong.push(...subjects.filter((each) => !/^(orch (Merge task|Session)|Ada Start)/.test(each)));
  const files = person(path, "ls-tree", "-r", "--name-only", "main").split("\n");
  const own = [...sessions.map((each) => `${each}/`), "app.txt", "check.sh", "tests/app.sh"];
  wrong.push(...files.filter((each) => !own.some((start) => each.startsWith(start))));
  const read = (file: string) => person(path, "show", `main:${file}`);
  if (read("app.txt") !== "one.2\ntwo\nthree\nthree and a half") wrong.push(read("app.txt"));
  if (read("hidden/seen.txt") !== "hidden") wrong.push("a hidden file has not landed");
  if (read("paths/read.txt").includes("answers")) wrong.push("the answers were read");
  const dirty = person(path, "status", "--porcelain");
  return dirty === "" ? wrong : [...wrong, dirty];
}

let once: ReturnType<typeof played> | null = null;

test.each(attacks.map(({ name }) => name))(
  "G17: %s: nothing of it runs, nothing of it lands",
  async (name) => {
    once ??= played();
    expect((await once).get(name)).toEqual([]);
  },
  300_000,
);

test.each(attacks.filter(({ asks, shows }) => (asks ?? shows) !== undefined))(
  "nothing of that is idle: it works where git is asked in the agent's own folder: $name",
  async (attack) => {
    const [root, traps] = [join(await tempFolder(), "app"), await tempFolder()];
    await mkdir(root);
    person(root, "init", "-q", "-b", "main");
    await write(root, { "app.txt": "one\ntwo\n", "check.sh": "exit 0\n" });
    commitAll(root, "Start");
    person(root, "branch", "other");
    const clone = join(await tempFolder(), "clone");
    person(root, "clone", "-q", "--shared", root, clone);
    const script = scriptOf(attack.session, [attack], { traps, theirs: root });
    const env = {
      ...{ PATH: process.env["PATH"], HOME: traps, GIT_CONFIG_NOSYSTEM: "1" },
      ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@localhost" },
      ...{ GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@localhost" },
    };
    const said = spawnSync(
      "sh",
      ["-c", `${script}\n${attack.asks ?? `${attack.shows} && touch $TRAPS/shown`}`],
      {
        ...{ cwd: clone, env, encoding: "utf8", timeout: 20_000 },
      },
    );
    expect(await readdir(traps), said.stderr).toContain(traceOf(attack) ?? "shown");
  },
);

test("the attacks are those that are told of", () => {
  const told = section(textOf("docs/security.md"), "## Attacks through git");
  const names = rowsOf(told)
    .slice(1)
    .map(([name]) => name);
  expect(names).toEqual(attacks.map(({ name }) => name));
  expect(attacks.length).toBeGreaterThanOrEqual(25);
});
