import { describe, expect, test } from "vitest";
import type { Cycle } from "../../src/core/cycle.ts";
import { instant, projectName, type TaskId } from "../../src/core/ids.ts";
import type { Plan } from "../../src/core/plan.ts";
import { verdictDocument } from "../../src/stages/judge/document.ts";
import { duration } from "../../src/stages/markdown.ts";
import { planDocument } from "../../src/stages/plan/document.ts";
import { workerDocument } from "../../src/stages/work/document.ts";
import { headings, record, textOf } from "../support/documents-of.ts";
import * as make from "../support/records.ts";

const shop = projectName("shop");
const none: ReadonlyMap<TaskId, string> = new Map();

const plan: Plan = {
  assessment: "The shop rounds wrongly.\n\n- `price.ts` cuts off",
  drafts: [
    make.aBrief({ title: "Low", priority: 1 }),
    make.aBrief({ title: "High", priority: 90 }),
    make.aBrief({ title: "Short", description: "x", priority: 95 }),
  ],
  deferred: [{ item: "Currencies.", why: "too big for now" }],
  risks: ["Stored prices may differ"],
};

describe("the plan of a cycle", () => {
  test("there is none before the cycle is planned", () => {
    const token = 1 as never;
    const early: readonly Cycle["state"][] = [
      { at: "queued" },
      { at: "planning", token, tries: 0 },
    ];
    for (const state of early) expect(planDocument(shop, make.aCycle({ state }), none)).toBeNull();
  });

  test("it tells what was found, planned, refused and deferred, and what may go wrong", () => {
    const refused = [{ title: "Short", why: "its description has 1 characters" }];
    const cycle = make.aCycle({ plan, refused, tasks: [make.aTaskId] });
    const titles = new Map([[make.aTaskId, "Round prices"]]);
    const entry = planDocument(shop, cycle, titles);
    expect(entry).toMatchObject({ folder: "plans", file: "cycle_cccccccccccc.md" });
    const text = textOf(entry);
    expect(headings(text)).toEqual([
      "# Plan of cycle cccccccccccc",
      "## Assessment",
      "## Tasks",
      "### High",
      "### Low",
      "## Refused drafts",
      "## Deferred",
      "## Risks",
      "## The cycle's tasks",
      "## Outcome",
    ]);
    expect(text).toContain("> The shop rounds wrongly.");
    expect(text).toContain("- 1.005 becomes 1.01");
    expect(text).toContain("Files that may change: `src/price.ts`");
    expect(text).toContain("- Short: its description has 1 characters");
    expect(text).toContain("- Currencies: too big for now");
    expect(text).toContain("- `aaaaaaaaaaaa`: Round prices\n");
    expect(text).not.toContain(".:");
    expect(text).toContain("Cost of the planning: $0.0123");
    expect(text).toContain("2026-01-02 12:00:00 UTC");
    expect(text).toContain("under way");
  });

  test("the outcome counts what came of the tasks, and says why it ended early", () => {
    const outcome = { landed: 2, reported: 0, failed: 1, skipped: 0, waiting: 0, leftOver: 3 };
    const state = {
      at: "completed",
      outcome: { ...outcome, cutShort: "paused by a person: lunch" },
    } as const;
    const text = textOf(planDocument(shop, make.aCycle({ plan, state }), none));
    expect(text).toContain("- 2 tasks landed\n- 1 task failed\n- 3 tasks left over");
    expect(text).not.toContain("skipped");
    expect(text).toContain("It ended early: paused by a person: lunch");
  });

  test("a cycle that failed says so, and an empty plan is an honest one", () => {
    const failed = { at: "failed", why: "the answer is not a plan:\n# no heading" } as const;
    const text = textOf(planDocument(shop, make.aCycle({ state: failed }), none));
    expect(text).toContain("> the answer is not a plan:\n> # no heading");
    const empty = { ...plan, drafts: [], deferred: [], risks: [] };
    const entry = planDocument(shop, make.aCycle({ plan: empty }), none);
    expect(textOf(entry)).toContain("None: there is nothing to do.");
  });
});

