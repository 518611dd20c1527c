/** The gate with real git, memo and readers; only what a check prints is written here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machineClock } from "../../src/adapters/clock.ts";
import { openDependencies } from "../../src/adapters/dependencies/open.ts";
import { openMemo } from "../../src/adapters/memo.ts";
import { openReports } from "../../src/adapters/reports/reports.ts";
import { projectName } from "../../src/core/ids.ts";
import { noPurse } from "../../src/ports/gateway.ts";
import type { Commit } from "../../src/ports/repo.ts";
import type { Reports } from "../../src/ports/reports.ts";
import type { Shell } from "../../src/ports/shell.ts";
import type { Stage } from "../../src/stages/context.ts";
import { gate } from "../../src/stages/judge/gate.ts";
import { opened, repository, signal, taken, task, write } from "../support/git-fixture.ts";

/** What each run of the check fails by on a commit, run after run; the last one is repeated. */
type Script = readonly (readonly string[])[];

/** Plays the script of the commit whose file `who` names it. */
function scriptedShell(scripts: Readonly<Record<string, Script>>) {
  const ran: string[] = [];
  const shell: Shell = {
    containment: "none",
    async run({ cwd }) {
      const who = (await readFile(join(cwd, "who"), "utf8")).trim();
      const script = scripts[who] ?? [];
      const failing =
        script[Math.min(ran.filter((each) => each === who).length, script.length - 1)];
      ran.push(who);
      const bad = (failing ?? []).map((name, index) => `not ok ${index + 2} - ${name}`);
      const output = ["TAP version 13", "ok 1 - fine", ...bad, `1..${bad.length + 1}`].join("\n");
      const ended = { kind: "exited", code: bad.length > 0 ? 1 : 0 } as const;
      return { ended, output, omittedBytes: 0, durationMs: 5 };
    },
  };
  return { shell, ran };
}

async function openGate(scripts: Readonly<Record<string, Script>>) {
  const root = await repository({ who: "base" });
  const { repo, data } = await opened(root);
  const { shell, ran } = scriptedShell(scripts);
  const place = { storeDir: join(data, "store"), setupCommand: "", env: {}, path: "" };
  const stage = (reports: Reports = openReports()): Stage => ({
    world: {
      ...{ repo, shell, reports, clock: machineClock },
      agent: { run: () => Promise.reject(new Error("no session")), ready: async () => null },
      dependencies: openDependencies({ shell, ...place }),
      backlog: { read: async () => [] },
      memo: openMemo(join(data, "memo")),
      match: () => true,
    },
    settings: {
      name: projectName("demo"),
      models: { planner: "m", worker: "m", judge: "m", refinery: "m" },
      escalation: null,
      timeoutsMs: { planner: 1, worker: 1, judge: 1, refinery: 1 },
      checks: [{ name: "test", command: "sh check.sh", timeoutMs: 1_000 }],
      contracts: {
        ...{ planner_system: "", worker_code: "", worker_test: "", worker_fix: "" },
        ...{ worker_review: "", judge_system: "", refinery_system: "" },
      },
      environment: "here",
      env: {},
      workersMax: 1,
      push: false,
      transcript: (name) => join(data, name),
    },
    listen: () => undefined,
    purse: noPurse,
  });
  const base = await repo.sync(signal);
  const commit = async (who: string): Promise<Commit> => {
    await using workspace = await repo.open({ at: base.commit, name: `work-${who}` }, signal);
    await write(workspace.path, { who });
    return taken(repo, workspace);
  };
  const pass = async (candidate: Commit, reports?: Reports) => {
    const gates = await gate(stage(reports), { candidate, base, task: { id: task(1) } }, signal);
    if (gates.kind === "aborted") throw new Error("aborted");
    return { ...gates, sentence: gates.checks[0]?.sentence ?? "" };
  };
  return { commit, pass, ran };
}

describe("a base that is red by chance", () => {
  test("is run twice before it is remembered, and excuses nothing that did not fail twice", async () => {
    const { commit, pass, ran } = await openGate({
      base: [["steady", "chance"], ["steady"]],
      bad: [["steady", "chance"]],
      good: [["steady"]],
    });
    const bad = await pass(await commit("bad"));
    expect(bad).toMatchObject({
      decision: "fail",
      checks: [{ introduced: [{ name: "chance" }], preExisting: ["steady"] }],
    });
    expect(bad.sentence).toContain("the base is flaky: chance failed in some of its 2 runs only");
    const good = await pass(await commit("good"));
    expect(good).toMatchObject({ decision: "pass", checks: [{ preExisting: ["steady"] }] });
    expect(ran.filter((who) => who === "base")).toHaveLength(2); // the second judge remembers both
  });
});

describe("a candidate that is red by chance", () => {
  test("is run twice more; what vanishes does not count, and is said", async () => {
    const { commit, pass, ran } = await openGate({ base: [[]], lucky: [["chance"], []] });
    const lucky = await commit("lucky");
    const gates = await pass(lucky);
    expect(gates).toMatchObject({ decision: "pass", hold: null, checks: [{ introduced: [] }] });
    expect(gates.sentence).toContain("flaky, so not counted: chance failed in 1 of 3 runs");
    expect(gates.checks[0]?.outputTail).toContain("not ok 2 - chance");
    expect(ran).toEqual(["lucky", "base", "lucky", "lucky"]);
    // whoever asks again is told the same, and nothing is run
    expect(await pass(lucky)).toEqual(gates);
    expect(ran).toHaveLength(4);
  });

  test("is red where it fails again", async () => {
    const { commit, pass, ran } = await openGate({
      base: [[]],
      bad: [["x"]],
      slow: [["x"], [], ["y"]],
    });
    const bad = await pass(await commit("bad"));
    expect(bad).toMatchObject({ decision: "fail", checks: [{ introduced: [{ name: "x" }] }] });
    expect(ran).toEqual(["bad", "base", "bad"]);
    const slow = await pass(await commit("slow"));
    expect(slow.decision).toBe("fail");
    expect(slow.sentence).toContain("(2 of 3 runs)");
  });
});

test("what another version of the readers has read is not reused", async () => {
  const { commit, pass, ran } = await openGate({ base: [[]], good: [[]] });
  const good = await commit("good");
  await pass(good);
  await pass(good);
  expect(ran).toEqual(["good"]);
  await pass(good, { ...openReports(), version: "another" });
  expect(ran).toEqual(["good", "good"]);
});
