/** The daemon on real projects. */
import { expect, test } from "vitest";
import { runDaemon } from "../../src/engine/daemon.ts";
import { openCycleRig } from "../support/cycle-rig.ts";
import { moment } from "../support/moments.ts";
import { brief, passes, wait, works, write } from "../support/plays.ts";
import { sessionsOf } from "../support/recorded.ts";

test("the daemon begins at once, serves all projects, plans the next cycle, ends when told", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Add a note", wait(300), write({ "note.txt": "n\n" }))],
      judge: [passes],
    },
    projects: { one: {}, two: {}, off: { config: { enabled: false } } },
  });
  const [one, two] = [rig.project("one"), rig.project("two")];
  const house = await rig.open();
  for (const each of [one, two]) await each.add(brief("Add a note"));
  const drain = new AbortController();
  const begun = Date.now();
  const faults: string[] = [];
  const running = runDaemon(
    house,
    { projects: () => [...house.sites().keys()], fault: (_, why) => void faults.push(why) },
    { drain: drain.signal, stop: drain.signal },
  );
  await moment("both have landed", async () => {
    const seen = await Promise.all([one, two].map((each) => each.overview()));
    return seen.every(({ lastCycle, nextCycleAt }) => lastCycle?.endedAt != null && nextCycleAt);
  });
  const { lastCycle, nextCycleAt, counts } = await one.overview();
  expect(counts.done).toBe(1);
  expect((lastCycle?.startedAt ?? 0) - begun).toBeLessThan(5_000);
  const interval = (nextCycleAt ?? 0) - (lastCycle?.startedAt ?? 0);
  expect(Math.abs(interval - 30 * 60_000)).toBeLessThan(1_000); // two looks at the clock
  expect([...house.sites().keys()]).toEqual(["one", "two"]);
  expect(sessionsOf(rig.model, "worker")).toHaveLength(2);
  const told = performance.now();
  drain.abort();
  await running;
  expect(performance.now() - told).toBeLessThan(2_000);
  expect(faults).toEqual([]);
});
