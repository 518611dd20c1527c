/** The model cannot be had: all projects wait together, one session tries, all go on. */
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { type CycleRig, openCycleRig } from "../support/cycle-rig.ts";
import { moment } from "../support/moments.ts";
import { brief, fails, passes, type Step, works, write } from "../support/plays.ts";

/** Seconds until the vendor's limit ends: long enough to see that nothing starts before. */
const resetInS = 8;

/** Requests that the agent's program sends before it gives up: the first and four more. */
const sent = 5;
/** Those four take their time. */
const patienceMs = 150_000;

/** What the first sessions of the two projects meet. */
const troubles: readonly (readonly [string, readonly [Step, Step], "usage" | "outage"])[] = [
  ["a usage limit with a date", twice(fails(429, { resetInS, times: 1 })), "usage"],
  ["a usage limit without a date", twice(fails(429, { retryAfterS: 3_600, times: 1 })), "usage"],
  ["an outage", [fails(529, { times: sent }), fails(500, { times: sent })], "outage"],
  [
    "a bad line",
    [
      { fault: "refused", times: sent },
      { fault: "cut", times: 12 },
    ],
    "outage",
  ],
];

function twice(step: Step): readonly [Step, Step] {
  return [step, step];
}

const note = (name: string): Step => write({ [`${name}.txt`]: `${name}\n` });

/** Two projects with two tasks each, one worker each; the first task of each meets the trouble. */
async function openTroubled([first, second]: readonly [Step, Step]): Promise<CycleRig> {
  const config = { max_workers: 1, max_attempts: 2 };
  const rig = await openCycleRig({
    credential: "login",
    latencyMs: 700,
    scenario: {
      worker: [
        works("Add apples", first, note("apples")),
        works("Add pears", second, note("pears")),
        works("Add beans", note("beans")),
        works("Add peas", note("peas")),
      ],
      judge: [passes],
    },
    projects: { fruit: { config }, garden: { config } },
  });
  const tasks = { fruit: ["Add apples", "Add beans"], garden: ["Add pears", "Add peas"] };
  for (const [project, titles] of Object.entries(tasks))
    for (const [at, title] of titles.entries())
      await rig.project(project).add(brief(title, { priority: 9 - at }));
  return rig;
}

const modeOf = async (rig: CycleRig) => (await (await rig.open()).engine.limit()).mode;

test.each(troubles)(
  "%s: no attempt is burned, one session tries, all go on",
  async (_, trouble, cause) => {
    const rig = await openTroubled(trouble);
    const running = rig.run();
    await moment("both have met it", async () => {
      const { model } = rig;
      const met = new Set(model.requests().map(({ task }) => task));
      const mode = await modeOf(rig);
      return mode.at === "waiting" && met.size >= 2 && (await workersLive(rig)) === 0;
    });
    expect(await modeOf(rig)).toMatchObject({ at: "waiting", cause, waits: 1 });
    const before = rig.model.requests().length;
    const over = running.then(() => true);
    if (cause === "outage" || !JSON.stringify(trouble).includes("resetInS"))
      do await rig.project("fruit").lift();
      while (!(await Promise.race([over, setTimeout(500, false)])));
    await running;
    // the troubles of a play are met by its session again: what tried first is what got a reply
    // first
    const later = rig.model.requests().slice(before);
    const replied = later.find(({ status }) => status === 200);
    expect(replied).toBeDefined();
    const answeredAt = (replied?.startedAt ?? 0) + (replied?.durationMs ?? 0);
    const early = later.filter(({ startedAt }) => startedAt < answeredAt);
    expect(new Set(early.map(({ session }) => session)).size).toBeLessThanOrEqual(1);
    for (const project of ["fruit", "garden"]) {
      const attempts = await rig.project(project).attempts();
      expect(attempts.map(({ attempt, outcome }) => [attempt, outcome.kind])).toEqual([
        [1, "submitted"],
        [1, "submitted"],
      ]);
      expect((await rig.project(project).overview()).counts).toMatchObject({ done: 2, failed: 0 });
    }
    expect(await modeOf(rig)).toEqual({ at: "clear" });
  },
  patienceMs,
);

async function workersLive(rig: CycleRig): Promise<number> {
  let live = 0;
  for (const name of ["fruit", "garden"]) {
    const { counts } = await rig.project(name).overview();
    live += counts.in_progress;
  }
  return live;
}

test("what is kept for the person is not begun: what runs ends, nothing more starts, in no project", async () => {
  const config = { max_workers: 1 };
  const allowance = { used: 0.85, resetInS: 3_600 };
  const rig = await openCycleRig({
    credential: "login",
    portfolio: { keep_for_me: 20 },
    scenario: {
      worker: [
        works("Add apples", { ...note("apples"), allowance }),
        works("Add pears", note("pears")),
        works("Add beans", note("beans")),
      ],
      judge: [passes],
    },
    projects: { fruit: { config }, garden: { config } },
  });
  const [fruit, garden] = [rig.project("fruit"), rig.project("garden")];
  await fruit.add(brief("Add apples", { priority: 9 }));
  await fruit.add(brief("Add pears"));
  await garden.add(brief("Add beans"));
  const [cycle] = await rig.run({ only: ["fruit"] });
  const why = "limit: kept for you: 85 % of the allowance is used, 20 % is kept for you";
  expect(cycle?.state).toMatchObject({ outcome: { leftOver: 2, failed: 0, cutShort: why } });
  expect((await fruit.task("Add apples")).task.state.at).toBe("submitted");
  await rig.run({ only: ["garden"] });
  expect((await garden.task("Add beans")).attempts).toEqual([]);
  // the person gives it up until the reset: all goes on, though still as much is used
  await fruit.lift();
  await rig.run();
  expect((await fruit.overview()).counts).toMatchObject({ done: 2 });
  expect((await garden.overview()).counts).toMatchObject({ done: 1 });
  expect(await modeOf(rig)).toEqual({ at: "clear" });
});