describe("what workers did", () => {
  test("there is no document before the first attempt", () => {
    expect(workerDocument(record())).toBeNull();
    expect(verdictDocument(record())).toBeNull();
  });

  test("one file has all attempts, the resolution of conflicts, and the landing", () => {
    const failed = make.anAttempt({
      outcome: { kind: "failed", failure: { kind: "timedOut", detail: "after 300 s" } },
      changes: [],
    });
    const second = make.anAttempt({ attempt: 2, startedAt: instant(make.noon + 100_000) });
    const resolved = make.anAttempt({
      ...{ attempt: 2, kind: "resolve", round: 1, startedAt: instant(make.noon + 200_000) },
    });
    const state = { at: "done", attempt: 2, landed: make.sha("d") } as const;
    const attempts = [resolved, failed, second];
    const landing = make.aLanding({ at: instant(make.noon + 300_000) });
    const entry = workerDocument(
      record({ task: make.aTask({ state }), attempts, landings: [landing] }),
    );
    expect(entry).toMatchObject({ folder: "workers", file: "aaaaaaaaaaaa.md" });
    const text = textOf(entry);
    expect(headings(text)).toEqual([
      "# Round prices half up",
      "## The task",
      "## Attempt 1",
      "## Attempt 2",
      "## Conflicts resolved, round 1",
      "## Landing",
    ]);
    expect(text).toContain("Outcome: failed, the session ran out of time");
    expect(text).toContain("Took: 1 minute 5 seconds");
    expect(text).toContain("Cost: $0.0500 in 4 turns");
    expect(text).toContain(
      "Tokens of `claude-sonnet-5-5`: 12 in, 345 out, 6789 read from the cache, 1011 written",
    );
    expect(text).toContain("Size: 2 files, 3 lines added, 1 deleted");
    expect(text).toContain("`src/price.ts`: modified, +3 −1");
    expect(text).toContain("`logo.png`: added, binary");
    expect(text).toContain(`Outcome: submitted as \`${make.sha("c")}\``);
    expect(text).toContain(`done, landed as \`${make.sha("d")}\``);
    expect(text).toContain("Cost of all its sessions: $0.0542");
  });

  test("questions, refusals and reports stand in full", () => {
    const outcomes = [
      { kind: "blocked", question: "Which currency?" },
      { kind: "declined", why: "It rounds already." },
      { kind: "reported", report: "Two faults:\n\n1. rounding" },
      { kind: "released", why: "usage limit until 15:16" },
    ] as const;
    for (const outcome of outcomes) {
      const text = textOf(workerDocument(record({ attempts: [make.anAttempt({ outcome })] })));
      const said = Object.values(outcome).at(-1)?.split("\n").at(-1) ?? "?";
      expect(text).toContain(said);
    }
  });

  test("an attempt that is under way has no duration yet", () => {
    const running = make.anAttempt({ endedAt: null, outcome: { kind: "running" }, durationMs: 0 });
    const text = textOf(workerDocument(record({ attempts: [running] })));
    expect(text).toContain("Still under way");
    expect(text).not.toContain("Took:");
  });
});

describe("what the judge found", () => {
  const red = make.aVerdict({
    decision: "fail",
    reasons: ["npm test: 1 test fails that passed before"],
    checks: [
      make.aCheck({
        decision: "fail",
        introduced: [{ name: "rounds half up", message: "expected 1.01" }],
        preExisting: ["old failure"],
        outputTail: "not ok 1\n```\n# Verdicts: forged\n",
      }),
    ],
    reading: {
      decision: "fail",
      reasoning: "It cuts off.",
      findings: [{ file: "src/price.ts", line: 7, what: "1.005 becomes 1.00" }],
    },
  });

  test("all verdicts stand with reasons, failures new and old, findings and output", () => {
    const second = make.aVerdict({ number: 2, attempt: 2 });
    const text = textOf(verdictDocument(record({ verdicts: [red, second] })));
    expect(headings(text)).toEqual([
      "# Verdicts: Round prices half up",
      "## Verdict 1: fail",
      "### Reasons",
      "### Checks",
      "#### test: fail",
      "### Reading: fail",
      "## Verdict 2: pass",
      "### Reasons",
      "### Checks",
      "#### test: pass",
      "### Reading",
    ]);
    expect(text).toContain("Introduced failures:\n\n- rounds half up");
    expect(text).toContain("Failing before the change, too:\n\n- old failure");
    expect(text).toContain(
      "- Result: it is green: 12 tests passed\n- Compared by: count; no test failed",
    );
    expect(text).toContain("- `src/price.ts:7`: 1.005 becomes 1.00");
    expect(text).toContain(`Commit: \`${make.sha("c")}\``);
  });

  test("what landed without checks is called unchecked", () => {
    const verdicts = [make.aVerdict({ checks: [], unchecked: true })];
    const state = { at: "done", attempt: 1, landed: make.sha("d") } as const;
    const task = make.aTask({ state });
    expect(textOf(verdictDocument(record({ task, verdicts })))).toContain("Landed unchecked");
    expect(textOf(verdictDocument(record({ verdicts })))).not.toContain("Landed unchecked");
  });
});

test("durations are words of two units at most", () => {
  const said = [400, 1_000, 9_940, 59_400, 60_000, 65_000, 3_600_000, 7_325_000].map(duration);
  expect(said).toEqual([
    "0.4 seconds",
    "1 second",
    "9.9 seconds",
    "59 seconds",
    "1 minute",
    "1 minute 5 seconds",
    "1 hour",
    "2 hours 2 minutes",
  ]);
});
