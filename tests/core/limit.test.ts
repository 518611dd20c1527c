import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueAfter } from "../../src/core/cycle.ts";
import { later, projectName, taskId, token } from "../../src/core/ids.ts";
import { jobName } from "../../src/core/jobs.ts";
import type { Admission, Job, View } from "../../src/core/ledger.ts";
import {
  type Limit,
  type LimitEvent,
  noLimit,
  outageWaitMaxMs,
  outageWaitMs,
  probeMs,
  stepLimit,
  usageWaitMaxMs,
  usageWaitMs,
} from "../../src/core/limit.ts";
import { admitBy } from "../../src/core/schedule.ts";
import { settle, shutMs } from "../../src/core/settle.ts";
import { states } from "../support/machine.ts";
import { aCycle, aTask, aTaskId, noon } from "../support/records.ts";
import { aJob, aView, limits, live, only, quiet } from "../support/views.ts";

const shop = projectName("shop");
const by = { project: shop, token: token(7) };
const at = (ms: number) => later(noon, ms);

const met = (change: Partial<Extract<LimitEvent, { type: "limit.met" }>> = {}): LimitEvent => ({
  type: "limit.met",
  cause: "usage",
  why: "5-hour limit",
  until: null,
  by,
  metBy: "shop work x",
  now: noon,
  chance: 0,
  ...change,
});
const probed = (now = noon): LimitEvent => ({ type: "limit.probed", by, now });
const limitAfter = (...events: readonly LimitEvent[]): Limit => events.reduce(stepLimit, noLimit);
const untilOf = ({ mode }: Limit): number => (mode.at === "clear" ? 0 : mode.until - noon);

describe("the wait", () => {
  test("lasts until the vendor's date and a jitter, or doubles from one minute up to thirty", () => {
    expect(untilOf(limitAfter(met({ until: at(600_000) })))).toBe(600_000);
    expect(untilOf(limitAfter(met({ until: at(600_000), chance: 0.5 })))).toBe(615_000);
    const waits: number[] = [];
    let limit = noLimit;
    for (let n = 0; n < 7; n += 1) {
      limit = [met(), probed()].reduce(stepLimit, limit);
      limit = stepLimit(limit, met());
      waits.push(untilOf(limit));
    }
    expect(waits.slice(0, 5)).toEqual([2, 4, 8, 16, 30].map((n) => n * usageWaitMs));
    expect(waits.at(-1)).toBe(usageWaitMaxMs);
  });

  test("of an outage begins with seconds and ends at ten minutes", () => {
    const outage = met({ cause: "outage" });
    expect(untilOf(limitAfter(outage))).toBe(outageWaitMs);
    expect(untilOf(limitAfter(outage, probed(), outage))).toBe(2 * outageWaitMs);
    const many = Array.from({ length: 12 }, () => [outage, probed()]).flat();
    expect(untilOf(limitAfter(...many, outage))).toBe(outageWaitMaxMs);
  });

  test("is one, however many sessions meet it at the same moment", () => {
    const other = { project: projectName("other"), token: token(3) };
    expect(limitAfter(met(), met({ by: other, now: at(5) }))).toEqual(limitAfter(met()));
    const longer = limitAfter(met(), met({ by: other, until: at(900_000) }));
    expect(longer.mode).toMatchObject({ waits: 1, until: at(900_000) });
  });

  test("ends for all with the probe's first reply, and with nobody else's", () => {
    const shut = limitAfter(met(), probed());
    expect(stepLimit(shut, { type: "limit.answered", by }).mode).toEqual({ at: "clear" });
    const stranger = { ...by, token: token(8) };
    expect(stepLimit(shut, { type: "limit.answered", by: stranger })).toBe(shut);
  });

  test("goes on with another probe where one ends without a word", () => {
    const left = limitAfter(met(), probed(at(60_000)), { type: "limit.left", by, now: at(70_000) });
    expect(left.mode).toMatchObject({ at: "waiting", until: at(70_000), waits: 1, metBy: null });
  });

  test("is ended by a person: one session tries at once", () => {
    const shut = limitAfter(met({ until: at(9e6) }), { type: "limit.lifted", now: at(1_000) });
    expect(shut.mode).toMatchObject({ at: "waiting", until: at(1_000), metBy: null });
    expect(stepLimit(noLimit, { type: "limit.lifted", now: noon })).toBe(noLimit);
    const probing = limitAfter(met(), probed());
    expect(stepLimit(probing, { type: "limit.lifted", now: at(5) })).toBe(probing);
  });
});

