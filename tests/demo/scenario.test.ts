import { readFileSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";
import { describe, expect, test } from "vitest";
import { layOut } from "../../src/compose/demo.ts";
import { descriptionMin, sift } from "../../src/core/plan.ts";
import { outside } from "../../src/core/scope.ts";
import type { TaskBrief } from "../../src/core/task.ts";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { parseReading } from "../../src/stages/judge/parse-reading.ts";
import { parsePlan } from "../../src/stages/plan/parse-plan.ts";
import { taskText } from "../../src/stages/task-text.ts";
import { parseAnswer } from "../../src/stages/work/parse-answer.ts";
import { tempFolder } from "../support/folders.ts";
import { type Played, perform, playFor, run } from "../support/play.ts";

const demo = new URL("../../examples/demo/", import.meta.url).pathname;
const scenario = parseScenario(JSON.parse(readFileSync(join(demo, "scenario.json"), "utf8")));

const shop = { folder: "typescript-shop", check: "npm test" } as const;
const ledger = { folder: "python-ledger", check: "python3 -B -m unittest" } as const;
type Sample = typeof shop | typeof ledger;

const git = (command: string, cwd: string) =>
  run(`git -c user.name=Demo -c user.email=demo@localhost ${command}`, cwd);

/** A sample as a repository of its own. */
async function open({ folder }: Sample): Promise<string> {
  const cwd = join(await tempFolder(), folder);
  await layOut(folder, cwd);
  for (const command of ["init -q -b main", "add -A", "commit -q -m start"]) {
    const ran = git(command, cwd);
    if (!ran.green) throw new Error(ran.output);
  }
  return cwd;
}

function tasksOf({ folder }: Sample, attempt: number): readonly TaskBrief[] {
  const notes = readFileSync(join(demo, folder, "CLAUDE.md"), "utf8");
  const play = playFor(scenario, "planner", `Plan the next cycle.\n\n${notes}`, attempt);
  const { answer } = perform({ ...play, steps: play.steps.slice(-1) }, "/nowhere");
  const parsed = parsePlan(answer);
  if (parsed.kind === "unreadable") throw new Error(parsed.why);
  const sifted = sift(parsed.plan.drafts, { draftsMax: 3, known: new Map() });
  expect(sifted.refused).toEqual([]);
  return sifted.taken;
}

const named = (tasks: readonly TaskBrief[], word: string): TaskBrief => {
  const task = tasks.find(({ title }) => title.includes(word));
  if (task === undefined) throw new Error(`no task about ${word}`);
  return task;
};

/** Lets the worker's play do a task on a branch of its own, begun from main. */
function work(task: TaskBrief, sample: Sample, cwd: string, evidence = ""): string {
  const branch = `task-${task.title.toLowerCase().replace(/\W+/g, "-")}${evidence.length}`;
  git(`checkout -q -b ${branch} main`, cwd);
  const played = perform(playFor(scenario, "worker", taskText(task) + evidence), cwd);
  submitted(played, task, sample, cwd);
  git("add -A", cwd);
  git("commit -q -m work", cwd);
  return branch;
}

function submitted(played: Played, task: TaskBrief, { check }: Sample, cwd: string): void {
  expect(parseAnswer(played.answer)?.kind).toBe("submitted");
  const changes = played.changed.map((path) => ({
    ...({ path, status: "modified", from: null, added: 1, deleted: 0 } as const),
  }));
  const match = (glob: string, path: string): boolean => picomatch.isMatch(path, glob);
  expect(outside(changes, task.allowedFiles, match)).toEqual([]);
  expect(played.commands.at(-1)?.green).toBe(true);
  const ran = run(check, cwd);
  expect([task.title, ran.green, ran.green ? "" : ran.output]).toEqual([task.title, true, ""]);
}

/** What the judge's play says of the branch, shown its diff; its commands are really run. */
function reading(task: TaskBrief, branch: string, cwd: string) {
  git(`checkout -q ${branch}`, cwd);
  const diff = git(`diff main...${branch}`, cwd).output;
  const play = playFor(scenario, "judge", `## The task\n\n${taskText(task)}\n\n${diff}`);
  const played = perform(play, cwd);
  expect(played.changed).toEqual([]);
  expect(played.commands.every(({ green }) => green)).toBe(true);
  return { reading: parseReading(played.answer), output: played.output };
}

function land(branch: string, cwd: string): boolean {
  git("checkout -q main", cwd);
  return git(`merge -q --no-ff --no-edit ${branch}`, cwd).green;
}

const conflicts = (cwd: string): readonly string[] =>
  git("diff --name-only --diff-filter=U", cwd).output.trim().split("\n");

describe.each([shop, ledger])("$folder", (sample) => {
  test("its own tests are green before anything is done", async () => {
    const ran = run(sample.check, await open(sample));
    expect([ran.green, ran.green ? "" : ran.output]).toEqual([true, ""]);
  });

  test("its planner looks at files that are there", async () => {
    const cwd = await open(sample);
    const notes = readFileSync(join(cwd, "CLAUDE.md"), "utf8");
    for (const attempt of [1, 3]) perform(playFor(scenario, "planner", notes, attempt), cwd);
  });
});

test("the plans are what the rules let through: three and one, two and none", () => {
  const all = [tasksOf(shop, 1), tasksOf(shop, 2), tasksOf(ledger, 1), tasksOf(ledger, 2)];
  expect(all.map((tasks) => tasks.length)).toEqual([3, 1, 2, 0]);
  for (const { description } of all.flat())
    expect(description.length).toBeGreaterThanOrEqual(descriptionMin);
});

describe.each([
  ["shipping first", "shipping", "VAT"],
  ["VAT first", "VAT", "shipping"],
])("the shop's two cycles, %s", (_, early, late) => {
  test("one task lands directly, two conflict and are made one, the next cycle builds on them", async () => {
    const cwd = await open(shop);
    const tasks = tasksOf(shop, 1);
    const [first, second] = [named(tasks, early), named(tasks, late)];
    const branches = [named(tasks, "Round"), first, second].map((task) => ({
      task,
      branch: work(task, shop, cwd),
    }));
    for (const { task, branch } of branches)
      expect(reading(task, branch, cwd).reading?.decision).toBe("pass");
    const landed = branches.map(({ branch }) => land(branch, cwd));
    expect(landed).toEqual([true, true, false]);
    expect(conflicts(cwd)).toEqual(["src/receipt.ts", "test/receipt.test.ts"]);
    const played = perform(playFor(scenario, "refinery", taskText(second)), cwd);
    expect(played.changed.toSorted()).toEqual(conflicts(cwd));
    submitted(played, second, shop, cwd);
    git("commit -q -a -m resolved", cwd);
    const next = named(tasksOf(shop, 2), "quantities");
    const branch = work(next, shop, cwd);
    expect(reading(next, branch, cwd).reading?.decision).toBe("pass");
    expect(land(branch, cwd)).toBe(true);
    const last = run(shop.check, cwd);
    expect([last.green, last.green ? "" : last.output]).toEqual([true, ""]);
  }, 120_000);
});

test("the ledger's first attempt is green and wrong, its second one is right", async () => {
  const cwd = await open(ledger);
  const tasks = tasksOf(ledger, 1);
  const [amounts, months] = [named(tasks, "parentheses"), named(tasks, "month")];
  const wrong = reading(amounts, work(amounts, ledger, cwd), cwd);
  expect(wrong.reading?.decision).toBe("fail");
  expect(wrong.output).toContain("(12.50 -12.50"); // the fault is a real one
  expect(wrong.output).toContain("(-3) 3");
  const month = work(months, ledger, cwd);
  expect(reading(months, month, cwd).reading?.decision).toBe("pass");
  expect(land(month, cwd)).toBe(true);
  const evidence = "\n\n## Why the last attempt failed\n\nThe judge rejected it.";
  const again = work(amounts, ledger, cwd, evidence);
  const right = reading(amounts, again, cwd);
  expect(right.reading?.decision).toBe("pass");
  expect(right.output.match(/refused/g)).toHaveLength(5);
  expect(land(again, cwd)).toBe(true);
  expect(run(ledger.check, cwd).green).toBe(true);
});

test("tests that a fix brings are red without it", async () => {
  for (const [sample, cycle, word, tests] of [
    [shop, 1, "Round", "test/discount.test.ts"],
    [shop, 2, "quantities", "test/cart.test.ts"],
    [ledger, 1, "parentheses", "tests/test_amounts.py"],
  ] as const) {
    const cwd = await open(sample);
    const branch = work(named(tasksOf(sample, cycle), word), sample, cwd);
    git("checkout -q main", cwd);
    git(`checkout -q ${branch} -- ${tests}`, cwd);
    expect([word, run(sample.check, cwd).green]).toEqual([word, false]);
  }
});
