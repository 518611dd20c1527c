/** Pauses, cancels, signals, and deaths: what was begun goes on, and nothing is done twice. */
import { expect, test } from "vitest";
import { startCycle } from "../support/cycle-process.ts";
import { openCycleRig } from "../support/cycle-rig.ts";
import { processesIn } from "../support/leftovers.ts";
import { moment } from "../support/moments.ts";
import { bash, brief, passes, wait, works, write } from "../support/plays.ts";
import { sleepers, uniqueSeconds } from "../support/processes.ts";
import { sessionsOf } from "../support/recorded.ts";

test("a pause during a cycle holds, over a restart too, until the person resumes", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works("First of all", wait(1_000), write({ "first.txt": "1\n" })),
        works("Later on", write({ "later.txt": "2\n" })),
      ],
      judge: [passes],
    },
    projects: { app: { config: { max_workers: 1 } } },
  });
  const app = rig.project();
  await app.add(brief("First of all", { priority: 9 }));
  await app.add(brief("Later on"));
  const running = rig.run();
  await moment("the first works", () => rig.heard.length > 0);
  expect(await app.pause("lunch")).toEqual({ kind: "done" });
  const [cycle] = await running;
  expect(cycle?.state).toMatchObject({
    at: "completed",
    outcome: { landed: 0, leftOver: 2, cutShort: "paused by a person: lunch" },
  });
  // what was under way came to its end; nothing was begun after it
  expect((await app.task("First of all")).task.state.at).toBe("submitted");
  expect((await app.task("Later on")).task.state.at).toBe("pending");
  const asked = rig.model.requests().length;
  await rig.close();
  await rig.run();
  expect(rig.model.requests()).toHaveLength(asked);
  expect((await app.overview()).project.mode).toMatchObject({ at: "paused", why: "lunch" });
  await app.resume();
  const [last] = await rig.run();
  expect(last?.state).toMatchObject({ outcome: { landed: 2 } });
  expect(sessionsOf(rig.model, "worker")).toHaveLength(2);
});

test("a task that is cancelled while it is worked on ends with all its processes", async () => {
  const seconds = uniqueSeconds();
  const rig = await openCycleRig({
    scenario: { worker: [works("Take for ever", bash(`sleep ${seconds}`))] },
  });
  const app = rig.project();
  const id = await app.add(brief("Take for ever"));
  const running = rig.run();
  await moment("it sleeps", async () => (await sleepers(seconds)).length > 0);
  const begun = performance.now();
  await app.tell(id, { type: "task.skipped", reason: "not needed" });
  const [cycle] = await running;
  expect(performance.now() - begun).toBeLessThan(6_000);
  expect(cycle?.state).toMatchObject({ outcome: { skipped: 1 } });
  expect(await sleepers(seconds)).toEqual([]);
  const { task, attempts } = await app.task("Take for ever");
  expect(task.state).toEqual({ at: "skipped", attempt: 1, reason: "not needed" });
  const outcome = { kind: "released", why: "the task was cancelled" };
  expect(attempts).toMatchObject([{ outcome, endedAt: expect.any(Number) }]);
  const { today } = await app.overview();
  expect(today.reservedUsd).toBe(0);
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 6);
});

test("a run that is stopped gives its work back at once, and the next one goes on with it", async () => {
  const seconds = uniqueSeconds();
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works(
          "Go on",
          write({ "half.txt": "half\n" }),
          bash(`test -e again || { touch again; sleep ${seconds}; }`),
          bash("rm again; echo whole >> half.txt"),
        ),
      ],
      judge: [passes],
    },
  });
  const app = rig.project();
  const id = await app.add(brief("Go on"));
  await rig.close();
  const first = startCycle(rig);
  await moment("it sleeps", async () => (await sleepers(seconds)).length > 0);
  expect(await first.end("SIGTERM")).toBeLessThan(6_000);
  expect(first.process.exitCode).toBe(0);
  expect(await processesIn(rig.root)).toEqual([]);
  expect((await app.task("Go on")).task.state).toMatchObject({
    at: "pending",
    attempt: 1,
    tries: 0,
  });
  expect((await app.overview()).today.reservedUsd).toBe(0);

  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 1 } });
  expect(app.git("show", "main:half.txt")).toBe("half\nwhole");
  expect(await app.story(id)).toEqual([
    "task.created",
    "work.started",
    "work.released",
    "work.started",
    "work.submitted",
    "judge.started",
    "judge.passed",
    "merge.started",
    "merge.landed",
  ]);
  const { attempts } = await app.task("Go on");
  expect(attempts).toHaveLength(1);
  const { today } = await app.overview();
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 3);
});