describe("what is kept for the person", () => {
  const used = (share: number, kept: number, now = noon): LimitEvent => {
    const resetAt = at(3_600_000);
    return { type: "limit.used", used: share, kept, resetAt, now, chance: 0 };
  };

  test("is not begun: agents wait for the reset once the rest is used", () => {
    expect(limitAfter(used(0.79, 0.2))).toBe(noLimit);
    const why = "80 % of the allowance is used, 20 % is kept for you";
    const mode = { at: "waiting", cause: "reserve", until: at(3_600_000), why };
    expect(limitAfter(used(0.8, 0.2)).mode).toMatchObject(mode);
    expect(limitAfter(used(1, 0))).toBe(noLimit);
  });

  test("is the agents' until the reset where the person says so", () => {
    const lifted = limitAfter(used(0.9, 0.2), { type: "limit.lifted", now: at(5) });
    const again = [probed(at(5)), { type: "limit.answered", by } as const, used(0.95, 0.2, at(9))];
    expect(again.reduce(stepLimit, lifted).mode).toEqual({ at: "clear" });
    const next = { ...used(0.95, 0.2, at(3_700_000)), resetAt: at(9e6) } as LimitEvent;
    expect([...again, next].reduce(stepLimit, lifted).mode).toMatchObject({ cause: "reserve" });
  });
});

const running = aCycle({ tasks: [aTaskId] });
const own = token(9);
function ask(limit: Limit, view: Partial<View> = {}, job: Partial<Job> = {}): Admission {
  const seen = aView({ tasks: [aTask()], cycles: [running], limit, ...view });
  return admitBy(limits())(seen, quiet, aJob(job), own);
}
const why = (admission: Admission) => (admission.kind === "later" ? admission.why : "");

describe("while the model cannot be had", () => {
  const shut = limitAfter(met({ until: at(600_000) }));

  test("nothing that needs one starts, and says what it waits for", () => {
    expect(why(ask(shut))).toBe("limit: usage limit: 5-hour limit");
    const judging = { tasks: [aTask({ state: states.submitted })] };
    expect(why(ask(shut, judging, { queue: "judge" }))).toMatch(/^limit: /);
    const solving = { tasks: [aTask({ state: states.conflicted })] };
    expect(why(ask(shut, solving, { queue: "resolve" }))).toMatch(/^limit: /);
    const queued = aCycle({ state: { at: "queued" } });
    const cycle = { queue: "cycle", subject: { kind: "cycle", cycle: queued.id } } as const;
    expect(why(ask(shut, { cycles: [queued] }, cycle))).toMatch(/^limit: /);
  });

  test("landings go on", () => {
    const approved = { tasks: [aTask({ state: states.approved })] };
    expect(ask(shut, approved, { queue: "merge" }).kind).toBe("start");
  });

  test("the first that may start afterwards tries alone", () => {
    const now = at(600_000);
    const admitted = ask(shut, { now });
    const changes = admitted.kind === "start" ? admitted.changes : [];
    const limit = only(changes, "limit")[0]?.limit ?? noLimit;
    expect(limit.mode).toMatchObject({ at: "probing", probe: { project: shop, token: own } });
    const elsewhere = { name: projectName("other"), now };
    expect(why(ask(limit, elsewhere))).toMatch(/one session tries/);
    expect(why(ask(limit, { ...elsewhere, now: later(now, probeMs) }))).toBe("");
  });

  test("a probe whose delivery is over bars nobody of its project", () => {
    const probing = limitAfter(met(), probed());
    const holding = aJob({
      state: live(7),
      subject: { kind: "task", task: taskId("bbbbbbbbbbbb") },
    });
    expect(why(ask(probing, { jobs: [holding] }))).toMatch(/one session tries/);
    expect(ask(probing, { jobs: [] }).kind).toBe("start");
  });

  test("what met it lets others try first", () => {
    const metBy = jobName(shop, aJob());
    const own = limitAfter(met({ until: at(600_000), metBy }));
    expect(why(ask(own, { now: at(600_000) }))).toMatch(/^limit: /);
    expect(ask(own, { now: at(604_000) }).kind).toBe("start");
  });

  test("what is no longer wanted is not begun again", () => {
    const now = at(600_000);
    const project = {
      ...aView().project,
      mode: { at: "paused", by: "person", why: "lunch", since: noon, until: null } as const,
    };
    expect(why(ask(shut, { now, project }))).toMatch(/^pause: /);
    expect(why(ask(shut, { now, cycles: [] }))).toMatch(/^cycle: /);
    const skipped = aTask({ state: states.skipped });
    expect(ask(shut, { now, tasks: [skipped] })).toEqual({ kind: "drop", changes: [] });
  });

  test("a cycle ends early where it lasts longer than five minutes, and says so", () => {
    const cutShort = (limit: Limit) => {
      const { changes } = settle(
        aView({ tasks: [aTask()], cycles: [running], jobs: [aJob()], limit }),
        limits().rules,
      );
      const state = only(changes, "cycle")[0]?.cycle.state;
      return state?.at === "completed" ? state.outcome.cutShort : "it goes on";
    };
    expect(cutShort(shut)).toBe("limit: usage limit: 5-hour limit");
    expect(cutShort(limitAfter(met({ until: at(shutMs) })))).toBe("it goes on");
  });
});

