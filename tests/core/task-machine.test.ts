import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { later, token } from "../../src/core/ids.ts";
import { defaultRetryRules, type RetryRules } from "../../src/core/retry.ts";
import type { At, TaskEvent, TaskState } from "../../src/core/task.ts";
import { isOver, statusOf } from "../../src/core/task.ts";
import { step, taskTable } from "../../src/core/task-machine.ts";
import type { EventType } from "../../src/core/task-rows/row.ts";
import { events, holder, states } from "../support/machine.ts";
import { aTask, noon, sha } from "../support/records.ts";

const rules = defaultRetryRules;
const told = (state: TaskState, event: TaskEvent) => step(aTask({ state }), event, rules);

function moved(state: TaskState, event: TaskEvent): TaskState {
  const result = told(state, event);
  if (result.kind !== "moved") throw new Error(`${state.at} + ${event.type}: ${result.kind}`);
  return result.state;
}

const rows = Object.entries(taskTable).flatMap(([from, row]) =>
  Object.entries(row).map(
    ([event, { to }]) => [from as At, event as TaskEvent["type"], to as readonly At[]] as const,
  ),
);

/** Variants that lead a row to each of its targets: other hopes, other tries, a hold. */
function variants(from: At, type: TaskEvent["type"]): readonly (readonly [TaskState, TaskEvent])[] {
  const state = states[from];
  const event = events[type];
  const hopeless = { ...state, left: 0, tries: rules.lossesMax - 1 };
  const resolved = { ...state, left: 1, resolutions: rules.resolutionsMax };
  const both = { ...state, left: 0, resolutions: rules.resolutionsMax };
  return [
    [state, event],
    [hopeless as TaskState, event],
    [resolved as TaskState, event],
    [both as TaskState, event],
    [state, { ...event, hold: "risky" } as TaskEvent],
  ];
}

describe("every row of the table", () => {
  test.each(rows)("%s, %s leads where it says, and to each of those", (from, type, to) => {
    const reached = variants(from, type).map(([state, event]) => moved(state, event).at);
    expect(new Set(reached)).toEqual(new Set(to));
  });

  test("what has no row is refused", () => {
    for (const [from, row] of Object.entries(taskTable))
      for (const event of Object.values(events)) {
        if (event.type in row) continue;
        const state = states[from as At];
        const kind = told(state, event).kind;
        const hears = "token" in state || !("token" in event) || event.type.endsWith(".started");
        expect([from, event.type, kind]).toEqual([
          ...[from, event.type, hears ? "refused" : "stale"],
        ]);
      }
  });

  test("a holder that lost its lease is stale whatever it says", () => {
    const other = token(8);
    for (const [from, type] of rows) {
      const event = events[type];
      if (!("token" in event) || type.endsWith(".started")) continue;
      expect(told(states[from], { ...event, token: other })).toEqual({ kind: "stale" });
    }
  });
});

describe("the ways that matter", () => {
  test("from pending to done, and the commit that landed is remembered", () => {
    const way: readonly TaskEvent["type"][] = [
      ...(["work.started", "work.submitted", "judge.started", "judge.passed"] as const),
      ...(["merge.started", "merge.landed"] as const),
    ];
    const end = way.reduce<TaskState>((state, type) => moved(state, events[type]), states.pending);
    expect(end).toEqual({ at: "done", attempt: 1, landed: sha("f") });
  });

  test("a lost lease goes on with the same attempt; a failure starts afresh, later", () => {
    expect(moved(states.working, events["lease.expired"])).toEqual({
      ...{ at: "pending", attempt: 1, left: 2, tries: 1, notBefore: noon },
    });
    expect(moved(states.working, events["work.failed"])).toEqual({
      ...{ at: "pending", attempt: 2, left: 1, tries: 0, notBefore: later(noon, 1_000) },
    });
  });

  test("an interruption burns neither an attempt nor a try", () => {
    const { notBefore } = events["work.released"];
    expect(moved({ ...states.working, tries: 2 }, events["work.released"])).toEqual({
      ...{ at: "pending", attempt: 1, left: 2, tries: 2, notBefore },
    });
    const judged = moved({ ...states.judging, tries: 2 }, events["judge.released"]);
    expect(judged).toMatchObject({ at: "submitted", tries: 2, commit: sha("c") });
  });

  test("an answered question is a fresh attempt that costs none of those left", () => {
    const after = moved(states.blocked, events["task.answered"]);
    expect(after).toMatchObject({ at: "pending", attempt: 2, left: 2 });
  });

  test("a merge whose holder was lost can only be merged again", () => {
    expect(moved(states.merging, events["lease.expired"]).at).toBe("unsettled");
    expect(Object.keys(taskTable.unsettled)).toEqual(["merge.started"]);
  });

  test("a resolved conflict is a new candidate that the judge sees", () => {
    const after = moved(states.resolving, events["resolve.submitted"]);
    expect(after).toMatchObject({ at: "submitted", commit: sha("e"), resolutions: 1, tries: 0 });
  });

  test("a process that dies again and again fails no task, unless it does so for ever", () => {
    const lose = (state: TaskState): TaskState => moved(state, events["lease.expired"]);
    for (const from of [states.working, states.judging, states.resolving]) {
      let state: TaskState = from;
      for (let lost = 1; lost < rules.lossesMax; lost += 1) {
        const next = lose(state);
        expect("tries" in next && next.tries).toBe(lost);
        state = { ...from, tries: lost }; // taken up again
      }
      expect(lose(state).at).toBe("failed");
    }
    expect(rules.lossesMax).toBeGreaterThan(4 * rules.triesMax);
  });

  test("judgements that come to nothing are paid, and end sooner", () => {
    const nothing = { ...states.judging, tries: rules.triesMax - 1 };
    expect(moved(nothing, events["judge.inconclusive"]).at).toBe("failed");
    expect(moved(nothing, events["lease.expired"]).at).toBe("submitted");
  });

  test("tasks that wait for a person say so in their public status", () => {
    const waiting = Object.values(states).filter((state) => statusOf(state) === "waiting");
    expect(waiting.map(({ at }) => at)).toEqual(["blocked", "held"]);
    expect(statusOf({ ...states.approved, parked: "local edits" })).toBe("waiting");
  });
});

