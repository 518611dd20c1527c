/** G18: whatever is attempted, landed, given up and patrolled, no unmerged work is gone. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openCaretaker } from "../../../src/adapters/git/caretaker.ts";
import { instant, token } from "../../../src/core/ids.ts";
import type { Fate } from "../../../src/ports/caretaker.ts";
import type { Repo, Workspace } from "../../../src/ports/repo.ts";
import {
  commitAll,
  type Opened,
  opened,
  person,
  repository,
  signal,
  snapshotLimits,
  task,
  write,
} from "../../support/git-fixture.ts";

type Step =
  | { readonly do: "attempt"; readonly task: number; readonly ends: "submits" | "fails" | "dies" }
  | { readonly do: "land" | "sweep" | "leave"; readonly task: number }
  | { readonly do: "patrol"; readonly over: boolean }
  | { readonly do: "push" };

const which = fc.integer({ min: 1, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("attempt" as const),
      task: which,
      ends: fc.constantFrom("submits" as const, "fails" as const, "dies" as const),
    }),
  },
  fc.record({
    do: fc.constantFrom("land" as const, "sweep" as const, "leave" as const),
    task: which,
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("patrol" as const), over: fc.boolean() }) },
  fc.constant({ do: "push" as const }),
);

interface World extends Opened {
  /** Every line that anybody ever wrote, and that must be somewhere. */
  readonly written: string[];
  readonly candidates: Map<number, Awaited<ReturnType<Repo["commit"]>>["commit"]>;
  lines: number;
  token: number;
}

async function attempt(world: World, at: Extract<Step, { readonly do: "attempt" }>): Promise<void> {
  const { repo, written, candidates } = world;
  world.lines += 1;
  const number = (world.lines % 2) + 1; // some attempts come back under the same name
  const { commit } = await repo.sync(signal);
  const name = `work-${task(at.task)}-${number}`;
  const workspace: Workspace = await repo.open({ at: commit, name }, signal);
  const line = `line ${world.lines} of task ${at.task}`;
  await write(workspace.path, { [`file-${at.task}.txt`]: `${line}\n` });
  written.push(line);
  if (at.ends === "dies") return workspace.keep();
  await using _given = workspace;
  if (at.ends === "fails") {
    await repo.rescue(workspace, { task: task(at.task), attempt: number, why: "late" }, signal);
    return;
  }
  const taken = await repo.snapshot(workspace, snapshotLimits, signal);
  if (taken.kind !== "taken") throw new Error(taken.kind);
  candidates.set(at.task, taken.commit);
  await repo.keep(task(at.task), number, taken.commit, signal);
}

async function land({ repo, candidates, ...world }: World, number: number): Promise<void> {
  const candidate = candidates.get(number);
  if (candidate === undefined) return;
  const { commit: from } = await repo.sync(signal);
  const message = `Merge\n\nOrch-Task: ${task(number)}\n`;
  const merge = await repo.merge(from, candidate, message, signal);
  if (merge.kind !== "merged") return;
  await repo.fence(token(world.token), signal);
  const to = merge.commit;
  await repo.publish({ task: task(number), from, to, token: token(world.token) }, signal);
  await repo.sweep(task(number), signal);
}

async function patrol({ options }: World, over: boolean): Promise<void> {
  const caretaker = await openCaretaker(options, signal);
  const fate: Fate = over ? { at: "over", since: instant(0) } : { at: "open" };
  const known = {
    ...{ fateOf: async () => fate, workspaces: new Set<string>(), sessions: new Set<never>() },
    ...{ now: instant(Date.now()), keepMs: 1_000, alone: true, thorough: false },
  };
  for (const found of await caretaker.look(known, signal)) await found.mend(signal);
}

async function play(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case "attempt":
      return attempt(world, step);
    case "land":
      world.token += 1;
      return land(world, step.task);
    case "sweep":
      return world.repo.sweep(task(step.task), signal);
    case "leave":
      await world.repo.leave(task(step.task), { but: [], why: "given up" }, signal);
      return;
    case "patrol":
      return patrol(world, step.over);
    case "push":
      world.lines += 1;
      await write(world.root, { [`person-${world.lines}.txt`]: "theirs\n" });
      commitAll(world.root, "Theirs");
      return;
    default:
      return step satisfies never;
  }
}

/** All that a reference of the person's repository reaches, or a workspace holds with its name. */
async function everywhere({ root, options }: World): Promise<string> {
  const commits = person(root, "rev-list", "--all").split("\n");
  const texts = commits.map((commit) => {
    const paths = person(root, "ls-tree", "--name-only", commit).split("\n");
    const ours = paths.filter((path) => path.startsWith("file-"));
    return ours.map((path) => person(root, "show", `${commit}:${path}`)).join("\n");
  });
  for (const slot of await readdir(options.workspacesDir)) {
    const dir = join(options.workspacesDir, slot);
    const named = await readFile(join(dir, "slot.json"), "utf8").catch(() => null);
    if (named === null) continue;
    for (const number of [1, 2])
      texts.push(await readFile(join(dir, "tree", `file-${number}.txt`), "utf8").catch(() => ""));
  }
  return texts.join("\n");
}

test("G18: no reference and no workspace that holds unmerged work is ever removed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), async (steps) => {
      const made = await opened(await repository({ "a.txt": "one\n" }));
      const world: World = { ...made, written: [], candidates: new Map(), lines: 0, token: 1 };
      for (const each of steps) {
        await play(world, each);
        const there = `${await everywhere(world)}\n`;
        const lost = world.written.filter((line) => !there.includes(`${line}\n`));
        expect(lost, JSON.stringify(steps)).toEqual([]);
      }
    }),
    { numRuns: 10, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
  );
}, 90_000);
