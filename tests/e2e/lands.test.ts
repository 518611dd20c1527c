/** One task from the plan to the branch. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type CycleRig, openCycleRig } from "../support/cycle-rig.ts";
import { commitAll, person } from "../support/git-fixture.ts";
import { startOrch } from "../support/orch.ts";
import { bash, brief, draft, passes, plans, works, write } from "../support/plays.ts";

test("a planned task lands as one merge commit, and nothing else of it stays behind", async () => {
  const rig = await openCycleRig({
    scenario: {
      planner: [plans(draft("Add a greeting", { allowed_files: ["greeting.txt", "tests/"] }))],
      worker: [
        works(
          "Add a greeting",
          write({ "greeting.txt": "hello\n", "tests/greeting.sh": "grep -q hello greeting.txt\n" }),
          bash("sh check.sh"),
        ),
      ],
      judge: [passes],
    },
    projects: { app: { config: { backlog_source: "claude_md" } } },
  });
  const app = rig.project();
  const before = app.git("rev-parse", "main");
  const upstream = upstreamOf(rig, "app");
  const [cycle] = await rig.run();

  expect(cycle?.state).toMatchObject({ at: "completed", outcome: { landed: 1, cutShort: null } });
  const { task, attempts, verdicts, costUsd } = await app.task("Add a greeting");
  const landed = app.git("rev-parse", "main");
  expect(task.state).toMatchObject({ at: "done", landed });
  // moved by one merge commit, whose first parent is what was there
  expect(app.git("log", "--first-parent", "--format=%H", `${before}..main`)).toBe(landed);
  expect(app.git("log", "-1", "--format=%P", landed).split(" ")).toHaveLength(2);
  // the merge is told from the work that it brings
  expect(app.git("log", "-1", "--format=%s", landed)).toBe(`Merge task ${task.id}: Add a greeting`);
  expect(app.git("log", "-1", "--format=%s", `${landed}^2`)).toBe("Add a greeting");
  const trailers = app.git("log", "-1", "--format=%(trailers:only,unfold)", landed);
  expect(trailers.split("\n").filter(Boolean)).toEqual([
    `Orch-Task: ${task.id}`,
    "Orch-Attempt: 1",
    `Orch-Cycle: ${cycle?.id}`,
  ]);
  // the person's checkout followed
  expect(app.git("status", "--porcelain")).toBe("");
  expect(await readFile(join(app.path, "greeting.txt"), "utf8")).toBe("hello\n");
  // the trail is there, and git does not see it
  expect(await readdir(join(app.path, ".orch/plans"))).toEqual([`cycle_${cycle?.id}.md`]);
  expect(await readdir(join(app.path, ".orch/workers"))).toEqual([`${task.id}.md`]);
  expect(await readdir(join(app.path, ".orch/verdicts"))).toEqual([`${task.id}.md`]);
  expect(app.git("check-ignore", ".orch/plans")).toBe(".orch/plans");
  expect((await readdir(app.path)).sort()).toEqual(
    [".git", ".orch", "app.txt", "check.sh", "greeting.txt", "tests"].sort(),
  );
  expect(app.git("worktree", "list").split("\n")).toHaveLength(1);
  // nobody asked for a push
  expect(person(upstream, "rev-parse", "main")).toBe(before);
  // branches and attempts are swept
  const refs = app.git("for-each-ref", "--format=%(refname)").split("\n");
  expect(refs).toEqual([
    "refs/heads/main",
    "refs/orch/fence/app",
    `refs/orch/merged/${task.id}`,
    "refs/remotes/origin/main",
  ]);
  // the ledger has every dollar that the vendor would have charged
  const bill = rig.model.bill();
  const { today, totalUsd } = await app.overview();
  expect(today).toEqual({ settledUsd: expect.closeTo(bill.total.costUsd, 6), reservedUsd: 0 });
  expect(totalUsd).toBeCloseTo(bill.total.costUsd, 6);
  expect(cycle?.costUsd).toBeCloseTo(bill.byRole["planner"]?.costUsd ?? 0, 6);
  expect(attempts.map(({ spending }) => spending.costUsd)).toEqual([
    expect.closeTo(bill.byRole["worker"]?.costUsd ?? 0, 6),
  ]);
  expect(verdicts.map(({ spending }) => spending.costUsd)).toEqual([
    expect.closeTo(bill.byRole["judge"]?.costUsd ?? 0, 6),
  ]);
  expect(costUsd + (cycle?.costUsd ?? 0)).toBeCloseTo(bill.total.costUsd, 6);
});

test("a task without checks lands, and is said to have landed unchecked", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Add a note", write({ "note.txt": "n\n" }))], judge: [passes] },
    projects: { app: { config: { test_command: "" } } },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  await rig.run();
  const { task, verdicts } = await app.task("Add a note");
  expect(task.state.at).toBe("done");
  expect(verdicts).toMatchObject([{ decision: "pass", unchecked: true, checks: [] }]);
  const trail = await readFile(join(app.path, `.orch/verdicts/${task.id}.md`), "utf8");
  expect(trail).toContain("Landed unchecked");
});

test("what has landed is pushed where that is asked for, never by force, and a refusal is told", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Add a note", write({ "note.txt": "n\n" }))], judge: [passes] },
    projects: { pushing: { config: { push: true } }, behind: { config: { push: true } } },
  });
  const [pushing, behind] = [rig.project("pushing"), rig.project("behind")];
  const remotes = [upstreamOf(rig, "pushing"), upstreamOf(rig, "behind")];
  for (const each of [pushing, behind]) await each.add(brief("Add a note"));
  // somebody else has pushed meanwhile
  const somebody = join(rig.root, "somebody");
  person(rig.root, "clone", "--quiet", upstreamPath(rig, "behind"), somebody);
  commitAll(somebody, "Theirs");
  person(somebody, "push", "--quiet");
  const cycles = await rig.run();
  const landed = { outcome: { landed: 1 } };
  expect(cycles.map(({ state }) => state)).toMatchObject([landed, landed]);
  const upstream = remotes.map((path) => person(path, "log", "--format=%s", "-1", "main"));
  expect(upstream).toEqual([expect.stringMatching(/^Merge task .{12}: Add a note$/), "Theirs"]);
  const text = expect.stringMatching(/^landed, but not pushed: .*rejected/);
  expect((await behind.log()).filter(({ of }) => of === "note")).toMatchObject([
    { event: { level: "warning", text } },
  ]);
  expect((await pushing.log()).filter(({ of }) => of === "note")).toEqual([]);
});

const upstreamPath = ({ root }: CycleRig, name: string): string => join(root, `${name}-up.git`);

/** Gives a project's branch an upstream that is where the branch is, and answers its path. */
function upstreamOf(rig: CycleRig, name: string): string {
  const { git, path } = rig.project(name);
  const upstream = upstreamPath(rig, name);
  person(rig.root, "clone", "--quiet", "--bare", path, upstream);
  git("remote", "add", "origin", upstream);
  git("fetch", "--quiet", "origin");
  git("branch", "--quiet", "-u", "origin/main");
  return upstream;
}

test("an audit finds landed work on its branch, and tells where a rewritten branch lacks it", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Grow app", bash("echo four >> app.txt"))], judge: [passes] },
  });
  const app = rig.project();
  const before = app.git("rev-parse", "main");
  const id = await app.add(brief("Grow app"));
  await rig.run();
  await rig.close();
  const audited = () =>
    startOrch(dirname(rig.portfolioFile), ["audit", "verify", "--config", rig.portfolioFile]).ended;
  expect(await audited()).toMatchObject({ code: 0, out: expect.stringContaining("1 landing)") });
  const landed = app.git("rev-parse", "main");
  app.git("reset", "--quiet", "--hard", before);
  expect(await audited()).toMatchObject({
    code: 1,
    out: expect.stringContaining(
      `task ${id} landed as ${landed.slice(0, 12)}, which main does not`,
    ),
  });
  const doctor = await startOrch(dirname(rig.portfolioFile), [
    ...["doctor", "--config", rig.portfolioFile],
  ]).ended;
  expect(doctor.out).toContain(`\`git merge ${landed.slice(0, 12)}\` brings that work back`);
  expect(doctor.out).not.toMatch(/No backup|orch forget/);
});
