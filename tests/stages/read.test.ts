/** The reading with real git; the agent only says which session it was given. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineClock } from "../../src/adapters/clock.ts";
import { openDependencies } from "../../src/adapters/dependencies/open.ts";
import { openMemo } from "../../src/adapters/memo.ts";
import { openReports } from "../../src/adapters/reports/reports.ts";
import { projectName, type SessionId } from "../../src/core/ids.ts";
import { noPurse } from "../../src/ports/gateway.ts";
import type { Commit } from "../../src/ports/repo.ts";
import type { Shell } from "../../src/ports/shell.ts";
import type { Stage } from "../../src/stages/context.ts";
import { read } from "../../src/stages/judge/read.ts";
import { opened, repository, signal, worked } from "../support/git-fixture.ts";
import { aTask } from "../support/ledger.ts";

test("a reading is of one commit: what was said of another is not gone on with", async () => {
  const { repo, data } = await opened(await repository());
  const asked: SessionId[] = [];
  const shell: Shell = { containment: "none", run: () => Promise.reject(new Error("no command")) };
  const place = { storeDir: join(data, "store"), setupCommand: "", env: {}, path: "" };
  const ended = { text: "", costUsd: 0, earlierUsd: 0, usage: [], turns: 0, durationMs: 0 };
  const stage: Stage = {
    world: {
      ...{ repo, shell, reports: openReports(), clock: machineClock, match: () => true },
      agent: {
        ready: async () => null,
        run: async ({ session }) => {
          asked.push(session);
          return { ...ended, costBasis: "none", ending: { kind: "answered", json: null } };
        },
      },
      dependencies: openDependencies({ shell, ...place }),
      backlog: { read: async () => [] },
      memo: openMemo(join(data, "memo")),
    },
    settings: {
      name: projectName("demo"),
      models: { planner: "m", worker: "m", judge: "m", refinery: "m" },
      escalation: null,
      timeoutsMs: { planner: 1, worker: 1, judge: 1, refinery: 1 },
      checks: [],
      contracts: {
        ...{ planner_system: "", worker_code: "", worker_test: "", worker_fix: "" },
        ...{ worker_review: "", judge_system: "{{project}}", refinery_system: "" },
      },
      environment: "here",
      env: {},
      workersMax: 1,
      push: false,
      transcript: (name) => join(data, name),
    },
    listen: () => undefined,
    purse: noPurse,
  };
  const base = await repo.sync(signal);
  const candidates: Commit[] = [];
  for (const text of ["one", "two"]) {
    const { candidate } = await worked(repo, candidates.length + 1, { "b.txt": text });
    candidates.push(await repo.commit(candidate, signal));
  }
  const [first, second] = candidates;
  if (first === undefined || second === undefined) throw new Error("fewer commits than texts");
  for (const candidate of [first, first, second]) {
    const diff = await repo.diff(base.commit, candidate.commit, 10_000, signal);
    const request = { task: aTask(1), attempt: 1, number: 1, candidate, base, budgetUsd: 1 };
    await read(stage, { ...request, diff, checks: [] }, signal);
  }
  expect(asked[1]).toBe(asked[0]);
  expect(asked[2]).not.toBe(asked[0]);
});