test("after kill -9 the same attempt goes on, nothing is done twice, the end is the same", async () => {
  const seconds = uniqueSeconds();
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works(
          "Survive",
          write({ "half.txt": "half\n" }),
          bash(`test -e again || { touch again; setsid sleep ${seconds} & sleep ${seconds}; }`),
          bash("rm again; echo whole >> half.txt"),
        ),
        works("Be done", write({ "done.txt": "d\n" })),
      ],
      judge: [passes],
    },
  });
  const app = rig.project();
  const id = await app.add(brief("Survive"));
  const other = await app.add(brief("Be done"));
  await rig.close();
  const first = startCycle(rig);
  await moment("it sleeps", async () => (await sleepers(seconds)).length > 0);
  await moment("the other has landed", () => app.git("log", "--format=%s", "main") !== "Start");
  await first.end("SIGKILL");

  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ at: "completed", outcome: { landed: 2, failed: 0 } });
  expect(await sleepers(seconds)).toEqual([]);
  const story = await app.story(id);
  expect(story.filter((each) => each === "work.started")).toHaveLength(2);
  expect(story).toContain("lease.expired");
  const { task, attempts } = await app.task("Survive");
  expect(task.state).toMatchObject({ at: "done", attempt: 1 });
  expect(attempts).toHaveLength(1);
  expect(app.git("show", "main:half.txt")).toBe("half\nwhole");
  // what had been paid for was not asked for again
  const places = rig.model
    .requests()
    .filter(({ role, task }) => role === "worker" && /Survive/.test(task))
    .map(({ place }) => place);
  expect(places.length).toBeLessThanOrEqual(5);
  expect(new Set(places)).toEqual(new Set([0, 1, 2, 3]));
  expect((await app.story(other)).filter((each) => each === "work.started")).toHaveLength(1);
  expect(sessionsOf(rig.model, "judge")).toHaveLength(2);
  expect(app.git("log", "--first-parent", "--format=%s").split("\n").sort()).toEqual([
    expect.stringMatching(/^Merge task .{12}: (Be done|Survive)$/),
    expect.stringMatching(/^Merge task .{12}: (Be done|Survive)$/),
    "Start",
  ]);
  // never less than the bill; more by no more than what the lost session had set aside
  const { today } = await app.overview();
  const bill = rig.model.bill().total.costUsd;
  expect(today.reservedUsd).toBe(0);
  expect(today.settledUsd).toBeGreaterThanOrEqual(bill - 0.001);
  expect(today.settledUsd).toBeLessThanOrEqual(bill + 0.5);
});

test("after kill -9 while it is judged no HEAD has moved, and the work is not done again", async () => {
  const seconds = `3.${process.pid}`;
  const slowly = `test ! -e note.txt || sleep ${seconds}\n`;
  const rig = await openCycleRig({
    scenario: { worker: [works("Add a note", write({ "note.txt": "n\n" }))], judge: [passes] },
    projects: { app: { files: { "tests/slow.sh": slowly } } },
  });
  const app = rig.project();
  const id = await app.add(brief("Add a note"));
  await rig.close();
  const first = startCycle(rig);
  await moment("it is checked", async () => (await sleepers(seconds)).length > 0);
  await first.end("SIGKILL");
  expect(app.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
  expect(app.git("log", "--format=%s", "main")).toBe("Start");
  expect(app.git("status", "--porcelain")).toBe("");
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 1 } });
  expect((await app.story(id)).filter((each) => each === "judge.started")).toHaveLength(2);
  expect(sessionsOf(rig.model, "worker")).toHaveLength(1);
  expect(sessionsOf(rig.model, "judge")).toHaveLength(1);
});
