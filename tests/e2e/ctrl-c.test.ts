/**
 * Ctrl+C at each stage of a cycle, twice and then once: prompt, clean, and the next run goes on;
 * a closed terminal; a reader that has gone.
 */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel, type ScriptedModel } from "../../src/scripted-model/server.ts";
import { tempFolder } from "../support/folders.ts";
import { leftovers, processesIn } from "../support/leftovers.ts";
import { moment } from "../support/moments.ts";
import { passes, type Step, submit, works, write } from "../support/plays.ts";
import { sleepers, uniqueSeconds } from "../support/processes.ts";
import { fromSources, start } from "../support/program.ts";

const stages = ["plan", "work", "check", "reading", "merge"] as const;
type Stage = (typeof stages)[number];

/** Longest from the signal to the end; a loaded machine needs some of it. */
const promptMs = 10_000;

const task = (name: string) => ({
  title: `Write ${name}`,
  description:
    `Write the file ${name}.txt with one line in it, and nothing else. ` +
    `${"Plain. ".repeat(26)}`,
  kind: "code",
  priority: 1,
  criteria: [`${name}.txt is there`],
  allowed_files: [`${name}.txt`],
  leave_alone: [],
});

/** A model that never answers at `stage`, or one that answers everywhere. */
const scenario = (stage: Stage | null) => {
  const held = (at: Stage): readonly Step[] => (stage === at ? [{ waitMs: 600_000 }] : []);
  const tasks = [task("one"), task("two")];
  const plan = { assessment: "Two files are missing.", tasks, deferred: [], risks: [] };
  return parseScenario({
    planner: [{ steps: [...held("plan"), { answer: plan }] }],
    worker: ["one", "two"].map((name) => ({
      ...works(`Write ${name}`),
      repeat: true, // whoever was ended as it answered is asked again
      steps: [...held("work"), write({ [`${name}.txt`]: "a line\n" }), submit],
    })),
    judge: [{ steps: [...held("reading"), ...passes.steps] }],
  });
};

/** A check that hangs until the gate is there: on every candidate, or on what has both files. */
function check(stage: Stage, gate: string, seconds: string): string {
  const hang = `{ test -e ${gate} || sleep ${seconds}; }`;
  if (stage === "check") return hang;
  return stage === "merge" ? `if test -e one.txt && test -e two.txt; then ${hang}; fi` : "true";
}

async function open(stage: Stage) {
  const root = await tempFolder();
  const seconds = uniqueSeconds();
  // a folder of the search path is seen by checks as well
  const gate = join(root, "seen", "gate");
  for (const folder of ["app", "home", "tmp", "seen"]) await mkdir(join(root, folder));
  await writeFile(join(root, "app/CLAUDE.md"), "# App\n\n## Backlog\n\n- two files\n");
  const git = "git -c user.name=a -c user.email=a@localhost";
  const begin = `git init -q -b main && git add -A && ${git} commit -q -m Start`;
  execFileSync("sh", ["-c", begin], { cwd: join(root, "app") });
  const app = { name: "app", path: "./app", test_command: check(stage, gate, seconds) };
  await writeFile(join(root, "orch.json"), JSON.stringify({ name: "p", projects: [app] }));
  const orch = (model: ScriptedModel) =>
    start([...fromSources, "run"], {
      cwd: root,
      env: {
        PATH: `${process.env["PATH"]}:${join(root, "seen")}`,
        HOME: join(root, "home"),
        TMPDIR: join(root, "tmp"),
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: "placeholder",
      },
    });
  return { root, gate, seconds, orch };
}

type Place = Awaited<ReturnType<typeof open>>;

/** Runs until the stage hangs, presses Ctrl+C so often, and answers the exit code. */
async function interrupted(place: Place, stage: Stage, times: 1 | 2): Promise<number | null> {
  await using model = await modelOf(scenario(stage));
  const running = place.orch(model.server);
  const roles = { plan: "planner", work: "worker", reading: "judge" } as const;
  await moment(`it is at ${stage}`, async () => {
    if (stage === "check" || stage === "merge") return (await sleepers(place.seconds)).length > 0;
    return model.server.requests().some(({ role }) => role === roles[stage]);
  });
  const pressedAt = performance.now();
  running.process.kill("SIGINT");
  if (times === 2) {
    // two at once may be one: the second comes when the first was heard
    await running.says("once more quits at once");
    running.process.kill("SIGINT");
  }
  const { code, err } = await running.ended;
  expect(err.includes("quitting")).toBe(times === 2);
  expect(performance.now() - pressedAt).toBeLessThan(promptMs);
  await moment(
    "all its processes are gone",
    async () => (await processesIn(place.root)).length === 0,
  );
  expect(await sleepers(place.seconds)).toEqual([]);
  return code;
}

test("a terminal that is closed stops a run as Ctrl+C does, with its own exit code", async () => {
  const place = await open("work");
  await using model = await modelOf(scenario("work"));
  const running = place.orch(model.server);
  await moment("a worker is under way", async () =>
    model.server.requests().some(({ role }) => role === "worker"),
  );
  running.process.kill("SIGHUP");
  const { code, err } = await running.ended;
  expect([code, err.includes("their work is released")]).toEqual([129, true]);
  expect(await leftovers(place.root)).toEqual([]);
}, 60_000);

test("a reader that has gone ends no cycle", async () => {
  const place = await open("work");
  await using model = await modelOf(scenario(null));
  const running = place.orch(model.server);
  await running.says("the cycle begins");
  running.process.stdout?.destroy();
  running.process.stderr?.destroy();
  expect((await running.ended).code).toBe(0);
  const log = ["log", "--first-parent", "--format=%s", "main"];
  const landed = execFileSync("git", log, { cwd: join(place.root, "app"), encoding: "utf8" });
  expect(landed.match(/^Merge task/gm)).toHaveLength(2);
}, 120_000);

async function modelOf(played: ReturnType<typeof scenario>) {
  const server = await openScriptedModel(played);
  return { server, [Symbol.asyncDispose]: () => server.close() };
}

test.each(stages)(
  "Ctrl+C while it is at: %s",
  async (stage) => {
    const place = await open(stage);
    expect(await interrupted(place, stage, 2)).toBe(130);
    expect(await interrupted(place, stage, 1)).toBe(130);
    await writeFile(place.gate, "");
    const server = await openScriptedModel(scenario(null));
    onTestFinished(() => server.close());
    const { code, out, err } = await place.orch(server).ended;
    expect({ code, err: code === 0 ? "" : err + out }).toEqual({ code: 0, err: "" });
    const git = (...args: readonly string[]) =>
      execFileSync("git", args, { cwd: join(place.root, "app"), encoding: "utf8" }).trim();
    expect(git("ls-files")).toBe("CLAUDE.md\none.txt\ntwo.txt");
    expect(git("rev-list", "--count", "--first-parent", "main")).toBe("3");
    expect(git("status", "--porcelain")).toBe("");
    expect(await leftovers(place.root)).toEqual([]);
  },
  180_000,
);