test("a cycle that was cut short by it is followed at once, any other by the interval", () => {
  const outcome = { landed: 0, reported: 0, failed: 0, skipped: 0, waiting: 0, leftOver: 1 };
  const ended = (cutShort: string | null) =>
    aCycle({ state: { at: "completed", outcome: { ...outcome, cutShort } }, startedAt: noon });
  expect(dueAfter(ended("limit: usage limit"), 600_000, at(5))).toBe(at(5));
  expect(dueAfter(ended("budget: spent"), 600_000, at(5))).toBe(at(600_000));
  expect(dueAfter(ended(null), 600_000, at(5))).toBe(at(600_000));
});

test("whatever is told in whatever order, a wait ends and its probe is one delivery", () => {
  const trier = fc.nat({ max: 2 }).map((n) => ({ project: shop, token: token(n) }));
  const cause = fc.constantFrom("usage" as const, "outage" as const);
  const type = fc.constantFrom("met", "probed", "answered", "left", "lifted", "used");
  const drawn = fc.record({
    type,
    by: trier,
    cause,
    ms: fc.nat({ max: 9e6 }),
    chance: fc.double({ min: 0, max: 0.99, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 40 }), (told) => {
      let limit = noLimit;
      let now = noon;
      for (const { type, by, cause, ms, chance } of told) {
        now = later(now, ms % 90_000);
        const events: { readonly [T in typeof type]: LimitEvent } = {
          met: met({ by, cause, now, chance, until: ms % 2 === 0 ? later(now, ms) : null }),
          probed: { type: "limit.probed", by, now },
          answered: { type: "limit.answered", by },
          left: { type: "limit.left", by, now },
          lifted: { type: "limit.lifted", now },
          used: { type: "limit.used", used: 0.9, kept: 0.2, resetAt: later(now, ms), now, chance },
        };
        limit = stepLimit(limit, events[type]);
        const { mode } = limit;
        if (mode.at === "clear") continue;
        expect(mode.waits).toBeGreaterThan(0);
        expect(mode.until - now).toBeLessThanOrEqual(9e6 + usageWaitMaxMs * 1.1);
        // with time alone somebody may try
        const end = later(mode.until, 60_000);
        const admitted = ask(limit, { now: end, jobs: [aJob()] });
        expect(admitted.kind).toBe("start");
      }
    }),
  );
});