const rulesDrawn: fc.Arbitrary<RetryRules> = fc.record({
  attemptsMax: fc.integer({ min: 1, max: 4 }),
  triesMax: fc.integer({ min: 1, max: 4 }),
  lossesMax: fc.integer({ min: 1, max: 4 }),
  resolutionsMax: fc.integer({ min: 0, max: 2 }),
  backoffMs: fc.integer({ min: 0, max: 5_000 }),
  backoffMaxMs: fc.integer({ min: 0, max: 60_000 }),
  failuresMax: fc.integer({ min: 1, max: 5 }),
});

test("whatever is told in whatever order, the invariants hold", () => {
  // three of four events fit the state, so that the walks come far; the rest is anything
  const drawn = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat(), fc.boolean()), {
    minLength: 50,
    maxLength: 200,
  });
  const seen = new Set<At>();
  fc.assert(
    fc.property(rulesDrawn, drawn, (given, told) => {
      let state: TaskState = { ...states.pending, left: given.attemptsMax - 1 };
      let extra = 0; // attempts that people gave: answers, and retries with all attempts anew
      for (const [fits, n, current] of told) {
        const all = Object.keys(fits > 0 ? taskTable[state.at] : events) as EventType[];
        // it ends most walks
        const types = all.filter((type) => fits < 2 || type !== "task.skipped");
        const event = events[types[n % types.length] ?? "work.started"];
        const said =
          "token" in event && !current && fits === 0 && !event.type.endsWith(".started")
            ? { ...event, token: token(99) }
            : event.type === "judge.passed" && !current
              ? { ...event, hold: "risky" }
              : event;
        const before = state;
        const result = step(aTask({ state: before }), said, given);
        if ("token" in said && said.token !== holder) expect(result.kind).toBe("stale");
        if (result.kind !== "moved") continue;
        state = result.state;
        seen.add(state.at);
        if (event.type === "task.answered") extra += 1;
        if (event.type === "task.retried") extra += given.attemptsMax;
        expect(state.attempt).toBeGreaterThanOrEqual(before.attempt);
        expect(state.attempt).toBeLessThanOrEqual(given.attemptsMax + extra);
        if ("left" in state) expect(state.left).toBeGreaterThanOrEqual(0);
        if ("left" in state) expect(state.left).toBeLessThan(given.attemptsMax);
        if ("resolutions" in state)
          expect(state.resolutions).toBeLessThanOrEqual(given.resolutionsMax);
        if ("tries" in state && !mergeCounts(state)) expect(state.tries).toBeLessThan(tries(given));
        if (state.at === "done" && before.at !== "done")
          expect(["merge.landed", "work.reported"]).toContain(event.type);
        if (isOver(before) && !isOver(state)) expect(event.type).toBe("task.retried");
        if ("token" in state) expect(state.token).toBe(holder);
      }
    }),
    { numRuns: 300 },
  );
  expect(Object.keys(states).filter((at) => !seen.has(at as At))).toEqual([]);
});

/**
 * A lost merge may have landed: it is asked again however often, and the merge itself gives it up.
 */
const mergeCounts = ({ at }: TaskState): boolean =>
  at === "unsettled" || at === "merging" || at === "approved";
const tries = ({ triesMax, lossesMax }: RetryRules): number => Math.max(1, triesMax, lossesMax);
