/** Processes that sleep longer than their leases, and others that took over meanwhile. */
import { expect, test } from "vitest";
import { moment } from "../support/moments.ts";
import { readTrace } from "./parts/bill.ts";
import { openVendor } from "./parts/model.ts";
import { openPlace, type Place } from "./parts/place.ts";
import { startOrch } from "./parts/process.ts";
import { factsOf, storyOf } from "./parts/state.ts";

const leaseMs = 3_000;
const landings = (place: Place) =>
  place
    .git("log", "--format=%(trailers:key=Orch-Task,valueonly)", "main")
    .split("\n")
    .filter((each) => each !== "");

test.each(["before repo.publish alder #1", "before engine.finish work alder #1"])(
  "G4: frozen at %s until another has taken over, it lands nothing twice and decides nothing",
  async (point) => {
    await using place = await openPlace();
    await using vendor = await openVendor(place);
    const first = startOrch(place, vendor.model.url, { leaseMs, point, signal: "SIGSTOP" });
    await moment("it is frozen", async () =>
      (await readTrace(place)).some(({ when, call }) => `${when} ${call}` === point),
    );
    const second = startOrch(place, vendor.model.url, { leaseMs, unlocked: true });
    const what = point.includes("publish") ? "merge alder" : "work alder";
    await moment("the other has taken the job over", async () => {
      const trace = await readTrace(place);
      return (
        trace.filter(
          ({ when, call }) => when === "after" && call.startsWith(`engine.claim ${what} `),
        ).length > 1
      );
    });
    if (what === "merge alder")
      await moment("the other has landed it", () => landings(place).length > 0);
    first.kill("SIGCONT");
    const ends = await Promise.all([first.ended, second.ended]);
    expect(ends.map(({ code, err }) => (code === 0 ? "" : err))).toEqual(["", ""]);
    expect(new Set(landings(place)).size).toBe(3);
    expect(landings(place)).toHaveLength(3);
    const facts = await factsOf(place);
    expect(
      facts.filter((each) => each.startsWith("task ") && each.includes('"done"')),
    ).toHaveLength(3);
    expect(
      facts.filter((each) => each.startsWith("fsck") || each.includes("refs/orch/intent")),
    ).toEqual([]);
    const story = await storyOf(place, "alder");
    expect(story.filter((each) => each === "merge.landed")).toHaveLength(1);
    expect(story).toContain("lease.expired");
  },
  240_000,
);

test("frozen in its session until all is done: the task goes on in another workspace", async () => {
  await using place = await openPlace();
  await using vendor = await openVendor(place);
  const point = "before repo.snapshot work-alder-1 #1";
  const first = startOrch(place, vendor.model.url, { leaseMs, point, signal: "SIGSTOP" });
  await moment("it is frozen", async () =>
    (await readTrace(place)).some(({ when, call }) => `${when} ${call}` === point),
  );
  const second = startOrch(place, vendor.model.url, { leaseMs, unlocked: true });
  expect((await second.ended).code).toBe(0);
  expect(landings(place)).toHaveLength(3); // while the first hangs
  first.kill("SIGCONT");
  expect((await first.ended).code).toBe(0);
  expect(landings(place)).toHaveLength(3);
  const story = await storyOf(place, "alder");
  expect(story).toContain("lease.expired");
  expect(story.filter((each) => each === "merge.landed")).toHaveLength(1);
}, 240_000);
